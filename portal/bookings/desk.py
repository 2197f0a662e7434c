"""Named questions of the facility's side: what is asked of it, what is booked there; other facilities' is not found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from portal.accounts.models import Membership, User
from portal.bookings import queries
from portal.bookings.models import (
    Block,
    Booking,
    BookingState,
    MoveProposal,
    MoveState,
    RequestState,
    SlotRequest,
)
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.queries import check_slug, facility_named
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import groups_of_each
from portal.store import UtcDateTime

WAITING_FOR_FACILITY = (RequestState.SUBMITTED,)
WAITING_FOR_OTHERS = (RequestState.OFFERED, RequestState.NEEDS_INFO, RequestState.WAITLISTED)
DECIDED = (RequestState.APPROVED, RequestState.REJECTED, RequestState.WITHDRAWN, RequestState.EXPIRED)


def requests_at(
    session: Session,
    actor: Actor,
    *,
    states: Collection[RequestState],
    facility_id: int | None = None,
    cleanroom_id: int | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> list[SlotRequest]:
    """Return the requests asked of the facilities where the actor has a duty, or some of them.

    First what waits for the facility, then what waits for others, the longest first; then what is decided, the latest first.
    """
    wanted = _asked_here(actor, states=states, facility_id=facility_id, cleanroom_id=cleanroom_id)
    is_decided = SlotRequest.state.in_(DECIDED)
    group = case((SlotRequest.state.in_(WAITING_FOR_FACILITY), 0), (is_decided, 2), else_=1)
    order = (
        group,
        case((is_decided, SlotRequest.id)).desc().nulls_last(),
        SlotRequest.waiting_since.asc().nulls_last(),
        SlotRequest.id,
    )
    page = select(SlotRequest.id).where(*wanted).order_by(*order).offset(offset).limit(limit).correlate(None)
    return list(session.scalars(_requests().where(SlotRequest.id.in_(page)).order_by(*order)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many requests are in one state in one time zone, and since when the first of them waits."""

    state: RequestState
    time_zone: str
    number: int
    since: datetime


def waiting_at(
    session: Session,
    actor: Actor,
    *,
    states: Collection[RequestState],
    facility_id: int | None = None,
    cleanroom_id: int | None = None,
) -> list[Waiting]:
    """Return how many of the requests that `requests_at` returns are in each state, and how long they wait."""
    wanted = _asked_here(actor, states=states, facility_id=facility_id, cleanroom_id=cleanroom_id)
    since = func.coalesce(
        SlotRequest.waiting_since, SlotRequest.decided_at, SlotRequest.submitted_at, SlotRequest.created_at
    )
    rows = session.execute(
        select(SlotRequest.state, Facility.time_zone, func.count(), func.min(since, type_=UtcDateTime()))
        .join(Cleanroom, Cleanroom.id == SlotRequest.cleanroom_id)
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .where(*wanted)
        .group_by(SlotRequest.state, Facility.time_zone)
    )
    return [Waiting(*row) for row in rows]


def _asked_here(
    actor: Actor,
    *,
    states: Collection[RequestState],
    facility_id: int | None,
    cleanroom_id: int | None,
) -> tuple[ColumnElement[bool], ...]:
    wanted = actor.facility_ids if facility_id is None else actor.facility_ids & {facility_id}
    here = select(Cleanroom.id).where(Cleanroom.facility_id.in_(wanted))
    if cleanroom_id is not None:
        here = here.where(Cleanroom.id == cleanroom_id)
    return (
        SlotRequest.state.in_(states),
        SlotRequest.submitted_at.is_not(None),
        SlotRequest.cleanroom_id.in_(here),
    )


def request_at_facility(session: Session, actor: Actor, request_id: int) -> SlotRequest:
    """Return a request asked of a facility where the actor has a duty; raises `NotFound` otherwise."""
    request = session.scalars(
        _requests()
        .where(SlotRequest.id == request_id, queries.asked_of(actor))
        .execution_options(populate_existing=True)
    ).first()
    if request is None:
        raise NotFound
    return request


