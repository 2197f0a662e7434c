"""Which steps apply, in three-valued logic."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.roadmap.catalogue import shipped_catalogue
from portal.roadmap.planfile import read_instance
from portal.roadmap.rules.applicability import (
    Truth,
    all_hold,
    any_holds,
    condition_holds,
    opposite,
    truths_of,
)
from portal.roadmap.rules.planning import reasons_against_steps
from portal.roadmap.rules.values import Condition
from tests.roadmap.strategies import FACTS, PROJECT, instance, step

TRUTHS: tuple[Truth, ...] = (True, False, None)


def because(applies_to: dict[str, Any], answers: dict[str, bool] | None = None, **project: Any) -> list[str]:
    """Return why a step is not for a project."""
    made = instance(step("s", applies_to=applies_to), project={**PROJECT, **project}, answers=answers or {})
    return list(reasons_against_steps(read_instance(json.dumps(made), shipped_catalogue())).get("s", ()))


@pytest.mark.parametrize(
    ("applies_to", "project", "reasons"),
    [
        ({}, {}, []),
        ({"product_class": ["GTMP", "TEP"]}, {}, []),
        ({"product_class": ["TEP"]}, {}, ["product_class"]),
        ({"product_class": None, "gmo": None}, {}, []),
        ({"organisation": ["sme"]}, {"organisation_kind": "sme"}, []),
        ({"organisation": ["company"]}, {"organisation_kind": "sme"}, []),
        ({"organisation": ["sme"]}, {"organisation_kind": "company"}, ["organisation"]),
        ({"organisation": ["academic"]}, {"organisation_kind": "sme"}, ["organisation"]),
        ({"gmo": True}, {"gmo": True}, []),
        ({"gmo": False}, {"gmo": True}, ["gmo"]),
        ({"orphan": True}, {"orphan": None}, ["orphan"]),
        ({"country": "SE"}, {"country": "SE"}, []),
        ({"country": "DK"}, {"country": "SE"}, ["country"]),
        ({"country": "EU"}, {"country": "NO"}, []),
        (
            {
                "country": "DK",
                "condition": {"none_of": ["f2"]},
                "autologous": False,
                "paediatric": True,
                "orphan": True,
                "gmo": False,
                "organisation": ["academic"],
                "product_class": ["TEP"],
            },
            {},
            [
                "product_class",
                "organisation",
                "gmo",
                "orphan",
                "paediatric",
                "autologous",
                "country",
                "condition",
            ],
        ),
    ],
)
def test_a_step_is_for_projects_that_match_all_it_names(
    applies_to: dict[str, Any], project: dict[str, Any], reasons: list[str]
) -> None:
    assert because(applies_to, **project) == reasons


@pytest.mark.parametrize(
    ("fact", "answers", "project", "reasons"),
    [
        ("f1", {}, {}, ["condition_unanswered"]),
        ("f1", {"f1": True}, {}, []),
        ("f1", {"f1": False}, {}, ["condition"]),
        ("f2", {}, {}, []),
        ("f2", {}, {"gmo_class": 3}, ["condition"]),
        ("f2", {}, {"gmo_class": None}, ["condition_unanswered"]),
        ("f2", {"f2": False}, {}, ["condition"]),
        ("f3", {}, {}, ["condition"]),
        ("f3", {}, {"product_class": "TEP"}, []),
        ("f3", {}, {"product_class": "TEP", "modality": "car_t_tcr"}, []),
        ("f3", {}, {"modality": None}, ["condition_unanswered"]),
        ("f4", {}, {}, ["condition_unanswered"]),
        ("f4", {}, {"starting_material": "human_cells"}, []),
    ],
)
def test_a_fact_is_as_answered_else_as_derived_else_unknown(
    fact: str, answers: dict[str, bool], project: dict[str, Any], reasons: list[str]
) -> None:
    assert because({"condition": {"all_of": [fact]}}, answers, **project) == reasons


def test_an_answer_of_null_is_no_answer() -> None:
    made = instance(answers={"f1": None, "f2": None})
    read = read_instance(json.dumps(made), shipped_catalogue())
    truths = truths_of(read.catalogue, read.project, read.answers)
    assert truths == {"f1": None, "f2": True, "f3": False, "f4": None}


def test_one_is_not_true() -> None:
    made = instance()
    made["catalogue"]["facts"] = [{"id": "f1", "derived": {"gmo": [1]}}]
    read = read_instance(json.dumps(made), shipped_catalogue())
    assert truths_of(read.catalogue, read.project, {}) == {"f1": False}


@pytest.mark.parametrize("truths", list(product(TRUTHS, repeat=3)))
def test_unknown_stays_unknown_only_where_it_matters(truths: tuple[Truth, ...]) -> None:
    worlds = [
        world
        for world in product((True, False), repeat=3)
        if all(truth in {None, seen} for truth, seen in zip(truths, world, strict=True))
    ]
    for asked, plainly in ((all_hold, all), (any_holds, any)):
        answers = {plainly(world) for world in worlds}
        assert asked(truths) is (answers.pop() if len(answers) == 1 else None)
    assert [opposite(truth) for truth in TRUTHS] == [False, True, None]


@given(
    st.fixed_dictionaries({fact: st.sampled_from(TRUTHS) for fact in FACTS}),
    st.dictionaries(st.sampled_from(FACTS), st.sampled_from(["all_of", "any_of", "none_of"])),
)
def test_a_condition_is_unknown_when_the_missing_answers_decide(
    truths: dict[str, Truth], parts: dict[str, str]
) -> None:
    lists = {
        name: tuple(fact for fact, part in parts.items() if part == name) or None
        for name in ("all_of", "any_of", "none_of")
    }
    outcomes = set()
    for world in product((True, False), repeat=len(FACTS)):
        seen = dict(zip(FACTS, world, strict=True))
        if all(truths[fact] in {None, seen[fact]} for fact in FACTS):
            outcomes.add(
                all(seen[fact] for fact in lists["all_of"] or ())
                and (lists["any_of"] is None or any(seen[fact] for fact in lists["any_of"]))
                and not any(seen[fact] for fact in lists["none_of"] or ())
            )
    expected = outcomes.pop() if len(outcomes) == 1 else None
    assert condition_holds(Condition(**lists), truths) is expected
