"""Which help fits a project: whom it takes, which need of a step it serves, and by when to apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

NEEDS_OF_TRACK: Mapping[str, frozenset[str]] = {
    "regulatory": frozenset({"regulatory"}),
    "nonclinical": frozenset({"nonclinical"}),
    "cmc": frozenset({"manufacturing"}),
    "clinical": frozenset({"clinical"}),
    "ip": frozenset({"ip"}),
    "financing": frozenset({"capital", "business"}),
    "market_access": frozenset({"reimbursement"}),
    "follow_up": frozenset({"clinical", "reimbursement"}),
}
"""With which needs, in the words of the vocabulary, help for the steps of a track is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who looks for help, as programmes and offers ask."""

    product_class: str
    modality: str
    indication_area: str
    phase: str
    organisation_kind: str
    country: str
    names: frozenset[str] = frozenset()
    assets: frozenset[str] = frozenset()
    """As what assets of others compete with it."""
    on_hold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Whom a programme or an offer takes; an empty set, or None for countries, is no restriction."""

    product_classes: frozenset[str] = frozenset()
    modalities: frozenset[str] = frozenset()
    indication_areas: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()
    organisation_kinds: frozenset[str] = frozenset()
    countries: frozenset[str] | None = None
    excluded: frozenset[tuple[str, str]] = frozenset()
    conflicts: frozenset[str] = frozenset()
    competing: frozenset[str] = frozenset()
    opens: date | None = None
    closes: date | None = None
    accepts_on_hold: bool = True


def takes(terms: Terms, applicant: Applicant, *, on: date) -> bool:
    """Say whether the terms admit an applicant on a day; what holds for companies holds for small ones too."""
    kinds = {applicant.organisation_kind} | ({"company"} if applicant.organisation_kind == "sme" else set())
    facts = {
        ("product_class", applicant.product_class),
        ("modality", applicant.modality),
        ("indication_area", applicant.indication_area),
        ("country", applicant.country),
    }
    listed = (
        (terms.product_classes, applicant.product_class),
        (terms.modalities, applicant.modality),
        (terms.indication_areas, applicant.indication_area),
        (terms.phases, applicant.phase),
    )
    return (
        all(not words or word in words for words, word in listed)
        and (not terms.organisation_kinds or bool(terms.organisation_kinds & kinds))
        and (terms.countries is None or applicant.country in terms.countries)
        and not terms.excluded & facts
        and not terms.conflicts & applicant.names
        and not terms.competing & applicant.assets
        and (terms.opens is None or terms.opens <= on)
        and (terms.closes is None or on <= terms.closes)
        and (terms.accepts_on_hold or not applicant.on_hold)
    )


@dataclass(frozen=True, slots=True)
class ApplyBy:
    """By when to apply for help; without a day the time that it takes is not published."""

    day: date | None
    is_due: bool


def apply_by(start: date, lead_days: int | None, closes: date | None, *, today: date) -> ApplyBy:
    """Return by when to apply so that help begins with a step: its start less the lead time, or the closing day.

    A day that has passed is today: the sooner it is asked, the less of the step is lost.
    """
    known = [start - timedelta(days=lead_days)] if lead_days is not None else []
    known += [closes] if closes is not None else []
    if not known:
        return ApplyBy(None, start <= today)
    latest = min(known)
    return ApplyBy(max(latest, today), latest <= today)
