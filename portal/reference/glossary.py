"""The glossary: the field's own words with their meaning in both languages, and where they stand in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from portal.reference import shipped, vocabulary
from portal.reference.shipped import Source

SHORT_FORM = re.compile(r"[A-Za-z]{0,2}[A-Z]{2,5}")
"""A short form such as GMP or sCTMP: only in these letters, for in small ones it may be an everyday word."""
EVERYDAY = frozenset({"conditioning", "durability", "exit", "stability", "suite", "ticket"})
"""Terms whose name is mostly meant in its everyday sense; they stand in the glossary, and are not marked in texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of the field: how it is called, what it means, and how else it is written."""

    id: str
    names: Mapping[str, str]
    meanings: Mapping[str, str]
    synonyms: tuple[str, ...]
    area: str
    source: Source | None
    confidence: str

    def name(self, language: str) -> str:
        """Return how it is called in Swedish or, for any other language, in English."""
        return self.names[_known(language)]

    def meaning(self, language: str) -> str:
        """Return what it means."""
        return self.meanings[_known(language)]

    @property
    def short_form(self) -> str | None:
        """Return the short form of its English name, if it has one."""
        short = (word for word in self.synonyms if SHORT_FORM.fullmatch(word))
        return next((word for word in short if _abbreviates(word, self.names["en"])), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a term stands in a text."""

    start: int
    end: int
    term: Term


@cache
def terms() -> tuple[Term, ...]:
    """Return every term in the order of the file."""
    return tuple(
        Term(
            id=fact["id"],
            names=MappingProxyType({"en": fact["en"], "sv": fact["sv"]}),
            meanings=MappingProxyType(fact["meaning"]),
            synonyms=tuple(fact["synonyms"]),
            area=fact["area"],
            source=shipped.source_of(fact),
            confidence=shipped.confidence_of(fact),
        )
        for fact in shipped.records("glossary")
    )


def areas() -> tuple[str, ...]:
    """Return the areas into which the terms are sorted."""
    return vocabulary.ids("glossary_area")


@lru_cache(maxsize=2048)
def places(text: str, language: str) -> tuple[Place, ...]:
    """Return where terms stand in a text of a language, from its beginning; of two at one place the longer one."""
    spelled, pattern = _spellings(_known(language))
    found = []
    for match in pattern.finditer(text):
        term = spelled.get(match[0]) or spelled.get(match[0].casefold())
        if term is not None:
            found.append(Place(match.start(), match.end(), term))
    return tuple(found)


@cache
def _spellings(language: str) -> tuple[Mapping[str, Term], re.Pattern[str]]:
    """Return the terms by spelling, and what finds any of them as a word of its own.

    All are found with an s at their end too; names in any case, short forms only in their own letters.
    """
    spelled: dict[str, Term] = {}
    for term in terms():
        if term.id not in EVERYDAY:
            name = term.name(language).casefold()
            for written in _written(name, term.short_form):
                spelled.setdefault(written, term)
    either = "|".join(re.escape(word) for word in sorted(spelled, key=len, reverse=True))
    return MappingProxyType(spelled), re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)


def _written(name: str, short_form: str | None) -> tuple[str, ...]:
    return tuple(word for base in (name, short_form) if base for word in (base, f"{base}s"))


def _abbreviates(short: str, name: str) -> bool:
    """Say whether the letters of a short form stand in a name in this order, the first at its beginning."""
    rest = iter(name.casefold())
    letters = short.casefold()
    return name.casefold().startswith(letters[0]) and all(letter in rest for letter in letters)


def _known(language: str) -> str:
    return "sv" if language.startswith("sv") else "en"
