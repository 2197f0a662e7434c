"""What may stand in each field, which facts contradict one another, and what unknown costs."""

from typing import Any

import pytest

from portal.bookings import needs
from portal.core.errors import Reason
from portal.projects.rules import facts
from portal.projects.rules.fields import (
    FIELDS,
    Kind,
    changes_by_group,
    reasons_against_values,
    tidied,
)
from portal.projects.rules.values import FieldGroup, Phase, ProductClass, Visibility
from portal.projects.sentences import COSTS, SENTENCES
from portal.reference import shipped, vocabulary


def told(reasons: list[Reason]) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in reasons]


@pytest.mark.parametrize(("enum", "list_name"), [(ProductClass, "product_class"), (Phase, "phase")])
def test_the_closed_lists_are_those_of_the_vocabulary(enum: Any, list_name: str) -> None:
    assert tuple(enum) == vocabulary.ids(list_name)


def test_a_field_stands_once_and_in_one_group() -> None:
    names = [field.name for field in FIELDS]
    assert len(names) == len(set(names))
    assert {field.group for field in FIELDS} == set(FieldGroup) - {FieldGroup.BOOKINGS}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_takes_what_it_is_for_and_unknown(field: Any) -> None:
    good: dict[Kind, Any] = {Kind.LINE: "å", Kind.TEXT: "å\nä", Kind.TRUTH: False, Kind.WHOLE: field.most}
    value = good.get(field.kind)
    if field.kind is Kind.WORD:
        value = field.allowed[-1]
    if field.kind is Kind.WORDS:
        value = list(field.allowed)
    assert reasons_against_values({field.name: value}) == []
    unknown = told(reasons_against_values({field.name: None}))
    assert unknown == ([("project_value_missing", field.name)] if field.required else [])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("name", "x" * 201, "project_text_too_long"),
        ("name", "two\nlines", "project_line_broken"),
        ("name", "nul\x00", "project_characters_unprintable"),
        ("name", "half \ud83e of a sign", "project_characters_unprintable"),
        ("name", 7, "project_text_unreadable"),
        ("teaser", "x" * 1201, "project_text_too_long"),
        ("bsl", 0, "project_number_out_of_range"),
        ("bsl", 5, "project_number_out_of_range"),
        ("bsl", True, "project_number_out_of_range"),
        ("bsl", "2", "project_number_out_of_range"),
        ("gmo_class", 4, "project_number_out_of_range"),
        ("funding_min", -1, "project_number_out_of_range"),
        ("orphan", 1, "project_truth_unreadable"),
        ("process_class", "any", "project_word_unknown"),
        ("vector_level", "AAV9", "project_word_unknown"),
        ("needs", ["capital", "gold"], "project_word_unknown"),
        ("funding_currency", "BTC", "project_word_unknown"),
        ("visibility", "friends", "project_word_unknown"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_field(name: str, value: Any, code: str) -> None:
    assert told(reasons_against_values({name: value})) == [(code, name)]


def test_texts_are_tidied_and_empty_ones_are_unknown() -> None:
    stated = tidied(
        {
            "name": " a\r\nb ",
            "indication": "  ",
            "teaser": "",
            "needs": ("team", "capital", "team"),
            "bsl": None,
        }
    )
    assert stated == {
        "name": "a\nb",
        "indication": None,
        "teaser": "",
        "needs": ["capital", "team"],
        "bsl": None,
    }
    with pytest.raises(KeyError):
        tidied({"colour": "blue"})


def test_no_zero_and_unknown_are_three_answers() -> None:
    assert changes_by_group({"gmo_class": None, "orphan": None}, {"gmo_class": 0, "orphan": False}) == {
        FieldGroup.PROCESS: {"gmo_class": [None, 0]},
        FieldGroup.ROADMAP: {"orphan": [None, False]},
    }
    assert changes_by_group({"gmo_class": 0}, {"gmo_class": 0}) == {}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"gmo_class": 0, "vector_level": "aav"}, [("project_gmo_class_against_vector", "gmo_class")]),
        ({"gmo_class": 0, "vector_level": "none"}, []),
        ({"gmo_class": 0}, []),
        ({"gmo_class": 1, "vector_level": "aav"}, []),
        ({"vector": "AAV9", "vector_level": "none"}, [("project_vector_against_level", "vector_level")]),
        ({"vector": "XY-12", "vector_level": "none"}, [("project_vector_against_level", "vector_level")]),
        ({"vector": "non-viral editor", "vector_level": "none"}, []),
        ({"vector": "plasmid pX", "vector_level": "none"}, []),
        ({"vector": "mRNA in LNP", "vector_level": "none"}, []),
        ({"vector": "AAV9"}, []),
        (
            {"process_class": "lv_rv", "vector_level": "none"},
            [("project_process_class_against_vector", "process_class")],
        ),
        (
            {"process_class": "nonviral_cell", "vector_level": "aav"},
            [("project_process_class_against_vector", "process_class")],
        ),
        ({"process_class": "development", "vector_level": "aav"}, []),
        ({"process_class": "infectious_material", "vector_level": "none"}, []),
        (
            {"funding_min": 5, "funding_max": 4, "funding_currency": "EUR"},
            [("project_funding_order", "funding_max")],
        ),
        ({"funding_min": 4, "funding_max": 4, "funding_currency": "EUR"}, []),
        ({"funding_max": 0}, [("project_funding_without_currency", "funding_currency")]),
        ({"visibility": "public", "teaser": ""}, [("project_teaser_missing", "teaser")]),
        ({"visibility": "investors", "teaser": ""}, [("project_teaser_missing", "teaser")]),
        ({"visibility": "private", "teaser": ""}, []),
    ],
)
def test_facts_contradict_one_another_or_not(stated: dict[str, Any], expected: list[Any]) -> None:
    assert told(facts.reasons_against_facts(stated)) == expected


