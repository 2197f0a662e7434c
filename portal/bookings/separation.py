"""What may run beside and after what: the rules of a facility, applied to the bookings of a room and of those it shares with.

Two uses one after the other share room and equipment; two at the same time in different rooms share what QA declared.
What a facility enters itself, without a request, is judged by what is stated of it alone, since nobody is asked there for the
facts of a project; against what is asked afterwards, what is not known of it counts as the worse.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.bookings.models import Block, BlockKind, Booking, RunKind, SlotRequest
from portal.bookings.needs import Need, side_of
from portal.bookings.rules.timetables import Occupation, Span
from portal.core.errors import Reason
from portal.facilities.models import Cleanroom, Facility
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
from portal.store import Base, UtcDateTime

A_DAY = timedelta(days=1)
FULL = "staff_at_limit"
BESIDE, AFTER = "must_not_run_beside", "needs_dedicated_room"
CODES = frozenset({BESIDE, AFTER})
WARNS = "segregation_warns"
SAME_ROOM = frozenset({"room", "equipment"})
GROUPS: Mapping[str, str] = {"air_handling": "air_handling", "corridor": "corridor", "staff": "staff_group"}
"""What two rooms may share, and the field of a cleanroom that names the group."""

Facts = tuple[Any, ...]
"""What is stored of a piece of work, in the order of `FACT_COLUMNS`."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A booking or hold in another cleanroom that shares something with this one."""

    starts_at: datetime
    ends_at: datetime
    room: str
    shares: frozenset[str]
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """What a cleanroom's facility asks of work beside and after other work, and what that other work is."""

    book: Rulebook = field(default_factory=Rulebook)
    meetings: tuple[Meeting, ...] = ()
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


def separations_of(
    session: Session,
    rooms: Collection[Cleanroom],
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    ignored_booking_ids: Collection[int] = (),
) -> dict[int, Separation]:
    """Return what speaks for apartness in these cleanrooms in a stretch of time, in five questions at most."""
    if not rooms:
        return {}
    books = rulebooks(session, {room.facility_id for room in rooms})
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    periods = run_periods(
        session,
        {room.facility_id for room in rooms},
        since=since.date() - A_DAY,
        until=until.date() + A_DAY,
    )
    if periods or any(
        room.facility.most_runs or any(getattr(room, group) for group in GROUPS.values()) for room in rooms
    ):
        asked = {
            "rooms": [room.id for room in rooms],
            "since": since,
            "until": until,
            "at": at,
            "ignored": list(ignored_booking_ids) or [0],
            "limited": sorted(periods) or [0],
        }
        for room_id, starts_at, ends_at, code, *rest in session.execute(_BESIDE, asked):
            shares = frozenset(what for what, shared in zip(GROUPS, rest, strict=False) if shared)
            meetings[room_id].append(Meeting(starts_at, ends_at, code, shares, tuple(rest[len(GROUPS) :])))
    return {
        room.id: Separation(
            book=books[room.facility_id],
            meetings=tuple(meetings[room.id]),
            dedicated_to=room.dedicated_to_id,
            most_runs=room.facility.most_runs,
            periods=tuple(periods.get(room.facility_id, ())),
        )
        for room in rooms
    }


def objections(
    separation: Separation,
    occupations: Collection[Occupation],
    need: Need,
    spans: Mapping[Meeting, Span],
    *,
    end: int,
) -> list[Objection]:
    """Return everything that a facility's rules have against a need in a room, by the time in which they do."""
    return [
        *_beside(separation, need, spans),
        *_after(separation, occupations, need, end=end),
    ]


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


def _beside(separation: Separation, need: Need, spans: Mapping[Meeting, Span]) -> Iterable[Objection]:
    for meeting in separation.meetings:
        if not meeting.shares:
            continue
        theirs = _side(meeting.facts)
        found = _found(separation.book, need, When.CONCURRENT, meeting.shares, need.side, theirs)
        if found is not None:
            values = {"beside": meeting.room, "shares": sorted(meeting.shares)}
            yield Objection(spans[meeting], BESIDE, found, values)


