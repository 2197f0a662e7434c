"""Figures about requests and rooms that say nothing of any single project."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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


def by_month(asked: Iterable[tuple[date, int]], *, last: date, months: int) -> list[tuple[date, int | None]]:
    """Return the number of requests of each month, the last one last; None where too few projects stand behind it.

    No total belongs beside them: a single hidden month could be computed from it.
    """
    found: dict[date, list[int]] = {month: [] for month in months_before(last, months)}
    for day, project in asked:
        if day.replace(day=1) in found:
            found[day.replace(day=1)].append(project)
    return [(month, len(asking) if may_be_shown(asking) else None) for month, asking in found.items()]


def months_before(last: date, count: int) -> list[date]:
    """Return the first days of so many months, the month of a day last."""
    number = last.year * 12 + last.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number - count + 1, number + 1)]


def waits(steps: Iterable[tuple[int, str, datetime]]) -> dict[int, timedelta]:
    """Return how long each request waited from its first submission to the first decision after it.

    The steps come in the order of time, each with the request, the event's name and its moment; a request that nobody
    has decided yet is not in the answer.
    """
    submitted: dict[int, datetime] = {}
    waited: dict[int, timedelta] = {}
    for request, name, moment in steps:
        if name == SUBMITTED:
            submitted.setdefault(request, moment)
        elif name in FIRST_DECISIONS and request in submitted:
            waited.setdefault(request, moment - submitted[request])
    return waited


def median_days(waited: Mapping[int, timedelta], projects: Mapping[int, int]) -> float | None:
    """Return the median wait in days, or None where too few projects stand behind it.

    `projects` names the project of each request.
    """
    if not may_be_shown([projects[request] for request in waited]):
        return None
    return round(median(wait / timedelta(days=1) for wait in waited.values()), 1)
