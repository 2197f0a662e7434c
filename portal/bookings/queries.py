"""Named questions about slot requests, bookings and closures; what the actor may not see is not found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    BookingState,
    Closure,
    MoveProposal,
    MoveState,
    RequestMessage,
    RequestState,
    SlotRequest,
)
from portal.bookings.needs import GMP_RUNS
from portal.bookings.rules.decisions import Waiting, waiting_order
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities.models import Cleanroom, Facility, Priority, RoomKind
from portal.projects.models import Project
from portal.store import UtcDateTime, among

Row = TypeVar("Row")

LIVE = (BookingState.HELD, BookingState.CONFIRMED, BookingState.IN_USE)
SORTS: Mapping[str, ColumnElement[Any]] = {
    "begun": SlotRequest.id.expression,
    "project": func.lower(Project.name),
    "when": SlotRequest.starts_at.expression,
    "state": case({state: place for place, state in enumerate(RequestState)}, value=SlotRequest.state),
}
"""By what a requester's list can be sorted."""
BOOKING_SORTS: Mapping[str, ColumnElement[Any]] = {
    "when": Block.starts_at.expression,
    "project": func.lower(Project.name),
    "room": func.lower(Cleanroom.code),
    "state": case({state: place for place, state in enumerate(BookingState)}, value=Booking.state),
}
"""By what the list of a requester's bookings can be sorted."""


