"""The hard rules: which codes stand against each pair. They are exact, and the same for everyone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from portal.matching.rules.pool import Flags, Pool
from portal.matching.rules.values import CAPITAL, Need, Project

CODES = (
    "NEED_NOT_SERVED",
    "ON_HOLD",
    "CLASS",
    "MODALITY",
    "INDICATION",
    "PHASE",
    "COUNTRY",
    "ORGANISATION_KIND",
    "EXCLUDED",
    "CONFLICT",
    "TICKET",
    "INSTRUMENT",
    "NOT_OPEN",
    "CLOSED",
    "NO_CAPACITY",
    "DECLINED",
)
"""Every code, in the order in which codes are listed."""

BITS = {code: np.uint16(1 << place) for place, code in enumerate(CODES)}

Obstacles = NDArray[np.uint16]
"""For each partner of the pool, one bit for each code that stands against the pair."""


def obstacles(project: Project, pool: Pool) -> Obstacles:
    """Return everything that stands between a project and each partner of the pool; 0 means eligible."""
    against: dict[str, Flags] = {
        "NEED_NOT_SERVED": ~served(project.needs, pool),
        "CLASS": ~pool.product_classes.admits(project.product_class),
        "MODALITY": ~pool.modalities.admits(project.modality),
        "INDICATION": ~pool.indication_areas.admits(project.indication_area),
        "PHASE": ~pool.phases.admits(project.phase),
        "COUNTRY": ~pool.countries.admits(project.country),
        "ORGANISATION_KIND": ~pool.organisation_kinds.admits(project.organisation_kind),
        "EXCLUDED": _excluded(project, pool),
        "CONFLICT": _conflicting(project, pool),
        "NOT_OPEN": pool.not_yet_open,
        "CLOSED": pool.closed,
        "NO_CAPACITY": pool.no_capacity,
        "DECLINED": _finally_declined(project, pool),
    }
    if project.on_hold:
        against["ON_HOLD"] = ~pool.accepts_on_hold
    capital = [need for need in project.needs if need.kind == CAPITAL]
    if capital:
        against["TICKET"] = _none_passes(capital, pool, ticket_passes)
        against["INSTRUMENT"] = _none_passes(capital, pool, instrument_passes)
    found = np.zeros(len(pool), dtype=np.uint16)
    for code, flags in against.items():
        found |= flags.view(np.uint8) * BITS[code]
    return found


def codes(bits: int) -> tuple[str, ...]:
    """Return the codes behind one pair's bits, in their order."""
    return tuple(code for bit, code in enumerate(CODES) if bits >> bit & 1)


def served(needs: Iterable[Need], pool: Pool) -> Flags:
    """Return who serves at least one of the needs."""
    serving = _nobody(pool)
    for need in needs:
        serving[pool.serving.of(need.kind)] = True
    return serving


def ticket_passes(need: Need, pool: Pool) -> Flags:
    """Return whose ticket and what the need asks for overlap; a missing bound is open."""
    low, high = need.money.in_euro(pool.rates)
    passing = np.ones(len(pool), dtype=np.bool_)
    if high is not None:
        passing &= pool.ticket_min <= high
    if low is not None:
        passing &= pool.ticket_max >= low
    return passing


def instrument_passes(need: Need, pool: Pool) -> Flags:
    """Return who accepts the need's instrument; what either side leaves open passes."""
    if need.instrument is None:
        return np.ones(len(pool), dtype=np.bool_)
    return pool.instruments.admits(need.instrument)


def _none_passes(capital: Iterable[Need], pool: Pool, passes: Callable[[Need, Pool], Flags]) -> Flags:
    failing = served(capital, pool)
    for need in capital:
        failing &= ~passes(need, pool)
    return failing


def _excluded(project: Project, pool: Pool) -> Flags:
    excluded = _nobody(pool)
    for fact, excluding in pool.excluding.items():
        excluded[excluding.of(getattr(project, fact))] = True
    return excluded


def _conflicting(project: Project, pool: Pool) -> Flags:
    conflicting = _nobody(pool)
    conflicting[pool.conflicting.of(project.organisation)] = True
    conflicting[pool.competing.of(project.id)] = True
    return conflicting


def _finally_declined(project: Project, pool: Pool) -> Flags:
    declined = _nobody(pool)
    declined[pool.memory.finally_declined(project)] = True
    return declined


def _nobody(pool: Pool) -> Flags:
    return np.zeros(len(pool), dtype=np.bool_)
