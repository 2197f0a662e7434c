"""Which programme's budget a booking takes units from, how many, and what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.core.errors import Reason

LONGEST_DAYS = 366 * 5
MOST_UNITS = 100_000
HOLDS_TOO = {"sme": "company"}
"""What holds for companies holds for SMEs too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What is left of a programme's budget, and for whom it is; None is everybody."""

    id: int
    unit: str
    percent: int
    left: int
    first_day: date
    last_day: date
    project_id: int | None = None
    customer_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A piece of work as budgets ask about it: its first day, its units and what one costs."""

    day: date
    unit: str
    units: int
    unit_amount: int
    project_id: int | None
    customer_kind: str


def budget_for(work: Priced, budgets: Iterable[Budget]) -> Budget | None:
    """Return the budget that a piece of work takes from: one for its project before one for its kind before one for all."""
    fitting = [
        one
        for one in budgets
        if one.left > 0
        and one.unit == work.unit
        and one.first_day <= work.day <= one.last_day
        and one.project_id in (None, work.project_id)
        and one.customer_kind in (None, work.customer_kind, HOLDS_TOO.get(work.customer_kind))
    ]
    return min(
        fitting, key=lambda one: (one.project_id is None, one.customer_kind is None, one.id), default=None
    )


def paid_for(units: int, unit_amount: int, percent: int) -> int:
    """Return what a programme pays of so many units, in minor units of the currency, rounded half up once."""
    return (units * unit_amount * percent + 50) // 100


def reasons_against_budget(
    *, units: int, percent: int, first_day: date, last_day: date, today: date
) -> list[Reason]:
    """Return everything that speaks against a budget as it is entered."""
    reasons = []
    if not 1 <= units <= MOST_UNITS:
        reasons.append(Reason("subsidy_units_out_of_range", {"most": MOST_UNITS}, "units"))
    if not 1 <= percent <= 100:
        reasons.append(Reason("subsidy_percent_out_of_range", {}, "percent"))
    if last_day < first_day:
        reasons.append(Reason("subsidy_ends_before_it_begins", {"first": first_day}, "last_day"))
    elif last_day < today:
        reasons.append(Reason("subsidy_over_already", {"last": last_day, "today": today}, "last_day"))
    elif (last_day - first_day).days > LONGEST_DAYS:
        reasons.append(Reason("subsidy_too_long", {}, "last_day"))
    return reasons