def open_requests_in(
    session: Session, cleanroom_ids: Collection[int], *, within: Slot | None = None
) -> list[SlotRequest]:
    """Return every open request for these cleanrooms that has a window, oldest first; for whoever judges one of them.

    Those `within` a stretch of time come for a picture, with their project and organisation alone.
    """
    asked = select(SlotRequest).options(joinedload(SlotRequest.project), joinedload(SlotRequest.organisation))
    question = (_requests() if within is None else asked).where(
        SlotRequest.cleanroom_id.in_(cleanroom_ids),
        SlotRequest.state.in_(queries.COMPETING),
        SlotRequest.starts_at.is_not(None),
    )
    if within is not None:
        question = question.where(SlotRequest.starts_at < within.end, SlotRequest.ends_at > within.start)
    return list(session.scalars(question.order_by(SlotRequest.submitted_at, SlotRequest.id)))


def proposals_in(session: Session, cleanroom_ids: Collection[int], *, within: Slot) -> list[MoveProposal]:
    """Return the open proposals to move a booking into these cleanrooms in a stretch of time, oldest first."""
    return list(
        session.scalars(
            select(MoveProposal)
            .where(
                MoveProposal.cleanroom_id.in_(cleanroom_ids),
                MoveProposal.state == MoveState.OPEN,
                MoveProposal.starts_at < within.end,
                MoveProposal.ends_at > within.start,
            )
            .options(
                joinedload(MoveProposal.booking, innerjoin=True).joinedload(Booking.organisation),
                joinedload(MoveProposal.booking, innerjoin=True).joinedload(Booking.request),
            )
            .order_by(MoveProposal.id)
        )
    )


def holds_of(session: Session, request_ids: Collection[int]) -> dict[int, Booking]:
    """Return the hold of each request that has one, by request, in one query."""
    rows = session.scalars(
        select(Booking)
        .options(joinedload(Booking.block).joinedload(Block.cleanroom))
        .where(Booking.request_id.in_(request_ids), Booking.state == BookingState.HELD)
    )
    return {booking.request_id: booking for booking in rows if booking.request_id is not None}


def rooms_at(session: Session, actor: Actor) -> list[Cleanroom]:
    """Return the cleanrooms of every facility where the actor has a duty, by facility and code."""
    return list(
        session.scalars(
            select(Cleanroom)
            .join(Cleanroom.facility)
            .where(Cleanroom.facility_id.in_(actor.facility_ids))
            .options(joinedload(Cleanroom.facility))
            .order_by(Facility.name, Cleanroom.code)
        )
    )


def rooms_of(session: Session, facility_id: int) -> list[Cleanroom]:
    """Return the cleanrooms of a facility by code."""
    return list(
        session.scalars(
            select(Cleanroom)
            .where(Cleanroom.facility_id == facility_id)
            .options(joinedload(Cleanroom.facility))
            .order_by(Cleanroom.code)
        )
    )


