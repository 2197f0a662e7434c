"""The words that data, forms, files and code share: closed lists, their wording in both languages, their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from portal.reference.shipped import document, read_yaml

ELSEWHERE: dict[str, tuple[str, str]] = {
    "equipment": ("facilities", "equipment_vocabulary"),
    "facility_kind": ("facilities", "kind_vocabulary"),
    "process_class": ("gmp_rules", "changeover_classes"),
    "process_type": ("gmp_rules", "process_types"),
    "segregation_effect": ("gmp_rules", "segregation_effects"),
    "signature_meaning": ("gmp_rules", "signature_meanings"),
}
"""Lists that stand in another file than the vocabulary's own."""

ANY_CLASS = "any"  # in the changeover table only; no product is of the class "any"

NOT_LISTS = frozenset(
    {"format", "version", "process_class", "organisation_kind_in_files", "region_words", "exclusion_words"}
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a list: its id, its wording in both languages, other spellings of it, and its rank if it has one."""

    id: str
    en: str
    sv: str
    aliases: tuple[str, ...] = ()
    rank: int | None = None

    def label(self, language: str) -> str:
        """Return the wording in Swedish or, for any other language, in English."""
        return self.sv if language.startswith("sv") else self.en


def lists() -> tuple[str, ...]:
    """Return the names of all lists."""
    return tuple(_lists())


def words(list_name: str) -> tuple[Word, ...]:
    """Return a list's words in their order."""
    return tuple(_lists()[list_name].values())


def ids(list_name: str) -> tuple[str, ...]:
    """Return the ids of a list's words in their order."""
    return tuple(_lists()[list_name])


def word(list_name: str, word_id: str) -> Word:
    """Return a word by its id.

    Raises `KeyError` where the list has none of that id.
    """
    return _lists()[list_name][word_id]


def find(list_name: str, written: str) -> Word | None:
    """Return the word that somebody wrote as its id, an alias or a label, in any case, or None."""
    return _spellings(list_name).get(_folded(written))


def label(list_name: str, word_id: str, language: str) -> str:
    """Return how a word is called in a language."""
    return word(list_name, word_id).label(language)


def choices(list_name: str, language: str) -> list[tuple[str, str]]:
    """Return pairs of id and label for a form's field, in the list's order."""
    return [(entry.id, entry.label(language)) for entry in words(list_name)]


def rank(list_name: str, word_id: str) -> int:
    """Return a word's rank: the cleaner a grade, or the more a vector level asks of a room, the higher.

    Raises `KeyError` for a word without a rank.
    """
    found = word(list_name, word_id).rank
    if found is None:
        raise KeyError(f"{list_name} {word_id} has no rank")
    return found


def countries_of(region: str) -> tuple[str, ...] | None:
    """Return the ISO codes behind a region's word; a country stands for itself, and `any` is None: no restriction.

    Raises `KeyError` for a word that is neither, such as a scheme's own list of countries.
    """
    regions: Mapping[str, Any] = _document()["region_words"]
    if region in regions:
        return None if regions[region] is None else tuple(regions[region])
    if len(region) == 2 and region.isalpha() and region.isupper():
        return (region,)
    raise KeyError(region)


def exclusion(written: str) -> Mapping[str, Any] | None:
    """Return the project facts that an investor's word excludes, or None where the word is shown as text only."""
    found: Mapping[str, Any] | None = _document()["exclusion_words"].get(written)
    return None if found is None or "text" in found else found


def kind_in_files(organisation_kind: str, *, sme: bool) -> str:
    """Return how match and roadmap files name a kind of organisation: a company that is an SME is `sme`."""
    if organisation_kind == "company" and sme:
        return "sme"
    return organisation_kind


@cache
def _lists() -> Mapping[str, Mapping[str, Word]]:
    own = _document()
    wording = read_yaml("labels.yaml")
    wording.pop("format")
    raw = {name: entries for name, entries in own.items() if name not in NOT_LISTS}
    raw |= {name: entries for name, entries in wording.items() if name not in raw}
    raw |= {name: document(file)[key] for name, (file, key) in ELSEWHERE.items()}
    return MappingProxyType(
        {
            name: MappingProxyType({found.id: found for found in _words(entries, wording.get(name, []))})
            for name, entries in raw.items()
        }
    )


def _words(entries: list[Any], wording: list[dict[str, Any]]) -> list[Word]:
    labels = {str(named["id"]): named for named in wording}
    found = []
    for entry in entries:
        stated: dict[str, Any] = entry if isinstance(entry, dict) else {"id": entry}
        word_id = str(stated["id"])
        if word_id == ANY_CLASS and stated.get("rank", 0) is None:
            continue
        named = {**labels.get(word_id, {}), **stated}
        aliases = (*named.get("aliases", ()), *(named.get("from") or ()))
        found.append(
            Word(
                id=word_id,
                en=named["en"],
                sv=named["sv"],
                aliases=tuple(str(alias) for alias in aliases if alias is not None),
                # A class of GMO is its own rank: a permit for one covers those below.
                rank=named["id"] if isinstance(named["id"], int) else named.get("rank"),
            )
        )
    return found


@cache
def _spellings(list_name: str) -> Mapping[str, Word]:
    # An id goes before another word's alias, and an alias before another word's label.
    named = words(list_name)
    pairs = [(entry.id, entry) for entry in named]
    pairs += [(alias, entry) for entry in named for alias in entry.aliases]
    pairs += [(wording, entry) for entry in named for wording in (entry.en, entry.sv)]
    return MappingProxyType({_folded(spelling): entry for spelling, entry in reversed(pairs)})


def _folded(written: str) -> str:
    return " ".join(written.replace("_", " ").replace("-", " ").casefold().split())


@cache
def _document() -> Mapping[str, Any]:
    return MappingProxyType(document("vocabulary"))
