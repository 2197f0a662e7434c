"""What the limits of a round cost: what one more place at a partner would change, each worked out anew and exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from portal.matching.rules.rounds import Candidates, Round, propose

MOST_PRICED = 12
"""So many full partners are priced: those that the most projects would go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a round would gain if one partner took one more: projects served, the worst-off's best score, the sum."""

    partner: str
    capacity: int
    more_served: int
    better_worst: float
    more_total: float


def without(candidates: Candidates, pairs: Collection[tuple[str, str]]) -> Candidates:
    """Return the candidates without some pairs: those that are under way or were declined."""
    kept = np.array(
        [
            (candidates.projects[project], candidates.partners[partner]) not in pairs
            for project, partner in zip(candidates.project, candidates.partner, strict=True)
        ],
        dtype=np.bool_,
    )
    return replace(
        candidates,
        project=candidates.project[kept],
        partner=candidates.partner[kept],
        score=candidates.score[kept],
    )


def costs(candidates: Candidates, found: Round) -> Iterator[Cost]:
    """Yield what each full partner's limit costs, those with the most eligible projects first."""
    for place in full_places(candidates, found)[:MOST_PRICED]:
        capacity = candidates.capacity.copy()
        capacity[place] += 1
        wider = propose(replace(candidates, capacity=capacity))
        yield Cost(
            partner=candidates.partners[place],
            capacity=int(candidates.capacity[place]),
            more_served=len(found.unserved) - len(wider.unserved),
            better_worst=(wider.worst or 0.0) - (found.worst or 0.0),
            more_total=wider.total - found.total,
        )


def full_places(candidates: Candidates, found: Round) -> list[int]:
    """Return the partners whose last place is taken though more would come, the most wanted first."""
    taken = Counter(pair.partner for pair in found.pairs)
    wanted = np.bincount(candidates.partner, minlength=len(candidates.partners))
    full = [
        place
        for place, partner in enumerate(candidates.partners)
        if taken[partner] >= candidates.capacity[place] and wanted[place] > candidates.capacity[place]
    ]
    return sorted(full, key=lambda place: (-int(wanted[place]), candidates.partners[place]))