def facility_with_rooms(session: Session, slug: str) -> tuple[Facility, list[Cleanroom]]:
    """Return the facility of a slug and its cleanrooms by code, in one query where it has any.

    Raises `NotFound` where there is no such facility.
    """
    check_slug(slug)
    rooms = list(
        session.scalars(
            select(Cleanroom)
            .join(Cleanroom.facility)
            .where(Facility.slug == slug)
            .options(contains_eager(Cleanroom.facility))
            .order_by(Cleanroom.code)
        )
    )
    return (rooms[0].facility, rooms) if rooms else (facility_named(session, slug), [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which bookings at the actor's facilities a list asks for; None leaves a question open."""

    since: datetime | None
    until: datetime | None
    states: Collection[BookingState]
    facility_id: int | None = None
    cleanroom_id: int | None = None

    def among(self, actor: Actor) -> ColumnElement[bool]:
        """Return the condition that a booking is wanted, and that the actor has a duty where it takes place."""
        facilities = (
            actor.facility_ids if self.facility_id is None else actor.facility_ids & {self.facility_id}
        )
        conditions: list[ColumnElement[bool]] = [
            Cleanroom.facility_id.in_(facilities),
            # Those that are not wanted are named, for most bookings of all facilities are in a state that is: an index
            # of states would be followed through all of them.
            Booking.state.not_in([state for state in BookingState if state not in self.states]),
        ]
        if self.cleanroom_id is not None:
            conditions.append(Block.cleanroom_id == self.cleanroom_id)
        if self.since is not None:
            conditions.append(Block.ends_at > self.since)
        if self.until is not None:
            conditions.append(Block.starts_at < self.until)
        return and_(*conditions)


def bookings_at(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    order: Sequence[ColumnElement[Any]] = (),
    offset: int = 0,
    limit: int | None = None,
) -> list[Booking]:
    """Return the bookings at the actor's facilities that are wanted, by start unless ordered otherwise."""
    # Only ids are sorted: whole records, with all that they are joined with, would be carried through the sorting.
    places = order or (Block.starts_at, Booking.id)
    ids = select(Booking.id).join(Booking.block).join(Block.cleanroom).where(wanted.among(actor))
    page = ids.order_by(*places).offset(offset).limit(limit).correlate(None)
    return list(session.scalars(_bookings().where(Booking.id.in_(page)).order_by(*places)))


def count_bookings_at(session: Session, actor: Actor, wanted: Wanted) -> int:
    """Return how many bookings at the actor's facilities are wanted."""
    question = (
        select(func.count())
        .select_from(Booking)
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .where(wanted.among(actor))
    )
    return session.scalar(question) or 0


def booking_at_facility(session: Session, actor: Actor, booking_id: int) -> Booking:
    """Return a booking at a facility where the actor has a duty; raises `NotFound` otherwise."""
    booking = session.scalars(
        _bookings()
        .where(Booking.id == booking_id, Cleanroom.facility_id.in_(actor.facility_ids))
        .execution_options(populate_existing=True)
    ).first()
    if booking is None:
        raise NotFound
    return booking


def proposals_of(session: Session, booking_id: int) -> list[MoveProposal]:
    """Return every proposal to move a booking, newest first."""
    return list(
        session.scalars(
            select(MoveProposal)
            .where(MoveProposal.booking_id == booking_id)
            .options(joinedload(MoveProposal.cleanroom))
            .order_by(MoveProposal.id.desc())
        )
    )


def identified(
    session: Session, actor: Actor, projects: Collection[Project | None], *, at: datetime
) -> frozenset[int]:
    """Return the ids of those projects whose name and organisation the actor may read now, in one query."""
    found = {project.id: project for project in projects if project is not None}
    seen = groups_of_each(session, actor, list(found.values()), at=at)
    return frozenset(project_id for project_id, groups in seen.items() if FieldGroup.IDENTITY in groups)


def names_of(
    session: Session, user_ids: Collection[int | None], organisation_ids: Sequence[int | None]
) -> Mapping[int, str]:
    """Return the names of those people who act for one of these organisations, by id."""
    rows = session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.id.in_({user_id for user_id in user_ids if user_id is not None}),
            Membership.organisation_id.in_({one for one in organisation_ids if one is not None}),
        )
    )
    return {row.id: row.name for row in rows}


def _requests() -> Select[SlotRequest]:
    return select(SlotRequest).options(
        joinedload(SlotRequest.project),
        joinedload(SlotRequest.organisation),
        joinedload(SlotRequest.handled_by),
        selectinload(SlotRequest.cleanroom).selectinload(Cleanroom.facility),
    )


# Rooms and facilities in questions of their own: many rows share a few, whose hundred columns each would repeat.
def _bookings() -> Select[Booking]:
    return (
        select(Booking)
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .options(
            contains_eager(Booking.block).selectinload(Block.cleanroom).selectinload(Cleanroom.facility),
            joinedload(Booking.project),
            joinedload(Booking.organisation),
            joinedload(Booking.request),
        )
    )
