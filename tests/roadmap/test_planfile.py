"""Reading a roadmap instance: every mistake is listed with its path."""

import json
from typing import Any

import pytest

from portal.core.reading import Unreadable
from portal.roadmap.catalogue import shipped_catalogue
from portal.roadmap.planfile import planned, read_instance
from portal.roadmap.rules.network import circles, in_order
from portal.roadmap.rules.values import Edge, EdgeKind
from tests.roadmap.strategies import PROJECT, day, edge, instance, step

Json = dict[str, Any]


def mistakes(value: Json | str) -> list[str]:
    """Return the mistakes that reading finds, each in one line."""
    with pytest.raises(Unreadable) as caught:
        read_instance(value if isinstance(value, str) else json.dumps(value), shipped_catalogue())
    return [str(mistake) for mistake in caught.value.mistakes]


def test_without_a_catalogue_the_shipped_one_is_taken() -> None:
    found = read_instance(json.dumps(instance(catalogue=None)), shipped_catalogue())
    assert found.catalogue is shipped_catalogue()
    assert len(found.catalogue.steps) == 100
    assert len(found.catalogue.facts) == 29
    assert found.catalogue.version == "2026.1"


def test_what_is_left_out_is_empty() -> None:
    made = instance()
    for key in ("catalogue", "answers", "actual", "planned", "skipped", "own", "milestones"):
        del made[key]
    found = read_instance(json.dumps(made), shipped_catalogue())
    assert (found.own, dict(found.actual), dict(found.milestones)) == ((), {}, {})


def test_every_mistake_is_listed_with_its_path() -> None:
    made = instance(
        step("a"),
        format="roadmap-instance/2",
        today="24 November",
        project={**PROJECT, "product_class": "GT", "gmo": "yes", "phase": "phase_9", "colour": "red"},
        answers={"f1": "yes", "f9": True},
        actual={"b": {}, "a": {"started": "2026-13-01"}},
        planned={"a": {"before": "2027-01-01"}},
        skipped={"a": ""},
        milestones={"m": {"step": "z", "at": "middle"}},
    )
    del made["name"]
    assert [line.split(":")[0] for line in mistakes(made)] == [
        "name",
        "format",
        "today",
        "project.colour",
        "project.product_class",
        "project.gmo",
        "project.phase",
        "answers.f1",
        "answers.f9",
        "actual.b",
        "actual.a.started",
        "planned.a.before",
        "skipped.a",
        "milestones.m.step",
        "milestones.m.at",
    ]


@pytest.mark.parametrize("missing", ["product_class", "gmo", "organisation_kind", "country", "phase"])
def test_a_project_states_what_steps_ask_for_be_it_as_unknown(missing: str) -> None:
    project = {key: value for key, value in PROJECT.items() if key != missing}
    assert mistakes(instance(step("a"), project=project)) == [f"project.{missing}: is missing"]
    if missing != "phase":
        made = instance(step("a"), project={**project, missing: None})
        assert missing not in read_instance(json.dumps(made), shipped_catalogue()).project.states


def test_two_dates_that_conflict_are_both_named() -> None:
    made = instance(
        step("a"),
        step("b"),
        actual={
            "a": {"started": "2026-05-02", "finished": "2026-05-01"},
            "b": {"started": day(1), "finished": None},
        },
        project={**PROJECT, "phase_since": day(2)},
    )
    assert mistakes(made) == [
        "project.phase_since: 2026-11-26 is after today, 2026-11-24",
        "actual.a: finished on 2026-05-01, before it started on 2026-05-02",
        "actual.b.started: 2026-11-25 is after today, 2026-11-24",
    ]


@pytest.mark.parametrize(
    ("duration", "line"),
    [
        ({"min": 9, "likely": 5, "max": 10}, "min 9 is more than likely 5"),
        ({"min": 1, "likely": 5, "max": 4}, "likely 5 is more than max 4"),
    ],
)
def test_a_duration_grows_from_min_over_likely_to_max(duration: Json, line: str) -> None:
    own: Json = {"id": "own_1", "track": "cmc", "name": {}, "after": [], "duration_days": duration}
    assert mistakes(instance(step("a", duration_days=duration), own=[own])) == [
        f"catalogue.steps[0].duration_days: {line}",
        f"own[0].duration_days: {line}",
    ]