def owns(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a slot request was made by the actor's organisation, for a developer."""
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        return false()
    return SlotRequest.organisation_id == actor.organisation_id


def asked_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a submitted request asks for a room where the actor has a duty."""
    return and_(
        SlotRequest.state != RequestState.DRAFT,
        SlotRequest.submitted_at.is_not(None),
        SlotRequest.cleanroom_id.in_(
            select(Cleanroom.id).where(Cleanroom.facility_id.in_(actor.facility_ids))
        ),
    )


def request_shown(session: Session, actor: Actor, request_id: int) -> SlotRequest:
    """Return a slot request that the actor may see: their organisation's, or one asked of their facility.

    Raises `NotFound` otherwise.
    """
    return _one(session, _requests().where(SlotRequest.id == request_id, or_(owns(actor), asked_of(actor))))


def own_request(session: Session, actor: Actor, request_id: int) -> SlotRequest:
    """Return a slot request of the actor's own organisation; raises `NotFound` otherwise."""
    return _one(session, _requests().where(SlotRequest.id == request_id, owns(actor)))


def request_to_decide(session: Session, actor: Actor, request_id: int) -> SlotRequest:
    """Return a submitted request that the actor may decide as a manager; raises `NotFound` otherwise."""
    managed = actor.facilities_as(Role.FACILITY_MANAGER)
    return _one(
        session,
        _requests().where(
            SlotRequest.id == request_id,
            SlotRequest.state != RequestState.DRAFT,
            SlotRequest.cleanroom_id.in_(select(Cleanroom.id).where(Cleanroom.facility_id.in_(managed))),
        ),
    )


# What every decision asks before and under the lock of its cleanroom: made once, and without building objects.
_request, _cleanroom, _facility = (model.__table__.c for model in (SlotRequest, Cleanroom, Facility))
_ROOM_TO_DECIDE = select(_request.cleanroom_id).where(
    _cleanroom.id == _request.cleanroom_id,
    _request.id == bindparam("id"),
    _request.state != RequestState.DRAFT,
    _cleanroom.facility_id.in_(bindparam("managed", expanding=True)),
)
_PLACE_TO_DECIDE = _ROOM_TO_DECIDE.with_only_columns(
    _facility.time_zone, _cleanroom.kind, _facility.signs_pre_gmp
).where(_facility.id == _cleanroom.facility_id)
COMPETING = (RequestState.SUBMITTED, RequestState.NEEDS_INFO, RequestState.WAITLISTED)
_COMPETING_IDS = (
    select(_request.id)
    .where(
        _request.cleanroom_id == bindparam("room"),
        _request.id != bindparam("id"),
        among(_request.state, COMPETING),
        _request.starts_at < bindparam("end", type_=UtcDateTime()),
        _request.ends_at > bindparam("start", type_=UtcDateTime()),
    )
    .order_by(_request.submitted_at, _request.id)
)


class PlaceToDecide(NamedTuple):
    """What the page of a decision must know of the room that is asked for, before the decision reads everything."""

    time_zone: str
    kind: RoomKind
    signs_pre_gmp: bool


def place_to_decide(session: Session, actor: Actor, request_id: int) -> PlaceToDecide:
    """Return where a submitted request is that the actor may decide as a manager; raises `NotFound` otherwise."""
    managed = list(actor.facilities_as(Role.FACILITY_MANAGER))
    row = session.execute(_PLACE_TO_DECIDE, {"id": request_id, "managed": managed}).first()
    if row is None:
        raise NotFound
    return PlaceToDecide._make(row)


def room_of_request_to_decide(session: Session, actor: Actor, request_id: int) -> int:
    """Return the cleanroom of a submitted request that the actor may decide; raises `NotFound` otherwise."""
    managed = list(actor.facilities_as(Role.FACILITY_MANAGER))
    room_id: int | None = session.scalar(_ROOM_TO_DECIDE, {"id": request_id, "managed": managed})
    if room_id is None:
        raise NotFound
    return room_id


def ids_of_competing_requests(session: Session, request: SlotRequest) -> tuple[int, ...]:
    """Return the ids of the other open requests whose windows in this cleanroom overlap this one's, oldest first."""
    asked = {
        "room": request.cleanroom_id,
        "id": request.id,
        "start": request.starts_at,
        "end": request.ends_at,
    }
    return tuple(session.scalars(_COMPETING_IDS, asked))


def own_requests(
    session: Session,
    actor: Actor,
    *,
    states: Collection[RequestState] = (),
    project_id: int | None = None,
    sort: str = "-begun",
    offset: int = 0,
    limit: int | None = None,
) -> list[SlotRequest]:
    """Return the slot requests of the actor's organisation, newest first unless sorted otherwise.

    Discarded drafts are left out; `sort` is one of `SORTS`, with a minus for the other way round.
    """
    column = SORTS[sort.removeprefix("-")]
    order = column.desc() if sort.startswith("-") else column.asc()
    # Only ids are sorted: whole records, with all that they are joined with, would be carried through the sorting.
    places = (order.nulls_last(), SlotRequest.id.desc())
    wanted = select(SlotRequest.id).join(SlotRequest.project).where(_asked_by(actor, states, project_id))
    page = wanted.order_by(*places).offset(offset).limit(limit).correlate(None)
    question = _requests().join(SlotRequest.project).where(SlotRequest.id.in_(page))
    return list(session.scalars(question.order_by(*places)))


def count_own_requests(
    session: Session, actor: Actor, *, states: Collection[RequestState] = (), project_id: int | None = None
) -> int:
    """Return how many slot requests the actor's organisation has made, discarded drafts left out."""
    question = select(func.count()).select_from(SlotRequest).where(_asked_by(actor, states, project_id))
    return session.scalar(question) or 0


def _asked_by(actor: Actor, states: Collection[RequestState], project_id: int | None) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        owns(actor),
        or_(SlotRequest.state != RequestState.WITHDRAWN, SlotRequest.submitted_at.is_not(None)),
    ]
    if states:
        conditions.append(SlotRequest.state.in_(states))
    if project_id is not None:
        conditions.append(SlotRequest.project_id == project_id)
    return and_(*conditions)


def thread(session: Session, request_id: int) -> list[RequestMessage]:
    """Return what was written about a request, oldest first."""
    return list(
        session.scalars(
            select(RequestMessage)
            .where(RequestMessage.request_id == request_id)
            .options(joinedload(RequestMessage.author))
            .order_by(RequestMessage.id)
        )
    )


def competing_requests(
    session: Session, request: SlotRequest, *, within: timedelta = timedelta(0)
) -> list[SlotRequest]:
    """Return the other open requests for the same cleanroom whose windows overlap this one's, oldest first."""
    if request.starts_at is None or request.ends_at is None:
        return []
    return list(
        session.scalars(
            _requests()
            .where(
                SlotRequest.cleanroom_id == request.cleanroom_id,
                SlotRequest.id != request.id,
                SlotRequest.state.in_(COMPETING),
                SlotRequest.starts_at < request.ends_at + within,
                SlotRequest.ends_at > request.starts_at - within,
            )
            .order_by(SlotRequest.submitted_at, SlotRequest.id)
        )
    )


