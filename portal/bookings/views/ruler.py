"""The ruler of weeks under every timeline: which columns a stretch of time takes, and what stands over them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date
from flask_babel import get_locale

from portal.bookings.roomtime import local_day, midnight
from portal.core.slots import Slot

MOMENT = timedelta(microseconds=1)


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


@dataclass(frozen=True, slots=True)
class Row:
    """One cleanroom, or one request for it, on a timeline."""

    name: str
    grade: str
    detail: str
    bars: list[Bar]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Ruler:
    """So many days from a Monday on, at a place."""

    first: date
    days: int
    zone: str

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
        """Return the Monday after it."""
        return self.first + timedelta(days=self.days)

    @property
    def years(self) -> str:
        """Return the year over it, or both."""
        first, last = self.first.year, (self.after_last - timedelta(days=1)).year
        return str(first) if first == last else f"{first}–{last}"

    @property
    def months(self) -> list[tuple[int, int, str]]:
        """Return the months over it: column, number of columns, name."""
        found, day = [], self.first
        while day < self.after_last:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            last = min(following, self.after_last)
            name = format_date(day, "LLLL" if (last - day).days > 8 else "LLL", locale=get_locale())
            found.append(((day - self.first).days + 1, (last - day).days, str(name)))
            day = following
        return found

    @property
    def weeks(self) -> list[tuple[int, int, str]]:
        """Return the ISO weeks over it: column, seven columns, number."""
        starts = [self.first + timedelta(days=number) for number in range(0, self.days, 7)]
        return [((start - self.first).days + 1, 7, str(start.isocalendar().week)) for start in starts]

    def place(self, slot: Slot) -> tuple[int, int] | None:
        """Return the column and the number of columns of a stretch of time, or None where it lies outside."""
        start = max((local_day(slot.start, self.zone) - self.first).days, 0)
        end = min((local_day(slot.end - MOMENT, self.zone) - self.first).days + 1, self.days)
        return (start + 1, end - start) if end > start else None

    def now(self, at: datetime) -> int | None:
        """Return the column of a moment's day, or None where it lies outside."""
        column = (local_day(at, self.zone) - self.first).days + 1
        return column if 1 <= column <= self.days else None
