"""Hits among what is shipped with the portal: programmes, steps of a roadmap, guides, pages and the glossary."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from flask import url_for

from portal.partners.queries import programmes
from portal.reference import glossary
from portal.reference.queries import effective_records
from portal.reference.shipped import in_language
from portal.search.hits.lines import Hit
from portal.search.rules import has_all, terms_of
from portal.store import db
from portal.web.locale import language
from portal.web.ways import Way, readings, ways


@lru_cache(maxsize=4096)
def _terms_in(*texts: str) -> frozenset[str]:
    """Return the terms of texts, found once for as long as they say the same."""
    return frozenset(terms_of(texts))


def _pages(words: Sequence[str]) -> list[Hit]:
    return [Hit(title=way.label, url=way.url) for way in ways() if has_all(_said(way), words)]


def _said(way: Way) -> frozenset[str]:
    return _terms_in(str(way.label), str(way.also_called))


def _steps(words: Sequence[str]) -> list[Hit]:
    spoken = language()
    found = []
    for fact in effective_records(db.session(), "roadmap_steps"):
        names, summary = tuple(fact.record["name"].values()), fact.record["summary"]
        if has_all(_terms_in(*names, *summary.values()), words):
            hit = Hit(
                title=_spoken(fact.record["name"], spoken),
                url=url_for("roadmap.step", step_id=fact.record_id),
                text=_spoken(summary, spoken),
            )
            found.append((not has_all(_terms_in(*names), words), hit))
    return _best_first(found)


def _programmes(words: Sequence[str]) -> list[Hit]:
    spoken = language()
    found = []
    for fact in programmes(db.session()):
        record = fact.record
        gives = _both(record.get("gives"))
        if has_all(_terms_in(record["name"], record["provider"], *gives), words):
            hit = Hit(
                title=record["name"],
                url=url_for("partners.programme", programme_id=fact.record_id),
                about=record["provider"],
                text=_spoken(record.get("gives"), spoken),
            )
            found.append((not has_all(_terms_in(record["name"]), words), hit))
    return _best_first(found)


def _guides(words: Sequence[str]) -> list[Hit]:
    found = []
    for reading in readings():
        if has_all(_terms_in(str(reading.title), str(reading.lead), str(reading.text)), words):
            hit = Hit(title=reading.title, url=reading.url, text=reading.lead)
            found.append((not has_all(_terms_in(str(reading.title)), words), hit))
    return _best_first(found)


def _both(value: object) -> tuple[str, ...]:
    """Return words in every language in which a fact has them."""
    if isinstance(value, Mapping):
        return tuple(str(one) for one in value.values())
    return () if value is None else (str(value),)


def _terms(words: Sequence[str]) -> list[Hit]:
    spoken = language()
    found = []
    for term in glossary.terms():
        names = (*term.names.values(), *term.synonyms)
        if has_all(_terms_in(*names, term.meaning(spoken)), words):
            hit = Hit(
                title=term.name(spoken),
                url=url_for("reference.show_glossary", _anchor=f"t-{term.id}"),
                text=term.meaning(spoken),
            )
            found.append((not has_all(_terms_in(*names), words), hit))
    return _best_first(found)


def _best_first(found: list[tuple[bool, Hit]]) -> list[Hit]:
    """Return hits by title, those that are called so before those that only speak of it."""
    return [hit for _rest, hit in sorted(found, key=lambda one: (one[0], one[1].title.casefold()))]


def _spoken(value: object, spoken: str) -> str:
    words = in_language(value, spoken)
    return words.words if words else ""


MORE: Mapping[str, Callable[[Sequence[str]], list[Hit]]] = {
    "programmes": _programmes,
    "steps": _steps,
    "guides": _guides,
    "pages": _pages,
    "glossary": _terms,
}
"""What is found in memory, in the order in which it is shown."""
