"""The ranking: for one project, every partner of a pool, either with a score and its parts or with what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from portal.matching.rules.eligibility import Obstacles, codes, obstacles
from portal.matching.rules.pool import Numbers, Places, Pool
from portal.matching.rules.shares import DEFAULT_WEIGHTS, shares_for_need, shares_of_pair, worth
from portal.matching.rules.values import Need, Project


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part brings to a score, of how much it could."""

    name: str
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class Match:
    """An eligible pair: its score, what it is made of, and for which need it is highest."""

    project: str
    partner: str
    score: float
    need: str
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An ineligible pair, and every code that stands against it."""

    project: str
    partner: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One project against a pool, kept as columns; matches and refusals are made when they are asked for."""

    project: Project
    pool: Pool
    against: Obstacles
    order: Places
    """Places of the eligible partners, best first."""
    scores: Numbers
    """Their scores, in the same order."""
    needs: tuple[Need, ...]
    """The project's needs in the order of their ids."""
    chosen: Places
    """For each of them, which of the needs the score stands for."""
    points: Mapping[str, Numbers]
    """What each contribution brings to each of them."""
    most: tuple[Mapping[str, float], ...]
    """For each need, what each contribution could bring."""

    def matches(self, first: int | None = None) -> Iterator[Match]:
        """Yield eligible pairs, best first."""
        for rank in range(len(self.order) if first is None else min(first, len(self.order))):
            chosen = int(self.chosen[rank])
            yield Match(
                project=self.project.id,
                partner=self.pool.ids[self.order[rank]],
                score=float(self.scores[rank]),
                need=self.needs[chosen].id,
                contributions=tuple(
                    Contribution(name, float(points[rank]), self.most[chosen][name])
                    for name, points in self.points.items()
                ),
            )

    def refusals(self) -> Iterator[Refusal]:
        """Yield ineligible pairs, in the order of partner ids."""
        for place in np.flatnonzero(self.against):
            yield Refusal(self.project.id, self.pool.ids[place], codes(int(self.against[place])))


def rank(project: Project, pool: Pool, weights: Mapping[str, float] = DEFAULT_WEIGHTS) -> Ranking:
    """Rank a pool for a project: highest score first, then partner id."""
    against = obstacles(project, pool)
    places = np.flatnonzero(against == 0)
    needs = tuple(sorted(project.needs, key=lambda need: need.id))
    most = tuple(worth(weights, need.kind) for need in needs)
    points, scores, chosen = best_of_needs(project, pool, places, needs, most)
    # Places follow ids, so a stable sort leaves equal scores in the order of ids.
    order = np.argsort(-scores, kind="stable")
    return Ranking(
        project=project,
        pool=pool,
        against=against,
        order=places[order],
        scores=scores[order],
        needs=needs,
        chosen=chosen[order],
        points={name: brought[order] for name, brought in points.items()},
        most=most,
    )


def best_of_needs(
    project: Project,
    pool: Pool,
    places: Places,
    needs: Iterable[Need],
    most: Iterable[Mapping[str, float]],
) -> tuple[dict[str, Numbers], Numbers, Places]:
    """Return points, scores and chosen need of eligible partners: each pair stands for the need that it fits best."""
    best = np.full(len(places), -1.0)
    chosen = np.zeros(len(places), dtype=np.intp)
    points = {name: np.zeros(len(places)) for name in DEFAULT_WEIGHTS}
    pair_shares = shares_of_pair(project, pool, places)
    for number, (need, worth_of) in enumerate(zip(needs, most, strict=True)):
        shares = pair_shares | shares_for_need(need, pool, places)
        brought = {name: worth_of[name] * shares[name] for name in DEFAULT_WEIGHTS}
        score = sum(brought.values(), np.zeros(len(places)))
        serving = np.zeros(len(pool), dtype=np.bool_)
        serving[pool.serving.of(need.kind)] = True
        better = serving[places] & (score > best)
        best[better], chosen[better] = score[better], number
        for name, values in brought.items():
            points[name][better] = values[better]
    return points, np.minimum(np.maximum(best, 0.0), 100.0), chosen
