"""How surely dates come: many draws of every duration that is still open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np

from portal.roadmap.rules.dates import SAME_DAY, Days, Node, Walk, may_be_critical
from portal.roadmap.rules.values import Duration

WEIGHT = 4.0
"""How much the likely duration weighs against the least and the most in a PERT distribution."""

BLOCK = 10_000
"""Draws that are made at once; more are made in several rounds, so that memory stays small."""

PART = 1_250
"""Draws whose dates are computed at once: few enough that a whole network of them stays in the processor's cache."""

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
    starts = {place: np.empty(runs) for place in watched}
    finishes = {place: np.empty(runs) for place in watched}
    end = np.empty(runs)
    critical_draws = np.zeros(len(nodes), dtype=np.int64)
    walk = Walk(nodes, min(runs, PART))
    for first, last, durations in _parts(nodes, runs, seed):
        if last - first != walk.size:
            walk = Walk(nodes, last - first)
        part, dates = slice(first, last), walk.dates(durations)
        end[part] = dates.end
        for place in watched:
            starts[place][part] = dates.earliest_start[place]
            finishes[place][part] = dates.earliest_finish[place]
        critical_draws += np.count_nonzero(dates.slack() < SAME_DAY, axis=1)
    shares = [
        int(draws) / runs if may_be_critical(node) else 0.0
        for node, draws in zip(nodes, critical_draws, strict=True)
    ]
    return Ranges(starts, finishes, end, shares)


def _parts(nodes: Sequence[Node], runs: int, seed: int) -> Iterator[tuple[int, int, list[Days]]]:
    """Yield the draws part by part: the first of each, the one after its last, and every step's durations."""
    for first in range(0, runs, BLOCK):
        size = min(BLOCK, runs - first)
        durations = [drawn(node, size, seed=seed, first=first) for node in nodes]
        for begin in range(0, size, PART):
            until = min(begin + PART, size)
            yield first + begin, first + until, [days[begin:until] for days in durations]


def drawn(node: Node, runs: int, *, seed: int, first: int = 0) -> Days:
    """Return draws of a step's duration: constant where it is finished, unknown or certain, else PERT.

    Each step has a stream of its own, so that its draws are the same in every plan that it is part of and need to be
    made only once.
    """
    duration = node.step.duration
    if duration is None or node.finished is not None:
        return np.zeros(runs)
    if duration.min == duration.max:
        return np.full(runs, float(duration.likely))
    return _pert(crc32(node.step.id.encode()), duration, runs, seed, first)


@lru_cache(maxsize=256)
def _pert(stream: int, duration: Duration, runs: int, seed: int, first: int) -> Days:
    generator = np.random.default_rng([seed, stream, first])
    width = duration.max - duration.min
    low = 1.0 + WEIGHT * (duration.likely - duration.min) / width
    high = 1.0 + WEIGHT * (duration.max - duration.likely) / width
    days = duration.min + width * generator.beta(low, high, size=runs)
    days.setflags(write=False)
    return days


def percentiles(days: Days) -> tuple[int, int, int]:
    """Return the days by which a tenth, half and nine tenths of the draws are reached, rounded."""
    low, middle, high = (round(float(day)) for day in np.percentile(days, PERCENTILES))
    return low, middle, high