def booking_of(session: Session, request_id: int) -> Booking | None:
    """Return the newest booking or hold of a request, or None."""
    return session.scalars(
        select(Booking).where(Booking.request_id == request_id).order_by(Booking.id.desc()).limit(1)
    ).first()


def bookings_of(session: Session, request_ids: Collection[int]) -> dict[int, Booking]:
    """Return the newest booking or hold of each request that has one, in one query."""
    newest = (
        select(func.max(Booking.id)).where(Booking.request_id.in_(request_ids)).group_by(Booking.request_id)
    )
    # Whoever asks has read the requests with their projects: these are not read a second time.
    found = session.scalars(
        select(Booking)
        .join(Block, Block.id == Booking.block_id)
        .where(Booking.id.in_(newest))
        .options(contains_eager(Booking.block).selectinload(Block.cleanroom).selectinload(Cleanroom.facility))
    )
    return {booking.request_id: booking for booking in found if booking.request_id is not None}


def booking_shown(session: Session, actor: Actor, booking_id: int) -> Booking:
    """Return a booking that the actor may see: their organisation's, or one at their facility.

    Raises `NotFound` otherwise.
    """
    mine: ColumnElement[bool] = false()
    if Role.FOUNDER in actor.roles and actor.organisation_id is not None:
        mine = Booking.organisation_id == actor.organisation_id
    here = Block.cleanroom_id.in_(select(Cleanroom.id).where(Cleanroom.facility_id.in_(actor.facility_ids)))
    return _one(session, _bookings().where(Booking.id == booking_id, or_(mine, here)))


def own_booking(session: Session, actor: Actor, booking_id: int) -> Booking:
    """Return a booking that came of a request of the actor's own organisation; raises `NotFound` otherwise."""
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        raise NotFound
    return _one(
        session,
        _bookings().where(
            Booking.id == booking_id,
            Booking.organisation_id == actor.organisation_id,
            Booking.request_id.is_not(None),
        ),
    )


def booking_to_run(session: Session, actor: Actor, booking_id: int) -> Booking:
    """Return a booking at a facility that the actor manages; raises `NotFound` otherwise."""
    managed = actor.facilities_as(Role.FACILITY_MANAGER)
    here = Block.cleanroom_id.in_(select(Cleanroom.id).where(Cleanroom.facility_id.in_(managed)))
    return _one(session, _bookings().where(Booking.id == booking_id, here))


def own_bookings(
    session: Session,
    actor: Actor,
    *,
    is_over: bool,
    at: datetime,
    sort: str = "when",
    offset: int = 0,
    limit: int | None = None,
) -> list[Booking]:
    """Return the bookings that came of the requests of the actor's organisation: those to come, or those that are over.

    `sort` is one of `BOOKING_SORTS`, with a minus for the other way round; what it finds alike stands by its start.
    """
    column = BOOKING_SORTS[sort.removeprefix("-")]
    order = column.desc() if sort.startswith("-") else column.asc()
    places = (order.nulls_last(), Block.starts_at, Booking.id)
    wanted = (
        select(Booking.id)
        .join(Booking.block)
        .join(Block.cleanroom)
        .outerjoin(Booking.project)
        .where(_is_own(actor), _is_over(at) if is_over else _is_coming(at))
    )
    page = wanted.order_by(*places).offset(offset).limit(limit).correlate(None)
    question = _bookings().join(Block.cleanroom).outerjoin(Booking.project).where(Booking.id.in_(page))
    return list(session.scalars(question.order_by(*places)))


def count_own_bookings(session: Session, actor: Actor, *, is_over: bool, at: datetime) -> int:
    """Return how many bookings of the actor's organisation are to come, or are over."""
    question = (
        select(func.count())
        .select_from(Booking)
        .join(Block, Block.id == Booking.block_id)
        .where(_is_own(actor), _is_over(at) if is_over else _is_coming(at))
    )
    return session.scalar(question) or 0


def _is_own(actor: Actor) -> ColumnElement[bool]:
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        return false()
    return and_(Booking.organisation_id == actor.organisation_id, Booking.request_id.is_not(None))


