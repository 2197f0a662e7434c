"""The shipped facts as plain records: read once, handed out as copies that belong to the caller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Record = dict[str, Any]

COLLECTIONS: dict[str, tuple[str, str]] = {
    "facilities": ("facilities", "facilities"),
    "demo_cleanrooms": ("facilities", "demo_cleanrooms"),
    "grades": ("gmp_rules", "grades"),
    "room_grades": ("gmp_rules", "room_grades"),
    "background_required": ("gmp_rules", "background_required"),
    "changeover_classes": ("gmp_rules", "changeover_classes"),
    "changeovers": ("gmp_rules", "changeover"),
    "segregation_rules": ("gmp_rules", "segregation"),
    "gmo_permit_classes": ("gmp_rules", "gmo_permit_classes"),
    "gate_items": ("gmp_rules", "gates"),
    "requalifications": ("gmp_rules", "requalification"),
    "electronic_record_clauses": ("gmp_rules", "part11_annex11_clauses"),
    "rule_watch": ("gmp_rules", "watch"),
    "roadmap_steps": ("regulatory_steps", "steps"),
    "roadmap_facts": ("regulatory_steps", "facts"),
    "support_programmes": ("support_programmes", "programmes"),
    "attrition": ("attrition", "records"),
    "attrition_overall": ("attrition", "overall"),
    "manufacturing_demand": ("attrition", "manufacturing_demand"),
    "authorised_atmps": ("ema_atmps", "atmps"),
    "atmp_opinions": ("ema_atmps", "opinion_without_known_decision"),
    "readiness_dimensions": ("readiness", "dimensions"),
    "readiness_levels": ("readiness", "levels"),
    "readiness_expectations": ("readiness", "demo_expectation"),
    "glossary": ("glossary", "terms"),
    "demo_projects": ("demo_mix", "projects"),
    "demo_investors": ("demo_mix", "investors"),
    "demo_support_providers": ("demo_mix", "support_providers"),
    "demo_organisations": ("demo_mix", "organisations"),
    "demo_people": ("demo_mix", "people"),
}
"""What can be asked for by name: the file a collection is in, and its key there."""

FILES = tuple(sorted({file for file, _ in COLLECTIONS.values()} | {"vocabulary"}))

# These may be known to the day, the month or only the year; as text all three compare and print alike.
PARTLY_KNOWN_DATES = frozenset({"published", "authorised", "opened", "expected_operational"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record comes from, and when it was last read."""

    title: str
    publisher: str | None
    ref: str | None
    published: str | None
    checked: date | None

    @property
    def address(self) -> str | None:
        """The reference if it is a web address, else None."""
        return self.ref if self.ref and self.ref.startswith(("https://", "http://")) else None


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, and the language that they are in."""

    words: str
    language: str


def records(collection: str) -> list[Record]:
    """Return a collection's records in the order of its file; items of gates carry their `gate`."""
    found: list[Record] = json.loads(_collection_as_json(collection))
    return found


def record(collection: str, record_id: str) -> Record:
    """Return one record of a collection.

    Raises `KeyError` where the collection has none of that id.
    """
    found: Record = json.loads(_records_as_json(collection)[record_id])
    return found


def record_ids(collection: str) -> tuple[str, ...]:
    """Return the ids of a collection's records in the order of its file."""
    return tuple(_records_as_json(collection))


def has_record(collection: str, record_id: str) -> bool:
    """Say whether a collection has a record of that id."""
    return collection in COLLECTIONS and record_id in _records_as_json(collection)


def document(file: str) -> Record:
    """Return a whole file, for instance the catalogue of roadmap steps with its version, phases and facts."""
    found: Record = json.loads(_file_as_json(file))
    return found


def version(file: str) -> str | None:
    """Return the version that a file states, or None."""
    stated = document(file).get("version")
    return None if stated is None else str(stated)


def source_of(fact: Record) -> Source | None:
    """Return where a record comes from, or None where only its file says so."""
    stated = fact.get("source")
    return None if stated is None else _source(stated)


def sources_of(fact: Record) -> list[Source]:
    """Return everything that was read for a record, the main source first."""
    main = source_of(fact)
    return ([main] if main else []) + [_source(further) for further in fact.get("further_sources") or []]


def confidence_of(fact: Record) -> str:
    """Return `official`, `secondary` or `general`; a record that states none is `general`."""
    return str(fact.get("confidence") or "general")


def fields_to_verify(fact: Record) -> frozenset[str]:
    """Return the fields that are weaker than their record; `all` there means every one."""
    return frozenset(fact.get("to_verify") or ()) | frozenset(fact.get("unverified_fields") or ())


def in_language(value: object, language: str) -> Text | None:
    """Return words for people in a language, or in the one that is there, or None where there are none."""
    if isinstance(value, str):
        return Text(value, "en") if value else None
    if not isinstance(value, dict):
        return None
    for wanted in (language, "en", "sv"):
        if value.get(wanted):
            return Text(str(value[wanted]), wanted)
    return None


def as_written(value: date | int | str | None) -> str | None:
    """Return a date that may be known only in part as text: `2024`, `2024-05` or `2024-05-17`."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _source(stated: Record) -> Source:
    checked = stated.get("checked")
    return Source(
        title=stated["title"],
        publisher=stated.get("publisher"),
        ref=stated.get("ref"),
        published=as_written(stated.get("published")),
        checked=date.fromisoformat(checked) if checked else None,
    )


@cache
def _file_as_json(file: str) -> str:
    # Kept as JSON text: parsing it anew is faster than a deep copy, and dates are settled once.
    if file not in FILES:
        raise KeyError(file)
    return json.dumps(_settled(read_yaml(f"facts/{file}.yaml")), ensure_ascii=False)


@cache
def _collection_as_json(collection: str) -> str:
    file, key = COLLECTIONS[collection]
    found = document(file)[key]
    return json.dumps(list(_gate_items(found)) if collection == "gate_items" else found, ensure_ascii=False)


@cache
def _records_as_json(collection: str) -> dict[str, str]:
    return {
        str(fact["id"] if "id" in fact else fact["n"]): json.dumps(fact, ensure_ascii=False)
        for fact in records(collection)
    }


def _gate_items(gates: dict[str, list[Record]]) -> Iterator[Record]:
    for gate, items in gates.items():
        for item in items:
            yield {"gate": gate, **item}


def read_yaml(path: str) -> Record:
    """Return a YAML file that lies in this room."""
    text = files("portal.reference").joinpath(path).read_text(encoding="utf-8")
    found: Record = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return found


def _settled(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _settled(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_settled(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if key in PARTLY_KNOWN_DATES and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
