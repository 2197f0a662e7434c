"""The fit of a pair: what share of each contribution it earns, and what each contribution is worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from portal.matching.rules.eligibility import instrument_passes, ticket_passes
from portal.matching.rules.pool import Listed, Numbers, Places, Pool
from portal.matching.rules.values import CAPITAL, Need, Project

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "text": 25.0,
    "indication_area": 14.0,
    "modality": 12.0,
    "phase": 10.0,
    "product_class": 5.0,
    "country": 4.0,
    "ticket": 10.0,
    "instrument": 2.0,
    "timing": 4.0,
    "needs": 6.0,
    "history": 8.0,
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


def worth(weights: Mapping[str, float], kind: str) -> dict[str, float]:
    """Return the points that each contribution can bring for a kind of need: together 100, or 0 if nothing has weight."""
    taking_part = {
        name: 0.0 if name in CAPITAL_ONLY and kind != CAPITAL else weights[name] for name in DEFAULT_WEIGHTS
    }
    # Divided by the heaviest first, so that neither huge nor tiny weights leave the range of numbers.
    heaviest = max(taking_part.values())
    if not heaviest:
        return dict.fromkeys(taking_part, 0.0)
    scaled = {name: weight / heaviest for name, weight in taking_part.items()}
    total = sum(scaled.values())
    return {name: 100.0 * weight / total for name, weight in scaled.items()}


def shares_of_pair(project: Project, pool: Pool, places: Places) -> dict[str, Numbers]:
    """Return the shares that depend on project and partner only, for the partners at these places."""
    return {
        "text": pool.closeness.to(project.text)[places],
        "indication_area": named(pool.indication_areas, places),
        "modality": named(pool.modalities, places),
        "phase": named(pool.phases, places),
        "product_class": named(pool.product_classes, places),
        "country": named(pool.countries, places),
        "needs": served_share(project, pool)[places],
        "history": pool.memory.trust(project, len(pool))[places],
    }


def shares_for_need(need: Need, pool: Pool, places: Places) -> dict[str, Numbers]:
    """Return the shares that depend on the need as well."""
    return {
        "ticket": ticket(need, pool)[places],
        "instrument": instrument(need, pool)[places],
        "timing": timing(need, pool)[places],
    }


def named(listed: Listed, places: Places) -> Numbers:
    """Return how pointedly eligible partners name a value: alone, among others, or by having no restriction."""
    length = np.maximum(listed.length[places], 1.0)
    return np.where(listed.open[places], UNSTATED, NAMED + (1.0 - NAMED) / length)


def served_share(project: Project, pool: Pool) -> Numbers:
    """Return which share of the project's needs each partner serves."""
    serving = np.zeros(len(pool), dtype=np.float64)
    for need in project.needs:
        serving[pool.serving.of(need.kind)] += 1.0
    return serving / max(len(project.needs), 1)


def ticket(need: Need, pool: Pool) -> Numbers:
    """Return how well the middle of what is asked for lies in each ticket; nothing where the ranges do not even overlap."""
    asked = amount_asked(need, pool.rates)
    if asked is None:
        return np.full(len(pool), UNSTATED)
    with np.errstate(divide="ignore", invalid="ignore"):
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
