"""What a founder's home asks about the projects, requests and bookings of their own organisation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad as Load

from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    MoveProposal,
    MoveState,
    RequestMessage,
    RequestState,
    Side,
    SlotRequest,
)
from portal.bookings.queries import LIVE, owns
from portal.core.actors import Actor
from portal.facilities.models import Cleanroom, Facility
from portal.ledger import Entry, Subject
from portal.projects.models import Project
from portal.projects.queries import ProjectFilter, own_projects

UNDER_WAY = (
    RequestState.DRAFT,
    RequestState.SUBMITTED,
    RequestState.NEEDS_INFO,
    RequestState.OFFERED,
    RequestState.WAITLISTED,
)
WAITING = (RequestState.SUBMITTED, RequestState.NEEDS_INFO, RequestState.WAITLISTED)
UNREAD = (
    SlotRequest.equipment,
    SlotRequest.acceptable_facility_ids,
    SlotRequest.estimate,
    SlotRequest.remark,
    SlotRequest.decision_note,
)
"""What a home says nothing about, and what is costly to read for every request."""
MOST = 200
"""Rows read for a home at most; what lies beyond is on the page that lists it all."""


def _place(room: Load) -> Load:
    """Return how a cleanroom is read for a home: what it and its facility are called, its clock, and how its waiting list is ordered."""
    return room.load_only(Cleanroom.code, Cleanroom.grade, Cleanroom.facility_id).options(
        selectinload(Cleanroom.facility).load_only(Facility.name, Facility.time_zone, Facility.priority)
    )


def projects(session: Session, actor: Actor) -> list[Project]:
    """Return the actor's own projects that are not archived, the latest changed first."""
    return list(session.scalars(own_projects(actor, ProjectFilter(sort="-updated")).limit(MOST)))


def requests_under_way(session: Session, actor: Actor) -> list[SlotRequest]:
    """Return the actor's requests that are not finished: open ones, and approved ones whose booking is not over."""
    has_booking = exists().where(Booking.request_id == SlotRequest.id, Booking.state.in_(LIVE))
    return list(
        session.scalars(
            select(SlotRequest)
            .where(
                owns(actor),
                or_(
                    SlotRequest.state.in_(UNDER_WAY),
                    and_(SlotRequest.state == RequestState.APPROVED, has_booking),
                ),
            )
            .options(
                selectinload(SlotRequest.project).load_only(Project.name),
                *(defer(column) for column in UNREAD),
                _place(selectinload(SlotRequest.cleanroom)),
            )
            .order_by(SlotRequest.id.desc())
            .limit(MOST)
        )
    )


def count_requests(session: Session, actor: Actor) -> int:
    """Return how many requests the actor's organisation has made, drafts included unless they were discarded."""
    kept = or_(SlotRequest.state != RequestState.WITHDRAWN, SlotRequest.submitted_at.is_not(None))
    return session.scalar(select(func.count()).select_from(SlotRequest).where(owns(actor), kept)) or 0


def live_bookings(session: Session, actor: Actor) -> list[Booking]:
    """Return the bookings and holds that came of the organisation's requests and are not over, by start."""
    return list(
        session.scalars(
            select(Booking)
            .join(Block, Block.id == Booking.block_id)
            .where(
                Booking.organisation_id == actor.organisation_id,
                Booking.request_id.is_not(None),
                Booking.state.in_(LIVE),
            )
            .options(
                _place(contains_eager(Booking.block).selectinload(Block.cleanroom)),
                selectinload(Booking.project).load_only(Project.name),
                defer(Booking.estimate),
            )
            .order_by(Block.starts_at, Booking.id)
            .limit(MOST)
        )
    )


def moves_to_answer(session: Session, booking_ids: Collection[int], *, by: Side) -> list[MoveProposal]:
    """Return the open proposals to move these bookings that this side made, so that the other one answers."""
    return list(
        session.scalars(
            select(MoveProposal)
            .where(
                MoveProposal.booking_id.in_(list(booking_ids)),
                MoveProposal.state == MoveState.OPEN,
                MoveProposal.side == by,
            )
            .options(joinedload(MoveProposal.cleanroom).joinedload(Cleanroom.facility))
            .order_by(MoveProposal.proposed_at, MoveProposal.id)
        )
    )


