"""What a facility's terms say: what a cancellation costs, and which terms can be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from portal.core.errors import Reason
from portal.facilities.rules.opening import has_calendar, known_zones

MOST_STEPS = 6
FURTHEST = 730
PARTLY_KNOWN = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")

Steps = Sequence[Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Share:
    """What a cancellation costs from so many days before the start to before so many; None is open-ended."""

    percent: int
    most_days: int | None
    least_days: int | None


def cancellation_percent(steps: Steps, days_before: int) -> int:
    """Return the share of the estimate that a cancellation costs so many days before the start.

    From so many days before the start on, the percentage of a step holds. Without terms a cancellation is free.
    """
    return max((step["percent"] for step in steps if days_before <= step["days_before"]), default=0)


def cancellation_shares(steps: Steps) -> list[Share]:
    """Return the whole of the terms, the earliest time first, as stretches that touch and never overlap."""
    ordered = sorted(steps, key=lambda step: -step["days_before"])
    shares, percent, most = [], 0, None
    for step in ordered:
        if step["percent"] > percent:
            shares.append(Share(percent, most, step["days_before"] + 1))
            percent, most = step["percent"], step["days_before"]
    return [*shares, Share(percent, most, None)]


def reasons_against_steps(steps: Steps) -> list[Reason]:
    """Return what is wrong with cancellation terms: a day twice, or a later cancellation that costs less."""
    days = [step["days_before"] for step in steps]
    twice = sorted({day for day in days if days.count(day) > 1})
    reasons = [Reason("cancellation_day_twice", {"days": day}, field="cancellation") for day in twice]
    ordered = sorted(steps, key=lambda step: -step["days_before"])
    for before, after in pairwise(ordered):
        if after["percent"] < before["percent"]:
            reasons.append(
                Reason(
                    "cancellation_gets_cheaper",
                    {
                        "days": after["days_before"],
                        "percent": after["percent"],
                        "earlier_days": before["days_before"],
                        "earlier_percent": before["percent"],
                    },
                    field="cancellation",
                )
            )
    return reasons


def reasons_against_facts(values: Mapping[str, object]) -> list[Reason]:
    """Return what is wrong with a facility's facts, looking at those that are given."""
    reasons = []
    country, zone = values.get("country"), values.get("time_zone")
    if country is not None and not has_calendar(str(country)):
        reasons.append(Reason("country_not_known", {"country": country}, field="country"))
    if zone is not None and zone not in known_zones():
        reasons.append(Reason("time_zone_not_known", {"zone": zone}, field="time_zone"))
    if (values.get("latitude") is None) != (values.get("longitude") is None):
        missing = "latitude" if values.get("latitude") is None else "longitude"
        reasons.append(Reason("position_is_half", field=missing))
    for name in ("opened", "expected_operational"):
        written = values.get(name)
        if written is not None and not is_partly_known_day(str(written)):
            reasons.append(Reason("not_a_partly_known_day", {"written": written}, field=name))
    return reasons


def is_partly_known_day(written: str) -> bool:
    """Say whether a text is a year, a month or a day that can be: 2024, 2024-05 or 2024-05-17."""
    found = PARTLY_KNOWN.match(written)
    if found is None:
        return False
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        date(year, month, day)
    except ValueError:
        return False
    return 1900 <= year <= 2100
