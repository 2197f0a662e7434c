"""The hard rules: the samples' codes to the letter, a second opinion on all kinds of cases, and each rule by itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.eligibility import CODES
from portal.matching.rules.outcome import rankings
from tests.matching.instances import (
    Json,
    a_decline,
    a_partner,
    a_project,
    an_instance,
    case_of,
    instances,
    unhurried,
)
from tests.matching.oracle import IN_ORDER, codes_against

SAMPLES = Path(__file__).parent / "samples"


def codes_of(instance: Json) -> dict[str, dict[str, list[str]]]:
    """Return the codes of every pair of an instance."""
    found: dict[str, dict[str, list[str]]] = {}
    for ranking in rankings(case_of(instance), shipped_lexicon()):
        of_project = found.setdefault(ranking.project.id, {})
        of_project |= {match.partner: [] for match in ranking.matches()}
        of_project |= {refusal.partner: list(refusal.codes) for refusal in ranking.refusals()}
    return found


def code_of(project: Json, partner: Json, **changes: Any) -> list[str]:
    """Return the codes of one pair."""
    return codes_of(an_instance(projects=[project], partners=[partner], **changes))["p1"]["i1"]


@pytest.mark.parametrize("name", ["m601", "m602"])
def test_the_samples_have_the_codes_that_are_expected_of_them(name: str) -> None:
    instance = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    expected = json.loads((SAMPLES / f"{name}.codes.expected.json").read_text(encoding="utf-8"))
    assert codes_of(instance) == expected


def test_codes_are_listed_in_the_order_of_the_format() -> None:
    assert list(CODES) == IN_ORDER.split()


@unhurried
@given(instances())
def test_every_pair_has_the_codes_that_a_second_opinion_finds(instance: Json) -> None:
    assert codes_of(instance) == {
        project["id"]: {
            partner["id"]: codes_against(project, partner, instance) for partner in instance["partners"]
        }
        for project in instance["projects"]
    }


def test_nothing_stands_against_a_pair_that_fits() -> None:
    assert code_of(a_project(), a_partner()) == []


@pytest.mark.parametrize(
    ("project", "partner", "code"),
    [
        ({}, {"serves": ["ip"]}, "NEED_NOT_SERVED"),
        ({"needs": []}, {}, "NEED_NOT_SERVED"),
        ({"on_hold": True}, {}, "ON_HOLD"),
        ({}, {"product_classes": ["TEP"]}, "CLASS"),
        ({}, {"product_classes": []}, "CLASS"),
        ({}, {"modalities": ["msc"]}, "MODALITY"),
        ({}, {"indication_areas": ["oncology"]}, "INDICATION"),
        ({}, {"phases": ["phase_1"]}, "PHASE"),
        ({}, {"countries": ["DK"]}, "COUNTRY"),
        ({}, {"organisation_kinds": ["academic"]}, "ORGANISATION_KIND"),
        ({"organisation_kind": "company"}, {"organisation_kinds": ["sme"]}, "ORGANISATION_KIND"),
        ({"modality": "car_t"}, {}, "EXCLUDED"),
        ({"organisation": "o7"}, {}, "EXCLUDED"),
        ({"organisation": "o9"}, {}, "CONFLICT"),
        ({}, {"organisation": "o1"}, "CONFLICT"),
        ({}, {"ticket": {"min": 6000001, "max": None, "currency": "EUR"}}, "TICKET"),
        ({}, {"ticket": {"min": None, "max": 30000000, "currency": "SEK"}}, "TICKET"),
        ({}, {"instruments": ["grant"]}, "INSTRUMENT"),
        ({}, {"opens": "2026-11-25"}, "NOT_OPEN"),
        ({}, {"closes": "2026-11-23"}, "CLOSED"),
        ({}, {"capacity": 0}, "NO_CAPACITY"),
    ],
)
def test_each_rule_stands_by_itself(project: Json, partner: Json, code: str) -> None:
    assert code_of(a_project(**project), a_partner(**partner)) == [code]


@pytest.mark.parametrize(
    ("project", "partner"),
    [
        ({"on_hold": True}, {"accepts_on_hold": True}),
        ({}, {"product_classes": None}),
        ({}, {"organisation_kinds": ["company"]}),
        ({}, {"ticket": {"min": 6000000, "max": None, "currency": "EUR"}}),
        ({}, {"ticket": {"min": None, "max": 3000000, "currency": "EUR"}}),
        ({}, {"ticket": None}),
        ({}, {"instruments": None}),
        ({}, {"opens": "2026-11-24"}),
        ({}, {"closes": "2026-11-24"}),
        ({}, {"serves": ["regulatory"], "ticket": {"min": 9000000, "max": None, "currency": "EUR"}}),
    ],
)
def test_what_just_passes_passes(project: Json, partner: Json) -> None:
    assert code_of(a_project(**project), a_partner(**partner)) == []


def test_one_capital_need_that_passes_is_enough() -> None:
    small, large = (
        a_project()["needs"][0],
        {**a_project()["needs"][0], "id": "n3", "min": 20000000, "max": None},
    )
    assert code_of(a_project(needs=[large]), a_partner()) == ["TICKET"]
    assert code_of(a_project(needs=[large, small]), a_partner()) == []


def test_only_the_last_word_on_this_pair_rules_it_out() -> None:
    assert code_of(a_project(), a_partner(), declined=[a_decline(final=False)]) == []
    assert code_of(a_project(), a_partner(), declined=[a_decline(final=True, partner="i2")]) == []
    assert code_of(a_project(), a_partner(), declined=[a_decline(final=True)]) == ["DECLINED"]
