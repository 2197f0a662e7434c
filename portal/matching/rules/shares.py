"""The fit of a pair: what share of each contribution it earns, and what each contribution is worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from portal.matching.rules.eligibility import instrument_passes, ticket_passes
from portal.matching.rules.pool import Listed, Numbers, Pool
from portal.matching.rules.values import CAPITAL, Need, Project

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "text": 22.0,
    "indication_area": 14.0,
    "modality": 12.0,
    "phase": 10.0,
    "product_class": 6.0,
    "country": 2.0,
    "ticket": 10.0,
    "instrument": 2.0,
    "timing": 6.0,
    "needs": 10.0,
    "history": 6.0,
}
"""What each contribution is worth before an adviser says otherwise; they make up a hundred."""

CAPITAL_ONLY = frozenset({"ticket", "instrument"})
"""Contributions that mean nothing for any other need; there, the others make up the hundred."""

UNSTATED = 0.5
"""The share where one side has not said what it wants: neither a match nor a mismatch."""

NAMED = 0.7
"""The least share for a value that the partner names among others; naming it alone earns the whole."""

DAYS_TO_APPLY = 30
"""Who closes sooner than this leaves too little time to apply well."""

DAYS_TO_DELIVER: Mapping[str, int] = {CAPITAL: 180}
DAYS_TO_DELIVER_ELSE = 90
"""A need that is due sooner than this is hard to meet in time: raising money takes about half a year, other help a quarter."""


def worth(weights: Mapping[str, float], *, capital: bool) -> dict[str, float]:
    """Return the points that each contribution can bring: together 100, or 0 if nothing has weight."""
    taking_part = {
        name: 0.0 if name in CAPITAL_ONLY and not capital else weights[name] for name in DEFAULT_WEIGHTS
    }
    # Divided by the heaviest first, so that neither huge nor tiny weights leave the range of numbers.
    heaviest = max(taking_part.values())
    if not heaviest:
        return dict.fromkeys(taking_part, 0.0)
    scaled = {name: weight / heaviest for name, weight in taking_part.items()}
    total = sum(scaled.values())
    return {name: 100.0 * weight / total for name, weight in scaled.items()}


def shares_of_partner(pool: Pool) -> dict[str, Numbers]:
    """Return the shares that are the same for every project to which the partner is open."""
    return {
        "indication_area": named(pool.indication_areas),
        "modality": named(pool.modalities),
        "phase": named(pool.phases),
        "product_class": named(pool.product_classes),
        "country": named(pool.countries),
    }


def shares_of_pair(project: Project, pool: Pool) -> dict[str, Numbers]:
    """Return the shares that depend on both project and partner."""
    return {
        "text": pool.closeness.to(project.text),
        "needs": asked_for(project, pool),
        "history": pool.memory.trust(project, len(pool)),
    }


def shares_for_need(need: Need, pool: Pool) -> dict[str, Numbers]:
    """Return the shares that depend on the need as well."""
    shares = {"timing": timing(need, pool)}
    if need.kind == CAPITAL:
        shares |= {"ticket": ticket(need, pool), "instrument": instrument(need, pool)}
    return shares


def named(listed: Listed) -> Numbers:
    """Return how pointedly each partner names what it names: alone, among others, or by having no restriction."""
    return np.where(listed.open, UNSTATED, NAMED + (1.0 - NAMED) / np.maximum(listed.length, 1.0))


def asked_for(project: Project, pool: Pool) -> Numbers:
    """Return which share of the kinds of help that each partner gives the project asks for."""
    asked = np.zeros(len(pool), dtype=np.float64)
    for kind in sorted({need.kind for need in project.needs}):
        asked[pool.serving.of(kind)] += 1.0
    return asked / np.maximum(pool.kinds_served, 1.0)


def ticket(need: Need, pool: Pool) -> Numbers:
    """Return how well the middle of what is asked for lies in each ticket; nothing where the ranges do not even overlap."""
    asked = amount_asked(need, pool.rates)
    if asked is None:
        return np.full(len(pool), UNSTATED)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        too_much = np.where(asked > pool.ticket_max, pool.ticket_max / asked, 1.0)
        too_little = np.where(asked < pool.ticket_min, asked / pool.ticket_min, 1.0)
    fitting = np.where(pool.ticket_open, UNSTATED, np.minimum(too_much, too_little))
    return np.where(ticket_passes(need, pool), fitting, 0.0)


def amount_asked(need: Need, rates: Mapping[str, float]) -> float | None:
    """Return the middle of what a need asks for, in euro, or its only bound, or None."""
    bounds = [bound for bound in need.money.in_euro(rates) if bound is not None]
    return sum(bounds) / len(bounds) if bounds else None


def instrument(need: Need, pool: Pool) -> Numbers:
    """Return the whole for an instrument that a partner names, half for what one side leaves open, else nothing."""
    if need.instrument is None:
        return np.full(len(pool), UNSTATED)
    stated = np.where(pool.instruments.open, UNSTATED, 1.0)
    return np.where(instrument_passes(need, pool), stated, 0.0)


def timing(need: Need, pool: Pool) -> Numbers:
    """Return how much of the time that it takes is left, until the need is due and until each partner closes."""
    to_apply = np.clip(pool.days_to_closing / DAYS_TO_APPLY, 0.0, 1.0)
    return to_apply * time_left(need, pool.as_of)


def time_left(need: Need, as_of: date) -> float:
    """Return how much of the time that such help takes is left until the need is due; half where it has no date."""
    if need.by is None:
        return UNSTATED
    takes = DAYS_TO_DELIVER.get(need.kind, DAYS_TO_DELIVER_ELSE)
    return min(max((need.by - as_of).days / takes, 0.0), 1.0)
