"""What is known of a project's process, what each unknown costs, and which facts contradict one another."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.errors import Reason
from portal.projects.rules.fields import CURRENCIES
from portal.projects.rules.values import ProductClass, Visibility
from portal.reference import vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFacts:
    """What is known of a project's process and biosafety; None is unknown."""

    project_id: int
    product_class: str
    modality: str
    phase: str
    autologous: bool | None = None
    gmo_class: int | None = None
    vector: str | None = None
    vector_level: str | None = None
    process_class: str | None = None
    process_state: str | None = None
    starting_material: str | None = None
    infectious_status: str | None = None
    cell_bank: bool | None = None
    animal_origin: bool | None = None
    shelf_life_hours: int | None = None
    device: bool | None = None
    bsl: int | None = None


ASSUMED: Mapping[str, str | int] = {
    "vector_level": "replication_competent",
    "gmo_class": 3,
    "bsl": 2,
    "process_state": "open",
}
"""What a slot request takes for granted of a project while the fact is unknown."""

COSTS_OF_UNKNOWN: Mapping[str, str] = {
    "vector_level": "project_unknown_vector_level",
    "gmo_class": "project_unknown_gmo_class",
    "bsl": "project_unknown_bsl",
    "process_class": "project_unknown_process_class",
    "process_state": "project_unknown_process_state",
    "autologous": "project_unknown_autologous",
    "starting_material": "project_unknown_starting_material",
    "infectious_status": "project_unknown_infectious_status",
    "cell_bank": "project_unknown_cell_bank",
    "animal_origin": "project_unknown_animal_origin",
    "shelf_life_hours": "project_unknown_shelf_life_hours",
    "device": "project_unknown_device",
    "orphan": "project_unknown_orphan",
    "paediatric": "project_unknown_paediatric",
}
"""Each fact that may stay unknown, and the code of the sentence that says what this costs today."""

DECIDES_ROOMS = ("vector_level", "gmo_class", "bsl", "process_class", "process_state")
"""The facts from which a slot request takes what a cleanroom must offer."""

SEPARATES = ("vector_level", "gmo_class", "process_class", "process_state", "autologous", "infectious_status")
"""The facts by which a facility's rules say what may run beside and after a run."""

VECTOR_OF_CLASS: Mapping[str, str] = {
    "nonviral_cell": "none",
    "tissue_engineered": "none",
    "nucleic_acid": "none",
    "aav": "aav",
    "lv_rv": "lentiviral_retroviral",
    "replication_competent": "replication_competent",
}
"""The vector level that a process class speaks of; a class that is not here says nothing of vectors."""

NO_VIRUS = re.compile(
    r"non-?\s?vir|icke-?\s?vir|plasmid|\bm?rna\b|\blnp\b|nanoparti|transpos|sleeping beauty|piggybac|crispr|\bcas\d|"
    r"base edit|electropor|\bnone\b|\bno\b|\bingen\b",
    re.IGNORECASE,
)
VIRUS = (
    (re.compile(r"aav|adeno-?\s?associ", re.IGNORECASE), "aav"),
    (re.compile(r"lentivir|retrovir|\blv\b|\brv\b", re.IGNORECASE), "lentiviral_retroviral"),
)


def costs_of_unknown(facts: Mapping[str, Any]) -> list[Reason]:
    """Return what each unknown fact costs, those that decide about rooms first."""
    return [
        Reason(code, {"assumed": ASSUMED.get(name)}, name)
        for name, code in COSTS_OF_UNKNOWN.items()
        if name in facts and facts[name] is None
    ]


def reasons_against_facts(facts: Mapping[str, Any]) -> list[Reason]:
    """Return where facts contradict one another, so that they cannot all be meant."""
    return [*_against_vector(facts), *_against_money(facts), *_against_showing(facts)]


def warnings_about(facts: Mapping[str, Any], *, organisation: str) -> list[Reason]:
    """Return what is worth a second look, and may be meant all the same."""
    return [
        *_about_product(facts),
        *_about_vector(facts),
        *names_given_away(facts, organisation=organisation),
    ]


def names_given_away(facts: Mapping[str, Any], *, organisation: str) -> list[Reason]:
    """Return where the teaser names the project or the organisation, which its readers may not know yet."""
    found = []
    for field in ("teaser", "teaser_sv"):
        text = _folded(facts.get(field) or "")
        for code, name in (
            ("project_teaser_names_project", facts.get("name")),
            ("project_teaser_names_organisation", organisation),
        ):
            if name and _folded(name).strip() and _folded(name) in text:
                found.append(Reason(code, {"name": name, "field": field}, field))
    return found


def _folded(text: str) -> str:
    words = re.sub(r"[^\w]+", " ", text.casefold()).strip()
    return f" {words} " if words else ""


def _against_vector(facts: Mapping[str, Any]) -> Iterator[Reason]:
    level, vector = facts.get("vector_level"), facts.get("vector")
    viral = level is not None and level != "none"
    if facts.get("gmo_class") == 0 and viral:
        yield Reason("project_gmo_class_against_vector", {"vector_level": level}, "gmo_class")
    if level == "none" and vector and not NO_VIRUS.search(vector):
        yield Reason("project_vector_against_level", {"vector": vector}, "vector_level")
    spoken_of = VECTOR_OF_CLASS.get(facts.get("process_class") or "")
    if level is not None and spoken_of is not None and (spoken_of == "none") != (level == "none"):
        values = {"process_class": facts["process_class"], "vector_level": level}
        yield Reason("project_process_class_against_vector", values, "process_class")


def _against_money(facts: Mapping[str, Any]) -> Iterator[Reason]:
    least, most, currency = (facts.get(name) for name in ("funding_min", "funding_max", "funding_currency"))
    if least is not None and most is not None and least > most:
        yield Reason("project_funding_order", {"least": least, "most": most}, "funding_max")
    if (least is not None or most is not None) and currency is None:
        yield Reason("project_funding_without_currency", {"allowed": list(CURRENCIES)}, "funding_currency")


def _against_showing(facts: Mapping[str, Any]) -> Iterator[Reason]:
    shown = facts.get("visibility") not in (None, Visibility.PRIVATE.value)
    if shown and not facts.get("teaser"):
        yield Reason("project_teaser_missing", {}, "teaser")


def _about_product(facts: Mapping[str, Any]) -> Iterator[Reason]:
    product_class = facts.get("product_class")
    if product_class in (ProductClass.SCTMP, ProductClass.TEP) and (facts.get("gmo_class") or 0) > 0:
        yield Reason("project_gmo_in_somatic_class", {"product_class": product_class}, "product_class")
    if product_class == ProductClass.COMBINED and facts.get("device") is False:
        yield Reason("project_combined_without_device", {}, "device")
    if product_class != ProductClass.COMBINED and facts.get("device") is True:
        yield Reason("project_device_without_combined", {}, "product_class")


def _about_vector(facts: Mapping[str, Any]) -> Iterator[Reason]:
    level, vector = facts.get("vector_level"), facts.get("vector") or ""
    if level in (None, "none"):
        return
    stated = vocabulary.rank("vector_level", level)
    for pattern, named in VIRUS:
        if pattern.search(vector) and vocabulary.rank("vector_level", named) > stated:
            yield Reason("project_vector_above_level", {"vector": vector, "named": named}, "vector_level")
    spoken_of = VECTOR_OF_CLASS.get(facts.get("process_class") or "", "none")
    if vocabulary.rank("vector_level", spoken_of) > stated:
        values = {"process_class": facts["process_class"], "vector_level": level}
        yield Reason("project_process_class_above_vector", values, "process_class")
