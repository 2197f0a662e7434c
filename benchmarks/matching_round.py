"""How long a round takes: 1,000 projects and 1,000 partners at once, ranking included, and the same with every pair eligible.

Prints one row of a table for each, in processor time, beside SciPy's plain assignment of the same scores: one partner a project, each seat of a
partner a column, the highest sum and nothing else.
"""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from matching_cases import large_case
from scipy.optimize import linear_sum_assignment

from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.outcome import ranker_of
from portal.matching.rules.rounds import Candidates, Round, propose

SIZE = 1000

T = TypeVar("T")


def main() -> None:
    """Measure both kinds of round."""
    begun = time.process_time()
    sparse = ranked_candidates()
    ranking = time.process_time() - begun
    measure("about one pair in ten eligible", sparse, ranking)
    chance = np.random.default_rng(7)
    popular = np.tile(chance.random(SIZE) * 30, SIZE)
    measure(
        "every pair eligible",
        Candidates(
            projects=sparse.projects,
            partners=sparse.partners,
            capacity=chance.integers(1, 4, SIZE),
            per_project=3,
            project=np.repeat(np.arange(SIZE), SIZE),
            partner=np.tile(np.arange(SIZE), SIZE),
            score=popular + chance.random(SIZE * SIZE) * 70,
        ),
        0.0,
    )


def ranked_candidates() -> Candidates:
    """Return the eligible pairs of a large case with their scores."""
    case = large_case(SIZE, SIZE)
    ranker = ranker_of(case, shipped_lexicon())
    rankings = [ranker.rank(project) for project in sorted(case.projects, key=lambda project: project.id)]
    return Candidates(
        projects=tuple(ranking.project.id for ranking in rankings),
        partners=ranker.pool.ids,
        capacity=ranker.pool.capacity,
        per_project=case.per_project,
        project=np.repeat(np.arange(SIZE), [len(ranking.places) for ranking in rankings]),
        partner=np.concatenate([ranking.places for ranking in rankings]),
        score=np.concatenate([ranking.scores for ranking in rankings]),
    )


def measure(name: str, candidates: Candidates, ranking: float) -> None:
    """Print a row: the round and its three aims, and the plain assignment with the same figures."""
    seconds, found = timed(lambda: propose(candidates))
    plain_seconds, (served, worst, total) = timed(lambda: plain_assignment(candidates))
    sys.stdout.write(
        f"| {SIZE} x {SIZE}, {name} | {ranking + seconds:.1f} s, of which {ranking:.1f} s for ranking: "
        f"{describe(found)} | SciPy's assignment {plain_seconds:.1f} s: {served} served, worst {worst:.1f}, "
        f"total {total:.0f} |\n"
    )


def describe(found: Round) -> str:
    """Return the aims of a round in words."""
    served = len({pair.project for pair in found.pairs})
    return (
        f"{served} served, worst {found.worst or 0:.1f}, total {found.total:.0f} in {len(found.pairs)} pairs"
    )


def plain_assignment(candidates: Candidates) -> tuple[int, float, float]:
    """Return how many projects the plain assignment serves, the worst of their scores, and the total."""
    scores = np.zeros((len(candidates.projects), len(candidates.partners)))
    scores[candidates.project, candidates.partner] = candidates.score
    seats = np.repeat(scores, candidates.capacity, axis=1)
    chosen = seats[linear_sum_assignment(seats, maximize=True)]
    served = chosen[chosen > 0]
    return len(served), float(served.min(initial=100.0)), float(served.sum())


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return how many seconds it took, and the result."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


if __name__ == "__main__":
    main()
