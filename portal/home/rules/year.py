"""Half a year of weeks as the ribbon draws it: 182 columns, one for each day, from three weeks before this one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEK, DAYS = 7, 182
WEEKS_BEFORE = 3
LAYERS = ("closed", "asked", "held", "firm", "done", "due")
"""Kinds of marks, the lowest first: what stands later in the page lies on top."""

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Week:
    """One week: its first column, its ISO number, its Monday, whether a month begins with it, and whether it is now."""

    column: int
    number: int
    monday: date
    begins_month: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasts from one day to another, both counted, as the place where it happens counts days."""

    kind: str
    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What the ribbon shows of one or more stretches: the kind, the first column, how many, and the words."""

    kind: str
    column: int
    span: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """The half year around a day."""

    today: date

    @property
    def first(self) -> date:
        """Return the Monday of the first week."""
        return self.today - timedelta(days=self.today.weekday() + WEEK * WEEKS_BEFORE)

    @property
    def last(self) -> date:
        """Return the Sunday of the last week."""
        return self.first + timedelta(days=DAYS - 1)

    @property
    def today_column(self) -> int:
        """Return the column of today."""
        return self.column(self.today)

    def column(self, day: date) -> int:
        """Return the column of a day; 1 is the first one, and days before it have none or fewer."""
        return (day - self.first).days + 1

    def weeks(self) -> list[Week]:
        """Return the weeks in their order; the first one names its month whenever that began."""
        mondays = [self.first + timedelta(days=start) for start in range(0, DAYS, WEEK)]
        return [
            Week(
                column=self.column(monday),
                number=monday.isocalendar().week,
                monday=monday,
                begins_month=monday.day <= WEEK or monday == self.first,
                is_now=monday <= self.today < monday + timedelta(days=WEEK),
            )
            for monday in mondays
        ]

    def marks(self, stretches: Iterable[Stretch]) -> list[Mark]:
        """Return what lies in the half year, cut to it; what covers the same days in the same way is one mark."""
        found: dict[tuple[int, int, int], list[str]] = {}
        for stretch in stretches:
            start, end = max(stretch.first, self.first), min(stretch.last, self.last)
            if start <= end:
                place = (LAYERS.index(stretch.kind), self.column(start), (end - start).days + 1)
                found.setdefault(place, []).append(stretch.label)
        return [
            Mark(LAYERS[layer], column, span, tuple(dict.fromkeys(labels)))
            for (layer, column, span), labels in sorted(found.items())
        ]


@lru_cache(maxsize=8192)
def days_of(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[date, date]:
    """Return the first and the last day that a stretch of time touches at a place; its end is not part of it."""
    place = ZoneInfo(zone)
    return starts_at.astimezone(place).date(), (ends_at - INSTANT).astimezone(place).date()