def questions(session: Session, request_ids: Collection[int]) -> dict[int, str]:
    """Return the facility's latest words about each of these requests, by request."""
    newest = (
        select(func.max(RequestMessage.id))
        .where(RequestMessage.request_id.in_(list(request_ids)), RequestMessage.side == Side.FACILITY)
        .group_by(RequestMessage.request_id)
    )
    rows = session.execute(
        select(RequestMessage.request_id, RequestMessage.text).where(RequestMessage.id.in_(newest))
    )
    return dict(rows.all())


def taken_windows(session: Session, request_ids: Collection[int]) -> set[int]:
    """Return which of these requests ask for time that a booking, a hold or a closure has taken meanwhile."""
    overlapping: ColumnElement[bool] = and_(
        Block.cleanroom_id == SlotRequest.cleanroom_id,
        Block.kind.in_((BlockKind.BOOKING, BlockKind.HOLD, BlockKind.CLOSURE)),
        Block.starts_at < SlotRequest.ends_at,
        Block.ends_at > SlotRequest.starts_at,
    )
    return set(
        session.scalars(
            select(SlotRequest.id).where(
                SlotRequest.id.in_(list(request_ids)),
                SlotRequest.state.in_(WAITING),
                exists().where(overlapping),
            )
        )
    )


def projects_with_requests(session: Session, actor: Actor) -> set[int]:
    """Return the actor's projects for which a slot was ever asked, drafts aside."""
    return set(
        session.scalars(
            select(SlotRequest.project_id)
            .distinct()
            .where(owns(actor), SlotRequest.submitted_at.is_not(None))
        )
    )


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of the ledger about the actor's own project, with the cleanroom and the request that it names."""

    entry: Entry
    project_id: int
    room: Cleanroom | None
    request: SlotRequest | None


def happened(session: Session, actor: Actor, names: Collection[str], *, limit: int) -> list[Happened]:
    """Return the latest entries of these names about the actor's own projects, newest first.

    What a facility noted of bookings that came of no request is its own, and left out.
    """
    mine = own_projects(actor, ProjectFilter()).order_by(None).with_only_columns(Project.id)
    about = select(Subject.entry_id, Subject.subject_id).where(
        Subject.kind == "project", Subject.subject_id.in_(mine)
    )
    # The index knows the latest of all entries; only where they tell too little of these names are all of them read.
    newest = about.order_by(Subject.entry_id.desc()).limit(MOST)
    rows = _latest(session, newest, names, limit=limit)
    if len(rows) < limit:
        rows = _latest(session, about, names, limit=limit)
    rooms = {room.id: room for room in session.scalars(_rooms([entry for entry, _ in rows]))}
    asked = {request.id: request for request in session.scalars(_requests([entry for entry, _ in rows]))}
    return [
        Happened(
            entry,
            project_id,
            rooms.get(entry.facts.get("cleanroom_id") or 0),
            asked.get(entry.facts.get("request_id") or 0),
        )
        for entry, project_id in rows
        if entry.name.startswith("project.") or entry.facts.get("request_id") is not None
    ]


def _latest(
    session: Session, about: Select[int, int], names: Collection[str], *, limit: int
) -> Sequence[Row[Entry, int]]:
    found = about.subquery().c
    return session.execute(
        select(Entry, found.subject_id)
        .join(found.entry_id.table, found.entry_id == Entry.id)
        .where(Entry.name.in_(list(names)))
        .order_by(Entry.id.desc())
        .limit(limit)
    ).all()


def _rooms(entries: Collection[Entry]) -> Select[Cleanroom]:
    named = {entry.facts.get("cleanroom_id") for entry in entries} - {None}
    return select(Cleanroom).where(Cleanroom.id.in_(named)).options(joinedload(Cleanroom.facility))


def _requests(entries: Collection[Entry]) -> Select[SlotRequest]:
    named = {entry.facts.get("request_id") for entry in entries} - {None}
    return (
        select(SlotRequest)
        .where(SlotRequest.id.in_(named))
        .options(joinedload(SlotRequest.cleanroom).joinedload(Cleanroom.facility))
    )
