"""Figures about requests and rooms that say nothing of any single project."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from portal.projects.rules.counts import SMALLEST_SHOWN

FIRST_DECISIONS = frozenset({"request.approved", "request.offered", "request.rejected", "request.waitlisted"})
SUBMITTED = "request.submitted"


@dataclass(frozen=True, slots=True)
class Share:
    """How many open days a facility's cleanrooms had and how many were booked; None where that may not be shown."""

    rooms: int
    open_days: int | None
    booked_days: int | None

    @property
    def percent(self) -> int | None:
        """Return the booked share in whole percent, or None where it is hidden or nothing was open."""
        if self.booked_days is None or not self.open_days:
            return None
        return round(100 * self.booked_days / self.open_days)


def may_be_shown(projects: Collection[int]) -> bool:
    """Say whether a figure rests on enough projects that nobody can be recognised in it."""
    return len(set(projects)) >= SMALLEST_SHOWN


def by_month(
    asked: Mapping[date, tuple[int, int]], *, last: date, months: int
) -> list[tuple[date, int | None]]:
    """Return the number of requests of each month, the last one last; None where too few projects stand behind it.

    `asked` holds, by month, how many requests there were and of how many projects. No total belongs beside them: a
    single hidden month could be computed from it.
    """
    counted = [(month, *asked.get(month, (0, 0))) for month in months_before(last, months)]
    return [(month, number if projects >= SMALLEST_SHOWN else None) for month, number, projects in counted]


def months_before(last: date, count: int) -> list[date]:
    """Return the first days of so many months, the month of a day last."""
    number = last.year * 12 + last.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number - count + 1, number + 1)]


def median_days(waited: Collection[tuple[int, timedelta]]) -> float | None:
    """Return the median wait in days, or None where too few projects stand behind it.

    Each wait is that of one request, and comes with its project.
    """
    if not may_be_shown([project for project, _ in waited]):
        return None
    return round(median(wait / timedelta(days=1) for _, wait in waited), 1)
