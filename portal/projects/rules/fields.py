"""The fields that people state of a project: to which group each belongs, and what may stand in it."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.errors import Reason
from portal.projects.rules.values import FieldGroup, Phase, Visibility
from portal.reference import vocabulary

CURRENCIES = ("EUR", "SEK", "DKK", "NOK", "USD", "GBP", "CHF")
LONGEST_TEASER = 1200
BIGGEST_AMOUNT = 10**11
TEN_YEARS_IN_HOURS = 87_600
KEPT_CONTROLS = frozenset("\n\t")


class Kind(StrEnum):
    """What sort of value a field holds."""

    LINE = "line"
    TEXT = "text"
    WORD = "word"
    WORDS = "words"
    TRUTH = "truth"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectField:
    """One field: its group, its kind, and the bounds of what may stand in it.

    `words` names the vocabulary's list; `closed` holds a list that the vocabulary does not have.
    """

    name: str
    group: FieldGroup
    kind: Kind
    words: str | None = None
    closed: tuple[str, ...] = ()
    required: bool = False
    longest: int = 200
    least: int = 0
    most: int = 0

    @property
    def allowed(self) -> tuple[str, ...]:
        """Return the ids of the words that may stand here."""
        return vocabulary.ids(self.words) if self.words else self.closed

    def find(self, written: str) -> str | None:
        """Return the id of a word that somebody wrote as id, alias or label, or None."""
        if self.words:
            found = vocabulary.find(self.words, written)
            return found.id if found else None
        folded = written.strip().casefold()
        return next((word for word in self.closed if word.casefold() == folded), None)


def _teaser(name: str, kind: Kind, **more: Any) -> ProjectField:
    return ProjectField(name=name, group=FieldGroup.TEASER, kind=kind, **more)


def _process(name: str, kind: Kind, **more: Any) -> ProjectField:
    return ProjectField(name=name, group=FieldGroup.PROCESS, kind=kind, **more)


FIELDS: tuple[ProjectField, ...] = (
    ProjectField(name="name", group=FieldGroup.IDENTITY, kind=Kind.LINE, required=True),
    _teaser("product_class", Kind.WORD, words="product_class", required=True),
    _process("modality", Kind.WORD, words="modality", required=True),
    _teaser("indication_area", Kind.WORD, words="indication_area", required=True),
    ProjectField(name="indication", group=FieldGroup.IDENTITY, kind=Kind.LINE),
    _teaser("teaser", Kind.TEXT, longest=LONGEST_TEASER),
    _teaser("teaser_sv", Kind.TEXT, longest=LONGEST_TEASER),
    _process("autologous", Kind.TRUTH),
    _process("vector_level", Kind.WORD, words="vector_level"),
    _process("vector", Kind.LINE, longest=80),
    _process("gmo_class", Kind.WHOLE, words="gmo_class", least=0, most=3),
    _process("bsl", Kind.WHOLE, least=1, most=4),
    _process("process_class", Kind.WORD, words="process_class"),
    _process("process_state", Kind.WORD, words="process_state"),
    _process("starting_material", Kind.WORD, words="starting_material"),
    _process("infectious_status", Kind.WORD, words="infectious_status"),
    _process("cell_bank", Kind.TRUTH),
    _process("animal_origin", Kind.TRUTH),
    _process("shelf_life_hours", Kind.WHOLE, least=1, most=TEN_YEARS_IN_HOURS),
    _process("device", Kind.TRUTH),
    ProjectField(name="orphan", group=FieldGroup.ROADMAP, kind=Kind.TRUTH),
    ProjectField(name="paediatric", group=FieldGroup.ROADMAP, kind=Kind.TRUTH),
    ProjectField(name="needs", group=FieldGroup.ROADMAP, kind=Kind.WORDS, words="need"),
    ProjectField(name="funding_min", group=FieldGroup.MONEY, kind=Kind.WHOLE, most=BIGGEST_AMOUNT),
    ProjectField(name="funding_max", group=FieldGroup.MONEY, kind=Kind.WHOLE, most=BIGGEST_AMOUNT),
    ProjectField(name="funding_currency", group=FieldGroup.MONEY, kind=Kind.WORD, closed=CURRENCIES),
    _teaser(
        "visibility", Kind.WORD, closed=tuple(visibility.value for visibility in Visibility), required=True
    ),
)
"""Every field that is edited as such; phase and on hold have a dated history and verbs of their own."""

FIELD: Mapping[str, ProjectField] = {field.name: field for field in FIELDS}
FIRST_FIELDS = ("name", "product_class", "modality", "indication_area")
"""What the first, short form asks, besides the phase."""

NEVER_NULL = frozenset({"teaser"})


def fields_of(group: FieldGroup) -> tuple[ProjectField, ...]:
    """Return the fields of a group in their order."""
    return tuple(field for field in FIELDS if field.group is group)


def tidy(text: str) -> str:
    """Return a text with plain line ends and without surrounding space."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return stated values as they are stored: texts tidied, empty ones unknown, needs once and in their order.

    Raises `KeyError` for a field that a project does not have.
    """
    return {name: _tidied(FIELD[name], value) for name, value in values.items()}


def reasons_against_values(values: Mapping[str, Any]) -> list[Reason]:
    """Return what is wrong with each single value; how they agree with one another is for the facts to say."""
    return [reason for name, value in values.items() for reason in _reasons_against(FIELD[name], value)]


def same(before: Any, after: Any) -> bool:
    """Say whether two stored values are the same answer; no and zero are different answers."""
    return type(before) is type(after) and bool(before == after)


def changes_by_group(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[FieldGroup, dict[str, list[Any]]]:
    """Return, for each group in which something differs, the fields with the value before and after."""
    changes: dict[FieldGroup, dict[str, list[Any]]] = {}
    for name, value in after.items():
        earlier = before.get(name)
        if not same(earlier, value):
            changes.setdefault(FIELD[name].group, {})[name] = [earlier, value]
    return changes


def _tidied(field: ProjectField, value: Any) -> Any:
    if field.kind is Kind.WORDS:
        places = {word: place for place, word in enumerate(field.allowed)}
        return sorted(dict.fromkeys(value or ()), key=lambda word: places.get(word, len(places)))
    kept = (tidy(value) or None) if isinstance(value, str) else value
    return "" if kept is None and field.name in NEVER_NULL else kept


def _reasons_against(field: ProjectField, value: Any) -> Iterator[Reason]:
    if value is None or value in ("", []):
        if field.required:
            yield Reason("project_value_missing", {"field": field.name}, field.name)
        return
    if field.kind in (Kind.LINE, Kind.TEXT):
        yield from _reasons_against_text(field, value)
    elif field.kind is Kind.TRUTH:
        if not isinstance(value, bool):
            yield Reason("project_truth_unreadable", {"field": field.name, "written": str(value)}, field.name)
    elif field.kind is Kind.WHOLE:
        if isinstance(value, bool) or not isinstance(value, int) or not field.least <= value <= field.most:
            values = {"field": field.name, "least": field.least, "most": field.most, "written": str(value)}
            yield Reason("project_number_out_of_range", values, field.name)
    else:
        words = value if field.kind is Kind.WORDS else [value]
        for word in words:
            if word not in field.allowed:
                yield unknown_word(field, str(word))


def unknown_word(field: ProjectField, written: str) -> Reason:
    """Return the reason against a word that the field's list does not have."""
    values = {"field": field.name, "written": shortened(written), "allowed": list(field.allowed)}
    return Reason("project_word_unknown", values, field.name)


def unknown_phase(written: str) -> Reason:
    """Return the reason against a word that is no phase."""
    values = {"field": "phase", "written": shortened(written), "allowed": [phase.value for phase in Phase]}
    return Reason("project_word_unknown", values, "phase")


def shortened(text: str, longest: int = 60) -> str:
    """Return a text for use in a sentence about it."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _reasons_against_text(field: ProjectField, value: Any) -> Iterator[Reason]:
    if not isinstance(value, str):
        yield Reason("project_text_unreadable", {"field": field.name}, field.name)
        return
    if len(value) > field.longest:
        values = {"field": field.name, "longest": field.longest, "length": len(value)}
        yield Reason("project_text_too_long", values, field.name)
    if field.kind is Kind.LINE and "\n" in value:
        yield Reason("project_line_broken", {"field": field.name}, field.name)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in KEPT_CONTROLS for c in value):
        yield Reason("project_characters_unprintable", {"field": field.name}, field.name)


def as_stored(value: Any) -> Any:
    """Return a stored value as plain words and numbers, which the ledger and a sheet can keep."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, (list, tuple)) else value
