"""How close two texts are: shared words and shared terms, whichever of the two languages they are written in.

A text becomes terms: the stem of each word, and besides it one token for each concept of the lexicon that is named there, in
English or Swedish, in full or short. Each term weighs what the shipped table says, more often counts less than proportionally,
and closeness is the cosine between two texts: 1 for the same terms in the same proportions, 0 for none shared.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from portal.matching.rules.common_words import COMMON_WORDS, ENGLISH_WORDS, SWEDISH_WORDS

CONCEPT = "~"
"""Stands before a concept's id, so that no word can be taken for it."""

MUST_BE_CAPITALS = frozenset(
    {"als", "cat", "cog", "kol", "lv", "mal", "mea", "moi", "pal", "pass", "pip", "prime"}
)
"""Short forms that spell an everyday word; they count as the concept only when written in capitals."""

WORD = re.compile(r"[^\W_]+")

SWEDISH_ENDINGS = (
    "ning", "het", "arna", "erna", "orna", "ande", "ende", "ade", "ar", "er", "or", "en", "et", "at", "a", "e", "n", "s", "t",
)  # fmt: skip
SHORTEST_STEM = 4

RECENT = 1024
"""So many texts' terms are kept at hand."""

FEW = 2
"""So many indexes of texts are kept at hand."""

NOWHERE: NDArray[np.intp] = np.empty(0, dtype=np.intp)
NO_WEIGHTS: NDArray[np.float64] = np.empty(0)


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def is_swedish(folded: Sequence[str]) -> bool | None:
    """Say whether words come from a Swedish text or an English one, or None where nothing tells."""
    votes = sum(map(vote_of, folded))
    return None if votes == 0 else votes > 0


@lru_cache(maxsize=65536)
def vote_of(word: str) -> int:
    """Return what a word says of its text's language: above 0 for Swedish, below for English."""
    told = (word in SWEDISH_WORDS) - (word in ENGLISH_WORDS)
    return told + ("å" in word or "ä" in word or "ö" in word)


@lru_cache(maxsize=65536)
def says_something(word: str) -> bool:
    """Say whether a word counts by itself."""
    return len(word) > 1 and word not in COMMON_WORDS


@lru_cache(maxsize=65536)
def english_stem(word: str) -> str:
    """Return an English word without the ending of the plural."""
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > SHORTEST_STEM:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and len(word) >= SHORTEST_STEM else word


@lru_cache(maxsize=65536)
def swedish_stem(word: str) -> str:
    """Return a Swedish word without the endings of plural, article and verb."""
    # One ending after the other, so that "allogena", "allogent" and "allogen" meet, whatever "-en" is taken for.
    for ending in () if word.endswith(("ss", "us", "is")) else SWEDISH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return swedish_stem(word.removesuffix(ending))
    return word


