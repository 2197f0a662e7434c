"""What the matching core is told: projects with their needs, partners with what they look for, and earlier declines.

Words are ids of the vocabulary (`product_class`, `phase`, `need`) or open words; whoever builds these values has checked them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

CAPITAL = "capital"
SME, COMPANY = "sme", "company"


@dataclass(frozen=True, slots=True)
class Money:
    """A range of money in one currency; a missing bound is open."""

    min: float | None = None
    max: float | None = None
    currency: str | None = None

    def in_euro(self, rates: Mapping[str, float]) -> tuple[float | None, float | None]:
        """Return both bounds in euro; a range without bounds needs no rate."""
        rate = rates[self.currency] if self.currency and (self.min, self.max) != (None, None) else 1.0
        return (
            None if self.min is None else self.min * rate,
            None if self.max is None else self.max * rate,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a project asks for; money and instrument belong to capital only."""

    id: str
    kind: str
    money: Money = field(default_factory=Money)
    instrument: str | None = None
    by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as far as matching knows it: its teaser, its facts and its needs."""

    id: str
    organisation: str
    country: str
    organisation_kind: str
    product_class: str
    modality: str
    indication_area: str
    phase: str
    on_hold: bool = False
    orphan: bool = False
    paediatric: bool = False
    text: str = ""
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """What a partner will not have, whatever its other words say."""

    product_class: frozenset[str] = frozenset()
    modality: frozenset[str] = frozenset()
    indication_area: frozenset[str] = frozenset()
    country: frozenset[str] = frozenset()
    organisation: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """An investor or a support offer, and what it looks for; None is no restriction, an empty set is nothing at all."""

    id: str
    kind: str
    organisation: str
    text: str = ""
    serves: frozenset[str] = frozenset()
    product_classes: frozenset[str] | None = None
    modalities: frozenset[str] | None = None
    indication_areas: frozenset[str] | None = None
    phases: frozenset[str] | None = None
    countries: frozenset[str] | None = None
    organisation_kinds: frozenset[str] | None = None
    ticket: Money = field(default_factory=Money)
    instruments: frozenset[str] | None = None
    exclude: Exclusions = field(default_factory=Exclusions)
    accepts_on_hold: bool = False
    opens: date | None = None
    closes: date | None = None
    capacity: int = 1
    conflicts: frozenset[str] = frozenset()
    competing: frozenset[str] = frozenset()
    """Projects that compete with something that the partner holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Somebody's earlier no to a pair: whose, why, when, and whether it was the last word."""

    project: str
    partner: str
    by: str
    reason: str
    on: date
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that one ranking or round is computed from."""

    name: str
    as_of: date
    rates: Mapping[str, float]
    projects: tuple[Project, ...]
    partners: tuple[Partner, ...]
    declined: tuple[Decline, ...] = ()
    weights: Mapping[str, float] | None = None
    per_project: int = 3
