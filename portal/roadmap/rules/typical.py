"""How long steps have taken beside what the catalogue holds for usual, and how far a milestone has moved from a kept plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.roadmap.rules.values import Actual, Duration, Milestone


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """Of how many finished steps it is known how long they took, which took longer than usual, and which still do.

    `longer` says of a finished step, and `running` of one under way, how many days beyond the catalogue's longest
    duration it is.
    """

    measured: int
    longer: Mapping[str, int]
    running: Mapping[str, int]


def against_typical(
    actual: Mapping[str, Actual], durations: Mapping[str, Duration | None], *, today: date
) -> Typical:
    """Compare what steps took with the longest duration that the catalogue states.

    Steps without a start, and those of which the catalogue states no duration, are left out.
    """
    measured, longer, running = 0, {}, {}
    for step_id, days in actual.items():
        stated = durations.get(step_id)
        if stated is None or days.started is None:
            continue
        beyond = ((days.finished or today) - days.started).days - stated.max
        if days.finished is not None:
            measured += 1
            if beyond > 0:
                longer[step_id] = beyond
        elif beyond > 0:
            running[step_id] = beyond
    return Typical(measured=measured, longer=longer, running=running)


def moved_by(
    baseline: Mapping[str, Iterable[str]] | None, milestone: Milestone, likely: date | None
) -> int | None:
    """Return by how many days a milestone is likely to come later than in the kept plan, or None where that says nothing of it."""
    kept = (baseline or {}).get(milestone.step)
    if kept is None or likely is None:
        return None
    start, finish = kept
    return (likely - date.fromisoformat(finish if milestone.at_finish else start)).days
