"""What may run beside and after what: the rules of a facility, applied to the bookings of a room and of those it shares with.

Two uses one after the other share room and equipment; two at the same time in different rooms share what QA declared.
What a facility enters itself, without a request, is judged by its process class, since nobody is asked there for the facts of a
project; without one, what would speak against the worst beside other rooms' work warns. Against what is asked afterwards, what is not known of it counts as the worse.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, String, bindparam, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from portal.bookings.models import Block, BlockKind, Booking, RunKind, SlotRequest
from portal.bookings.needs import Need, side_of
from portal.bookings.roomtime import RoomTime
from portal.bookings.rules.timetables import Occupation, Span
from portal.core.errors import Reason
from portal.facilities.models import Cleanroom
from portal.facilities.queries import Period, run_periods
from portal.projects.models import Project
from portal.segregation.queries import rulebooks
from portal.segregation.rules import (
    Case,
    Finding,
    Rulebook,
    SegregationRule,
    Side,
    When,
    finding,
    unknown_facts,
)
from portal.store import Base, UtcDateTime, among

A_DAY = timedelta(days=1)
FULL = "staff_at_limit"
BESIDE, AFTER = "must_not_run_beside", "needs_dedicated_room"
CODES = frozenset({BESIDE, AFTER})
WARNS, UNSTATED = "segregation_warns", "own_class_not_stated"
SAME_ROOM = frozenset({"room", "equipment"})
GROUPS: Mapping[str, str] = {"air_handling": "air_handling", "corridor": "corridor", "staff": "staff_group"}
"""What two rooms may share, and the field of a cleanroom that names the group."""

Facts = tuple[Any, ...]
"""What is stored of a piece of work, in the order of `FACT_COLUMNS`."""


class Stay(NamedTuple):
    """A booking or hold that has a cleanroom for a while, and what is known of its work."""

    starts_at: datetime
    ends_at: datetime
    facts: Facts


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another cleanroom of the facility: what this one shares with it, and its stays by time, none over another."""

    room: str
    shares: frozenset[str]
    stays: Sequence[Stay]

    def during(self, start: datetime, end: datetime) -> Sequence[Stay]:
        """Return the stays that a stretch of time meets."""
        first = bisect_right(self.stays, start, key=attrgetter("ends_at"))
        return self.stays[first : bisect_left(self.stays, end, lo=first, key=attrgetter("starts_at"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """What a cleanroom's facility asks of work beside and after other work, and what that other work is."""

    book: Rulebook = field(default_factory=Rulebook)
    neighbours: tuple[Neighbour, ...] = ()
    here: Mapping[int | str, Facts] = field(default_factory=dict)
    """What is known of the room's own bookings, by their id."""
    dedicated_to: int | None = None
    most_runs: int | None = None
    """How many runs the facility carries at once, in all its rooms."""
    periods: tuple[Period, ...] = ()
    """The days on which it carries another number."""


NOTHING = Separation()


@dataclass(frozen=True, slots=True)
class Objection:
    """A stretch of time in which the rules have something against a need, and why."""

    span: Span
    code: str
    found: Finding
    values: Mapping[str, Any]


class Place(NamedTuple):
    """A cleanroom as its neighbours see it: its code, and its groups in the order of `GROUPS`."""

    id: int
    facility_id: int
    code: str
    groups: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Facilities:
    """What several facilities ask of work beside and after other work."""

    books: Mapping[int, Rulebook]
    periods: Mapping[int, Sequence[Period]]

    @classmethod
    def of(
        cls, session: Session, rooms: Collection[Cleanroom], *, since: datetime, until: datetime
    ) -> "Facilities":
        """Return what holds at the facilities of these rooms in a stretch of time, in two questions, in four where shipped rules were touched."""
        ids = {room.facility_id for room in rooms}
        periods = run_periods(session, ids, since=since.date() - A_DAY, until=until.date() + A_DAY)
        return cls(rulebooks(session, ids), periods)

    def has_neighbours(self, room: Cleanroom) -> bool:
        """Say whether work in other rooms counts in this one."""
        return self._counts_runs(room) or any(getattr(room, group) for group in GROUPS.values())

    def beside(self, room: Cleanroom, places: Iterable[Place]) -> list[tuple[Place, frozenset[str]]]:
        """Return which of these rooms' work counts in this one, and what each shares with it, perhaps nothing."""
        if not self.has_neighbours(room):
            return []
        own, counts_runs = tuple(getattr(room, group) for group in GROUPS.values()), self._counts_runs(room)
        found = [
            (place, _shared(own, place.groups))
            for place in places
            if place.facility_id == room.facility_id and place.id != room.id
        ]
        return [(place, shares) for place, shares in found if shares or counts_runs]

    def separation_of(
        self,
        room: Cleanroom,
        beside: Iterable[tuple[Place, frozenset[str]]],
        stays: Mapping[int, Sequence[Stay]],
    ) -> Separation:
        """Return what speaks for apartness in a room, given what goes on in each of those beside it."""
        return Separation(
            book=self.books[room.facility_id],
            neighbours=tuple(
                Neighbour(place.code, shares, stays[place.id])
                for place, shares in beside
                if place.id in stays
            ),
            dedicated_to=room.dedicated_to_id,
            most_runs=room.facility.most_runs,
            periods=tuple(self.periods.get(room.facility_id, ())),
        )

    def _counts_runs(self, room: Cleanroom) -> bool:
        return room.facility.most_runs is not None or bool(self.periods.get(room.facility_id))


def separation_of(
    session: Session,
    room: Cleanroom,
    periods: Sequence[Period],
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    ignored_booking_ids: Collection[int] = (),
) -> Separation:
    """Return what speaks for apartness in a cleanroom in a stretch of time, in two questions at most.

    `periods` are those in which its facility carries another number of runs at once then.
    """
    facilities = Facilities(rulebooks(session, [room.facility_id]), {room.facility_id: periods})
    places: dict[int, Place] = {}
    stays: dict[int, list[Stay]] = defaultdict(list)
    if facilities.has_neighbours(room):
        asked = {
            "room": room.id,
            "facility": room.facility_id,
            "since": since,
            "until": until,
            "at": at,
            "ignored": list(ignored_booking_ids) or [0],
        }
        for room_id, code, *rest in session.execute(_BESIDE, asked):
            groups, (starts_at, ends_at, *facts) = rest[: len(GROUPS)], rest[len(GROUPS) :]
            places[room_id] = Place(room_id, room.facility_id, code, tuple(groups))
            stays[room_id].append(Stay(starts_at, ends_at, tuple(facts)))
    return facilities.separation_of(room, facilities.beside(room, places.values()), stays)


def places_of(session: Session, facility_ids: Iterable[int]) -> dict[int, list[Place]]:
    """Return all cleanrooms of these facilities as their neighbours see them, by facility, in one question."""
    places: dict[int, list[Place]] = defaultdict(list)
    for room_id, facility_id, code, *groups in session.execute(
        _PLACES, {"facilities": sorted(set(facility_ids))}
    ):
        places[facility_id].append(Place(room_id, facility_id, code, tuple(groups)))
    return places


def _shared(one: Iterable[str | None], other: Iterable[str | None]) -> frozenset[str]:
    return frozenset(what for what, a, b in zip(GROUPS, one, other, strict=True) if a and a == b)


def objections(
    separation: Separation,
    occupations: Sequence[Occupation],
    need: Need,
    time: RoomTime,
    within: Span,
) -> Iterator[Objection]:
    """Yield everything that a facility's rules have against a need in a room in some ticks, and in no others.

    `occupations` are the room's own, by time. Only work that the ticks meet, or that lies next to them, is judged.
    """
    yield from _beside(separation, need, time, within)
    yield from _after(separation, occupations, need, within)


def spans_beside(separation: Separation, time: RoomTime, within: Span) -> list[Span]:
    """Return when the facility's other rooms are at work in some ticks of this room."""
    return [span for _neighbour, span, _stay in _met(separation.neighbours, time, within)]


def _met(
    neighbours: Sequence[Neighbour], time: RoomTime, within: Span
) -> Iterator[tuple[Neighbour, Span, Stay]]:
    if not neighbours:
        return
    start, end = time.moment(within.start), time.moment(within.end)
    for neighbour in neighbours:
        for stay in neighbour.during(start, end):
            span = Span(time.tick(stay.starts_at), time.tick_from(stay.ends_at))
            if span.overlaps(within):
                yield neighbour, span, stay


def full_spans(
    separation: Separation, spans: Iterable[Span], periods: Iterable[tuple[Span, int]] = ()
) -> list[Span]:
    """Return the stretches in which the facility carries as many runs in its other rooms as it can at once.

    In a `period` another number holds, of several the least; where the number changes, a stretch ends.
    """
    limits = list(periods)
    if separation.most_runs is None and not limits:
        return []
    steps: dict[int, int] = defaultdict(int)
    for span in spans:
        steps[span.start] += 1
        steps[span.end] -= 1
    for span, _most in limits:
        steps[span.start] += 0
        steps[span.end] += 0
    full: list[tuple[Span, int]] = []
    running = 0
    for start, end in pairwise(sorted(steps)):
        running += steps[start]
        held = [most for span, most in limits if span.start <= start < span.end]
        most = min(held) if held else separation.most_runs
        if most is None or running < most:
            continue
        if full and full[-1][0].end == start and full[-1][1] == most:
            full[-1] = (Span(full[-1][0].start, end), most)
        else:
            full.append((Span(start, end), most))
    return [span for span, _most in full]


def reason_of(objection: Objection, need: Need, book: Rulebook) -> Reason:
    """Return an objection as a reason, in ticks; the rule's words and source are found by its id."""
    rule = _rule(book, objection.found.rule)
    case = Case(name="", when=When.CONCURRENT, shares=SAME_ROOM, a=need.side, b=need.side)
    return Reason(
        objection.code if objection.found.blocks else WARNS,
        {
            "start": objection.span.start,
            "end": objection.span.end,
            **objection.values,
            "rule": objection.found.rule,
            "unknown": sorted(unknown_facts(case, rule)),
        },
    )


def _beside(separation: Separation, need: Need, time: RoomTime, within: Span) -> Iterator[Objection]:
    sharing = [neighbour for neighbour in separation.neighbours if neighbour.shares]
    for neighbour, span, stay in _met(sharing, time, within):
        found = _found(separation.book, need, When.CONCURRENT, neighbour.shares, need.side, _side(stay.facts))
        if found is not None:
            values = {"beside": neighbour.room, "shares": sorted(neighbour.shares)}
            yield Objection(span, BESIDE, found, values)


def _after(
    separation: Separation, occupations: Sequence[Occupation], need: Need, within: Span
) -> Iterator[Objection]:
    """Yield what speaks against running right before or after each booking of the room itself."""
    if separation.dedicated_to is not None and separation.dedicated_to == need.project_id:
        return
    free_from = min([within.start, *(one.span.start for one in occupations[:1])])
    for other, following in pairwise([*occupations, None]):
        if other is None or free_from >= within.end:
            break
        start, end = other.span.start, other.span.end
        until = max(within.end, end) if following is None else following.span.start
        facts = separation.here.get(other.key) if other.key is not None else None
        if facts is not None and until > within.start:
            values = {"start": start, "end": end}
            for one, first, second in (
                (Span(free_from, start), need.side, _side(facts)),
                (Span(end, until), _side(facts), need.side),
            ):
                if one.start < one.end and one.overlaps(within):
                    found = _found(separation.book, need, When.A_THEN_B, SAME_ROOM, first, second)
                    if found is not None:
                        yield Objection(one, AFTER, found, values)
        free_from = max(free_from, end)


@lru_cache(maxsize=4096)
def _side(facts: Facts) -> Side:
    return side_of(**dict(zip(FACT_COLUMNS, facts, strict=True)))


def _found(
    book: Rulebook, need: Need, when: When, shares: frozenset[str], a: Side, b: Side
) -> Finding | None:
    return finding(Case(name="", when=when, shares=shares, a=a, b=b, unknown_counts=not need.is_own), book)


def _rule(book: Rulebook, rule_id: str) -> SegregationRule:
    return next(rule for rule in book.in_play.rules if rule.id == rule_id)


_blocks, _bookings, _requests, _projects, _rooms = (
    Base.metadata.tables[model.__tablename__] for model in (Block, Booking, SlotRequest, Project, Cleanroom)
)
FACT_COLUMNS: Mapping[str, Any] = {
    "project_id": _bookings.c.project_id,
    "run_kind": type_coerce(_bookings.c.run_kind, String),
    "process_class": _bookings.c.process_class,
    "asked_vector": type_coerce(_requests.c.vector_level, String),
    "asked_gmo_class": _requests.c.gmo_class,
    "vector_level": _projects.c.vector_level,
    "gmo_class": _projects.c.gmo_class,
    "process_state": _projects.c.process_state,
    "infectious_status": _projects.c.infectious_status,
    "autologous": _projects.c.autologous,
}
"""What is known of a booking, by the names that `side_of` takes; words as they are stored, since a search reads thousands."""


def facts_asked(request: SlotRequest) -> Facts:
    """Return what would be known of the booking of a request."""
    project = request.project
    return (
        request.project_id,
        request.run_kind,
        request.process_class,
        request.vector_level,
        request.gmo_class,
        project.vector_level,
        project.gmo_class,
        project.process_state,
        project.infectious_status,
        project.autologous,
    )


def facts_entered(run_kind: RunKind, process_class: str | None) -> Facts:
    """Return what would be known of a booking without a request."""
    return (None, run_kind, process_class, *[None] * (len(FACT_COLUMNS) - 3))


def shared_with(room: Cleanroom, other: Cleanroom) -> frozenset[str] | None:
    """Return what two cleanrooms of a facility share, perhaps only who carries the runs; None at another facility."""
    if room.facility_id != other.facility_id:
        return None
    return _shared(*([getattr(one, group) for group in GROUPS.values()] for one in (room, other)))


def with_facts(blocks: Any) -> Any:
    """Return blocks joined with whatever is known of the work in them."""
    return (
        blocks.outerjoin(_bookings, _bookings.c.block_id == _blocks.c.id)
        .outerjoin(_requests, _requests.c.id == _bookings.c.request_id)
        .outerjoin(_projects, _projects.c.id == _bookings.c.project_id)
    )


_GROUPS = tuple(getattr(_rooms.c, group) for group in GROUPS.values())
_PLACES = select(_rooms.c.id, _rooms.c.facility_id, _rooms.c.code, *_GROUPS).where(
    _rooms.c.facility_id.in_(bindparam("facilities", expanding=True))
)


def last_start(rooms: Any, moment: Any, kinds: Collection[BlockKind]) -> Any:
    """Return when the last block of these kinds that has begun by a moment began in each room, or else that moment.

    Of kinds that the database lets lie over no other, what goes on after the moment did not begin earlier: with this
    beside its end, a question leaves years of a room's past unread.
    """
    earlier = _blocks.alias("earlier")
    return (
        select(func.coalesce(func.max(earlier.c.starts_at), moment))
        .where(
            earlier.c.cleanroom_id == rooms.c.id, among(earlier.c.kind, kinds), earlier.c.starts_at <= moment
        )
        .correlate(rooms)
        .scalar_subquery()
    )


def _beside_question() -> Select[Any]:
    at, since = (bindparam(name, type_=UtcDateTime()) for name in ("at", "since"))
    working = (BlockKind.BOOKING, BlockKind.HOLD)
    return (
        select(
            _rooms.c.id,
            _rooms.c.code,
            *_GROUPS,
            _blocks.c.starts_at,
            _blocks.c.ends_at,
            *FACT_COLUMNS.values(),
        )
        .select_from(with_facts(_rooms.join(_blocks, _blocks.c.cleanroom_id == _rooms.c.id)))
        .where(
            _rooms.c.facility_id == bindparam("facility"),
            _rooms.c.id != bindparam("room"),
            among(_blocks.c.kind, working),
            _blocks.c.starts_at < bindparam("until", type_=UtcDateTime()),
            _blocks.c.starts_at >= last_start(_rooms, since, working),
            _blocks.c.ends_at > since,
            or_(_bookings.c.held_until.is_(None), _bookings.c.held_until > at),
            _bookings.c.id.not_in(bindparam("ignored", expanding=True)),
        )
        .order_by(_blocks.c.starts_at, _blocks.c.id)
    )


_BESIDE = _beside_question()
