"""How close texts are here: by the lexicon that the portal ships, or by what an installation plugs in instead.

The lexicon is the glossary's and the vocabulary's terms with their everyday names, and what each term weighs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from portal.matching.rules.everyday_words import EVERYDAY_NAMES
from portal.matching.rules.text import Concept, Lexicon, Similarity
from portal.reference import shipped, vocabulary

LISTS = ("indication_area", "modality")
"""The vocabulary's lists whose words name something that theses and teasers speak of."""


def concepts() -> Iterator[Concept]:
    """Yield every concept of the glossary, the vocabulary and everyday speech; the same id is the same concept."""
    for term in shipped.records("glossary"):
        yield Concept(term["id"], (term["en"], term["sv"], *term["synonyms"]))
    for name in LISTS:
        for word in vocabulary.words(name):
            if word.id != "other":
                yield Concept(word.id, (word.en, word.sv, *word.aliases))
    for known_as, names in EVERYDAY_NAMES.items():
        yield Concept(known_as, names)


_IN_USE: dict[str, Similarity] = {}
WHOLE_PORTAL = "portal"


def use(similarity: Similarity | None) -> None:
    """Let the pages of this process say by this how close texts are; None is the shipped lexicon."""
    _IN_USE.clear()
    if similarity is not None:
        _IN_USE[WHOLE_PORTAL] = similarity


def similarity() -> Similarity:
    """Return by what the pages say how close texts are."""
    return _IN_USE.get(WHOLE_PORTAL) or shipped_lexicon()


@cache
def shipped_lexicon() -> Lexicon:
    """Return the lexicon as shipped, whatever an installation changed in its glossary: scores must not shift unseen."""
    table = json.loads(files("portal.matching").joinpath("term_weights.json").read_text(encoding="utf-8"))
    return Lexicon(concepts(), weights=table["weights"], unlisted=table["unlisted"])
