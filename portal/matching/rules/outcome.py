"""A whole case worked out: a ranking for every project, and the round of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portal.matching.rules.eligibility import BITS, CODES, codes
from portal.matching.rules.pool import Pool, lay_out
from portal.matching.rules.ranking import Ranker, Ranking
from portal.matching.rules.rounds import Candidates, Round, propose
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.rules.text import Similarity
from portal.matching.rules.values import Case, Project

OUT_OF_ROOM = "NO_CAPACITY"
"""Said of a project whose eligible partners are all taken up by the others of its round."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A project that a round leaves without a partner, and why."""

    project: str
    codes: tuple[str, ...]


def ranker_of(case: Case, similarity: Similarity) -> Ranker:
    """Return a case's partners, made ready to be ranked under the case's weights."""
    pool = lay_out(
        case.partners,
        similarity=similarity,
        as_of=case.as_of,
        rates=case.rates,
        declined=case.declined,
        projects=case.projects,
    )
    return Ranker(pool, weights_of(case))


def weights_of(case: Case) -> Mapping[str, float]:
    """Return the weights of a case: the defaults, each replaced where the case states its own."""
    return {**DEFAULT_WEIGHTS, **(case.weights or {})}


def in_order(case: Case) -> list[Project]:
    """Return a case's projects in the order of their ids."""
    return sorted(case.projects, key=lambda project: project.id)


def rankings(case: Case, similarity: Similarity) -> Iterator[Ranking]:
    """Yield a ranking for each project of a case, in the order of their ids."""
    ranker = ranker_of(case, similarity)
    for project in in_order(case):
        yield ranker.rank(project)


def best_round(case: Case, similarity: Similarity) -> tuple[Round, tuple[Unserved, ...]]:
    """Return the best round of a case, and for each project that it leaves unserved why."""
    ranker = ranker_of(case, similarity)
    ranked = [ranker.rank(project) for project in in_order(case)]
    found = propose(candidates_of(ranked, ranker.pool, per_project=case.per_project))
    left = set(found.unserved)
    return found, tuple(
        Unserved(ranking.project.id, why_unserved(ranking))
        for ranking in ranked
        if ranking.project.id in left
    )


def candidates_of(ranked: Sequence[Ranking], pool: Pool, *, per_project: int) -> Candidates:
    """Return every eligible pair of some rankings over pools with the same partners."""
    return Candidates(
        projects=tuple(ranking.project.id for ranking in ranked),
        partners=pool.ids,
        capacity=pool.capacity,
        per_project=per_project,
        project=np.repeat(np.arange(len(ranked)), [len(ranking.places) for ranking in ranked]),
        partner=np.concatenate([np.empty(0, dtype=np.intp), *(ranking.places for ranking in ranked)]),
        score=np.concatenate([np.empty(0), *(ranking.scores for ranking in ranked)]),
    )


def why_unserved(ranking: Ranking) -> tuple[str, ...]:
    """Return the codes behind a project without a partner: all that stand in its way, or that eligible ones ran out."""
    if len(ranking.places):
        return (OUT_OF_ROOM,)
    if not len(ranking.pool):
        return CODES[:1]
    return codes(int(np.bitwise_or.reduce(ranking.against)))


def kept_apart(ranking: Ranking) -> tuple[str, ...]:
    """Return the partners that would be eligible for a project, but for a conflict of interest."""
    places = np.flatnonzero(ranking.against == BITS["CONFLICT"])
    return tuple(ranking.pool.ids[place] for place in places)
