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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

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


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing and all its names, in either language, in full and short."""

    id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The concepts that texts may name, and what each term weighs; a term that is not in the table weighs `unlisted`."""

    weights: Mapping[str, float]
    unlisted: float
    _names: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, concepts: Iterable[Concept], *, weights: Mapping[str, float] | None = None, unlisted: float = 1.0
    ) -> Lexicon:
        """Return a lexicon of these concepts; without a table, every term weighs the same."""
        names: dict[str, set[tuple[tuple[str, ...], str]]] = {}
        for concept in concepts:
            # A text of one language may well use the other's terms, so every name is known with both languages' stems.
            for written, stem in product(concept.names, STEMS):
                stems = tuple(stem(word) for word in words(written))
                if stems:
                    names.setdefault(stems[0], set()).add((stems, concept.id))
        ordered = {first: tuple(sorted(found)) for first, found in names.items()}
        return cls(weights=weights or {}, unlisted=unlisted, _names=ordered)

    def named(self, text: str) -> list[tuple[str, str]]:
        """Return each term of a text as often as it occurs, with the words that stand for it there."""
        written = WORD.findall(unicodedata.normalize("NFKC", text))
        folded = [word.casefold() for word in written]
        swedish = is_swedish(folded)
        readings = [
            [stem(word) for word in folded] for stem in STEMS if swedish in {None, stem is swedish_stem}
        ]
        found = [
            (readings[0][place], written[place])
            for place, word in enumerate(folded)
            if len(word) > 1 and word not in COMMON_WORDS
        ]
        for place in range(len(folded)):
            named = {found for stems in readings for found in self._named_at(place, stems)}
            found += [
                (CONCEPT + concept, " ".join(written[place : place + length]))
                for concept, length in sorted(named)
                if length > 1 or folded[place] not in MUST_BE_CAPITALS or not written[place][1:].islower()
            ]
        return found

    def _named_at(self, place: int, stems: Sequence[str]) -> Iterator[tuple[str, int]]:
        for name, concept in self._names.get(stems[place], ()):
            if tuple(stems[place : place + len(name)]) == name:
                yield concept, len(name)

    def vector(self, text: str) -> dict[str, float]:
        """Return what each term of a text weighs, scaled to length 1; empty for a text without terms."""
        weighed = {
            term: self.weights.get(term, self.unlisted) * (1 + math.log(count))
            for term, count in sorted(Counter(term for term, _ in self.named(text)).items())
        }
        length = math.sqrt(math.fsum(weight * weight for weight in weighed.values()))
        return {term: weight / length for term, weight in weighed.items()} if length else {}


class Closeness:
    """How close a text is to each of many, by an index from terms to texts."""

    def __init__(self, lexicon: Lexicon, texts: Sequence[str]) -> None:
        """Index the texts; a text's place in the sequence is its place in every answer."""
        self._lexicon = lexicon
        self._count = len(texts)
        places: dict[str, list[int]] = {}
        weights: dict[str, list[float]] = {}
        vectors: dict[str, dict[str, float]] = {}
        for place, text in enumerate(texts):
            if text not in vectors:
                vectors[text] = lexicon.vector(text)
            for term, weight in vectors[text].items():
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


def shared_words(lexicon: Lexicon, one: str, other: str) -> tuple[str, ...]:
    """Return the words of one text that bring it close to another, the most telling first."""
    ours, theirs = lexicon.vector(one), lexicon.vector(other)
    telling: dict[str, float] = {}
    for term, words_for_it in lexicon.named(one):
        if term in theirs:
            telling[words_for_it] = max(telling.get(words_for_it, 0.0), ours[term] * theirs[term])
    return tuple(sorted(telling, key=lambda written: (-telling[written], written)))


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def is_swedish(folded: Sequence[str]) -> bool | None:
    """Say whether words come from a Swedish text or an English one, or None where nothing tells."""
    votes = sum((word in SWEDISH_WORDS) - (word in ENGLISH_WORDS) for word in folded)
    votes += sum("å" in word or "ä" in word or "ö" in word for word in folded)
    return None if votes == 0 else votes > 0


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