@pytest.mark.parametrize(
    ("stated", "codes"),
    [
        ({"product_class": "sCTMP", "gmo_class": 1}, ["project_gmo_in_somatic_class"]),
        ({"product_class": "GTMP", "gmo_class": 1}, []),
        ({"product_class": "combined", "device": False}, ["project_combined_without_device"]),
        ({"product_class": "TEP", "device": True}, ["project_device_without_combined"]),
        ({"vector": "lentivirus", "vector_level": "aav"}, ["project_vector_above_level"]),
        ({"vector": "AAV2", "vector_level": "lentiviral_retroviral"}, []),
        ({"process_class": "lv_rv", "vector_level": "aav"}, ["project_process_class_above_vector"]),
        ({"name": "Blå", "teaser": "Om BLÅ!"}, ["project_teaser_names_project"]),
        ({"name": "Blå", "teaser_sv": "blå-cellen"}, ["project_teaser_names_project"]),
        ({"name": "Blå", "teaser": "Blåbär"}, []),
        ({"name": "X", "teaser": "By Lund Cell, AB."}, ["project_teaser_names_organisation"]),
        ({"name": "...", "teaser": "..."}, []),
    ],
)
def test_what_is_worth_a_second_look(stated: dict[str, Any], codes: list[str]) -> None:
    reasons = facts.warnings_about(stated, organisation="Lund Cell AB")
    assert [reason.code for reason in reasons] == codes


@pytest.mark.parametrize("project", shipped.records("demo_projects"), ids=lambda project: str(project["n"]))
def test_the_demo_projects_are_free_of_contradiction(project: dict[str, Any]) -> None:
    named = ("product_class", "gmo_class", "vector", "vector_level", "process_class", "process_state", "bsl")
    stated = {name: project[name] for name in named}
    assert facts.reasons_against_facts({**stated, "visibility": Visibility.PUBLIC.value, "teaser": "x"}) == []
    assert [r for r in facts.warnings_about(stated, organisation="Demo") if r.field != "product_class"] == []


def test_each_unknown_says_what_it_costs_and_those_about_rooms_first() -> None:
    nothing = dict.fromkeys((field.name for field in FIELDS), None)
    costs = facts.costs_of_unknown(nothing)
    assert [reason.field for reason in costs][: len(facts.DECIDES_ROOMS)] == list(facts.DECIDES_ROOMS)
    assert {reason.code for reason in costs} == set(COSTS)
    everything = {**nothing, "gmo_class": 0, "autologous": False}
    assert not {"gmo_class", "autologous"} & {reason.field for reason in facts.costs_of_unknown(everything)}


def test_what_the_costs_say_is_what_slot_requests_take_for_granted() -> None:
    assert facts.ASSUMED["vector_level"] == needs.UNKNOWN_VECTOR
    assert facts.ASSUMED["gmo_class"] == needs.UNKNOWN_GMO_CLASS
    assert facts.ASSUMED["bsl"] == needs.UNKNOWN_BSL


def test_sentences_have_codes_of_this_room() -> None:
    assert all(code.startswith(("project_", "sheet_")) for code in SENTENCES)
