"""A cleanroom's time as plain values, counted in ticks of local wall-clock time.

A tick is a cleanroom's booking unit: a day, half a day or an hour. Tick 0 is the midnight from which the caller
counts, and whoever counts in days elsewhere (changeover, notice) multiplies at the edge. What occupies a room is
taken as it is, even where two occupations break a rule between themselves.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress
from typing import NamedTuple

from portal.bookings.rules.fitting import Key


class Span(NamedTuple):
    """A half-open stretch of ticks, `[start, end)`."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two share any tick."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Calendar:
    """A cleanroom's opening ticks and closures, from tick 0 to `end`; costly to make, and meant to be kept."""

    end: int
    open_ticks: Sequence[int]
    closures: tuple[Span, ...]

    @classmethod
    def of(cls, opening: Sequence[int], closures: Iterable[Span] = ()) -> "Calendar":
        """Return the calendar of a room that works where `opening` is true and no closure lies."""
        spans, works = tuple(sorted(closures)), bytearray(map(bool, opening))
        for span in spans:
            start, end = (min(max(0, tick), len(works)) for tick in (span.start, span.end))
            works[start:end] = bytes(end - start)
        return cls(len(works), array("q", compress(range(len(works)), works)), spans)

    def closed(self, closures: Iterable[Span]) -> "Calendar":
        """Return this calendar with closures besides its own; far cheaper than to make it anew."""
        spans = tuple(sorted(closures))
        if not spans:
            return self
        ticks = array("q", self.open_ticks)
        for span in spans:
            del ticks[bisect_left(ticks, span.start) : bisect_left(ticks, span.end)]
        return Calendar(self.end, ticks, tuple(sorted((*self.closures, *spans))))

    def works_at(self, tick: int) -> bool:
        """Say whether the room works in this tick."""
        return self.open_ticks_in(Span(tick, tick + 1)) == 1

    def open_ticks_in(self, span: Span) -> int:
        """Return in how many ticks of the span the room works; this is what money counts."""
        return bisect_left(self.open_ticks, span.end) - bisect_left(self.open_ticks, span.start)


class Mode(StrEnum):
    """Whether a campaign rests when the room does, or runs through."""

    WORKING = "working"
    CONTINUOUS = "continuous"


class Work(NamedTuple):
    """What runs in a room, as far as changeover asks: its process class, and whose project it is."""

    process_class: str
    project: Key | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """Work that looks for a window of so many open ticks, or simply of so many ticks if it runs through."""

    work: Work
    duration: int
    mode: Mode = Mode.WORKING


class Occupation(NamedTuple):
    """A booking or hold that has the room; of no length, at tick 0, it is what ran before the calendar begins."""

    span: Span
    work: Work
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """A cleanroom's calendar and, in order of their start, its occupations."""

    calendar: Calendar
    occupations: tuple[Occupation, ...] = ()

    @classmethod
    def of(cls, calendar: Calendar, occupations: Iterable[Occupation]) -> "Timetable":
        """Return the timetable of these occupations, whatever their order."""
        return cls(calendar, tuple(sorted(occupations, key=lambda one: (one.span.start, one.span.end))))


Changeover = Callable[[Work, Work], int]
"""How many ticks lie between work that has ended and the work that comes next."""


@dataclass(frozen=True, slots=True)
class ChangeoverTable:
    """Changeover from a table of process classes, with a length of its own within one project and class."""

    ticks: Mapping[str, Mapping[str, int]]
    same_project: int

    def __call__(self, before: Work, after: Work) -> int:
        """Return the ticks between the two."""
        if before.project is not None and before == after:
            return self.same_project
        return self.ticks[before.process_class][after.process_class]


def nothing_barred(within: Span) -> Mapping[str, Sequence[Span]]:  # noqa: ARG001  (others look at it)
    """Bar no tick."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What else bounds a campaign in a room, each under the code of the reason that it gives.

    `earliest` holds ticks before which it may not start, `latest` ticks after which it may not end. `barred` tells, of
    some ticks, in which spans it may not run there, such as beside work next door on the same air; no changeover is owed
    to those. It is asked only of gaps that are long enough, since to judge is dear.
    """

    earliest: Mapping[str, int] = field(default_factory=dict)
    latest: Mapping[str, int] = field(default_factory=dict)
    barred: Callable[[Span], Mapping[str, Sequence[Span]]] = nothing_barred


NO_LIMITS = Limits()
