"""A version of the catalogue as something to plan with and to read: its steps and facts, and their words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.core.reading import Mistake, Place
from portal.reference import shipped
from portal.roadmap.catalogue import read_catalogue
from portal.roadmap.models import CatalogueVersion
from portal.roadmap.rules.values import Catalogue

Record = dict[str, Any]
FILE = "regulatory_steps"
STEPS, FACTS = "roadmap_steps", "roadmap_facts"
NOT_FROZEN = frozenset({"source", "further_sources", "confidence", "to_verify", "unverified_fields"})
"""How far a fact is to be trusted is always shown as it is today."""
MOST_KEPT = 8

_KEPT: dict[str, Book] = {}


@dataclass(frozen=True, slots=True)
class Book:
    """A catalogue with the records that its words come from, by id."""

    catalogue: Catalogue
    steps: Mapping[str, Record]
    facts: Mapping[str, Record]

    @property
    def tracks(self) -> tuple[str, ...]:
        """Return the tracks in the order in which they first appear."""
        return tuple(dict.fromkeys(step.track for step in self.catalogue.steps))


def content_of(steps: list[Record], facts: list[Record]) -> Record:
    """Return what a version of the catalogue keeps of these records."""
    document = shipped.document(FILE)
    return {
        "version": str(document["version"]),
        "phases": document["phases"],
        "facts": [_kept(fact) for fact in facts],
        "steps": [_kept(step) for step in steps],
    }


def digest_of(content: Record) -> str:
    """Return a word that tells two contents apart."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def shipped_digest() -> str:
    """Return the word for the catalogue as it is shipped."""
    return digest_of(content_of(shipped.records(STEPS), shipped.records(FACTS)))


def mistakes_of(content: Record) -> list[Mistake]:
    """Return everything for which a content is no catalogue: circles, steps that are not there, impossible days."""
    top = Place(content)
    read_catalogue(top)
    return top.mistakes


def book_of(version: CatalogueVersion) -> Book:
    """Return a stored version as a book; it is read once, because versions never change."""
    found = _KEPT.get(version.digest)
    if found is None:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        found = _KEPT[version.digest] = as_book(dict(version.content))
    return found


def as_book(content: Record) -> Book:
    """Return a content without mistakes as a book."""
    return Book(
        catalogue=read_catalogue(Place(content)),
        steps={step["id"]: step for step in content["steps"]},
        facts={fact["id"]: fact for fact in content["facts"]},
    )


def _kept(record: Record) -> Record:
    return {key: value for key, value in record.items() if key not in NOT_FROZEN}