def _is_coming(at: datetime) -> ColumnElement[bool]:
    return and_(Booking.state.in_(LIVE), Block.ends_at > at - timedelta(days=1))


def _is_over(at: datetime) -> ColumnElement[bool]:
    return or_(Booking.state.not_in(LIVE), Block.ends_at <= at)


def closure_to_edit(session: Session, actor: Actor, closure_id: int) -> Closure:
    """Return a closure at a facility that the actor manages; raises `NotFound` otherwise."""
    managed = actor.facilities_as(Role.FACILITY_MANAGER)
    closure = session.scalars(
        select(Closure)
        .join(Closure.block)
        .where(
            Closure.id == closure_id,
            Block.cleanroom_id.in_(select(Cleanroom.id).where(Cleanroom.facility_id.in_(managed))),
        )
    ).first()
    if closure is None:
        raise NotFound
    return closure


def closures_at(
    session: Session, actor: Actor, *, since: datetime, until: datetime, facility_id: int | None = None
) -> list[Closure]:
    """Return the closures at the actor's facilities that touch a stretch of time, by start."""
    wanted = actor.facility_ids if facility_id is None else actor.facility_ids & {facility_id}
    return list(
        session.scalars(
            select(Closure)
            .join(Closure.block)
            .options(joinedload(Closure.block).joinedload(Block.cleanroom).joinedload(Cleanroom.facility))
            .where(
                Block.starts_at < until,
                Block.ends_at > since,
                Block.cleanroom_id.in_(select(Cleanroom.id).where(Cleanroom.facility_id.in_(wanted))),
            )
            .order_by(Block.starts_at)
        )
    )


def room_to_manage(session: Session, actor: Actor, cleanroom_id: int) -> Cleanroom:
    """Return a cleanroom of a facility that the actor manages; raises `NotFound` otherwise."""
    room = session.scalars(
        select(Cleanroom).where(Cleanroom.id == cleanroom_id).options(joinedload(Cleanroom.facility))
    ).first()
    if room is None or not actor.holds(Role.FACILITY_MANAGER, room.facility_id):
        raise NotFound
    return room


def managed_rooms(session: Session, actor: Actor) -> list[Cleanroom]:
    """Return the cleanrooms of every facility that the actor manages, by facility and code."""
    return list(
        session.scalars(
            select(Cleanroom)
            .join(Cleanroom.facility)
            .where(Cleanroom.facility_id.in_(actor.facilities_as(Role.FACILITY_MANAGER)))
            .options(joinedload(Cleanroom.facility))
            .order_by(Facility.name, Cleanroom.code)
        )
    )


def rooms_of(session: Session, facility_id: int) -> list[Cleanroom]:
    """Return the cleanrooms of a facility that can be booked, by code."""
    return list(
        session.scalars(
            select(Cleanroom)
            .where(Cleanroom.facility_id == facility_id, Cleanroom.is_bookable)
            .options(joinedload(Cleanroom.facility))
            .order_by(Cleanroom.code)
        )
    )


def open_proposals(session: Session, booking_ids: Collection[int]) -> list[MoveProposal]:
    """Return the proposals to move these bookings that wait for an answer."""
    return list(
        session.scalars(
            select(MoveProposal)
            .where(MoveProposal.booking_id.in_(booking_ids), MoveProposal.state == MoveState.OPEN)
            .options(joinedload(MoveProposal.cleanroom).joinedload(Cleanroom.facility))
            .order_by(MoveProposal.id)
        )
    )


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch of a cleanroom's time as anyone may see it: how it is taken, never by whom."""

    cleanroom_id: int
    kind: BlockKind
    starts_at: datetime
    ends_at: datetime


