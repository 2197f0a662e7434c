"""The ruler under every timeline: which columns a stretch of time takes, and what stands over them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.bookings.roomtime import midnight
from portal.core.slots import Slot
from portal.web.locale import local

MOMENT = timedelta(microseconds=1)
Head = tuple[int, int, str]
"""A column, a number of columns, and what stands over them."""


class Scale(StrEnum):
    """How much time a calendar shows at once."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """What a script needs to move a bar: where it asks, and the wall-clock time and version that it moves from."""

    ask: str
    start: str
    end: str
    version: str = ""
    shown: str = ""
    prefix: str = ""
    stays: bool = False
    """Whether it can't leave its row."""
    length_follows: bool = False
    """Whether its length follows from the work, unless its end is moved."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch on a timeline, as the macro draws it."""

    kind: str
    column: int
    span: int
    title: str = ""
    detail: str = ""
    words: str = ""
    url: str | None = None
    row: int = 1
    selected: bool = False
    conflict: bool = False
    handle: Handle | None = None

    @property
    def after_last(self) -> int:
        """Return the column after it."""
        return self.column + self.span


@dataclass(frozen=True, slots=True)
class Row:
    """One cleanroom, or one request for it, on a timeline."""

    name: str
    grade: str
    detail: str
    bars: list[Bar]
    url: str | None = None
    closed: list[tuple[int, int]] = field(default_factory=list)
    """Columns in which the room is not open: column and number of columns."""
    room_id: int | None = None
    step: int = 24
    """The hours of the unit in which the room is booked."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """So many days at a place, each of so many columns of wall-clock time."""

    first: date
    days: int
    zone: str
    per_day: int = 1

    @classmethod
    def around(cls, day: date, days: int, zone: str) -> "Ruler":
        """Return the ruler that begins with the week of a day."""
        return cls(day - timedelta(days=day.weekday()), days, zone)

    @property
    def slot(self) -> Slot:
        """Return the stretch of time that it spans."""
        return Slot(midnight(self.first, self.zone), midnight(self.after_last, self.zone))

    @property
    def after_last(self) -> date:
        """Return the day after it."""
        return self.first + timedelta(days=self.days)

    @property
    def columns(self) -> int:
        """Return how many columns it has."""
        return self.days * self.per_day

    @property
    def years(self) -> str:
        """Return the year over it, or both."""
        first, last = self.first.year, (self.after_last - timedelta(days=1)).year
        return str(first) if first == last else f"{first}–{last}"

    @property
    def months(self) -> list[Head]:
        """Return the months over it."""
        found, day = [], self.first
        while day < self.after_last:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            last = min(following, self.after_last)
            name = format_date(day, "LLLL" if (last - day).days > 8 else "LLL", locale=get_locale())
            found.append(self._head(day, (last - day).days, str(name)))
            day = following
        return found

    @property
    def weeks(self) -> list[Head]:
        """Return the ISO weeks over it by their numbers; those at the ends may be cut."""
        found, day = [], self.first
        while day < self.after_last:
            last = min(day + timedelta(days=7 - day.weekday()), self.after_last)
            found.append(self._head(day, (last - day).days, str(day.isocalendar().week)))
            day = last
        return found

    def each_day(self, form: str) -> list[Head]:
        """Return the days over it, written in a form."""
        days = [self.first + timedelta(days=number) for number in range(self.days)]
        return [self._head(day, 1, str(format_date(day, form, locale=get_locale()))) for day in days]

    def hours(self, each: int) -> list[Head]:
        """Return every so many hours over it."""
        columns = each * self.per_day // 24
        return [
            (column, columns, f"{(column - 1) * 24 // self.per_day % 24:02d}")
            for column in range(1, self.columns + 1, columns)
        ]

    def place(self, slot: Slot) -> tuple[int, int] | None:
        """Return the column and the number of columns of a stretch of time, or None where it lies outside."""
        start = max(self._column(slot.start), 0)
        end = min(self._column(slot.end - MOMENT) + 1, self.columns)
        return (start + 1, end - start) if end > start else None

    def now(self, at: datetime) -> int | None:
        """Return the column of a moment, or None where it lies outside."""
        column = self._column(at) + 1
        return column if 1 <= column <= self.columns else None

    def day_of(self, column: int) -> date:
        """Return the day in which a column lies."""
        return self.first + timedelta(days=(column - 1) // self.per_day)

    def head_of(self, column: int | None, heads: Sequence[Head]) -> int | None:
        """Return the first column of that head under which a column lies."""
        if column is None:
            return None
        return next((first for first, span, _label in heads if first <= column < first + span), None)

    def _column(self, moment: datetime) -> int:
        wall = local(moment, self.zone)
        return (wall.toordinal() - self.first.toordinal()) * self.per_day + wall.hour * self.per_day // 24

    def _head(self, day: date, days: int, words: str) -> Head:
        return ((day - self.first).days * self.per_day + 1, days * self.per_day, words)


def heads_of(ruler: Ruler, scale: Scale) -> tuple[list[Head], list[Head], str]:
    """Return the upper and the lower line over a ruler, and what stands at their left."""
    if scale is Scale.DAY:
        return ruler.each_day("EEEE d MMMM y"), ruler.hours(1), _("Hour")
    if scale is Scale.WEEK:
        return ruler.each_day("EEE d MMM"), ruler.hours(6), _("%(year)s, hour", year=ruler.years)
    if scale is Scale.MONTH:
        weeks = [(column, span, _("Week %(number)s", number=words)) for column, span, words in ruler.weeks]
        return weeks, ruler.each_day("d"), str(format_date(ruler.first, "LLLL y", locale=get_locale()))
    return ruler.months, ruler.weeks, _("%(year)s, week", year=ruler.years)
