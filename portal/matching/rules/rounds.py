"""The round: projects and partners assigned to each other at once, fair first and best second.

Aims, each within what the one before leaves: serve as many projects as possible; make the best pair of the worst-off served
project as good as possible; make the sum of scores as high as possible. Rounds that are equal in all three are told apart by
lots that both ids draw, so that nobody gains by a name early in the alphabet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.max_flow import SimpleMaxFlow
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from portal.matching.rules.pool import Numbers, Places

Amounts = NDArray[np.int64]

LARGEST_COST = 2**61
"""The solver multiplies costs by the number of nodes, and its numbers end at 2**63."""

FINEST = 10**9
"""Scores are counted in billionths of a point, or in the finest power of ten that the solver's numbers allow."""

LOTS = 2**10
MIXER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio: spreads neighbouring numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Every eligible pair of a round, as places in the lists of ids, which are sorted."""

    projects: Sequence[str]
    partners: Sequence[str]
    capacity: Amounts
    per_project: int
    project: Places
    partner: Places
    score: Numbers


@dataclass(frozen=True, slots=True)
class Pair:
    """A project and a partner that are to meet."""

    project: str
    partner: str
    score: float


@dataclass(frozen=True, slots=True)
class Round:
    """The pairs of a round, the sum of their scores, and the best score of the worst-off project that is served."""

    pairs: tuple[Pair, ...]
    unserved: tuple[str, ...]
    total: float
    worst: float | None


def propose(candidates: Candidates) -> Round:
    """Return the best round under the aims, in their order."""
    served = most_served(candidates, np.ones(len(candidates.score), dtype=np.bool_))
    if not served:
        return Round((), tuple(candidates.projects), 0.0, None)
    bar = highest_bar(candidates, served)
    taken = np.flatnonzero(best_pairs(candidates, served, bar))
    order = taken[np.lexsort((candidates.partner[taken], candidates.project[taken]))]
    pairs = tuple(
        Pair(
            candidates.projects[candidates.project[place]],
            candidates.partners[candidates.partner[place]],
            float(candidates.score[place]),
        )
        for place in order
    )
    best = best_scores(pairs)
    return Round(
        pairs=pairs,
        unserved=tuple(project for project in candidates.projects if project not in best),
        total=sum(pair.score for pair in pairs),
        worst=min(best.values()),
    )


def propose_beside(candidates: Candidates, kept: Sequence[Pair]) -> tuple[Candidates, Round]:
    """Return the best round that has some pairs already, and the candidates that were left for it.

    A project with a pair that is kept keeps exactly these; everybody else is matched within the places that are left.
    """
    served = {pair.project for pair in kept}
    names = [project for project in candidates.projects if project not in served]
    place_of = {project: place for place, project in enumerate(names)}
    is_left = np.array([candidates.projects[one] in place_of for one in candidates.project], dtype=np.bool_)
    taken = Counter(pair.partner for pair in kept)
    given = np.array([taken[partner] for partner in candidates.partners], dtype=np.int64)
    left = replace(
        candidates,
        projects=names,
        capacity=np.maximum(candidates.capacity - given, 0),
        project=np.array(
            [place_of[candidates.projects[one]] for one in candidates.project[is_left]], dtype=np.intp
        ),
        partner=candidates.partner[is_left],
        score=candidates.score[is_left],
    )
    found = propose(left)
    pairs = tuple(sorted((*kept, *found.pairs), key=lambda pair: (pair.project, pair.partner)))
    best = best_scores(pairs)
    total, worst = sum(pair.score for pair in pairs), min(best.values(), default=None)
    return left, Round(pairs, found.unserved, total, worst)


def pairs_among(candidates: Candidates, wanted: Collection[tuple[str, str]]) -> tuple[Pair, ...]:
    """Return those of the wanted pairs that are eligible still."""
    found = (
        Pair(candidates.projects[project], candidates.partners[partner], float(score))
        for project, partner, score in zip(
            candidates.project, candidates.partner, candidates.score, strict=True
        )
    )
    return tuple(pair for pair in found if (pair.project, pair.partner) in wanted)


def best_scores(pairs: Sequence[Pair]) -> Mapping[str, float]:
    """Return each served project's best score."""
    best: dict[str, float] = {}
    for pair in pairs:
        best[pair.project] = max(best.get(pair.project, 0.0), pair.score)
    return best


