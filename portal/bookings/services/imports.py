"""Taking over today's calendar: what each of its events becomes, or everything in its way, and then doing it, once."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import queries, search
from portal.bookings.calendar_files import CalendarFile, Event, Mistake
from portal.bookings.models import Block, Booking, BookingState, RunKind
from portal.bookings.roomtime import RoomTime, local_day, midnight, wall_moment
from portal.bookings.rules.entering import reasons_against_entry
from portal.bookings.rules.timetables import Occupation, Timetable, Work
from portal.bookings.search import Diary
from portal.bookings.separation import Neighbour, Stay, facts_entered, shared_with
from portal.bookings.services.bookings import against_own_work, enter_booking, plain_need
from portal.bookings.services.decisions import unread
from portal.bookings.services.holds import release_expired
from portal.bookings.services.locking import lock_facilities
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom


class Action(StrEnum):
    """What becomes of an event."""

    ENTER = "enter"
    KNOWN = "known"
    REFUSED = "refused"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What becomes of one event: where and when it takes a cleanroom, or every reason why it doesn't."""

    row: int
    action: Action
    title: str
    key: str = ""
    room: Cleanroom | None = None
    slot: Slot | None = None
    is_rounded: bool = False
    process_class: str | None = None
    mistakes: tuple[Mistake, ...] = ()
    warned: tuple[Reason, ...] = ()
    """Of what the rules of segregation warn there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a whole calendar; `digest` changes whenever anything of it would."""

    lines: tuple[Line, ...]
    mistakes: tuple[Mistake, ...]
    digest: str

    def number(self, action: Action) -> int:
        """Return how many events have this fate."""
        return sum(line.action is action for line in self.lines)

    @property
    def warned(self) -> list[Reason]:
        """Return of what the rules warn in what would be entered, each rule once."""
        first = {str(one.values["rule"]): one for line in reversed(self.lines) for one in line.warned}
        return [first[rule] for rule in sorted(first)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the events of a calendar take place: one cleanroom, or the one of a facility that each event names."""

    facility_id: int
    cleanroom_id: int | None = None


def plan_import(
    session: Session,
    actor: Actor,
    file: CalendarFile,
    target: Target,
    *,
    process_class: str | None = None,
    at: datetime,
) -> Plan:
    """Return what importing a calendar would do now, in a number of queries that does not grow with its events.

    Raises `NotFound` if the actor does not manage the place.
    """
    rooms = [room for room in queries.managed_rooms(session, actor) if room.facility_id == target.facility_id]
    if not rooms or (
        target.cleanroom_id is not None and target.cleanroom_id not in {room.id for room in rooms}
    ):
        raise NotFound
    placed = [_placed(event, rooms, target, process_class) for event in file.events]
    times = Counter(line.key for line in placed)
    placed = [
        _refused(line, "title", Reason("event_twice")) if times[line.key] > 1 else line for line in placed
    ]
    placed = [_sensible(line, at) for line in placed]
    placed = _without_known(session, placed)
    lines = [*_judged(session, placed, at=at), *_set_aside(file)]
    lines.sort(key=lambda line: line.row)
    whole = tuple(
        mistake for mistake in file.mistakes if mistake.row is None or (not file.events and mistake.row == 1)
    )
    return Plan(tuple(lines), whole, _digest(lines))


def import_calendar(
    session: Session,
    actor: Actor,
    file: CalendarFile,
    target: Target,
    *,
    process_class: str | None = None,
    digest: str,
    acknowledged: bool = False,
    at: datetime,
) -> Plan:
    """Enter what a preview showed as free to be entered, all of it or nothing; a second time it does nothing.

    `digest` is that of the plan that was shown. Raises `NotFound`, `Stale` if by now the plan is another one, and
    `Refused` if there is nothing to enter.
    """
    if target.facility_id not in {room.facility_id for room in queries.managed_rooms(session, actor)}:
        raise NotFound
    locked = lock_facilities(session, [target.facility_id])
    release_expired(session, locked, at=at)
    plan = check_import(
        session,
        actor,
        file,
        target,
        process_class=process_class,
        digest=digest,
        acknowledged=acknowledged,
        at=at,
    )
    _enter(session, actor, plan, locked, at=at)
    return plan


def check_import(
    session: Session,
    actor: Actor,
    file: CalendarFile,
    target: Target,
    *,
    process_class: str | None = None,
    digest: str,
    acknowledged: bool = False,
    at: datetime,
) -> Plan:
    """Return the plan if it still is the one that was shown, has anything to enter, and its warnings were read.

    Raises as `import_calendar`.
    """
    plan = plan_import(session, actor, file, target, process_class=process_class, at=at)
    if plan.number(Action.ENTER) == 0:
        raise Refused([Reason("calendar_nothing_to_enter", {"known": plan.number(Action.KNOWN)})])
    if plan.digest != digest:
        raise Stale({"plan": plan.digest})
    if reasons := unread(plan.warned, acknowledged=acknowledged):
        raise Refused(reasons)
    return plan


def import_events(
    session: Session,
    actor: Actor,
    events: Sequence[Event],
    target: Target,
    *,
    process_class: str | None = None,
    at: datetime,
) -> Plan:
    """Enter those of these events that are free to be entered now; the plan says what became of each.

    What was entered before is known, so that doing it again does nothing. Raises `NotFound` if the actor does not
    manage the place.
    """
    if target.facility_id not in {room.facility_id for room in queries.managed_rooms(session, actor)}:
        raise NotFound
    locked = lock_facilities(session, [target.facility_id])
    release_expired(session, locked, at=at)
    plan = plan_import(
        session, actor, CalendarFile(tuple(events)), target, process_class=process_class, at=at
    )
    _enter(session, actor, plan, locked, at=at)
    return plan


def _enter(
    session: Session, actor: Actor, plan: Plan, locked: Mapping[int, Cleanroom], *, at: datetime
) -> None:
    for line in plan.lines:
        if line.action is Action.ENTER and line.room is not None and line.slot is not None:
            enter_booking(
                session,
                actor,
                locked[line.room.id],
                line.slot,
                title=line.title,
                process_class=line.process_class,
                run_kind=RunKind.OTHER,
                import_key=line.key,
                warned=line.warned,
                at=at,
            )


def slot_in(room: Cleanroom, event: Event) -> tuple[Slot, bool]:
    """Return the time that an event takes in a room, rounded outwards to its booking unit, and whether it was rounded."""
    zone = room.facility.time_zone
    exact = Slot(_moment(event.start, zone), _moment(event.end, zone))
    time = RoomTime.of(room, local_day(exact.start, zone))
    whole = time.slot(time.span(exact))
    return whole, whole != exact


def _moment(when: date | datetime, zone: str) -> datetime:
    if not isinstance(when, datetime):
        return midnight(when, zone)
    return when if when.tzinfo is not None else wall_moment(when, zone)


def _placed(event: Event, rooms: Sequence[Cleanroom], target: Target, process_class: str | None) -> Line:
    line = Line(
        row=event.row,
        action=Action.ENTER,
        title=event.title,
        key=f"{target.facility_id}:{event.key}",
        process_class=event.process_class or process_class,
    )
    if target.cleanroom_id is not None:
        room = next(room for room in rooms if room.id == target.cleanroom_id)
    elif not event.room:
        return _refused(line, "room", Reason("event_room_missing"))
    else:
        wanted = event.room.casefold()
        found = [room for room in rooms if wanted in (room.code.casefold(), room.name.casefold())]
        if not found:
            known = ", ".join(room.code for room in rooms)
            return _refused(
                line, "room", Reason("event_room_unknown", {"written": event.room[:60], "known": known})
            )
        room = found[0]
    try:
        slot, is_rounded = slot_in(room, event)
    except (ValueError, OverflowError):
        return _refused(line, "end", Reason("event_ends_before_start"))
    return replace(line, room=room, slot=slot, is_rounded=is_rounded)


def _refused(line: Line, field: str, *reasons: Reason) -> Line:
    mistakes = (*line.mistakes, *(Mistake(line.row, field, reason) for reason in reasons))
    return replace(line, action=Action.REFUSED, mistakes=mistakes)


def _sensible(line: Line, at: datetime) -> Line:
    if line.action is not Action.ENTER or line.slot is None:
        return line
    reasons = reasons_against_entry(line.slot, at=at)
    return _refused(line, "start", *reasons) if reasons else line


def _without_known(session: Session, lines: Sequence[Line]) -> list[Line]:
    """Mark the events that an earlier import has entered; one that has moved since is not moved behind anybody's back."""
    keys = [line.key for line in lines if line.action is Action.ENTER]
    rows = session.execute(
        select(Booking.import_key, Booking.state, Block.cleanroom_id, Block.starts_at, Block.ends_at)
        .join(Block, Block.id == Booking.block_id)
        .where(Booking.import_key.in_(keys))
    )
    known = {key: (state, room_id, start, end) for key, state, room_id, start, end in rows}
    found = []
    for line in lines:
        if line.action is not Action.ENTER or line.key not in known or line.room is None or line.slot is None:
            found.append(line)
            continue
        state, room_id, start, end = known[line.key]
        same = (room_id, start, end) == (line.room.id, line.slot.start, line.slot.end)
        if same or state in (BookingState.COMPLETED, BookingState.CANCELLED, BookingState.NO_SHOW):
            found.append(replace(line, action=Action.KNOWN))
        else:
            values = {"start": start, "end": end, "zone": line.room.facility.time_zone}
            found.append(_refused(line, "start", Reason("event_was_imported_elsewhere", values)))
    return found


def _judged(session: Session, lines: Sequence[Line], *, at: datetime) -> list[Line]:
    """Ask the rules about each event in turn, as if those before it were entered already."""
    waiting = [line for line in lines if line.action is Action.ENTER]
    if not waiting:
        return list(lines)
    slots = [line.slot for line in waiting if line.slot is not None]
    since = min([at, *(slot.start for slot in slots)])
    days = (max(slot.end for slot in slots) - since).days + 2
    rooms = {line.room.id: line.room for line in waiting if line.room is not None}
    diaries = search.diaries_of(session, rooms.values(), at=since, days=days)
    judged: dict[int, Line] = {}
    for line in sorted(waiting, key=lambda line: (line.slot is None, line.slot, line.row)):
        found = _judge(line, diaries, at)
        judged[line.row] = found
        if found.action is Action.ENTER:
            _take_note(found, diaries)
    return [judged.get(line.row, line) if line.action is Action.ENTER else line for line in lines]


def _judge(line: Line, diaries: Mapping[int, Diary], at: datetime) -> Line:
    if line.slot is None or line.room is None:
        return line
    need = plain_need(line.room, line.process_class, line.slot)
    reasons, warned = against_own_work(diaries[line.room.id], need, line.slot, at=at)
    return _refused(line, "start", *reasons) if reasons else replace(line, warned=tuple(warned))


def _take_note(line: Line, diaries: dict[int, Diary]) -> None:
    """Write what would be entered into the diary of its room, and into those of the rooms that share something with it."""
    if line.slot is None or line.room is None:
        return
    facts, key = facts_entered(RunKind.OTHER, line.process_class), f"row {line.row}"
    for room_id, diary in diaries.items():
        other = diary.cleanroom
        if room_id == line.room.id:
            occupation = Occupation(diary.time.span(line.slot), Work(line.process_class or "", None), key)
            timetable = Timetable.of(diary.timetable.calendar, [*diary.timetable.occupations, occupation])
            here = {**diary.separation.here, key: facts}
            diaries[room_id] = replace(
                diary, timetable=timetable, separation=replace(diary.separation, here=here)
            )
        elif (shared := shared_with(other, line.room)) is not None:
            stay = Stay(line.slot.start, line.slot.end, facts)
            neighbours = (*diary.separation.neighbours, Neighbour(line.room.code, shared, [stay]))
            diaries[room_id] = replace(diary, separation=replace(diary.separation, neighbours=neighbours))


def _set_aside(file: CalendarFile) -> list[Line]:
    """Return the rows that could not be read, and those that were left out on purpose."""
    wrong: Mapping[int, list[Mistake]] = defaultdict(list)
    for mistake in file.mistakes:
        if mistake.row is not None:
            wrong[mistake.row].append(mistake)
    lines = [
        Line(row=row, action=Action.REFUSED, title=_title(mistakes), mistakes=tuple(mistakes))
        for row, mistakes in wrong.items()
    ]
    lines += [
        Line(row=one.row or 0, action=Action.LEFT_OUT, title=_title([one]), mistakes=(one,))
        for one in file.left_out
    ]
    return lines


def _title(mistakes: Sequence[Mistake]) -> str:
    return next((str(one.reason.values["title"]) for one in mistakes if "title" in one.reason.values), "")


def _digest(lines: Sequence[Line]) -> str:
    told = [
        [
            line.row,
            line.action.value,
            line.key,
            line.room.id if line.room else None,
            [line.slot.start.isoformat(), line.slot.end.isoformat()] if line.slot else None,
            line.title,
            line.process_class,
        ]
        for line in lines
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
