"""A project's way to be paid for, and its rights: what a team states, what speaks against it, and what resembles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.errors import Reason

TITLE_MOST, WORDS_MOST = 200, 4000
PATIENTS_MOST = 10_000_000
PRICE_MOST = 1_000_000_000
MOST_RIGHTS = 200
REMIND_DAYS = (90, 30, 7)
"""So many days ahead a date of a right is called to mind, once for each."""
MOST_PRECEDENTS = 6


class RightKind(StrEnum):
    """What kind of right an entry is."""

    FAMILY = "family"
    LICENCE_IN = "licence_in"
    LICENCE_OUT = "licence_out"
    OTHER = "other"


class Freedom(StrEnum):
    """What is known of the freedom to operate."""

    NOT_BEGUN = "not_begun"
    UNDER_WAY = "under_way"
    FREE = "free"
    CONDITIONS = "conditions"
    BARRED = "barred"


class RightDay(StrEnum):
    """Which day of a right comes up."""

    DUE = "due_on"
    UNTIL = "until"


class Alike(StrEnum):
    """In what an authorised product resembles a project."""

    CLASS = "class"
    AREA = "indication_area"
    CELLS = "autologous"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """What a team states of how its product will be paid for; amounts are whole units of the currency for one patient."""

    value_story: str = ""
    comparator: str = ""
    patients: int | None = None
    patients_basis: str = ""
    evidence_plan: str = ""
    price_low: int | None = None
    price_high: int | None = None
    price_currency: str | None = None
    price_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreedomFacts:
    """What a team states of its freedom to operate."""

    finding: Freedom = Freedom.NOT_BEGUN
    searched_on: date | None = None
    searched_by: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightFacts:
    """A patent family, a licence or another right, with its days."""

    kind: RightKind
    title: str
    reference: str = ""
    party: str = ""
    since: date | None = None
    until: date | None = None
    due_on: date | None = None
    due_what: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """An authorised product that resembles a project, and in what."""

    id: str
    alike: tuple[Alike, ...]


def reasons_against_market(facts: MarketFacts) -> list[Reason]:
    """Return everything that speaks against what is stated of a product's price."""
    reasons = []
    low, high = facts.price_low, facts.price_high
    if low is not None and high is not None and high < low:
        reasons.append(Reason("market_prices_out_of_order", {"low": low, "high": high}, "price_high"))
    if facts.price_currency is None and (low is not None or high is not None):
        reasons.append(Reason("market_price_without_currency", {}, "price_currency"))
    return reasons


def reasons_against_freedom(facts: FreedomFacts, *, today: date) -> list[Reason]:
    """Return everything that speaks against what is stated of the freedom to operate."""
    reasons = []
    if facts.searched_on is not None and facts.searched_on > today:
        values = {"day": facts.searched_on, "today": today}
        reasons.append(Reason("freedom_searched_in_future", values, "searched_on"))
    if facts.finding in FOUND and facts.searched_on is None:
        reasons.append(Reason("freedom_without_search", {}, "searched_on"))
    return reasons


def reasons_against_right(facts: RightFacts) -> list[Reason]:
    """Return everything that speaks against an entry of a right."""
    reasons = []
    if not facts.title.strip():
        reasons.append(Reason("right_without_title", {}, "title"))
    if facts.since is not None and facts.until is not None and facts.until < facts.since:
        values = {"since": facts.since, "until": facts.until}
        reasons.append(Reason("right_ends_before_it_begins", values, "until"))
    if facts.due_on is not None and not facts.due_what.strip():
        reasons.append(Reason("right_due_without_words", {"day": facts.due_on}, "due_what"))
    return reasons


def stage_of(day: date, *, today: date) -> int | None:
    """Return for which of the reminders a day is near enough, the nearest one, or None."""
    left = (day - today).days
    near = [stage for stage in REMIND_DAYS if 0 <= left <= stage]
    return min(near, default=None)


def precedents_for(stated: Mapping[str, Any], products: Iterable[Mapping[str, Any]]) -> list[Precedent]:
    """Return the authorised products that resemble a project, those that share most first.

    One resembles it that shares its legal class or its indication area, and at least two of class, indication area,
    autologous or not, and orphan or not. What is unknown of either is shared with nobody.
    """
    found = []
    for product in products:
        alike = tuple(
            one
            for one in Alike
            if stated.get(one.value) is not None and stated[one.value] == product.get(one.value)
        )
        if len(alike) >= 2 and {Alike.CLASS, Alike.AREA} & set(alike):
            found.append(Precedent(product["id"], alike))
    found.sort(key=lambda one: (Alike.AREA not in one.alike, -len(one.alike), one.id))
    return found[:MOST_PRECEDENTS]


FOUND = frozenset({Freedom.FREE, Freedom.CONDITIONS, Freedom.BARRED})
"""What only a search can have found."""