def most_served(candidates: Candidates, allowed: NDArray[np.bool_]) -> int:
    """Return how many projects can have a pair at once, of the allowed pairs: a maximum flow."""
    projects, partners = len(candidates.projects), len(candidates.partners)
    source, sink = projects + partners, projects + partners + 1
    flow = SimpleMaxFlow()
    _arcs(flow, np.full(projects, source), np.arange(projects), np.ones(projects))
    _arcs(flow, candidates.project[allowed], projects + candidates.partner[allowed], np.ones(allowed.sum()))
    _arcs(flow, projects + np.arange(partners), np.full(partners, sink), candidates.capacity)
    if flow.solve(source, sink) != flow.OPTIMAL:
        raise RuntimeError("the maximum flow of a round was not found")
    return int(flow.optimal_flow())


def highest_bar(candidates: Candidates, served: int) -> float:
    """Return the highest score that the best pair of every one of so many served projects can reach at once."""
    bars = np.unique(candidates.score)
    low, high = 0, len(bars) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if most_served(candidates, candidates.score >= bars[middle]) == served:
            low = middle
        else:
            high = middle - 1
    return float(bars[low])


def best_pairs(candidates: Candidates, served: int, bar: float) -> NDArray[np.bool_]:
    """Return which pairs to take for the highest sum, while so many projects have a pair at or above the bar.

    A minimum-cost flow. From `first` come as many units as projects are served, one for each, and only over pairs at or above
    the bar; from `further` come each project's other pairs. No project can have a further pair without a first one: it would
    be served beyond the greatest possible number.
    """
    projects, partners = len(candidates.projects), len(candidates.partners)
    own = np.arange(projects)
    good, any_pair, hosts = own, projects + own, 2 * projects + np.arange(partners)
    first, further, sink = 2 * projects + partners + np.arange(3)
    above = candidates.score >= bar
    flow = SimpleMinCostFlow()
    start = np.where(above, good[candidates.project], any_pair[candidates.project])
    arcs = _arcs(
        flow, start, hosts[candidates.partner], np.ones(len(above)), -_worth(candidates, nodes=int(sink) + 1)
    )
    more = np.full(projects, candidates.per_project - 1)
    _arcs(flow, np.full(projects, first), good, np.ones(projects), np.zeros(projects))
    _arcs(flow, np.full(projects, further), any_pair, more, np.zeros(projects))
    _arcs(flow, any_pair, good, more, np.zeros(projects))
    _arcs(flow, hosts, np.full(partners, sink), candidates.capacity, np.zeros(partners))
    spare = int(more.sum())
    _arcs(flow, np.array([further]), np.array([sink]), np.array([spare]), np.zeros(1))
    flow.set_nodes_supplies(np.array([first, further, sink]), np.array([served, spare, -served - spare]))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("the best pairs of a round were not found")
    return np.asarray(flow.flows(arcs)) > 0


def _worth(candidates: Candidates, *, nodes: int) -> Amounts:
    """Return what each pair is worth in whole numbers: its score, and below all scores its lot."""
    pairs = int(
        min(
            candidates.capacity.sum(),
            len(candidates.projects) * candidates.per_project,
            len(candidates.score),
        )
    )
    unit = pairs * LOTS + 1
    fineness = FINEST
    while fineness > 1 and (100 * fineness + 1) * unit * (nodes + 1) > LARGEST_COST:
        fineness //= 10
    scores = np.rint(candidates.score * fineness).astype(np.int64)
    return scores * unit + _lots(candidates)


def _lots(candidates: Candidates) -> Amounts:
    mixed = (
        _drawn(candidates.projects)[candidates.project]
        ^ _drawn(candidates.partners)[candidates.partner] * MIXER
    )
    mixed ^= mixed >> np.uint64(31)
    mixed *= MIXER
    return (mixed >> np.uint64(32)).astype(np.int64) % LOTS


def _drawn(ids: Sequence[str]) -> NDArray[np.uint64]:
    drawn = (blake2b(one.encode("utf-8", "surrogatepass"), digest_size=8).digest() for one in ids)
    return np.frombuffer(b"".join(drawn), dtype=">u8").astype(np.uint64)


def _arcs(
    flow: SimpleMaxFlow | SimpleMinCostFlow,
    tails: NDArray[np.generic],
    heads: NDArray[np.generic],
    capacities: NDArray[np.generic],
    costs: NDArray[np.generic] | None = None,
) -> NDArray[np.int32]:
    ends, capacity = (tails.astype(np.int32), heads.astype(np.int32)), capacities.astype(np.int64)
    added = (
        flow.add_arcs_with_capacity(*ends, capacity)
        if costs is None
        else flow.add_arcs_with_capacity_and_unit_cost(*ends, capacity, costs.astype(np.int64))
    )
    return np.asarray(added, dtype=np.int32)
