"""Named questions of the facility's side: what is asked of it, what is booked there; other facilities' is not found."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

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
) -> list[SlotRequest]:
    """Return the requests asked of the facilities where the actor has a duty, what waits longest first."""
    wanted = actor.facility_ids if facility_id is None else actor.facility_ids & {facility_id}
    here = select(Cleanroom.id).where(Cleanroom.facility_id.in_(wanted))
    if cleanroom_id is not None:
        here = here.where(Cleanroom.id == cleanroom_id)
    return list(
        session.scalars(
            _requests()
            .where(
                SlotRequest.state.in_(states),
                SlotRequest.submitted_at.is_not(None),
                SlotRequest.cleanroom_id.in_(here),
            )
            .order_by(SlotRequest.waiting_since.asc().nulls_last(), SlotRequest.id)
        )
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
    """Return every open request for these cleanrooms that has a window, oldest first; for whoever judges one of them."""
    question = _requests().where(
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
                joinedload(MoveProposal.booking).joinedload(Booking.organisation),
                joinedload(MoveProposal.booking).joinedload(Booking.request),
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


def bookings_at(
    session: Session,
    actor: Actor,
    *,
    since: datetime | None,
    until: datetime | None,
    facility_id: int | None = None,
    cleanroom_id: int | None = None,
    states: Collection[BookingState],
) -> list[Booking]:
    """Return the bookings at the actor's facilities that touch a stretch of time, by start."""
    wanted = actor.facility_ids if facility_id is None else actor.facility_ids & {facility_id}
    question = (
        _bookings()
        .where(Cleanroom.facility_id.in_(wanted), Booking.state.in_(states))
        .order_by(Block.starts_at, Booking.id)
    )
    if cleanroom_id is not None:
        question = question.where(Block.cleanroom_id == cleanroom_id)
    if since is not None:
        question = question.where(Block.ends_at > since)
    if until is not None:
        question = question.where(Block.starts_at < until)
    return list(session.scalars(question))


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
        joinedload(SlotRequest.cleanroom).joinedload(Cleanroom.facility),
    )


def _bookings() -> Select[Booking]:
    return (
        select(Booking)
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .options(
            joinedload(Booking.block).joinedload(Block.cleanroom).joinedload(Cleanroom.facility),
            joinedload(Booking.project),
            joinedload(Booking.organisation),
            joinedload(Booking.request),
        )
    )