@pytest.mark.parametrize("days", [-1, 1.5, "5", 40_000, None])
def test_a_duration_is_whole_days_and_no_more_than_a_hundred_years(days: object) -> None:
    (line, *_) = mistakes(instance(step("a", duration_days={"min": 0, "likely": 1, "max": days})))
    assert line.startswith("catalogue.steps[0].duration_days.max: has to be a whole number")


def test_a_circle_is_named_step_by_step() -> None:
    made = instance(
        step("a", after=[edge("c")]),
        step("b", after=[edge("a")]),
        step("c", after=[edge("b")]),
        step("d", after=[edge("d")]),
    )
    first, second = sorted(mistakes(made))
    assert first.startswith("catalogue.steps: go round in a circle: ")
    rounds = {line.split(": ")[2] for line in (first, second)}
    assert "d → d" in rounds
    assert rounds & {"a → b → c → a", "b → c → a → b", "c → a → b → c"}


def test_own_steps_may_follow_steps_of_the_catalogue_and_each_other_but_not_in_a_circle() -> None:
    own: list[Json] = [
        {
            "id": "own_1",
            "track": "cmc",
            "name": {},
            "after": [edge("a"), edge("own_2")],
            "duration_days": None,
        },
        {"id": "own_2", "track": "cmc", "name": {}, "after": [edge("own_1")], "duration_days": None},
    ]
    (line,) = mistakes(instance(step("a"), own=own))
    assert line in {
        "own: go round in a circle: own_1 → own_2 → own_1",
        "own: go round in a circle: own_2 → own_1 → own_2",
    }
    own[1]["after"] = []
    assert len(read_instance(json.dumps(instance(step("a"), own=own)), shipped_catalogue()).own) == 2


def test_ids_that_are_not_there_or_there_twice_are_named() -> None:
    own: Json = {"id": "a", "track": "cmc", "name": {}, "after": [edge("x")], "duration_days": None}
    made = instance(
        step("a", after=[edge("y")], applies_to={"condition": {"any_of": ["f9"]}}),
        step("b"),
        step("b"),
        own=[own],
    )
    assert mistakes(made) == [
        'catalogue.steps[0].applies_to.condition.any_of[0]: "f9" is none of f1, f2, f3, f4',
        "catalogue.steps: has 2 entries with the id b",
        "catalogue.steps[0].after[0].step: names a step that is not there: y",
        "own[0].id: is the id of a step of the catalogue: a",
        "own[0].after[0].step: names a step that is not there: x",
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"after": [{"step": "a", "kind": "later", "lag_days": 0}]}, "catalogue.steps[1].after[0].kind: "),
        (
            {"after": [{"step": "a", "kind": "finish_to_start"}]},
            "catalogue.steps[1].after[0].lag_days: is missing",
        ),
        ({"applies_to": {"sme": True}}, "catalogue.steps[1].applies_to.sme: is not a known key"),
        ({"applies_to": {"organisation": ["club"]}}, "catalogue.steps[1].applies_to.organisation[0]: "),
        ({"latest_phase": "later"}, 'catalogue.steps[1].latest_phase: "later" is none of'),
        ({"mandatory": None}, "catalogue.steps[1].mandatory: has to be true or false, not null"),
        ({"id": ""}, "catalogue.steps[1].id: may not be empty"),
    ],
)
def test_mistakes_in_a_step_are_listed(changes: Json, line: str) -> None:
    (found, *_) = mistakes(instance(step("a"), step("b", **changes)))
    assert found.startswith(line)


def test_dates_beyond_the_calendar_are_refused() -> None:
    far = instance(step("a"), step("b", after=[edge("a", lag_days=30)]), today="9999-12-20")
    far["project"] = {**PROJECT, "phase_since": None}
    with pytest.raises(Unreadable, match="outside the years 1 to 9999"):
        planned(read_instance(json.dumps(far), shipped_catalogue()), runs=10, seed=1)


def test_circles_are_found_until_none_is_left() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert len(circles({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}})) == 2
    with pytest.raises(ValueError, match="circle"):
        in_order({"a": (Edge("a", EdgeKind.START_TO_START),)})
