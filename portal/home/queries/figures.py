"""Figures for the analyst: rows without names, from which the rules make what may be shown."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.models import Block, BlockKind, Booking, SlotRequest
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.opening import openings_of
from portal.home.rules.figures import FIRST_DECISIONS, SUBMITTED, Share, may_be_shown
from portal.home.rules.year import days_of
from portal.ledger import Entry, Subject


@dataclass(frozen=True, slots=True)
class Step:
    """That a request was submitted or first answered: its id, its project's, and its present room's facility."""

    request_id: int
    project_id: int
    name: str
    at: datetime


def steps(session: Session, *, since: datetime) -> list[Step]:
    """Return the submissions and answers of all requests since a moment, in the order of time."""
    rows = session.execute(
        select(Subject.subject_id, SlotRequest.project_id, Entry.name, Entry.at)
        .join(Entry, Entry.id == Subject.entry_id)
        .join(SlotRequest, SlotRequest.id == Subject.subject_id)
        .where(
            Subject.kind == "slot_request",
            Entry.name.in_([SUBMITTED, *FIRST_DECISIONS]),
            Entry.at >= since,
        )
        .order_by(Entry.at, Entry.id)
    )
    return [Step(*row) for row in rows]


def shares(session: Session, *, first: date, days: int, since: datetime, until: datetime) -> dict[str, Share]:
    """Return how much of the open days of each facility's bookable cleanrooms was booked, by the facility's name.

    A day on which a room is closed counts as not open; changeover does not count as booked. Days are the facility's.
    """
    rooms = session.scalars(
        select(Cleanroom)
        .join(Cleanroom.facility)
        .where(Cleanroom.is_bookable, Facility.is_open_for_requests)
        .options(joinedload(Cleanroom.facility))
        .order_by(Facility.name, Cleanroom.code)
    ).all()
    openings = openings_of(session, rooms, first, days=days)
    taken = _days_taken(session, rooms, since=since, until=until)
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    projects: dict[str, list[int]] = defaultdict(list)
    for room in rooms:
        bits = openings[room.id].days_from(first, days)
        closed, booked, asking = taken[room.id]
        opened = {first + timedelta(days=number) for number, bit in enumerate(bits) if bit} - closed
        found[room.facility.name].append((len(opened), len(opened & booked)))
        projects[room.facility.name] += asking
    return {
        name: Share(
            rooms=len(counted),
            open_days=sum(opened for opened, _ in counted),
            booked_days=sum(booked for _, booked in counted) if may_be_shown(projects[name]) else None,
        )
        for name, counted in found.items()
    }


Taken = tuple[set[date], set[date], list[int]]
"""Of a cleanroom: days closed, days booked, and the projects that booked it."""


def _days_taken(
    session: Session, rooms: Sequence[Cleanroom], *, since: datetime, until: datetime
) -> Mapping[int, Taken]:
    zones = {room.id: room.facility.time_zone for room in rooms}
    taken: dict[int, Taken] = {room.id: (set(), set(), []) for room in rooms}
    rows = session.execute(
        select(Block.cleanroom_id, Block.kind, Block.starts_at, Block.ends_at, Booking.project_id)
        .outerjoin(Booking, Booking.block_id == Block.id)
        .where(
            Block.cleanroom_id.in_(list(zones)),
            Block.kind.in_((BlockKind.BOOKING, BlockKind.CLOSURE)),
            Block.starts_at < until,
            Block.ends_at > since,
        )
    )
    for room_id, kind, starts_at, ends_at, project_id in rows:
        first, last = days_of(starts_at, ends_at, zones[room_id])
        closed, booked, projects = taken[room_id]
        (closed if kind is BlockKind.CLOSURE else booked).update(
            first + timedelta(days=number) for number in range((last - first).days + 1)
        )
        if project_id is not None:
            projects.append(project_id)
    return taken
