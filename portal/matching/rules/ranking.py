"""The ranking: for one project, every partner of a pool, either with a score and its parts or with what stands against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from portal.matching.rules.eligibility import Obstacles, codes, obstacles
from portal.matching.rules.pool import Numbers, Places, Pool
from portal.matching.rules.shares import (
    DEFAULT_WEIGHTS,
    shares_for_need,
    shares_of_pair,
    shares_of_partner,
    worth,
)
from portal.matching.rules.values import CAPITAL, Need, Project


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part brings to a score, of how much it could."""

    name: str
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class Match:
    """An eligible pair: its score, what it is made of, and the need for which it is highest."""

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


class Ranker:
    """A pool and the weights in force, made ready for any number of projects."""

    def __init__(self, pool: Pool, weights: Mapping[str, float] = DEFAULT_WEIGHTS) -> None:
        """Work out what is the same for every project."""
        self.pool = pool
        self.weights = dict(weights)
        self.of_partner = shares_of_partner(pool)
        self._worth = {capital: worth(weights, capital=capital) for capital in (True, False)}
        self._base = {
            capital: sum((most[name] * share for name, share in self.of_partner.items()), np.zeros(len(pool)))
            for capital, most in self._worth.items()
        }

    def rank(self, project: Project) -> Ranking:
        """Rank the pool for a project: highest score first, then partner id."""
        against = obstacles(project, self.pool)
        places = np.flatnonzero(against == 0)
        needs = tuple(sorted(project.needs, key=lambda need: need.id))
        scores, chosen = self._best_of_needs(project, needs, places)
        # Places follow ids, so a stable sort leaves equal scores in the order of ids.
        order = np.argsort(-scores, kind="stable")
        return Ranking(
            project=project,
            ranker=self,
            against=against,
            needs=needs,
            places=places[order],
            scores=scores[order],
            chosen=chosen[order],
        )

    def worth_for(self, need: Need) -> Mapping[str, float]:
        """Return the points that each contribution can bring for a need."""
        return self._worth[need.kind == CAPITAL]

    def _best_of_needs(
        self, project: Project, needs: tuple[Need, ...], places: Places
    ) -> tuple[Numbers, Places]:
        """Return scores and chosen needs: each pair stands for the need that it fits best."""
        of_pair = {name: share[places] for name, share in shares_of_pair(project, self.pool).items()}
        best, chosen = np.full(len(places), -1.0), np.zeros(len(places), dtype=np.intp)
        for number, need in enumerate(needs):
            most = self.worth_for(need)
            score = self._base[need.kind == CAPITAL][places]
            for name, share in of_pair.items():
                score += most[name] * share
            for name, share in shares_for_need(need, self.pool).items():
                score += most[name] * share[places]
            serving = np.zeros(len(self.pool), dtype=np.bool_)
            serving[self.pool.serving.of(need.kind)] = True
            better = serving[places] & (score > best)
            best[better], chosen[better] = score[better], number
        return np.clip(best, 0.0, 100.0), chosen


@dataclass(frozen=True, slots=True)
class Ranking:
    """One project against a pool, kept as columns; matches and refusals are made when they are asked for."""

    project: Project
    ranker: Ranker
    against: Obstacles
    """What stands against each partner of the pool."""
    needs: tuple[Need, ...]
    """The project's needs in the order of their ids."""
    places: Places
    """The places of eligible partners in the pool, best first."""
    scores: Numbers
    """Their scores, in the same order."""
    chosen: Places
    """For each of them, which of the needs its score stands for."""

    @property
    def pool(self) -> Pool:
        """The pool that was ranked."""
        return self.ranker.pool

    def matches(self, first: int | None = None) -> Iterator[Match]:
        """Yield eligible pairs, best first."""
        shares = self.ranker.of_partner | shares_of_pair(self.project, self.pool)
        shares_by_need = [shares | shares_for_need(need, self.pool) for need in self.needs]
        for place, score, chosen in zip(
            self.places[:first], self.scores[:first], self.chosen[:first], strict=True
        ):
            need, earned = self.needs[chosen], shares_by_need[chosen]
            yield Match(
                project=self.project.id,
                partner=self.pool.ids[place],
                score=float(score),
                need=need.id,
                contributions=tuple(
                    Contribution(name, most * float(earned[name][place]) if name in earned else 0.0, most)
                    for name, most in self.ranker.worth_for(need).items()
                ),
            )

    def refusals(self) -> Iterator[Refusal]:
        """Yield ineligible pairs, in the order of partner ids."""
        for place in np.flatnonzero(self.against):
            yield Refusal(self.project.id, self.pool.ids[place], codes(int(self.against[place])))
