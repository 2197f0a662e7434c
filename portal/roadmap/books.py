"""A version of the catalogue as something to plan with and to read: its steps and facts, and their words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

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
MOST_KEPT = 32
"""So many versions stay read in a process: more than are planned with at a time in one installation."""

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
    return found if found is not None else _keep(version.digest, version.content)


def read_books(session: Session, versions: Iterable[CatalogueVersion]) -> None:
    """Read those of these versions that this process has not read, in one question however many they are."""
    unread = {version.id for version in versions if version.digest not in _KEPT}
    if unread:
        asked = select(CatalogueVersion.digest, CatalogueVersion.content)
        for digest, content in session.execute(asked.where(CatalogueVersion.id.in_(unread))):
            _keep(digest, content)


def as_book(content: Record) -> Book:
    """Return a content without mistakes as a book."""
    return Book(
        catalogue=read_catalogue(Place(content)),
        steps={step["id"]: step for step in content["steps"]},
        facts={fact["id"]: fact for fact in content["facts"]},
    )


def _keep(digest: str, content: Mapping[str, Any]) -> Book:
    if len(_KEPT) >= MOST_KEPT:
        _KEPT.clear()
    book = _KEPT[digest] = as_book(dict(content))
    return book


def _kept(record: Record) -> Record:
    return {key: value for key, value in record.items() if key not in NOT_FROZEN}
