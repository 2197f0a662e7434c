"""Partners laid out in columns, so that one project meets all of them in a few array operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from portal.matching.rules.history import Memory
from portal.matching.rules.text import Nearness, Similarity
from portal.matching.rules.values import COMPANY, SME, Decline, Partner, Project

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Places = NDArray[np.intp]

NOWHERE: Places = np.empty(0, dtype=np.intp)

RECENT = 128
"""The answers for so many values of each list are kept at hand."""


class Postings:
    """Where in the pool each word occurs."""

    def __init__(self, words_of: Iterable[Iterable[str]]) -> None:
        """Note each word's places, in the order of the pool."""
        found: dict[str, list[int]] = {}
        for place, words in enumerate(words_of):
            for word in words:
                found.setdefault(word, []).append(place)
        self._places = {word: np.array(places, dtype=np.intp) for word, places in found.items()}

    def of(self, word: str) -> Places:
        """Return the places of the partners that have this word."""
        return self._places.get(word, NOWHERE)


class Listed:
    """One of the partners' lists: who names a value, and who has no restriction."""

    def __init__(self, lists: Sequence[frozenset[str] | None]) -> None:
        """Lay the lists out; the place in the sequence is the place in the pool."""
        self.open: Flags = np.array([words is None for words in lists], dtype=np.bool_)
        self.length: Numbers = np.array([len(words) if words else 0 for words in lists], dtype=np.float64)
        self._naming = Postings(words or () for words in lists)
        # Projects of a portfolio share a few values, so the answers for these are kept.
        self.admits = lru_cache(RECENT)(self._admits)

    def _admits(self, value: str) -> Flags:
        """Return who has no restriction or names the value."""
        admitted = self.open.copy()
        admitted[self._naming.of(value)] = True
        admitted.flags.writeable = False
        return admitted


@dataclass(frozen=True, slots=True)
class Pool:
    """Partners in the order of their ids, with everything about them that a project is held against."""

    partners: tuple[Partner, ...]
    ids: tuple[str, ...]
    place_of: Mapping[str, int]
    serving: Postings
    kinds_served: Numbers
    product_classes: Listed
    modalities: Listed
    indication_areas: Listed
    phases: Listed
    countries: Listed
    organisation_kinds: Listed
    excluding: Mapping[str, Postings]
    conflicting: Postings
    competing: Postings
    instruments: Listed
    ticket_min: Numbers
    ticket_max: Numbers
    ticket_open: Flags
    accepts_on_hold: Flags
    not_yet_open: Flags
    closed: Flags
    days_to_closing: Numbers
    no_capacity: Flags
    capacity: NDArray[np.int64]
    closeness: Nearness
    as_of: date
    rates: Mapping[str, float]
    memory: Memory

    def __len__(self) -> int:
        """Return how many partners there are."""
        return len(self.partners)


def lay_out(
    partners: Iterable[Partner],
    *,
    similarity: Similarity,
    as_of: date,
    rates: Mapping[str, float],
    declined: Iterable[Decline] = (),
    projects: Iterable[Project] = (),
) -> Pool:
    """Lay partners out for a day, at rates to the euro, with earlier declines and the projects that were declined."""
    ordered = tuple(sorted(partners, key=lambda partner: partner.id))
    places = {partner.id: place for place, partner in enumerate(ordered)}
    tickets = [partner.ticket.in_euro(rates) for partner in ordered]

    def listed(list_of: Callable[[Partner], frozenset[str] | None]) -> Listed:
        return Listed([list_of(partner) for partner in ordered])

    def flags(holds: Callable[[Partner], bool]) -> Flags:
        return np.array([holds(partner) for partner in ordered], dtype=np.bool_)

    return Pool(
        partners=ordered,
        ids=tuple(places),
        place_of=places,
        serving=Postings(partner.serves for partner in ordered),
        kinds_served=np.array([len(partner.serves) for partner in ordered], dtype=np.float64),
        product_classes=listed(lambda partner: partner.product_classes),
        modalities=listed(lambda partner: partner.modalities),
        indication_areas=listed(lambda partner: partner.indication_areas),
        phases=listed(lambda partner: partner.phases),
        countries=listed(lambda partner: partner.countries),
        organisation_kinds=listed(lambda partner: _with_smes(partner.organisation_kinds)),
        excluding={
            "product_class": Postings(partner.exclude.product_class for partner in ordered),
            "modality": Postings(partner.exclude.modality for partner in ordered),
            "indication_area": Postings(partner.exclude.indication_area for partner in ordered),
            "country": Postings(partner.exclude.country for partner in ordered),
            "organisation": Postings(partner.exclude.organisation for partner in ordered),
        },
        conflicting=Postings(partner.conflicts | {partner.organisation} for partner in ordered),
        competing=Postings(partner.competing for partner in ordered),
        instruments=listed(lambda partner: partner.instruments),
        ticket_min=np.array([0.0 if low is None else low for low, _ in tickets], dtype=np.float64),
        ticket_max=np.array([np.inf if high is None else high for _, high in tickets], dtype=np.float64),
        ticket_open=np.array([ticket == (None, None) for ticket in tickets], dtype=np.bool_),
        accepts_on_hold=flags(lambda partner: partner.accepts_on_hold),
        not_yet_open=flags(lambda partner: partner.opens is not None and as_of < partner.opens),
        closed=flags(lambda partner: partner.closes is not None and as_of > partner.closes),
        days_to_closing=np.array(
            [np.inf if partner.closes is None else (partner.closes - as_of).days for partner in ordered],
            dtype=np.float64,
        ),
        no_capacity=flags(lambda partner: partner.capacity == 0),
        capacity=np.array([partner.capacity for partner in ordered], dtype=np.int64),
        closeness=similarity.closeness(tuple(partner.text for partner in ordered)),
        as_of=as_of,
        rates=rates,
        memory=Memory(declined, projects=projects, place_of=places, as_of=as_of),
    )


def _with_smes(kinds: frozenset[str] | None) -> frozenset[str] | None:
    # What holds for companies holds for SMEs too.
    return kinds | {SME} if kinds is not None and COMPANY in kinds else kinds
