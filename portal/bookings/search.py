"""The one answer to "where and when": for every cleanroom, whether it fits, why not, and its first free windows.

The list of fitting rooms, the submission, the decision and every later view ask here, so that nothing is offered that
is then refused. Everything is loaded in a number of queries that does not grow with the rooms.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from portal.bookings import separation as apart
from portal.bookings.blocks import Neighbour, Surroundings
from portal.bookings.models import Block, BlockKind, Booking
from portal.bookings.needs import Need, vector_rank
from portal.bookings.roomtime import RoomTime, local_day, midnight
from portal.bookings.rules.fitting import RoomProfile, reasons_against_fit
from portal.bookings.rules.timetables import Calendar, Limits, Occupation, Span, Timetable, Work
from portal.bookings.rules.windows import end_of, reasons_against_window, separate_windows
from portal.bookings.separation import FACT_COLUMNS, NOTHING, Objection, Separation, Stay, with_facts
from portal.bookings.work import OwnDays, changeover_in_ticks
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.changeovers import longest_shipped_days
from portal.facilities.models import Cleanroom, RoomKind
from portal.facilities.opening import Opening, openings_of
from portal.facilities.queries import (
    bookable_cleanrooms,
    own_changeover_days,
    standing_of,
    validities_of,
)
from portal.facilities.rules.validity import Ending, Gap, Validity, most_runs_on
from portal.store import Base, UtcDateTime, among

HORIZON_DAYS = 550
COUNT = 3
ENDINGS = frozenset({"licence_begins", "licence_ends", "equipment_ends", "training_ends"})
"""What has run out, or will."""
WHEN_ONLY = frozenset({"no_window", apart.FULL, *apart.CODES, *ENDINGS})
"""What says nothing of the room itself, only of when it may be had."""
UNKNOWN_OUTSIDE = frozenset({"not_open_at_start", "shorter_than_campaign"})
"""What cannot be said of days outside the calendar, where nothing is known of opening."""


EVERYTHING_HOLDS = Validity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What is known of one cleanroom's time: its opening, what takes it, and its changeover days."""

    cleanroom: Cleanroom
    time: RoomTime
    timetable: Timetable
    own_days: OwnDays
    separation: Separation = NOTHING
    validity: Validity = EVERYTHING_HOLDS
    around: Surroundings | None = None
    """What lies beside the window that the diary was read for, if it was read for one."""

    def changeover_between(self, before: Work, after: Work) -> int:
        """Return the ticks between two works in this cleanroom."""
        return changeover_in_ticks(self.cleanroom.facility, self.own_days, self.time.per_day)(before, after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a cleanroom fits a need, every reason why not, and the first windows if it does.

    The `diary` is that of a room that fits, for whoever asks more of it.
    """

    cleanroom: Cleanroom
    reasons: tuple[Reason, ...]
    windows: tuple[Slot, ...]
    diary: Diary | None = None

    @property
    def fits(self) -> bool:
        """Say whether the room itself would do, whenever it may be free."""
        return all(reason.code in WHEN_ONLY for reason in self.reasons)


def answers(
    session: Session,
    need: Need,
    *,
    at: datetime,
    count: int = COUNT,
    ignored_booking_ids: Collection[int] = (),
) -> list[Answer]:
    """Return what every cleanroom of the kind that is needed says to a need: those that are free first, then by name.

    `ignored_booking_ids` are bookings that the asker would give back for the window, such as the one to be moved.
    """
    rooms = bookable_cleanrooms(session, need.kind)
    against = {room.id: reasons_against_room(room, need) for room in rooms}
    fitting = [room for room in rooms if not against[room.id]]
    diaries = diaries_of(session, fitting, at=at, ignored_booking_ids=ignored_booking_ids)
    found = [
        _answer(diaries[room.id], need, at=at, count=count)
        if room.id in diaries
        else Answer(cleanroom=room, reasons=tuple(against[room.id]), windows=())
        for room in rooms
    ]
    return sorted(
        found,
        key=lambda answer: (
            not answer.windows,
            not answer.fits,
            answer.windows[0] if answer.windows else Slot(at, at + timedelta(1)),
            len(answer.reasons),
            answer.cleanroom.facility.name,
            answer.cleanroom.code,
        ),
    )


def reasons_against_room(room: Cleanroom, need: Need) -> list[Reason]:
    """Return everything about a cleanroom that speaks against a need, whenever it may be free."""
    reasons = reasons_against_fit(profile_of(room), need.requirement)
    reasons = [replace(reason, values=_room_values(reason, room, need)) for reason in reasons]
    background = need.background
    if background is not None and background.lacks_isolator(room.grade, has_isolator=room.isolator):
        fact = {"fact": background.fact, "process": background.process}
        reasons.append(Reason("isolator_missing", {"room": room.name, **fact}))
    units = need.campaign(room).duration
    if units < room.min_units:
        reasons.append(
            Reason("too_short_for_room", {"asked": units, "least": room.min_units, "unit": room.unit})
        )
    if room.max_units is not None and units > room.max_units:
        reasons.append(
            Reason("too_long_for_room", {"asked": units, "most": room.max_units, "unit": room.unit})
        )
    return reasons


def reasons_against(
    session: Session,
    cleanroom: Cleanroom,
    need: Need,
    slot: Slot,
    *,
    at: datetime,
    ignored_booking_ids: Collection[int] = (),
    notice: bool = True,
) -> list[Reason]:
    """Return everything that stands in the way of a need having this cleanroom in this window.

    A manager who decides may waive the `notice` that the room asks of requesters.
    """
    diary = diary_around(session, cleanroom, slot, at=at, ignored_booking_ids=ignored_booking_ids)
    return reasons_against_room(cleanroom, need) + reasons_in_diary(diary, need, slot, at=at, notice=notice)


def reasons_in_diary(
    diary: Diary, need: Need, slot: Slot, *, at: datetime, notice: bool = True
) -> list[Reason]:
    """Return everything in a room's diary that stands in the way of a window, in moments instead of ticks."""
    time = diary.time
    if not time.on_the_clock(slot):
        return [Reason("not_on_the_clock", {"unit": diary.cleanroom.unit})]
    reasons = reasons_against_window(
        time.span(slot),
        diary.timetable,
        need.campaign(diary.cleanroom),
        diary.changeover_between,
        limits_of(diary, need, at=at, notice=notice),
    )
    if any(reason.code == "outside_calendar" for reason in reasons):
        reasons = [reason for reason in reasons if reason.code not in UNKNOWN_OUTSIDE]
    reasons = [reason for reason in reasons if reason.code not in apart.CODES]
    reasons += _told(diary, need, time.span(slot), blocks=True)
    ending = {one.code: one.what for one in endings_for(diary, need)}
    for gap in gaps_for(diary, need)[:1]:
        ending["licence_begins"] = gap.what
    return [_as_told(reason, diary, ending) for reason in reasons]


def endings_for(diary: Diary, need: Need) -> list[Ending]:
    """Return what a need asks of a cleanroom that runs out some day, of each kind the earliest."""
    return diary.validity.endings(
        is_gmp=diary.cleanroom.kind is RoomKind.GMP, gmo_class=need.gmo_class, equipment=need.equipment
    )


def gaps_for(diary: Diary, need: Need) -> list[Gap]:
    """Return on which days a licence that a need asks of a cleanroom does not hold yet."""
    return diary.validity.gaps(is_gmp=diary.cleanroom.kind is RoomKind.GMP, gmo_class=need.gmo_class)


def _as_told(reason: Reason, diary: Diary, ending: Mapping[str, str]) -> Reason:
    values = _moments(reason.values, diary)
    if reason.code in ending:
        values["what"] = ending[reason.code]
    return Reason(reason.code, values)


def warnings_against(
    session: Session,
    cleanroom: Cleanroom,
    need: Need,
    slot: Slot,
    *,
    at: datetime,
    ignored_booking_ids: Collection[int] = (),
) -> list[Reason]:
    """Return the rules that warn of a need having this cleanroom in this window, because QA has not adopted them."""
    diary = diary_around(session, cleanroom, slot, at=at, ignored_booking_ids=ignored_booking_ids)
    return warnings_in_diary(diary, need, slot)


def warnings_in_diary(diary: Diary, need: Need, slot: Slot) -> list[Reason]:
    """Return the rules that warn of a window, in moments instead of ticks, each rule once.

    Of a facility's own work whose process class nobody states, rules warn too that would speak against the worst beside it.
    """
    if not diary.time.on_the_clock(slot):
        return []
    span = diary.time.span(slot)
    told = _told(diary, need, span, blocks=False)
    if need.is_own and not need.process_class:
        told += _against_the_worst(diary, need, span)
    first = {str(reason.values["rule"]): reason for reason in reversed(told)}
    return [Reason(reason.code, _moments(reason.values, diary)) for reason in first.values()]


def objections_in(diary: Diary, need: Need, within: Span) -> Iterator[Objection]:
    """Yield what the rules of segregation have against a need in some ticks of a room's diary."""
    return apart.objections(diary.separation, diary.timetable.occupations, need, diary.time, within)


def _told(diary: Diary, need: Need, window: Span, *, blocks: bool) -> list[Reason]:
    found = [one for one in objections_in(diary, need, window) if one.found.blocks is blocks]
    found.sort(key=lambda one: one.span)
    return [apart.reason_of(objection, need, diary.separation.book) for objection in found]


def _against_the_worst(diary: Diary, need: Need, window: Span) -> list[Reason]:
    """Return what would speak against own work of which nothing is stated, beside other rooms' work, if it were the worst.

    One after the other in the room itself the facility's usual changeover lies between: there nobody is asked.
    """
    worst = replace(need, is_own=False)
    found = [one for one in objections_in(diary, worst, window) if one.code == apart.BESIDE]
    found.sort(key=lambda one: one.span)
    reasons = [apart.reason_of(objection, worst, diary.separation.book) for objection in found]
    return [replace(reason, code=apart.UNSTATED) for reason in reasons]


def limits_of(diary: Diary, need: Need, *, at: datetime, notice: bool = True, strict: bool = False) -> Limits:
    """Return what bounds a need in a cleanroom besides its calendar and its neighbours.

    Where nobody will look at the answer, `strict` keeps it away from what the rules only warn of, too.
    """
    room, time = diary.cleanroom, diary.time
    zone = room.facility.time_zone
    today = local_day(at, zone)
    earliest = {
        "in_the_past": time.tick_from(at),
        "before_earliest_start": time.tick(midnight(need.earliest_start, zone)),
    }
    if notice and room.notice_days:
        noticed = today + timedelta(days=room.notice_days)
        earliest["notice_too_short"] = time.tick(midnight(noticed, zone))
    latest = {}
    if need.latest_end is not None:
        latest["after_latest_end"] = time.tick(midnight(need.latest_end + timedelta(days=1), zone))
    if room.qualified_until is not None:
        latest["qualification_ends"] = time.tick(midnight(room.qualified_until + timedelta(days=1), zone))
    for ending in endings_for(diary, need):
        latest[ending.code] = time.tick(midnight(ending.last_day + timedelta(days=1), zone))

    def barred(within: Span) -> dict[str, list[Span]]:
        return _barred(diary, need, within, strict=strict)

    return Limits(earliest=earliest, latest=latest, barred=barred)


def _barred(diary: Diary, need: Need, within: Span, *, strict: bool) -> dict[str, list[Span]]:
    """Return what bars some ticks to a need, sorted, under the code of each reason."""
    barred: dict[str, list[Span]] = defaultdict(list)
    for gap in _gap_spans(diary, need):
        if gap.overlaps(within):
            barred["licence_begins"].append(gap)
    for objection in objections_in(diary, need, within):
        if strict or objection.found.blocks:
            barred[objection.code].append(objection.span)
    periods, separation = _periods(diary), diary.separation
    if periods or separation.most_runs is not None:
        beside = apart.spans_beside(separation, diary.time, within)
        barred[apart.FULL] = apart.full_spans(separation, beside, periods)
    return {code: sorted(spans) for code, spans in barred.items()}


def _gap_spans(diary: Diary, need: Need) -> Iterator[Span]:
    """Yield the ticks in which a licence that a need asks of a cleanroom does not hold yet."""
    time, zone = diary.time, diary.cleanroom.facility.time_zone
    for gap in gaps_for(diary, need):
        first = 0 if gap.first_day is None else max(0, time.tick(midnight(gap.first_day, zone)))
        last = time.tick(midnight(gap.last_day + timedelta(days=1), zone))
        if first < last:
            yield Span(first, last)


def _periods(diary: Diary) -> list[tuple[Span, int]]:
    """Return in which ticks the facility carries another number of runs at once."""
    time, zone = diary.time, diary.cleanroom.facility.time_zone
    return [
        (Span(time.tick(midnight(first, zone)), time.tick(midnight(last + timedelta(days=1), zone))), most)
        for first, last, most in diary.separation.periods
    ]


def profile_of(room: Cleanroom) -> RoomProfile:
    """Return a stored cleanroom as the rules see it."""
    return RoomProfile(
        room=room.id,
        facility=room.facility_id,
        kind=room.kind,
        grade=room.grade,
        bsl=room.bsl,
        equipment=frozenset(room.equipment),
        max_vector=vector_rank(room.vector_level),
        open_every_day=set(room.open_weekdays) == set(range(1, 8)),
        max_gmo_class=room.gmo_class,
        dedicated_to=room.dedicated_to_id,
        archived=not room.is_bookable,
        facility_operating=room.facility.is_open_for_requests,
    )


def diaries_of(
    session: Session,
    rooms: Iterable[Cleanroom],
    *,
    at: datetime,
    ignored_booking_ids: Collection[int] = (),
    days: int = HORIZON_DAYS,
) -> dict[int, Diary]:
    """Return the diaries of these cleanrooms from today on, by cleanroom; how many they are changes no count of queries."""
    by_id = {room.id: room for room in rooms}
    if not by_id:
        return {}
    own = own_changeover_days(session, list(by_id))
    # Beyond both ends too, so that a booking there asks for its changeover as it does of a single window.
    reach = _longest_changeover(by_id.values(), own)
    asked = {
        "rooms": list(by_id),
        "at": at,
        "since": at - timedelta(days=reach),
        "until": at + timedelta(days=days + reach),
        "ignored": list(ignored_booking_ids) or [0],
    }
    facilities = apart.Facilities.of(session, by_id.values(), since=at, until=at + timedelta(days=days))
    places = apart.places_of(
        session, {room.facility_id for room in by_id.values() if facilities.has_neighbours(room)}
    )
    beside = {room.id: facilities.beside(room, places.get(room.facility_id, ())) for room in by_id.values()}
    counts = {place.id for found in beside.values() for place, _shares in found}
    taken: dict[int, list[Taken]] = defaultdict(list)
    stays: dict[int, list[Stay]] = defaultdict(list)
    for row in session.execute(_AHEAD, {**asked, "all": sorted({*by_id, *counts})}).all():
        room_id, kind, starts_at, ends_at = row[:4]
        if room_id in by_id:
            taken[room_id].append(row)
        if room_id in counts and kind != BlockKind.CLOSURE and ends_at > at:
            stays[room_id].append(Stay(starts_at, ends_at, row[FACTS]))
    for listed in stays.values():
        listed.sort(key=attrgetter("starts_at"))
    first_days = {room.id: local_day(at, room.facility.time_zone) for room in by_id.values()}
    openings = openings_of(session, by_id.values(), min(first_days.values()), days=days + 1)
    ticks = Ticks()
    validities = validities_of(session, by_id.values())
    return {
        room.id: _diary(
            room,
            first_days[room.id],
            openings[room.id],
            taken[room.id],
            own[room.id],
            days,
            ticks,
            facilities.separation_of(room, beside[room.id], stays),
            validities[room.id],
        )
        for room in by_id.values()
    }


def _longest_changeover(rooms: Iterable[Cleanroom], own: Mapping[int, OwnDays]) -> int:
    """Return the most days that work in any of these cleanrooms has to keep from its neighbours, and one to spare."""
    days = [longest_shipped_days(), *(days for pairs in own.values() for days in pairs.values())]
    for room in rooms:
        days += [room.facility.default_changeover_days, room.facility.same_project_changeover_days]
    return max(days) + 1


def diary_around(
    session: Session,
    room: Cleanroom,
    slot: Slot,
    *,
    at: datetime,
    ignored_booking_ids: Collection[int] = (),
) -> Diary:
    """Return as much of a cleanroom's diary as decides about one window: what overlaps it, and what runs next to it.

    It answers about this window as the whole diary would, and asks only for what lies around it.
    """
    asked = {
        "room": room.id,
        "start": slot.start,
        "end": slot.end,
        "at": at,
        "ignored": list(ignored_booking_ids) or [0],
    }
    rows: list[Taken] = list(session.execute(_AROUND, asked))
    first_day = local_day(at, room.facility.time_zone)
    standing = standing_of(
        session,
        room,
        first=first_day,
        last=first_day + timedelta(days=HORIZON_DAYS + 1),
        since=slot.start.date() - apart.A_DAY,
        until=slot.end.date() + apart.A_DAY,
    )
    separation = apart.separation_of(
        session,
        room,
        standing.periods,
        since=slot.start,
        until=slot.end,
        at=at,
        ignored_booking_ids=ignored_booking_ids,
    )
    diary = _diary(
        room,
        first_day,
        standing.opening,
        rows,
        standing.own_days,
        HORIZON_DAYS,
        Ticks(),
        separation,
        standing.validity,
    )
    return replace(diary, around=_surroundings(rows, slot, standing.own_days))


_block, _booking = (Base.metadata.tables[model.__tablename__].c for model in (Block, Booking))
_COLUMNS = (
    _block.cleanroom_id,
    type_coerce(_block.kind, String),
    _block.starts_at,
    _block.ends_at,
    _booking.id,
    _block.id,
    *FACT_COLUMNS.values(),
)
FACTS = slice(6, None)
"""What is known of the work, of such a row."""
Taken = Any
"""A row of these columns: a stretch of a cleanroom's time, and what runs in it."""
_WORKING = (BlockKind.BOOKING, BlockKind.HOLD)


def _around() -> Select[Any]:
    """Return the question for what overlaps a window, and for the last and the first working block beside it.

    Which blocks those are is asked of blocks and bookings alone, and what is known of their work once for all.
    """
    start, end = bindparam("start", type_=UtcDateTime()), bindparam("end", type_=UtcDateTime())
    blocks, bookings = (Base.metadata.tables[model.__tablename__] for model in (Block, Booking))
    in_room = (
        select(_block.id)
        .select_from(blocks.outerjoin(bookings, _booking.block_id == _block.id))
        .where(
            _block.cleanroom_id == bindparam("room"),
            or_(_booking.held_until.is_(None), _booking.held_until > bindparam("at", type_=UtcDateTime())),
            or_(_booking.id.is_(None), _booking.id.not_in(bindparam("ignored", expanding=True))),
        )
    )
    working = in_room.where(among(_block.kind, _WORKING))
    before = working.where(_block.starts_at < start, _block.ends_at <= start).order_by(
        _block.starts_at.desc()
    )
    after = working.where(_block.starts_at >= end).order_by(_block.starts_at)
    # Closures after the window count too: they decide when work ends that the window is too short for.
    overlapping = in_room.where(
        _block.ends_at > start,
        or_(
            and_(among(_block.kind, _WORKING), _block.starts_at < end),
            _block.kind == BlockKind.CLOSURE,
        ),
    )
    found = union_all(
        overlapping,
        select(before.limit(1).subquery("before")),
        select(after.limit(1).subquery("after")),
    )
    return select(*_COLUMNS).select_from(with_facts(blocks)).where(_block.id.in_(found))


_AROUND = _around()


def _surroundings(taken: Iterable[Taken], slot: Slot, own: OwnDays) -> Surroundings:
    """Return the last work before a window and the first after it."""
    found = [
        Neighbour(block_id, Slot(starts_at, ends_at), Work(process_class or "", project_id))
        for _, kind, starts_at, ends_at, _, block_id, project_id, _, process_class, *_ in taken
        if kind != BlockKind.CLOSURE
    ]
    return Surroundings(
        max((one for one in found if one.slot.end <= slot.start), key=_starts, default=None),
        min((one for one in found if one.slot.start >= slot.end), key=_starts, default=None),
        own,
    )


_starts = attrgetter("slot.start")


def _ahead() -> CompoundSelect[Any]:
    """Return the question for what takes rooms and those beside from a moment on, and for the last before it in each room.

    Of what is past only the last work still asks for changeover; the rest of a busy room's past would be most of the
    answer.
    """
    at, since, until = (bindparam(name, type_=UtcDateTime()) for name in ("at", "since", "until"))
    blocks, bookings = (Base.metadata.tables[model.__tablename__] for model in (Block, Booking))
    both = with_facts(blocks)
    rooms: BindParameter[Any] = bindparam("rooms", expanding=True)
    ignored: BindParameter[Any] = bindparam("ignored", expanding=True)
    coming = (
        select(*_COLUMNS)
        .select_from(both)
        .where(
            _block.cleanroom_id.in_(bindparam("all", expanding=True)),
            among(_block.kind, (*_WORKING, BlockKind.CLOSURE)),
            _block.ends_at > at,
            _block.starts_at < until,
            or_(_booking.held_until.is_(None), _booking.held_until > at),
            or_(_booking.id.is_(None), _booking.id.not_in(ignored)),
        )
    )
    room, earlier = Base.metadata.tables[Cleanroom.__tablename__].c, blocks.alias("earlier")
    held = bookings.alias("held")
    last = (
        select(earlier.c.id)
        .select_from(earlier.join(held, held.c.block_id == earlier.c.id))
        .where(
            earlier.c.cleanroom_id == room.id,
            among(earlier.c.kind, _WORKING),
            earlier.c.starts_at < at,
            earlier.c.ends_at <= at,
            earlier.c.ends_at > since,
            or_(held.c.held_until.is_(None), held.c.held_until > at),
            held.c.id.not_in(ignored),
        )
        .order_by(earlier.c.starts_at.desc())
        .limit(1)
        .correlate(Base.metadata.tables[Cleanroom.__tablename__])
        .scalar_subquery()
    )
    past = select(*_COLUMNS).select_from(both).where(_block.id.in_(select(last).where(room.id.in_(rooms))))
    return union_all(coming, past)


_AHEAD = _ahead()


class Ticks:
    """The ticks of moments that were asked before: rooms of one clock share most of theirs, the midnights."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[RoomTime, tuple[dict[datetime, int], dict[datetime, int]]] = {}

    def spans(self, time: RoomTime, taken: Iterable[Taken]) -> Iterator[tuple[Span, Taken]]:
        """Yield each stretch of time as the clock's ticks, with its row."""
        starts, ends = self._known.setdefault(time, ({}, {}))
        for row in taken:
            start, end = starts.get(row[2]), ends.get(row[3])
            if start is None:
                start = starts[row[2]] = time.tick(row[2])
            if end is None:
                end = ends[row[3]] = time.tick_from(row[3])
            yield Span(start, end), row


def _diary(
    room: Cleanroom,
    first_day: date,
    opening: Opening,
    taken: Iterable[Taken],
    own: OwnDays,
    days: int,
    ticks: Ticks,
    separation: Separation,
    validity: Validity,
) -> Diary:
    time = RoomTime.of(room, first_day)
    closures, occupations, here = [], [], {}
    for span, row in ticks.spans(time, taken):
        if row[1] == BlockKind.CLOSURE:
            closures.append(span)
        else:
            booking_id, facts = row[4], row[FACTS]
            project_id, _run_kind, process_class, *_others = facts
            occupations.append(Occupation(span, Work(process_class or "", project_id), booking_id))
            here[booking_id] = facts
    calendar = _calendar(
        time,
        opening.weekdays,
        opening.country,
        tuple(sorted(opening.exceptions.items())),
        opens_hour=room.opens_hour,
        closes_hour=room.closes_hour,
        days=days,
    ).closed(closures)
    return Diary(
        cleanroom=room,
        time=time,
        timetable=Timetable.of(calendar, occupations),
        own_days=own,
        separation=replace(separation, here=here),
        validity=validity,
    )


@lru_cache(maxsize=512)
def _calendar(
    time: RoomTime,
    weekdays: frozenset[int],
    country: str,
    exceptions: tuple[tuple[date, bool], ...],
    *,
    opens_hour: int,
    closes_hour: int,
    days: int,
) -> Calendar:
    """Return the calendar of rooms that open like this, without closures; it holds for a day, and for many rooms."""
    opening = Opening(weekdays=weekdays, country=country, exceptions=dict(exceptions))
    open_days = opening.days_from(time.first_day, days)
    if time.per_day == 1:
        return Calendar.of(open_days)
    hours = 24 // time.per_day
    parts = bytes(
        opens_hour < (part + 1) * hours and closes_hour > part * hours for part in range(time.per_day)
    )
    ticks = bytearray(b"".join(parts if is_open else bytes(time.per_day) for is_open in open_days))
    if time.per_day == 24:
        for day in range(days):
            for tick in range(day * 24, day * 24 + 4):
                if ticks[tick] and not time.exists(tick):
                    ticks[tick] = 0
    return Calendar.of(ticks)


def first_window(diary: Diary, need: Need, *, at: datetime, strict: bool = False) -> Slot | None:
    """Return the first window in which a need can have a cleanroom that fits it, or None."""
    return next(iter(first_windows(diary, need, at=at, count=1, strict=strict)), None)


def first_windows(
    diary: Diary, need: Need, *, at: datetime, count: int = COUNT, strict: bool = False
) -> tuple[Slot, ...]:
    """Return the first windows that do not overlap one another: choices, and not the same one a day later."""
    room = diary.cleanroom
    campaign, limits = need.campaign(room), limits_of(diary, need, at=at, strict=strict)
    changeover = changeover_in_ticks(room.facility, diary.own_days, diary.time.per_day)
    chosen = separate_windows(diary.timetable, campaign, changeover, limits, count=count)
    return tuple(diary.time.slot(span) for span in chosen)


def window_from(diary: Diary, need: Need, start: datetime) -> Slot:
    """Return the window that a need takes when it starts at a moment, whether or not the room is free then.

    Where the work outlasts the calendar, the window ends with it, and the rules say so.
    """
    time, calendar = diary.time, diary.timetable.calendar
    tick = time.tick(start)
    campaign = need.campaign(diary.cleanroom)
    known = end_of(calendar, tick, campaign) if 0 <= tick < calendar.end else tick + campaign.duration
    return Slot(start, time.moment(max(known or calendar.end, tick + 1)))


def _answer(diary: Diary, need: Need, *, at: datetime, count: int) -> Answer:
    windows = first_windows(diary, need, at=at, count=count)
    return Answer(
        cleanroom=diary.cleanroom,
        reasons=()
        if windows
        else (
            Reason("no_window", {"days": HORIZON_DAYS}),
            *_run_out(diary, need, at=at),
            *_first_told(diary, need),
        ),
        windows=windows,
        diary=diary,
    )


def _run_out(diary: Diary, need: Need, *, at: datetime) -> list[Reason]:
    """Return what has run out already, and so leaves no window."""
    zone = diary.cleanroom.facility.time_zone
    return [
        Reason(
            ending.code,
            {
                **_moments({}, diary),
                "latest": midnight(ending.last_day + timedelta(days=1), zone),
                "what": ending.what,
            },
        )
        for ending in endings_for(diary, need)
        if ending.last_day < local_day(at, zone)
    ]


def _first_told(diary: Diary, need: Need) -> list[Reason]:
    """Return the first of each kind of thing that the rules of segregation have against a need in a room."""
    told = _told(diary, need, Span(0, max(diary.timetable.calendar.end, 1)), blocks=True)
    first = {reason.code: reason for reason in reversed(told)}
    return [Reason(reason.code, _moments(reason.values, diary)) for reason in first.values()]


def _room_values(reason: Reason, room: Cleanroom, need: Need) -> dict[str, object]:
    told = {**reason.values, "room": room.name, "facility": room.facility.name}
    background = need.background
    if reason.code == "grade_too_low" and background is not None and background.grade == need.grade:
        told |= {"fact": background.fact, "process": background.process}
    return told


def _moments(values: Mapping[str, object], diary: Diary) -> dict[str, object]:
    """Turn ticks into moments and days, and keep whose booking it is to ourselves."""
    time, zone = diary.time, diary.cleanroom.facility.time_zone
    facility = diary.cleanroom.facility
    told: dict[str, object] = {
        "zone": zone,
        "room": diary.cleanroom.name,
        "facility": facility.name,
        "most": facility.most_runs,
    }
    start = values.get("start")
    if diary.separation.periods and isinstance(start, int):
        day = local_day(time.moment(start), zone)
        told["most"] = most_runs_on(day, facility.most_runs, diary.separation.periods)
    for name, value in values.items():
        if name == "needed" and isinstance(value, int):
            told["days"] = value // time.per_day
        elif isinstance(value, int) and name in {"start", "end", "earliest", "latest"}:
            told[name] = time.moment(value)
        elif name in {"rule", "beside", "shares", "unknown"}:
            told[name] = value
    return told
