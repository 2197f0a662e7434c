"""Weigh each term anew by how rare it is in the shipped texts, and write portal/matching/term_weights.json.

The table is shipped, so that a score never depends on which other texts are at hand. Run this when the shipped texts have
changed much, look at what benchmarks/matching_quality says before and after, and note the change: every score moves.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.matching.lexicon import concepts
from portal.matching.rules.text import Lexicon
from portal.reference import shipped

TEXTS = {
    "glossary": ("en", "sv", "meaning"),
    "support_programmes": ("name", "gives", "prepare", "deadlines", "note"),
    "roadmap_steps": ("name", "summary", "why", "deliverables"),
    "facilities": ("name", "note"),
    "authorised_atmps": ("indication", "note"),
    "demo_projects": ("indication", "teaser_en", "teaser_sv"),
    "demo_investors": ("thesis_en", "thesis_sv"),
    "demo_support_providers": ("offers_en", "offers_sv"),
}
SEEN_OFTEN_ENOUGH = 3
"""A term that occurs in fewer texts is not listed; it weighs as much as one that occurs in this many."""


def main() -> None:
    """Write the table."""
    texts = [text for collection, fields in TEXTS.items() for text in texts_of(collection, fields)]
    lexicon = Lexicon(concepts())
    occurring = Counter(term for text in texts for term in lexicon.vector(text))
    weights = {
        term: weight(count, len(texts))
        for term, count in sorted(occurring.items())
        if count >= SEEN_OFTEN_ENOUGH
    }
    table = {
        "format": "term-weights/1",
        "texts": len(texts),
        "unlisted": weight(SEEN_OFTEN_ENOUGH, len(texts)),
        "weights": weights,
    }
    target = Path(__file__).parent.parent / "portal" / "matching" / "term_weights.json"
    target.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(weights)} terms from {len(texts)} texts")


def texts_of(collection: str, fields: tuple[str, ...]) -> Iterator[str]:
    """Yield one text for each record and language."""
    for record in shipped.records(collection):
        parts = [part for name in fields for part in spoken(record.get(name), language_of(name))]
        for language in ("en", "sv"):
            text = " ".join(words for words, spoken_in in parts if spoken_in == language)
            if text:
                yield text


def language_of(field: str) -> str:
    """Return the language of a field that is plain text."""
    return "sv" if field == "sv" or field.endswith("_sv") else "en"


def spoken(value: Any, language: str) -> Iterator[tuple[str, str]]:
    """Yield every text inside a value, and its language."""
    if isinstance(value, str):
        yield value, language
    elif isinstance(value, list):
        for inner in value:
            yield from spoken(inner, language)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from spoken(inner, key if key in {"en", "sv"} else language)


def weight(count: int, texts: int) -> float:
    """Return the weight of a term that occurs in so many of the texts: the rarer, the heavier."""
    return round(math.log(1 + (texts - count + 0.5) / (count + 0.5)), 3)


if __name__ == "__main__":
    main()
