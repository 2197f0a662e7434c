"""Which programmes and offers of the support catalogue fit a project's steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.partners.models import Partner
from portal.partners.queries import SupportFilter, programmes, public_offers, standing_calls
from portal.partners.rules.calls import Call
from portal.partners.rules.fields import assets_like
from portal.projects.models import Project
from portal.reference import vocabulary
from portal.reference.rules import EffectiveFact
from portal.roadmap.rules.support import NEEDS_OF_TRACK, Applicant, Terms, takes

EXCLUDED_FACTS = {
    "exclude_product_classes": "product_class",
    "exclude_modalities": "modality",
    "exclude_indication_areas": "indication_area",
    "exclude_countries": "country",
}
"""Each list of exclusions of an offer, and the fact that it excludes by."""


@dataclass(frozen=True, slots=True)
class Support:
    """The programmes and offers that take a project; each step has those that serve it."""

    programmes: tuple[EffectiveFact, ...]
    offers: tuple[Partner, ...]
    calls: Mapping[str, Call]
    """By programme the call that counts on the day, where one is noted."""

    def programmes_for(self, step_id: str) -> list[EffectiveFact]:
        """Return the programmes that name a step."""
        return [fact for fact in self.programmes if step_id in (fact.record["linked_steps"] or ())]

    def offers_for(self, track: str) -> list[Partner]:
        """Return the offers that serve the needs of a track's steps."""
        needs = NEEDS_OF_TRACK.get(track, frozenset())
        return [offer for offer in self.offers if needs & set(offer.serves)]


def support_for(session: Session, project: Project, *, on: date) -> Support:
    """Return the support of the catalogue that takes a project on a day, as it holds in this installation."""
    applicant = applicant_of(project)
    return Support(
        tuple(fact for fact in programmes(session) if takes(_of_programme(fact.record), applicant, on=on)),
        tuple(
            offer
            for offer in public_offers(session, SupportFilter())
            if takes(terms_of_offer(offer), applicant, on=on)
        ),
        standing_calls(session, on=on),
    )


def applicant_of(project: Project) -> Applicant:
    """Return a project as programmes and offers ask about it."""
    organisation = project.organisation
    return Applicant(
        product_class=project.product_class.value,
        modality=project.modality,
        indication_area=project.indication_area,
        phase=project.phase.value,
        organisation_kind=vocabulary.kind_in_files(organisation.kind.value, sme=organisation.is_sme),
        country=organisation.country,
        names=frozenset(
            name.casefold().strip() for name in (organisation.name, organisation.legal_name) if name
        ),
        assets=assets_like(indication_area=project.indication_area, modality=project.modality),
        on_hold=project.on_hold,
    )


def terms_of_offer(offer: Partner) -> Terms:
    """Return whom a provider's offer takes."""
    excluded = {
        (fact, word) for name, fact in EXCLUDED_FACTS.items() for word in _spelled(fact, getattr(offer, name))
    }
    return Terms(
        product_classes=frozenset(offer.product_classes),
        modalities=frozenset(offer.modalities),
        indication_areas=frozenset(offer.indication_areas),
        phases=frozenset(offer.phases),
        organisation_kinds=frozenset(offer.organisation_kinds),
        countries=_countries(offer.countries),
        excluded=frozenset(excluded),
        conflicts=frozenset(name.casefold().strip() for name in offer.conflicts),
        competing=frozenset(offer.competing),
        opens=offer.opens,
        closes=offer.closes,
        accepts_on_hold=offer.accepts_on_hold,
    )


def _of_programme(record: Mapping[str, Any]) -> Terms:
    asked = record["eligibility"]
    return Terms(
        product_classes=frozenset(asked["product_class"] or ()),
        phases=frozenset(asked["phases"] or ()),
        organisation_kinds=frozenset(asked["organisation"] or ()),
        countries=_countries(asked["country"] or ()),
    )


def _spelled(fact: str, words: Collection[str]) -> Collection[str]:
    return (_countries(words) or ()) if fact == "country" and words else words


def _countries(words: Collection[str]) -> frozenset[str] | None:
    """Return the codes behind words for countries; None where one names no restriction, or a list that a call decides."""
    found: set[str] = set()
    for word in words:
        try:
            codes = vocabulary.countries_of(word)
        except KeyError:
            return None
        if codes is None:
            return None
        found.update(codes)
    return frozenset(found) or None
