"""The shipped facts: what is there, how it is read, and that the files agree with each other."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from portal.reference import shipped, vocabulary


def mentions(value: object, key: str) -> Iterator[Any]:
    """Yield every value that stands under a key, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from mentions(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from mentions(inner, key)


@pytest.mark.parametrize(
    ("collection", "count"),
    [
        ("facilities", 23),
        ("demo_cleanrooms", 38),
        ("segregation_rules", 26),
        ("changeovers", 105),
        ("gate_items", 58),
        ("gmo_permit_classes", 3),
        ("roadmap_steps", 100),
        ("support_programmes", 70),
        ("glossary", 126),
        ("demo_projects", 27),
    ],
)
def test_a_collection_is_there_in_full(collection: str, count: int) -> None:
    assert len(shipped.records(collection)) == count


def test_every_collection_can_be_read_and_each_record_found_by_its_id() -> None:
    for collection in shipped.COLLECTIONS:
        for record in shipped.records(collection):
            record_id = str(record["id"] if "id" in record else record["n"])
            assert shipped.record(collection, record_id) == record
            assert shipped.has_record(collection, record_id)


def test_a_caller_may_change_its_copy_and_nobody_else_sees_it() -> None:
    shipped.record("facilities", "lund_pre_gmp")["name"] = "changed"
    shipped.records("facilities")[0]["services"].clear()
    assert shipped.record("facilities", "lund_pre_gmp")["name"] == "Lund University pre-GMP facility"
    assert shipped.records("facilities")[0]["services"]


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(KeyError):
        shipped.record("facilities", "nowhere")
    with pytest.raises(KeyError):
        shipped.records("nothing")
    with pytest.raises(KeyError):
        shipped.document("../labels")
    assert not shipped.has_record("facilities", "nowhere")
    assert not shipped.has_record("nothing", "lund_pre_gmp")


def test_dates_that_are_known_in_part_are_text() -> None:
    published = [source["published"] for source in mentions(shipped.document("facilities"), "source")]
    assert {"2021-03-16", "2026", None} <= set(published)
    assert all(value is None or isinstance(value, str) for value in published)
    assert shipped.record("facilities", "lund_pre_gmp")["opened"] == "2025"
    assert {"2012", "2013-06-27"} <= {atmp["authorised"] for atmp in shipped.records("authorised_atmps")}


@pytest.mark.parametrize(
    ("value", "written"),
    [(date(2024, 5, 17), "2024-05-17"), (2024, "2024"), ("2024-05", "2024-05"), (None, None)],
)
def test_a_date_is_written_as_far_as_it_is_known(value: date | int | str | None, written: str | None) -> None:
    assert shipped.as_written(value) == written


def test_a_record_says_where_it_comes_from() -> None:
    facility = shipped.record("facilities", "lund_pre_gmp")
    source, *further = shipped.sources_of(facility)
    assert source.publisher == "Lund Stem Cell Center, Lund University"
    assert source.checked == date(2026, 11, 24)
    assert source.address == source.ref
    assert len(further) == 3
    assert further[-1].address is None
    assert shipped.confidence_of(facility) == "official"
    assert shipped.fields_to_verify(facility) == {"opened"}


def test_a_record_without_source_or_confidence_is_to_be_verified() -> None:
    fact = shipped.record("roadmap_facts", "viral_vector")
    assert shipped.source_of(fact) is None
    assert shipped.sources_of(fact) == []
    assert shipped.confidence_of(fact) == "general"


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        ({"en": "Room", "sv": "Rum"}, "sv", shipped.Text("Rum", "sv")),
        ({"en": "Room", "sv": "Rum"}, "en", shipped.Text("Room", "en")),
        ({"en": "Room", "sv": ""}, "sv", shipped.Text("Room", "en")),
        ({"sv": "Rum"}, "en", shipped.Text("Rum", "sv")),
        ("Room", "sv", shipped.Text("Room", "en")),
        ({}, "sv", None),
        ("", "sv", None),
        (None, "en", None),
    ],
)
def test_text_says_which_language_it_is_in(
    value: object, language: str, expected: shipped.Text | None
) -> None:
    assert shipped.in_language(value, language) == expected


def test_versions_are_those_that_the_files_state() -> None:
    assert shipped.version("gmp_rules") == "2026.1"
    assert shipped.version("facilities") is None


def test_every_confidence_is_one_of_the_three() -> None:
    for file in shipped.FILES:
        assert set(mentions(shipped.document(file), "confidence")) <= set(vocabulary.ids("confidence"))


def test_gate_items_know_their_gate_and_their_roles() -> None:
    items = shipped.records("gate_items")
    assert [item["gate"] for item in items].count("pre_gmp_exit") == 17
    assert {item["gate"] for item in items} == set(vocabulary.ids("gate"))
    assert {item[role] for item in items for role in ("owner_role", "reviewer_role")} <= set(
        vocabulary.ids("role")
    )


def test_ids_point_at_records_that_exist() -> None:
    facilities = {facility["id"] for facility in shipped.records("facilities")}
    assert {room["facility"] for room in shipped.records("demo_cleanrooms")} <= facilities
    steps = {step["id"] for step in shipped.records("roadmap_steps")}
    assert {edge["step"] for step in shipped.records("roadmap_steps") for edge in step["after"]} <= steps
    assert {
        step for programme in shipped.records("support_programmes") for step in programme["linked_steps"]
    } <= steps
    organisations = {organisation["id"] for organisation in shipped.records("demo_organisations")}
    assert {project["organisation"] for project in shipped.records("demo_projects")} <= organisations
    rules = {rule["id"] for rule in shipped.records("segregation_rules")}
    assert {rule for found in shipped.records("segregation_rules") for rule in found["overrides"]} <= rules
