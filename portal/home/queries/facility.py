"""What the homes of a facility's people ask: what waits for a decision, what runs, and what ends."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.sql.base import ExecutableOption

from portal.bookings.desk import WAITING_FOR_FACILITY
from portal.bookings.models import Block, Booking, BookingState, SlotRequest
from portal.bookings.queries import COMPETING, LIVE
from portal.facilities.models import Cleanroom, Facility

MOST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A facility at which the reader has a duty."""

    id: int
    name: str
    slug: str
    zone: str


def places(session: Session, facility_ids: Collection[int]) -> list[Place]:
    """Return these facilities by name."""
    rows = session.execute(
        select(Facility.id, Facility.name, Facility.slug, Facility.time_zone)
        .where(Facility.id.in_(list(facility_ids)))
        .order_by(Facility.name)
    )
    return [Place(*row) for row in rows]


def count_to_decide(session: Session, facility_ids: Collection[int]) -> int:
    """Return how many requests wait for a decision of these facilities."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SlotRequest)
            .join(Cleanroom, Cleanroom.id == SlotRequest.cleanroom_id)
            .where(SlotRequest.state.in_(WAITING_FOR_FACILITY), Cleanroom.facility_id.in_(list(facility_ids)))
        )
        or 0
    )


def to_decide(session: Session, facility_ids: Collection[int], *, limit: int) -> list[SlotRequest]:
    """Return the requests that wait for a decision of these facilities, what waits longest first."""
    return list(
        session.scalars(
            select(SlotRequest)
            .join(Cleanroom, Cleanroom.id == SlotRequest.cleanroom_id)
            .where(SlotRequest.state.in_(WAITING_FOR_FACILITY), Cleanroom.facility_id.in_(list(facility_ids)))
            .options(
                joinedload(SlotRequest.project),
                joinedload(SlotRequest.organisation),
                joinedload(SlotRequest.cleanroom).joinedload(Cleanroom.facility),
            )
            .order_by(SlotRequest.waiting_since, SlotRequest.id)
            .limit(limit)
        )
    )


def rivals(session: Session, request_ids: Collection[int]) -> dict[int, int]:
    """Return, for each of these requests, how many other open ones want time of the same room that overlaps its own."""
    other = aliased(SlotRequest)
    rows = session.execute(
        select(SlotRequest.id, func.count(other.id))
        .join(
            other,
            and_(
                other.cleanroom_id == SlotRequest.cleanroom_id,
                other.id != SlotRequest.id,
                other.state.in_(COMPETING),
                other.starts_at < SlotRequest.ends_at,
                other.ends_at > SlotRequest.starts_at,
            ),
        )
        .where(SlotRequest.id.in_(list(request_ids)))
        .group_by(SlotRequest.id)
    )
    return dict(rows.all())


def bookings_between(
    session: Session,
    facility_ids: Collection[int],
    *,
    since: datetime,
    until: datetime,
    states: Collection[BookingState] = LIVE,
    starting: bool = False,
) -> list[Booking]:
    """Return the bookings of these facilities that touch a stretch of time, or only those that start in it, by start."""
    touches = Block.starts_at >= since if starting else Block.ends_at > since
    return list(
        session.scalars(
            select(Booking)
            .join(Block, Block.id == Booking.block_id)
            .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
            .where(
                Cleanroom.facility_id.in_(list(facility_ids)),
                Booking.state.in_(list(states)),
                Block.starts_at < until,
                touches,
            )
            .options(*_shown())
            .order_by(Block.starts_at, Booking.id)
            .limit(MOST)
        )
    )


def holds(session: Session, facility_ids: Collection[int], *, limit: int) -> list[Booking]:
    """Return the holds of these facilities, what lapses next first."""
    return list(
        session.scalars(
            select(Booking)
            .join(Block, Block.id == Booking.block_id)
            .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
            .where(Cleanroom.facility_id.in_(list(facility_ids)), Booking.state == BookingState.HELD)
            .options(*_shown())
            .order_by(Booking.held_until, Booking.id)
            .limit(limit)
        )
    )


def booking_ids(session: Session, facility_ids: Collection[int]) -> list[int]:
    """Return the ids of the live bookings of these facilities."""
    return list(
        session.scalars(
            select(Booking.id)
            .join(Block, Block.id == Booking.block_id)
            .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
            .where(Cleanroom.facility_id.in_(list(facility_ids)), Booking.state.in_(LIVE))
        )
    )


def bookable_rooms(session: Session, facility_ids: Collection[int]) -> list[Cleanroom]:
    """Return the cleanrooms of these facilities that take requests, with their facilities."""
    return list(
        session.scalars(
            select(Cleanroom)
            .where(Cleanroom.facility_id.in_(list(facility_ids)), Cleanroom.is_bookable)
            .options(joinedload(Cleanroom.facility))
            .order_by(Cleanroom.facility_id, Cleanroom.code)
        )
    )


def rooms_without_date(session: Session, facility_ids: Collection[int]) -> list[Cleanroom]:
    """Return the bookable cleanrooms of these facilities whose end of qualification nobody has entered."""
    return list(
        session.scalars(
            select(Cleanroom)
            .where(
                Cleanroom.facility_id.in_(list(facility_ids)),
                Cleanroom.is_bookable,
                Cleanroom.qualified_until.is_(None),
            )
            .options(joinedload(Cleanroom.facility))
            .order_by(Cleanroom.facility_id, Cleanroom.code)
        )
    )


def _shown() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(Booking.block).joinedload(Block.cleanroom).joinedload(Cleanroom.facility),
        joinedload(Booking.project),
        joinedload(Booking.organisation),
    )
