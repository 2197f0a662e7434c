"""A whole case worked out: a ranking for every project, and the round of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from portal.matching.rules.eligibility import CODES, codes
from portal.matching.rules.pool import Pool, lay_out
from portal.matching.rules.ranking import Ranking, rank
from portal.matching.rules.rounds import Candidates, Round, propose
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.rules.text import Lexicon
from portal.matching.rules.values import Case, Project

OUT_OF_ROOM = "NO_CAPACITY"
"""Said of a project whose eligible partners are all taken up by the others of its round."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A project that a round leaves without a partner, and why."""

    project: str
    codes: tuple[str, ...]


def pool_of(case: Case, lexicon: Lexicon) -> Pool:
    """Lay out a case's partners."""
    return lay_out(
        case.partners,
        lexicon=lexicon,
        as_of=case.as_of,
        rates=case.rates,
        declined=case.declined,
        projects=case.projects,
    )


def weights_of(case: Case) -> Mapping[str, float]:
    """Return the weights of a case: the defaults, each replaced where the case states its own."""
    return {**DEFAULT_WEIGHTS, **(case.weights or {})}


def in_order(case: Case) -> list[Project]:
    """Return a case's projects in the order of their ids."""
    return sorted(case.projects, key=lambda project: project.id)


def rankings(case: Case, lexicon: Lexicon) -> Iterator[Ranking]:
    """Yield a ranking for each project of a case, in the order of their ids."""
    pool, weights = pool_of(case, lexicon), weights_of(case)
    for project in in_order(case):
        yield rank(project, pool, weights)


def best_round(case: Case, lexicon: Lexicon) -> tuple[Round, tuple[Unserved, ...]]:
    """Return the best round of a case, and for each project that it leaves unserved why."""
    ranked = {ranking.project.id: ranking for ranking in rankings(case, lexicon)}
    pool = pool_of(case, lexicon) if not ranked else next(iter(ranked.values())).pool
    sizes = [len(ranking.order) for ranking in ranked.values()]
    found = propose(
        Candidates(
            projects=tuple(ranked),
            partners=pool.ids,
            capacity=pool.capacity,
            per_project=case.per_project,
            project=np.repeat(np.arange(len(ranked)), sizes),
            partner=np.concatenate(
                [ranking.order for ranking in ranked.values()] or [np.empty(0, dtype=np.intp)]
            ),
            score=np.concatenate([ranking.scores for ranking in ranked.values()] or [np.empty(0)]),
        )
    )
    return found, tuple(Unserved(project, why_unserved(ranked[project])) for project in found.unserved)


def why_unserved(ranking: Ranking) -> tuple[str, ...]:
    """Return the codes behind a project without a partner: all that stand in its way, or that eligible ones ran out."""
    if len(ranking.order):
        return (OUT_OF_ROOM,)
    if not len(ranking.pool):
        return CODES[:1]
    return codes(int(np.bitwise_or.reduce(ranking.against)))