def _after(
    separation: Separation, occupations: Collection[Occupation], need: Need, *, end: int
) -> Iterable[Objection]:
    """Yield what speaks against running right before or after each booking of the room itself."""
    if separation.dedicated_to is not None and separation.dedicated_to == need.project_id:
        return
    listed = sorted(occupations, key=lambda one: (one.span.start, one.span.end))
    free_from = min([0, *(one.span.start for one in listed)])
    for number, other in enumerate(listed):
        following = listed[number + 1].span.start if number + 1 < len(listed) else end
        facts = separation.here.get(other.key) if other.key is not None else None
        if facts is not None:
            theirs, when = _side(facts), {"start": other.span.start, "end": other.span.end}
            if free_from < other.span.start:
                before = _found(separation.book, need, When.A_THEN_B, SAME_ROOM, need.side, theirs)
                if before is not None:
                    yield Objection(Span(free_from, other.span.start), AFTER, before, when)
            if other.span.end < following:
                after = _found(separation.book, need, When.A_THEN_B, SAME_ROOM, theirs, need.side)
                if after is not None:
                    yield Objection(Span(other.span.end, following), AFTER, after, when)
        free_from = max(free_from, other.span.end)


@lru_cache(maxsize=4096)
def _side(facts: Facts) -> Side:
    return side_of(**dict(zip(FACT_COLUMNS, facts, strict=True)))


def _found(
    book: Rulebook, need: Need, when: When, shares: frozenset[str], a: Side, b: Side
) -> Finding | None:
    return finding(Case(name="", when=when, shares=shares, a=a, b=b, unknown_counts=not need.is_own), book)


def _rule(book: Rulebook, rule_id: str) -> SegregationRule:
    return next(rule for rule in book.in_play.rules if rule.id == rule_id)


_blocks, _bookings, _requests, _projects, _rooms, _facilities = (
    Base.metadata.tables[model.__tablename__]
    for model in (Block, Booking, SlotRequest, Project, Cleanroom, Facility)
)
FACT_COLUMNS: Mapping[str, Any] = {
    "project_id": _bookings.c.project_id,
    "run_kind": _bookings.c.run_kind,
    "process_class": _bookings.c.process_class,
    "asked_vector": _requests.c.vector_level,
    "asked_gmo_class": _requests.c.gmo_class,
    "vector_level": _projects.c.vector_level,
    "gmo_class": _projects.c.gmo_class,
    "process_state": _projects.c.process_state,
    "infectious_status": _projects.c.infectious_status,
    "autologous": _projects.c.autologous,
}
"""What is known of a booking, by the names that `side_of` takes."""


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
    return frozenset(
        what
        for what, group in GROUPS.items()
        if getattr(room, group) and getattr(room, group) == getattr(other, group)
    )


def with_facts(blocks: Any) -> Any:
    """Return blocks joined with whatever is known of the work in them."""
    return (
        blocks.outerjoin(_bookings, _bookings.c.block_id == _blocks.c.id)
        .outerjoin(_requests, _requests.c.id == _bookings.c.request_id)
        .outerjoin(_projects, _projects.c.id == _bookings.c.project_id)
    )


def _beside_question() -> Select[Any]:
    other = _rooms.alias("other")
    shared = [getattr(_rooms.c, group) == getattr(other.c, group) for group in GROUPS.values()]
    at = bindparam("at", type_=UtcDateTime())
    return (
        select(
            _rooms.c.id,
            _blocks.c.starts_at,
            _blocks.c.ends_at,
            other.c.code,
            *shared,
            *FACT_COLUMNS.values(),
        )
        .select_from(
            with_facts(
                _rooms.join(_facilities, _facilities.c.id == _rooms.c.facility_id)
                .join(
                    other,
                    and_(
                        other.c.facility_id == _rooms.c.facility_id,
                        other.c.id != _rooms.c.id,
                        or_(
                            *shared,
                            _facilities.c.most_runs.is_not(None),
                            _facilities.c.id.in_(bindparam("limited", expanding=True)),
                        ),
                    ),
                )
                .join(_blocks, _blocks.c.cleanroom_id == other.c.id)
            )
        )
        .where(
            _rooms.c.id.in_(bindparam("rooms", expanding=True)),
            _blocks.c.kind.in_((BlockKind.BOOKING, BlockKind.HOLD)),
            _blocks.c.starts_at < bindparam("until", type_=UtcDateTime()),
            _blocks.c.ends_at > bindparam("since", type_=UtcDateTime()),
            or_(_bookings.c.held_until.is_(None), _bookings.c.held_until > at),
            _bookings.c.id.not_in(bindparam("ignored", expanding=True)),
        )
        .order_by(_blocks.c.starts_at, _blocks.c.id)
    )


_BESIDE = _beside_question()
