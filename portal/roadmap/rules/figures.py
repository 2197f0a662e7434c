"""Figures over all roadmaps in which nobody can be recognised: where steps stand, how long they wait, how ready teams are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

from portal.projects.rules.counts import SMALLEST_SHOWN, safe_parts
from portal.roadmap.rules.readiness import HIGHEST

NONE_AHEAD = "none_ahead"


class Part(StrEnum):
    """Where a step of the catalogue stands in one roadmap."""

    DONE = "done"
    RUNNING = "running"
    LATE = "late"
    AHEAD = "ahead"
    ABSENT = "absent"


class Band(StrEnum):
    """Which third of the nine levels a project has reached in a dimension."""

    UNSTATED = "unstated"
    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the figures take of one project: its phase, its next milestone, its steps and its levels.

    `waits` and `slacks` say of steps that lie ahead in how many days they can begin, and how many they may be left.
    """

    phase: str
    target: str | None
    parts: Mapping[str, Part]
    waits: Mapping[str, int]
    slacks: Mapping[str, int]
    levels: Mapping[str, int]


def figures_of(
    counted: Sequence[Counted],
    *,
    phases: Sequence[str],
    targets: Sequence[str],
    steps: Sequence[str],
    dimensions: Sequence[str],
) -> dict[str, Any]:
    """Return the figures, ready to be kept: a number that could tell of somebody is None.

    Every line of a table parts the same projects, whose number is shown; so a line hides what is small, and enough
    besides that it can't be worked out. While there are fewer projects than may be shown, nothing is.
    """
    if len(counted) < SMALLEST_SHOWN:
        return {"projects": None, "phases": {}, "targets": {}, "steps": [], "readiness": []}
    return {
        "projects": len(counted),
        "phases": _parted(counted, phases, lambda one: one.phase),
        "targets": _parted(counted, [*targets, NONE_AHEAD], lambda one: one.target or NONE_AHEAD),
        "steps": [_of_step(counted, step) for step in steps],
        "readiness": [_of_dimension(counted, dimension) for dimension in dimensions],
    }


def _of_step(counted: Sequence[Counted], step: str) -> dict[str, Any]:
    return {
        "id": step,
        "parts": _parted(counted, list(Part), lambda one: one.parts.get(step, Part.ABSENT)),
        "wait": median_shown(one.waits[step] for one in counted if step in one.waits),
        "slack": median_shown(one.slacks[step] for one in counted if step in one.slacks),
    }


def _of_dimension(counted: Sequence[Counted], dimension: str) -> dict[str, Any]:
    return {
        "id": dimension,
        "parts": _parted(counted, list(Band), lambda one: band_of(one.levels.get(dimension))),
        "median": median_shown(one.levels[dimension] for one in counted if dimension in one.levels),
    }


def band_of(level: int | None) -> Band:
    """Return the third in which a level lies; level 0 is as low as the first."""
    if level is None:
        return Band.UNSTATED
    return (Band.LOW, Band.MIDDLE, Band.HIGH)[min(2, max(0, level - 1) * 3 // HIGHEST)]


def median_shown(numbers: Iterable[int]) -> float | None:
    """Return the median of one number of each project, or None where too few projects stand behind it."""
    found = sorted(numbers)
    return float(median(found)) if len(found) >= SMALLEST_SHOWN else None


def _parted(
    counted: Iterable[Counted], names: Sequence[str], name_of: Callable[[Counted], str]
) -> dict[str, int | None]:
    numbers = Counter(str(name_of(one)) for one in counted)
    return safe_parts({str(name): numbers[str(name)] for name in names})