def shades(
    session: Session,
    cleanroom_ids: Collection[int],
    *,
    since: datetime,
    until: datetime,
    at: datetime | None = None,
) -> list[Shade]:
    """Return how cleanrooms are taken in a stretch of time, without names, by start.

    Holds that have run out by `at` are left out, as the search leaves them out.
    """
    question = select(Block.cleanroom_id, Block.kind, Block.starts_at, Block.ends_at).where(
        Block.cleanroom_id.in_(cleanroom_ids),
        Block.kind != BlockKind.RELEASED,
        Block.starts_at < until,
        Block.ends_at > since,
    )
    if at is not None:
        lapsed = select(Booking.block_id).where(Booking.state == BookingState.HELD, Booking.held_until <= at)
        question = question.where(
            Block.id.not_in(lapsed), or_(Block.after_id.is_(None), Block.after_id.not_in(lapsed))
        )
    return [Shade(*row) for row in session.execute(question.order_by(Block.cleanroom_id, Block.starts_at))]


def place_on_waiting_list(session: Session, request: SlotRequest) -> int | None:
    """Return a waitlisted request's place at its facility by the facility's stated rule; None if it is not on one."""
    return places_on_waiting_lists(session, [request]).get(request.id)


def places_on_waiting_lists(session: Session, requests: Collection[SlotRequest]) -> dict[int, int]:
    """Return the places of those of these requests that wait, each by its facility's stated rule, in one query."""
    facilities = {
        request.cleanroom.facility_id: request.cleanroom.facility
        for request in requests
        if request.state is RequestState.WAITLISTED and request.cleanroom is not None
    }
    if not facilities:
        return {}
    rows = session.execute(
        select(
            Cleanroom.facility_id,
            SlotRequest.id,
            SlotRequest.waitlisted_at,
            SlotRequest.created_at,
            SlotRequest.run_kind,
        )
        .join(Cleanroom, Cleanroom.id == SlotRequest.cleanroom_id)
        .where(SlotRequest.state == RequestState.WAITLISTED, Cleanroom.facility_id.in_(facilities))
    )
    waiting: dict[int, list[Waiting]] = {facility_id: [] for facility_id in facilities}
    for facility_id, request_id, waitlisted_at, created_at, run_kind in rows:
        waiting[facility_id].append(
            Waiting(request_id=request_id, since=waitlisted_at or created_at, clinical=run_kind in GMP_RUNS)
        )
    places = {
        one.request_id: place
        for facility_id, ones in waiting.items()
        for place, one in enumerate(
            waiting_order(ones, clinical_first=facilities[facility_id].priority is Priority.CLINICAL_FIRST), 1
        )
    }
    return {request.id: places[request.id] for request in requests if request.id in places}


def requestable_facilities(session: Session) -> list[Facility]:
    """Return the facilities that take requests through the portal and have a cleanroom to book, by name."""
    rooms = select(Cleanroom.facility_id).where(Cleanroom.is_bookable)
    return list(
        session.scalars(
            select(Facility)
            .where(Facility.is_open_for_requests, Facility.id.in_(rooms))
            .order_by(Facility.name)
        )
    )


def names_of_requestable_projects(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the projects for which the actor may request a slot, with their names, by name."""
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        return []
    rows = session.execute(
        select(Project.id, Project.name)
        .where(Project.organisation_id == actor.organisation_id, Project.archived_at.is_(None))
        .order_by(Project.name)
    )
    return [(project_id, name) for project_id, name in rows]


def requestable_projects(session: Session, actor: Actor) -> list[Project]:
    """Return the projects for which the actor may request a slot, by name."""
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        return []
    return list(
        session.scalars(
            select(Project)
            .where(Project.organisation_id == actor.organisation_id, Project.archived_at.is_(None))
            .order_by(Project.name)
        )
    )


# Rooms and facilities in questions of their own: many rows share a few, whose hundred columns each would repeat.
def _requests() -> Select[SlotRequest]:
    return select(SlotRequest).options(
        joinedload(SlotRequest.project),
        joinedload(SlotRequest.organisation),
        joinedload(SlotRequest.requested_by),
        selectinload(SlotRequest.cleanroom).selectinload(Cleanroom.facility),
    )


def _bookings() -> Select[Booking]:
    return (
        select(Booking)
        .join(Block, Block.id == Booking.block_id)
        .options(
            contains_eager(Booking.block).selectinload(Block.cleanroom).selectinload(Cleanroom.facility),
            joinedload(Booking.project),
            joinedload(Booking.organisation),
            joinedload(Booking.request),
        )
    )


def _one(session: Session, question: Select[Row]) -> Row:
    row = session.scalars(question).first()
    if row is None:
        raise NotFound
    return row
