"""What lies on the ribbon: a founder's bookings and requests, a facility's closures, holds and what runs out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, String, Text, and_, cast, literal, select, true, union_all
from sqlalchemy.orm import Session

from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    BookingState,
    Closure,
    ClosureKind,
    RequestState,
    SlotRequest,
)
from portal.bookings.queries import LIVE, owns
from portal.core.actors import Actor
from portal.facilities.models import Cleanroom, Facility, Licence

ASKED = (RequestState.SUBMITTED, RequestState.NEEDS_INFO, RequestState.WAITLISTED)
MOST = 200
"""More marks than this nobody can tell apart on one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Time in a cleanroom: how it is taken, where, and until when it is only held."""

    room: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    state: BookingState | None = None
    closure: ClosureKind | None = None
    held_until: datetime | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Something that runs out on a day: a cleanroom's qualification, or a facility's licence."""

    kind: str
    name: str
    day: date
    facility: str
    slug: str
    facility_id: int
    room_slug: str | None
    licence_id: int | None
    needed_for: str | None
    """For a licence: what can't be booked without it."""

    @property
    def is_qualification(self) -> bool:
        """Say whether it is a cleanroom that can't be booked after this day."""
        return self.kind == "qualification"


def own_time(session: Session, actor: Actor, *, since: datetime, until: datetime) -> list[Taken]:
    """Return the time that came of the requests of a founder's organisation: had, has, or may still lose, by start."""
    rows = session.execute(
        select(
            Cleanroom.code,
            Facility.time_zone,
            Block.starts_at,
            Block.ends_at,
            Booking.title,
            Booking.state,
            Booking.held_until,
            Booking.condition,
        )
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .where(
            Booking.organisation_id == actor.organisation_id,
            Booking.request_id.is_not(None),
            Booking.state.in_((*LIVE, BookingState.COMPLETED)),
            Block.starts_at < until,
            Block.ends_at > since,
        )
        .order_by(Block.starts_at, Booking.id)
        .limit(MOST)
    )
    return [
        Taken(
            room=code,
            zone=zone,
            starts_at=start,
            ends_at=end,
            title=title,
            state=state,
            held_until=held_until,
            condition=condition,
        )
        for code, zone, start, end, title, state, held_until, condition in rows
    ]


def own_wishes(session: Session, actor: Actor, *, since: datetime, until: datetime) -> list[Taken]:
    """Return the windows that the actor's organisation has asked for and nobody has decided, by start."""
    rows = session.execute(
        select(
            Cleanroom.code,
            Facility.time_zone,
            SlotRequest.starts_at,
            SlotRequest.ends_at,
            SlotRequest.title,
        )
        .join(Cleanroom, Cleanroom.id == SlotRequest.cleanroom_id)
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .where(
            owns(actor),
            SlotRequest.state.in_(ASKED),
            SlotRequest.starts_at < until,
            SlotRequest.ends_at > since,
        )
        .order_by(SlotRequest.starts_at, SlotRequest.id)
        .limit(MOST)
    )
    return [
        Taken(room=code, zone=zone, starts_at=start, ends_at=end, title=title)
        for code, zone, start, end, title in rows
        if start is not None and end is not None
    ]


def closed_and_held(
    session: Session, facility_ids: Collection[int], *, since: datetime, until: datetime
) -> list[Taken]:
    """Return the closures and the holds of these facilities, by start."""
    rows = session.execute(
        select(
            Cleanroom.code,
            Facility.time_zone,
            Block.starts_at,
            Block.ends_at,
            Booking.title,
            Booking.state,
            Closure.kind,
            Booking.held_until,
            Booking.condition,
        )
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .outerjoin(Booking, Booking.block_id == Block.id)
        .outerjoin(Closure, Closure.block_id == Block.id)
        .where(
            Facility.id.in_(list(facility_ids)),
            Block.kind.in_((BlockKind.CLOSURE, BlockKind.HOLD)),
            Block.starts_at < until,
            Block.ends_at > since,
        )
        .order_by(Block.starts_at, Block.id)
        .limit(MOST)
    )
    return [
        Taken(
            room=code,
            zone=zone,
            starts_at=start,
            ends_at=end,
            title=title or "",
            state=state,
            closure=kind,
            held_until=held_until,
            condition=condition,
        )
        for code, zone, start, end, title, state, kind, held_until, condition in rows
    ]


def endings(
    session: Session, facility_ids: Collection[int], *, until: date, since: date | None = None
) -> list[Ending]:
    """Return the qualifications of bookable cleanrooms and the licences that end by a day, the earliest first.

    What ended before `since` is left out; without it, everything that has ended is named too.
    """
    here = Facility.id.in_(list(facility_ids))

    def ends(day: ColumnElement[date | None]) -> ColumnElement[bool]:
        return and_(day <= until, day >= since if since is not None else true())

    rooms = (
        select(
            literal("qualification", String).label("kind"),
            Cleanroom.code.label("name"),
            Cleanroom.qualified_until.label("day"),
            Facility.name.label("facility"),
            Facility.slug.label("slug"),
            Facility.id.label("facility_id"),
            Cleanroom.slug.label("room_slug"),
            literal(None, Integer).label("licence_id"),
            literal(None, String).label("needed_for"),
        )
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .where(here, Cleanroom.is_bookable, ends(Cleanroom.qualified_until.expression))
    )
    licences = (
        select(
            literal("licence", String),
            Licence.kind,
            Licence.valid_until,
            Facility.name,
            Facility.slug,
            Facility.id,
            literal(None, Text),
            Licence.id,
            cast(Licence.needed_for, String),
        )
        .join(Facility, Facility.id == Licence.facility_id)
        .where(here, ends(Licence.valid_until.expression))
    )
    both = union_all(rooms, licences).subquery()
    rows = session.execute(select(both).order_by(both.c.day, both.c.facility, both.c.name).limit(MOST))
    return [Ending(**row) for row in rows.mappings()]


__all__ = ["ASKED", "Ending", "Taken", "closed_and_held", "endings", "own_time", "own_wishes"]
