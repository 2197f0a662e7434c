"""The shared words: every list is complete in both languages, and every word in the data is in its list."""

from collections.abc import Iterable
from typing import Any

import pytest

from portal.reference import vocabulary
from portal.reference.shipped import records


def every(collection: str, *path: str) -> set[str]:
    """Return all values at a path of keys in a collection's records; lists are opened, null is left out."""
    found: list[Any] = records(collection)
    for key in path:
        found = [inner for value in found for inner in opened(value.get(key))]
    return {str(value) for value in found}


def opened(value: Any) -> Iterable[Any]:
    """Return a list's items, nothing for null, and any other value by itself."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def test_every_list_has_words_with_wording_in_both_languages() -> None:
    for name in vocabulary.lists():
        words = vocabulary.words(name)
        assert words, name
        assert all(word.en and word.sv for word in words), name
        assert len({word.id for word in words}) == len(words), name


@pytest.mark.parametrize(
    ("list_name", "collection", "path"),
    [
        ("equipment", "demo_cleanrooms", ("equipment",)),
        ("grade", "demo_cleanrooms", ("grade",)),
        ("stage", "demo_cleanrooms", ("stage",)),
        ("vector_level", "demo_cleanrooms", ("vector_work",)),
        ("gmo_class", "demo_cleanrooms", ("gmo_permit_class",)),
        ("customer_kind", "demo_cleanrooms", ("rates", "customer_kind")),
        ("facility_kind", "facilities", ("kind",)),
        ("operator_kind", "facilities", ("operator_kind",)),
        ("facility_status", "facilities", ("status",)),
        ("facility_modality", "facilities", ("modalities",)),
        ("facility_service", "facilities", ("services",)),
        ("changeover_kind", "changeovers", ("kind",)),
        ("room_event", "changeovers", ("from", "event")),
        ("segregation_effect", "segregation_rules", ("effect",)),
        ("relation", "segregation_rules", ("applies_when", "relation")),
        ("share", "segregation_rules", ("applies_when", "shares")),
        ("process_state", "segregation_rules", ("applies_when", "a", "process_state")),
        ("process_class", "segregation_rules", ("applies_when", "b", "product_class")),
        ("process_type", "background_required", ("process",)),
        ("grade", "background_required", ("minimum_background",)),
        ("permit_duty", "gmo_permit_classes", ("duty",)),
        ("roadmap_track", "roadmap_steps", ("track",)),
        ("phase", "roadmap_steps", ("latest_phase",)),
        ("support_provider_kind", "support_programmes", ("provider_kind",)),
        ("support_kind", "support_programmes", ("kind",)),
        ("need", "support_programmes", ("needs_served",)),
        ("phase_transition", "attrition", ("transition",)),
        ("manufacturing_activity", "manufacturing_demand", ("activity",)),
        ("authorisation_status", "authorised_atmps", ("status",)),
        ("council_position", "authorised_atmps", ("nt_council", "position")),
        ("glossary_area", "glossary", ("area",)),
        ("product_class", "demo_projects", ("product_class",)),
        ("modality", "demo_projects", ("modality",)),
        ("indication_area", "demo_projects", ("indication_area",)),
        ("phase", "demo_projects", ("phase",)),
        ("process_class", "demo_projects", ("process_class",)),
        ("process_state", "demo_projects", ("process_state",)),
        ("starting_material", "demo_projects", ("starting_material",)),
        ("infectious_status", "demo_projects", ("infectious_status",)),
        ("vector_level", "demo_projects", ("vector_level",)),
        ("need", "demo_projects", ("needs",)),
        ("investor_kind", "demo_investors", ("kind",)),
        ("lead_or_follow", "demo_investors", ("lead_or_follow",)),
        ("expert_kind", "demo_support_providers", ("kind",)),
    ],
)
def test_every_word_in_the_data_is_in_its_list(
    list_name: str, collection: str, path: tuple[str, ...]
) -> None:
    found = every(collection, *path)
    assert found
    assert found <= set(vocabulary.ids(list_name))


def test_every_demo_organisation_and_person_has_a_known_kind_and_role() -> None:
    for kind in every("demo_organisations", "kind"):
        assert vocabulary.find("organisation_kind", kind)
    assert every("demo_people", "role") <= set(vocabulary.ids("role"))


@pytest.mark.parametrize(
    ("list_name", "written", "word_id"),
    [
        ("modality", "car_t", "car_t"),
        ("modality", "TCR-T", "car_t"),
        ("modality", "ipsc derived", "psc_derived"),
        ("modality", "  Mesenkymala   stromaceller ", "msc"),
        ("indication_area", "CNS", "neurology"),
        ("vector_level", "lentivirus", "lentiviral_retroviral"),
        ("vector_level", "none", "none"),
        ("organisation_kind", "region", "public_body"),
        ("phase", "Fas I", "phase_1"),
        ("gmo_class", "2", "2"),
    ],
)
def test_a_word_is_found_by_id_alias_or_label(list_name: str, written: str, word_id: str) -> None:
    found = vocabulary.find(list_name, written)
    assert found is not None
    assert found.id == word_id


def test_a_word_that_nobody_knows_is_not_found() -> None:
    assert vocabulary.find("modality", "magic") is None
    assert vocabulary.find("modality", "") is None
    with pytest.raises(KeyError):
        vocabulary.word("modality", "CAR-T")
    with pytest.raises(KeyError):
        vocabulary.words("no_such_list")


def test_an_id_goes_before_an_alias_of_another_word() -> None:
    for name in vocabulary.lists():
        for word in vocabulary.words(name):
            assert vocabulary.find(name, word.id) == word


def test_no_two_words_of_a_list_share_an_alias() -> None:
    for name in vocabulary.lists():
        aliases = [alias.casefold() for word in vocabulary.words(name) for alias in word.aliases]
        assert len(set(aliases)) == len(aliases), name


def test_labels_and_choices_follow_the_language() -> None:
    assert vocabulary.label("phase", "phase_1", "sv") == "Fas I"
    assert vocabulary.label("phase", "phase_1", "sv_SE") == "Fas I"
    assert vocabulary.label("phase", "phase_1", "en") == "Phase I"
    assert vocabulary.choices("stage", "sv") == [("pre_gmp", "Pre-GMP"), ("gmp", "GMP")]
    assert vocabulary.choices("process_state", "en")[0] == ("open", "Open")


def test_ranks_order_grades_vector_levels_and_classes() -> None:
    grades = sorted(vocabulary.ids("grade"), key=lambda grade: vocabulary.rank("grade", grade))
    assert grades == ["CNC", "D", "C", "B", "A_in_B"]
    vectors = [vocabulary.rank("vector_level", level) for level in vocabulary.ids("vector_level")]
    assert vectors == [0, 1, 2, 3]
    assert vocabulary.rank("gmo_class", "3") == 3
    assert vocabulary.rank("process_class", "replication_competent") == 5
    assert vocabulary.rank("changeover_kind", "requalification") > vocabulary.rank(
        "changeover_kind", "cleaning"
    )
    with pytest.raises(KeyError):
        vocabulary.rank("phase", "phase_1")


def test_no_product_is_of_any_class_but_two_products_may_have_any_relation() -> None:
    assert "any" not in vocabulary.ids("process_class")
    assert "any" in vocabulary.ids("relation")


def test_regions_open_into_countries() -> None:
    nordic = vocabulary.countries_of("Nordic")
    assert nordic == ("DK", "FI", "IS", "NO", "SE")
    assert vocabulary.countries_of("any") is None
    assert vocabulary.countries_of("SE") == ("SE",)
    european = vocabulary.countries_of("EU")
    assert european is not None
    assert len(european) == 27
    with pytest.raises(KeyError):
        vocabulary.countries_of("Eurostars")


def test_an_exclusion_is_facts_or_text_only() -> None:
    assert vocabulary.exclusion("lentivirus") == {"vector_level": ["lentiviral_retroviral"]}
    assert vocabulary.exclusion("hospital_exemption_only") is None
    assert vocabulary.exclusion("no_ip_protection") is None


@pytest.mark.parametrize(
    ("kind", "sme", "expected"),
    [("company", True, "sme"), ("company", False, "company"), ("academic", True, "academic")],
)
def test_files_call_a_small_company_an_sme(kind: str, sme: bool, expected: str) -> None:
    assert vocabulary.kind_in_files(kind, sme=sme) == expected
