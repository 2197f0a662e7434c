"""How surely dates come: many draws of every duration that is still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.roadmap.rules.dates import Days, Node, critical, dates_of

WEIGHT = 4.0
"""How much the likely duration weighs against the least and the most in a PERT distribution."""

BLOCK = 10_000
"""Draws that are computed at once; more are done in several rounds, so that memory stays small."""

PERCENTILES = (10, 50, 90)


@dataclass(frozen=True, slots=True)
class Ranges:
    """What many draws say: starts, finishes and the end in each draw, and each step's share of critical draws."""

    starts: dict[int, Days]
    finishes: dict[int, Days]
    end: Days
    criticality: list[float]


def ranges_of(nodes: Sequence[Node], watched: Sequence[int], *, runs: int, seed: int) -> Ranges:
    """Return what so many draws say of a network; starts and finishes are kept of the watched places only."""
    generator = np.random.default_rng(seed)
    starts = {place: np.empty(runs) for place in watched}
    finishes = {place: np.empty(runs) for place in watched}
    end = np.empty(runs)
    critical_draws = [0] * len(nodes)
    for first in range(0, runs, BLOCK):
        part = slice(first, min(first + BLOCK, runs))
        durations = [drawn(node, generator, part.stop - part.start) for node in nodes]
        dates = dates_of(nodes, durations)
        end[part] = dates.end
        for place in watched:
            starts[place][part] = dates.earliest_start[place]
            finishes[place][part] = dates.earliest_finish[place]
        for place, node in enumerate(nodes):
            critical_draws[place] += int(np.count_nonzero(critical(node, dates.slack(place))))
    return Ranges(starts, finishes, end, [draws / runs for draws in critical_draws])


def drawn(node: Node, generator: np.random.Generator, runs: int) -> Days:
    """Return draws of a step's duration: constant where it is finished, unknown or certain, else PERT."""
    duration = node.step.duration
    if duration is None or node.finished is not None:
        return np.zeros(runs)
    width = duration.max - duration.min
    if width == 0:
        return np.full(runs, float(duration.likely))
    low = 1.0 + WEIGHT * (duration.likely - duration.min) / width
    high = 1.0 + WEIGHT * (duration.max - duration.likely) / width
    return duration.min + width * generator.beta(low, high, size=runs)


def percentiles(days: Days) -> tuple[int, int, int]:
    """Return the days by which a tenth, half and nine tenths of the draws are reached, rounded."""
    low, middle, high = (round(float(day)) for day in np.percentile(days, PERCENTILES))
    return low, middle, high