STEMS = (english_stem, swedish_stem)


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing and all its names, in either language, in full and short."""

    id: str
    names: tuple[str, ...]


class Nearness(Protocol):
    """What says how close a text is to each of many."""

    def to(self, text: str) -> NDArray[np.float64]:
        """Return the closeness, from 0 to 1, of a text to each of the others; the same texts are always equally close."""

    def shared_words(self, text: str, place: int) -> tuple[str, ...]:
        """Return the words of a text that bring it close to one of the others, the most telling first."""


class Similarity(Protocol):
    """A way to say how close texts are; whoever has another one plugs it in with `portal.matching.lexicon.use`."""

    def closeness(self, texts: tuple[str, ...], /) -> Nearness:
        """Return what says how close a text is to each of these; a text is as close whatever others there are."""


class Lexicon:
    """The concepts that texts may name, and what each term weighs; a term that is not in the table weighs `unlisted`."""

    def __init__(
        self,
        concepts: Iterable[Concept],
        *,
        weights: Mapping[str, float] | None = None,
        unlisted: float = 1.0,
    ) -> None:
        """Know these concepts by all their names; without a table, every term weighs the same."""
        self._weights, self._unlisted = weights or {}, unlisted
        names: dict[str, set[tuple[tuple[str, ...], str]]] = {}
        for concept in concepts:
            # A text of one language may well use the other's terms, so every name is known with both languages' stems.
            for written, stem in product(concept.names, STEMS):
                stems = tuple(stem(word) for word in words(written))
                if stems:
                    names.setdefault(stems[0], set()).add((stems, CONCEPT + concept.id))
        self._names = {first: sorted(found) for first, found in names.items()}
        # The same teaser is looked at again and again: for every weight that is tried, and for every ground.
        self.named = lru_cache(RECENT)(self._named)
        self.vector = lru_cache(RECENT)(self._vector)
        self._recent = lru_cache(FEW)(self._closeness)

    def _named(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return each term of a text as often as it occurs, with the words that stand for it there."""
        written = WORD.findall(unicodedata.normalize("NFKC", text))
        folded = [word.casefold() for word in written]
        swedish = is_swedish(folded)
        readings = [list(map(stem, folded)) for stem in STEMS if swedish in {None, stem is swedish_stem}]
        found = [
            (stemmed, as_written)
            for word, stemmed, as_written in zip(folded, readings[0], written, strict=True)
            if says_something(word)
        ]
        # Few words begin a name, and all others are passed over in one go.
        begins = {place for stems in readings for place, stem in enumerate(stems) if stem in self._names}
        for place in sorted(begins):
            word = folded[place]
            named = {
                (concept, len(name))
                for stems in readings
                for name, concept in self._names.get(stems[place], ())
                if tuple(stems[place : place + len(name)]) == name
            }
            found += [
                (concept, " ".join(written[place : place + length]))
                for concept, length in sorted(named)
                if length > 1 or word not in MUST_BE_CAPITALS or not written[place][1:].islower()
            ]
        return tuple(found)

    def _vector(self, text: str) -> Mapping[str, float]:
        """Return what each term of a text weighs, in the order of terms, scaled to length 1; empty without terms."""
        counts = Counter(term for term, _ in self.named(text))
        weighed = {
            term: self._weights.get(term, self._unlisted) * (1 + math.log(counts[term]))
            for term in sorted(counts)
        }
        length = math.sqrt(math.fsum(weight * weight for weight in weighed.values()))
        return {term: weight / length for term, weight in weighed.items()} if length else {}

    def closeness(self, texts: tuple[str, ...], /) -> Closeness:
        """Return what says how close a text is to each of some others."""
        return self._recent(texts)

    def _closeness(self, texts: tuple[str, ...]) -> Closeness:
        """Return the index of some texts, which the next project of the same page or unit meets again."""
        return Closeness(self, texts)


class Closeness:
    """How close a text is to each of many, by an index from terms to texts."""

    def __init__(self, lexicon: Lexicon, texts: Sequence[str]) -> None:
        """Index the texts; a text's place in the sequence is its place in every answer."""
        self._lexicon, self._count = lexicon, len(texts)
        places: dict[str, list[int]] = {}
        weights: dict[str, list[float]] = {}
        for place, text in enumerate(texts):
            for term, weight in lexicon.vector(text).items():
                places.setdefault(term, []).append(place)
                weights.setdefault(term, []).append(weight)
        self._index = {
            term: (np.array(found, dtype=np.intp), np.array(weights[term], dtype=np.float64))
            for term, found in places.items()
        }

    def to(self, text: str) -> NDArray[np.float64]:
        """Return the closeness, from 0 to 1, of a text to each of the indexed ones."""
        cosine = np.zeros(self._count, dtype=np.float64)
        # Term by term in sorted order: each sum is taken in an order that no other text can change.
        for term, weight in self._lexicon.vector(text).items():
            if term in self._index:
                places, weights = self._index[term]
                cosine[places] += weight * weights
        return np.minimum(cosine, 1.0)

    def shared_words(self, text: str, place: int) -> tuple[str, ...]:
        """Return the words of a text that bring it close to one of the indexed ones, the most telling first."""
        telling: dict[str, float] = {}
        weights = {
            term: weight * self._weight_at(place, term) for term, weight in self._lexicon.vector(text).items()
        }
        for term, written in self._lexicon.named(text):
            if weights[term]:
                telling[written] = max(telling.get(written, 0.0), weights[term])
        return tuple(sorted(telling, key=lambda written: (-telling[written], written)))

    def _weight_at(self, place: int, term: str) -> float:
        places, weights = self._index.get(term, (NOWHERE, NO_WEIGHTS))
        found = int(np.searchsorted(places, place))
        return float(weights[found]) if found < len(places) and places[found] == place else 0.0
