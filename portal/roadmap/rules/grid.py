"""The days of a roadmap as columns of a grid, at four scales."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

COLUMNS = 96
IN_A_CELL = 8


class Scale(StrEnum):
    """How much time one cell of the grid covers."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS_OF = {Scale.MONTH: 1, Scale.QUARTER: 3, Scale.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Window:
    """Twelve cells of time, from the first day of the first to before the first day after the last."""

    scale: Scale
    first: date

    @property
    def cells(self) -> list[date]:
        """Return the first day of each cell, and of the one after the last."""
        return [self.after(number) for number in range(COLUMNS // IN_A_CELL + 1)]

    @property
    def end(self) -> date:
        """Return the first day after the window."""
        return self.after(COLUMNS // IN_A_CELL)

    def after(self, cells: int) -> date:
        """Return the first day of a cell so many after the first one."""
        if self.scale is Scale.WEEK:
            return self.first + timedelta(weeks=cells)
        month = self.first.year * 12 + self.first.month - 1 + cells * MONTHS_OF[self.scale]
        return date(month // 12, month % 12 + 1, 1)

    def moved(self, cells: int) -> Window:
        """Return the window so many cells later."""
        return Window(self.scale, self.after(cells))

    def column(self, day: date) -> int:
        """Return the column in which a day lies; 1 is the first, and days outside lie beyond the edges."""
        if day < self.first:
            return 0
        for number, (start, end) in enumerate(self._pairs()):
            if day < end:
                return number * IN_A_CELL + 1 + (day - start).days * IN_A_CELL // (end - start).days
        return COLUMNS + 1

    def stretch(self, first: date, last: date) -> tuple[int, int] | None:
        """Return column and number of columns from a day to another, both counted, or None outside the window."""
        start, end = self.column(first), self.column(last)
        if end < 1 or start > COLUMNS:
            return None
        start, end = max(1, start), min(COLUMNS, end)
        return start, max(1, end - start + 1)

    def _pairs(self) -> Iterator[tuple[date, date]]:
        cells = self.cells
        return pairwise(cells)


def window_at(scale: Scale, day: date) -> Window:
    """Return the window whose first cell holds a day."""
    if scale is Scale.WEEK:
        return Window(scale, day - timedelta(days=day.weekday()))
    if scale is Scale.MONTH:
        return Window(scale, day.replace(day=1))
    if scale is Scale.QUARTER:
        return Window(scale, date(day.year, (day.month - 1) // 3 * 3 + 1, 1))
    return Window(scale, date(day.year, 1, 1))
