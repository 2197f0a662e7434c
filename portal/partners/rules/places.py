"""The places of a partner's quarter: so many conversations it begins in one."""

from collections.abc import Iterable
from datetime import date, datetime


def quarter_of(moment: date | datetime) -> str:
    """Return the quarter in which a moment or a day lies, for instance 2026Q4."""
    return f"{moment.year}Q{(moment.month + 2) // 3}"


def next_quarter(day: date) -> date:
    """Return the first day of the quarter after that of a day."""
    month = 3 * ((day.month + 2) // 3) + 1
    return date(day.year + 1, 1, 1) if month > 12 else date(day.year, month, 1)


def free_seat(capacity: int, taken: Iterable[int]) -> int | None:
    """Return the first free place of a partner's quarter, or None where all are taken."""
    there = set(taken)
    return next((seat for seat in range(1, capacity + 1) if seat not in there), None)
