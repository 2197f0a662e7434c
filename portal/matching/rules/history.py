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
        self._own: dict[str, list[tuple[int, Lesson]]] = {}
        self._alike: dict[tuple[str, str], list[tuple[int, Lesson]]] = {}
        for decline in sorted(declined, key=lambda one: (one.on, one.project, one.reason, one.by, one.final)):
            place = place_of.get(decline.partner)
            if place is None:
                continue
            fresh = 0.5 ** (max((as_of - decline.on).days, 0) / HALVED_AFTER_DAYS)
            self._own.setdefault(decline.project, []).append((place, Lesson(decline, OWN * fresh)))
            if decline.by == PARTNER and decline.project in facts:
                for key in applies_to(decline.reason, facts[decline.project]):
                    self._alike.setdefault(key, []).append((place, Lesson(decline, ALIKE * fresh)))

    def lessons(self, project: Project) -> Iterator[tuple[int, Lesson]]:
        """Yield what is taken from a project's pairs, with the partner's place; a pair's own declines come first."""
        yield from self._own.get(project.id, ())
        for fact in FACTS:
            for place, lesson in self._alike.get((fact, getattr(project, fact)), ()):
                if lesson.decline.project != project.id:
                    yield place, lesson

    def trust(self, project: Project, partners: int) -> NDArray[np.float64]:
        """Return what is left of the trust in each of a project's pairs: 1 where nobody ever declined."""
        left = np.ones(partners, dtype=np.float64)
        found = list(self.lessons(project))
        if found:
            places = np.array([place for place, _ in found], dtype=np.intp)
            np.multiply.at(left, places, np.array([1.0 - lesson.taken for _, lesson in found]))
        return left

    def finally_declined(self, project: Project) -> NDArray[np.intp]:
        """Return the places of the partners whose pair with the project was declined for good."""
        own = self._own.get(project.id, ())
        return np.array([place for place, lesson in own if lesson.decline.final], dtype=np.intp)


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
