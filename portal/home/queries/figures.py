"""Figures for the analyst: rows without names, from which the rules make what may be shown."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import case, extract, func, select
from sqlalchemy.orm import Session, joinedload, load_only

from portal.bookings.models import Block, BlockKind, Booking, SlotRequest
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.opening import openings_of
from portal.home.rules.figures import FIRST_DECISIONS, Share, may_be_shown
from portal.home.rules.year import days_of
from portal.ledger import Entry, Subject
from portal.store import UtcDateTime


def asked_between(session: Session, moments: Sequence[datetime]) -> list[tuple[int, int]]:
    """Return for each stretch between two of these moments how many requests were submitted, of how many projects."""
    submitted = SlotRequest.submitted_at
    place = case(*((submitted < end, number) for number, end in enumerate(moments[1:])), else_=-1)
    rows = session.execute(
        select(place, func.count(), func.count(SlotRequest.project_id.distinct()))
        .where(submitted >= moments[0], submitted < moments[-1])
        .group_by(place)
    )
    found = {number: (requests, projects) for number, requests, projects in rows}
    return [found.get(number, (0, 0)) for number in range(len(moments) - 1)]


def waits(session: Session, *, since: datetime) -> list[tuple[int, timedelta]]:
    """Return how long each request that was submitted since a moment waited for its first answer, with its project."""
    # Asked for each request, and not for all answers at once, because the former follows an index on both engines.
    answered = (
        select(func.min(Entry.at, type_=UtcDateTime()))
        .join(Subject, Subject.entry_id == Entry.id)
        .where(
            Subject.kind == "slot_request",
            Subject.subject_id == SlotRequest.id,
            Entry.name.in_(sorted(FIRST_DECISIONS)),
        )
        .scalar_subquery()
    )
    # Seconds, and not moments: a year has thousands of them, and each would be made here only to be subtracted.
    waited = extract("epoch", answered) - extract("epoch", SlotRequest.submitted_at)
    rows = session.execute(select(SlotRequest.project_id, waited).where(SlotRequest.submitted_at >= since))
    # Those without an answer are left out here: asked for in the question, each would be looked up a second time.
    return [
        (project_id, timedelta(seconds=float(seconds))) for project_id, seconds in rows if seconds is not None
    ]


def shares(session: Session, *, first: date, days: int, since: datetime, until: datetime) -> dict[str, Share]:
    """Return how much of the open days of each facility's bookable cleanrooms was booked, by the facility's name.

    A day on which a room is closed counts as not open; changeover does not count as booked. Days are the facility's.
    """
    rooms = session.scalars(
        select(Cleanroom)
        .join(Cleanroom.facility)
        .where(Cleanroom.is_bookable, Facility.is_open_for_requests)
        .options(
            load_only(Cleanroom.facility_id, Cleanroom.open_weekdays),
            joinedload(Cleanroom.facility).load_only(Facility.name, Facility.time_zone, Facility.country),
        )
        .order_by(Facility.name, Cleanroom.code)
    ).all()
    openings = openings_of(session, rooms, first, days=days)
    taken = _days_taken(session, rooms, first=first, since=since, until=until)
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    projects: dict[str, list[int]] = defaultdict(list)
    bits: dict[tuple[int, frozenset[int]], int] = {}
    for room in rooms:
        alike = room.facility_id, openings[room.id].weekdays
        if alike not in bits:
            bits[alike] = _bits(openings[room.id].days_from(first, days))
        opened = bits[alike] & ~taken[room.id].closed
        found[room.facility.name].append((opened.bit_count(), (opened & taken[room.id].booked).bit_count()))
        projects[room.facility.name] += taken[room.id].projects
    return {
        name: Share(
            rooms=len(counted),
            open_days=sum(opened for opened, _ in counted),
            booked_days=sum(booked for _, booked in counted) if may_be_shown(projects[name]) else None,
        )
        for name, counted in found.items()
    }


@dataclass(slots=True)
class Taken:
    """The days of a cleanroom as bits, the first day last: closed and booked, and the projects that booked it."""

    closed: int = 0
    booked: int = 0
    projects: list[int] = field(default_factory=list)


def _bits(days: bytes) -> int:
    return sum(1 << number for number, bit in enumerate(days) if bit)


def _days_taken(
    session: Session, rooms: Sequence[Cleanroom], *, first: date, since: datetime, until: datetime
) -> Mapping[int, Taken]:
    zones = {room.id: room.facility.time_zone for room in rooms}
    taken = {room.id: Taken() for room in rooms}
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
        start, end = days_of(starts_at, ends_at, zones[room_id])
        place = max((start - first).days, 0)
        days = ((1 << max((end - first).days + 1 - place, 0)) - 1) << place
        if kind is BlockKind.CLOSURE:
            taken[room_id].closed |= days
        else:
            taken[room_id].booked |= days
        if project_id is not None:
            taken[room_id].projects.append(project_id)
    return taken
