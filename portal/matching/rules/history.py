"""What earlier declines teach: how much of the trust in a pair each of them takes away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from portal.matching.rules.values import Decline, Project
from portal.reference import vocabulary

OWN = 0.6
"""How much a decline takes from its own pair, when it is fresh."""

ALIKE = 0.25
"""How much it takes from the partner's pair with another project to which the reason applies as well."""

HALVED_AFTER_DAYS = 365
"""After this time a decline counts half, after twice this time a quarter, and so on."""

PARTNER = "partner"

REASON_SPEAKS_OF: Mapping[str, str] = {
    "not_our_area": "indication_area",
    "not_our_modality": "modality",
    "not_our_class": "product_class",
    "not_our_region": "country",
    "too_early": "phase",
    "too_late": "phase",
}
"""Which fact of a project a reason speaks of; any other reason speaks of its own pair only."""

NONE: NDArray[np.intp] = np.empty(0, dtype=np.intp)

FACTS = tuple(sorted(set(REASON_SPEAKS_OF.values())))


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one decline takes from the trust in one pair, as a share of it."""

    decline: Decline
    taken: float


class Memory:
    """The declines of a pool's partners, found by what they apply to."""

    def __init__(
        self,
        declined: Iterable[Decline],
        *,
        projects: Iterable[Project],
        place_of: Mapping[str, int],
        as_of: date,
    ) -> None:
        """Keep what concerns the pool's partners; a project that is gone teaches nothing about others."""
        facts = {project.id: project for project in projects}
        known = (one for one in declined if one.partner in place_of)
        self._declines = tuple(
            sorted(known, key=lambda one: (one.on, one.project, one.reason, one.by, one.final))
        )
        self._places = np.array([place_of[one.partner] for one in self._declines], dtype=np.intp)
        ages = np.array([max((as_of - one.on).days, 0) for one in self._declines], dtype=np.float64)
        self._fresh = 0.5 ** (ages / HALVED_AFTER_DAYS)
        own: dict[str, list[int]] = {}
        alike: dict[tuple[str, str], list[int]] = {}
        for number, decline in enumerate(self._declines):
            own.setdefault(decline.project, []).append(number)
            if decline.by == PARTNER and decline.project in facts:
                for key in applies_to(decline.reason, facts[decline.project]):
                    alike.setdefault(key, []).append(number)
        self._own = {project: np.array(numbers, dtype=np.intp) for project, numbers in own.items()}
        self._alike = {key: np.array(numbers, dtype=np.intp) for key, numbers in alike.items()}

    def trust(self, project: Project, partners: int) -> NDArray[np.float64]:
        """Return what is left of the trust in each of a project's pairs: 1 where nobody ever declined."""
        left = np.ones(partners, dtype=np.float64)
        numbers, taken = self._lessons(project)
        np.multiply.at(left, self._places[numbers], 1.0 - taken)
        return left

    def lessons(self, project: Project, place: int) -> tuple[Lesson, ...]:
        """Return what is taken from the trust in one pair, and by which declines."""
        numbers, taken = self._lessons(project)
        here = self._places[numbers] == place
        return tuple(
            Lesson(self._declines[number], float(share))
            for number, share in zip(numbers[here], taken[here], strict=True)
        )

    def finally_declined(self, project: Project) -> NDArray[np.intp]:
        """Return the places of the partners whose pair with the project was declined for good."""
        own = self._own.get(project.id, NONE)
        return self._places[[number for number in own if self._declines[number].final]]

    def _lessons(self, project: Project) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        # A pair's own declines come first, then fact by fact: one order, whoever else is in the pool.
        own = self._own.get(project.id, NONE)
        alike = [self._alike.get((fact, getattr(project, fact)), NONE) for fact in FACTS]
        others = np.concatenate(alike)
        if len(own):
            others = others[~np.isin(others, own)]
        taken = np.concatenate([OWN * self._fresh[own], ALIKE * self._fresh[others]])
        return np.concatenate([own, others]), taken


def applies_to(reason: str, declined: Project) -> Iterator[tuple[str, str]]:
    """Yield the facts, and their values, of every project of which the reason can be said as well."""
    fact = REASON_SPEAKS_OF.get(reason)
    if fact == "phase":
        phases = vocabulary.ids("phase")
        here = phases.index(declined.phase)
        yield from (
            (fact, phase) for phase in (phases[: here + 1] if reason == "too_early" else phases[here:])
        )
    elif fact:
        yield fact, getattr(declined, fact)
