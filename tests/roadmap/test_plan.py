"""Plans, held against the format's samples and against longest paths."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from portal.roadmap.catalogue import shipped_catalogue
from portal.roadmap.planfile import planned, read_instance, written_plan
from portal.roadmap.rules.dates import dates_of, network_of
from portal.roadmap.rules.network import bridged, in_order
from portal.roadmap.rules.planning import plan_of, reasons_against_steps
from portal.roadmap.rules.ranges import BLOCK
from portal.roadmap.rules.values import Instance
from tests.roadmap import oracle
from tests.roadmap.strategies import PROJECT, TODAY, day, edge, instance, instances, step

Json = dict[str, Any]

SAMPLES = Path(__file__).parent / "samples"
NAMES = ["r701", "r702", "r703", "r704"]


def read(value: Json) -> Instance:
    """Return an instance given as JSON."""
    return read_instance(json.dumps(value), shipped_catalogue())


def plan(value: Json, *, runs: int = 20, seed: int = 1) -> Json:
    """Return the plan of an instance given as JSON, as JSON."""
    return written_plan(planned(read(value), runs=runs, seed=seed))


def steps_of(found: Json) -> dict[str, Json]:
    """Return a plan's steps by id."""
    return {entry["id"]: entry for entry in found["steps"]}


def apart(one: str, other: str) -> int:
    """Return how many days lie between two dates."""
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_planned_as_expected(name: str) -> None:
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text(encoding="utf-8"))
    found = plan(json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8")), runs=20_000)
    steps = steps_of(found)
    assert {
        step_id: {key: steps[step_id][key] for key in values} for step_id, values in expected["steps"].items()
    } == expected["steps"]
    assert len(steps) == len(expected["steps"])
    assert {entry["id"]: entry["because"] for entry in found["not_applicable"]} == expected["not_applicable"]
    assert found["unknown"] == expected["unknown"]
    assert found["late"] == expected["late"]
    for step_id, share in expected["criticality"].items():
        assert steps[step_id]["criticality"] == pytest.approx(share, abs=0.02)
    for span, wanted in (
        (found["end"], expected["end"]),
        *((found["milestones"][key], value) for key, value in expected["milestones"].items()),
    ):
        assert all(apart(span[percentile], wanted[percentile]) <= 3 for percentile in ("p10", "p50", "p90"))


@settings(max_examples=150, deadline=None)
@given(instances())
def test_dates_are_the_longest_paths(drawn: Json) -> None:
    left_out = set(drawn["skipped"])
    situation = oracle.situation_of(drawn, left_out)
    found = plan(drawn)
    assert {entry["id"] for entry in found["not_applicable"]} == left_out
    if not situation.tracks:
        assert found["end"] == {"p10": None, "p50": None, "p90": None, "likely": None, "at_least": False}
        return
    earliest, latest = oracle.earliest(situation), oracle.latest_starts(situation)
    unknown = {
        entry["id"]
        for entry in (*drawn["catalogue"]["steps"], *drawn["own"])
        if entry["duration_days"] is None and entry["id"] not in left_out
    }
    at_least = oracle.resting_on_unknown(situation, unknown)
    assert set(found["unknown"]) == unknown
    for step_id, entry in steps_of(found).items():
        start, finish = earliest[step_id]
        assert entry["earliest_start"] == day(round(start))
        assert entry["earliest_finish"] == day(round(finish))
        assert entry["latest_start"] == day(round(latest[step_id]))
        assert entry["latest_finish"] == day(round(latest[step_id] + finish - start))
        assert entry["slack_days"] == latest[step_id] - start >= 0
        assert entry["critical"] is (
            entry["slack_days"] == 0
            and step_id not in situation.finished
            and situation.tracks[step_id] != "follow_up"
        )
        assert entry["at_least"] is (step_id in at_least)
    assert found["end"]["likely"] == day(round(oracle.end_of(situation, earliest)))
    for name, milestone in drawn["milestones"].items():
        moment = earliest.get(milestone["step"], (None, None))[milestone["at"] == "finish"]
        assert found["milestones"][name]["likely"] == (None if moment is None else day(round(moment)))
        assert found["milestones"][name]["at_least"] is (milestone["step"] in at_least)


@settings(max_examples=60, deadline=None)
@given(instances(), st.randoms(use_true_random=False))
def test_dates_of_every_draw_are_the_longest_paths_too(drawn: Json, random: Any) -> None:
    left_out = set(drawn["skipped"])
    situation = oracle.situation_of(drawn, left_out)
    if not situation.tracks:
        return
    read_one = read(drawn)
    every = {entry.id: entry for entry in (*read_one.catalogue.steps, *read_one.own)}
    edges = bridged(every.values(), left_out)
    order = in_order(edges)
    nodes = network_of(
        [every[step_id] for step_id in order],
        edges,
        actual=read_one.actual,
        not_before=read_one.not_before,
        today=TODAY,
    )
    draws = [{step_id: random.uniform(0, 50) for step_id in order} for _ in range(3)]
    found = dates_of(nodes, [np.array([draw[step_id] for draw in draws]) for step_id in order])
    for column, draw in enumerate(draws):
        drawn_situation = oracle.Situation(**{**vars(situation), "durations": draw})
        earliest = oracle.earliest(drawn_situation)
        latest = oracle.latest_starts(drawn_situation)
        for place, step_id in enumerate(order):
            assert found.earliest_start[place][column] == pytest.approx(earliest[step_id][0])
            assert found.earliest_finish[place][column] == pytest.approx(earliest[step_id][1])
            assert found.latest_start[place][column] == pytest.approx(latest[step_id])
        assert found.end[column] == pytest.approx(oracle.end_of(drawn_situation, earliest))


@settings(max_examples=100, deadline=None)
@given(instances())
def test_steps_come_in_order_and_of_several_the_first_id(drawn: Json) -> None:
    found = [entry["id"] for entry in plan(drawn)["steps"]]
    edges = oracle.bridged_edges([*drawn["catalogue"]["steps"], *drawn["own"]], set(drawn["skipped"]))
    before = {step_id: {edge[0] for edge in edges if edge[1] == step_id} for step_id in found}
    for place, step_id in enumerate(found):
        free = [other for other in found[place:] if before[other] <= set(found[:place])]
        assert step_id == min(free)


def test_a_left_out_step_is_bridged_with_the_kind_before_it_and_both_lags() -> None:
    found = plan(
        instance(
            step("a"),
            step("gone", after=[edge("a", "start_to_start", 3)]),
            step("b", after=[edge("gone", "finish_to_start", 4)]),
            skipped={"gone": "done elsewhere"},
        )
    )
    assert steps_of(found)["b"]["earliest_start"] == day(7)
    assert found["not_applicable"] == [{"id": "gone", "because": ["skipped"]}]


def test_a_running_step_keeps_its_start_and_a_finished_one_its_dates() -> None:
    found = steps_of(
        plan(
            instance(
                step("run", after=[edge("never")]),
                step("over"),
                step("done"),
                step("never"),
                step("next", after=[edge("done"), edge("over", lag_days=2)]),
                actual={
                    "run": {"started": day(-4), "finished": None},
                    "over": {"started": day(-90), "finished": None},
                    "done": {"started": None, "finished": day(-30)},
                },
            )
        )
    )
    assert (found["run"]["earliest_start"], found["run"]["earliest_finish"]) == (day(-4), day(6))
    assert (found["over"]["earliest_start"], found["over"]["earliest_finish"]) == (day(-90), day(0))
    assert (found["done"]["earliest_start"], found["done"]["latest_finish"]) == (day(-40), day(-30))
    assert (found["done"]["slack_days"], found["done"]["critical"]) == (0, False)
    assert found["next"]["earliest_start"] == day(2)


def test_follow_up_neither_ends_the_plan_nor_presses_anybody() -> None:
    found = plan(
        instance(
            step("a"),
            step(
                "registry",
                track="follow_up",
                after=[edge("a")],
                duration_days={"min": 9, "likely": 900, "max": 999},
            ),
            step("z", duration_days={"min": 1, "likely": 30, "max": 30}),
        )
    )
    assert found["end"]["likely"] == day(30)
    assert steps_of(found)["a"]["slack_days"] == 20
    assert not steps_of(found)["registry"]["critical"]
    assert steps_of(found)["registry"]["criticality"] == 0


def test_an_unknown_duration_makes_what_rests_on_it_at_least() -> None:
    found = plan(
        instance(
            step("a", duration_days=None),
            step("b", after=[edge("a", lag_days=5)]),
            step("begun", after=[edge("a")]),
            step("apart"),
            actual={"begun": {"started": day(-1), "finished": None}},
            milestones={"m": {"step": "b", "at": "start"}, "n": {"step": "apart", "at": "finish"}},
        )
    )
    assert found["unknown"] == ["a"]
    assert {key for key, entry in steps_of(found).items() if entry["at_least"]} == {"a", "b"}
    assert steps_of(found)["b"]["earliest_start"] == day(5)
    assert [found["milestones"][name]["at_least"] for name in "mn"] == [True, False]
    assert found["end"]["at_least"] is True


def test_a_step_that_is_not_mandatory_is_optional_and_an_own_one_is_not() -> None:
    own = {"id": "own_1", "track": "ip", "name": {"sv": "Egen"}, "after": [edge("a")], "duration_days": None}
    found = steps_of(plan(instance(step("a", mandatory=False), own=[own])))
    assert (found["a"]["optional"], found["own_1"]["optional"]) == (True, False)
    assert found["own_1"]["earliest_start"] == day(10)


def test_a_milestone_whose_step_is_not_in_the_plan_has_no_dates() -> None:
    found = plan(
        instance(step("a"), step("b"), skipped={"a": "no"}, milestones={"m": {"step": "a", "at": "start"}})
    )
    assert found["milestones"]["m"] == {
        "p10": None,
        "p50": None,
        "p90": None,
        "likely": None,
        "at_least": False,
    }


@pytest.mark.parametrize(
    ("latest_phase", "phase", "since", "late"),
    [
        ("preclinical", "phase_1", "2026-03-01", [{"id": "a", "by_days": 268}]),
        ("discovery", "phase_1", "2026-03-01", [{"id": "a", "by_days": None}]),
        ("preclinical", "phase_1", None, [{"id": "a", "by_days": None}]),
        ("phase_1", "phase_1", "2026-03-01", []),
        ("phase_2", "phase_1", "2026-03-01", []),
        (None, "phase_2", "2026-03-01", []),
    ],
)
def test_a_step_is_late_when_the_project_has_passed_its_phase(
    latest_phase: str | None, phase: str, since: str | None, late: list[Json]
) -> None:
    project = {**PROJECT, "phase": phase, "phase_since": since}
    late_step = step("a", latest_phase=latest_phase)
    done = step("b", latest_phase="discovery")
    finished = {"b": {"started": None, "finished": day(-1)}}
    assert plan(instance(late_step, done, project=project, actual=finished))["late"] == late


def test_ranges_are_those_of_the_pert_distribution() -> None:
    found = plan(
        instance(
            step("a", duration_days={"min": 10, "likely": 100, "max": 700}),
            milestones={"m": {"step": "a", "at": "finish"}},
        ),
        runs=40_000,
    )
    pert = stats.beta(1 + 4 * 90 / 690, 1 + 4 * 600 / 690, loc=10, scale=690)
    for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        assert apart(found["milestones"]["m"][name], day(round(pert.ppf(share)))) <= 4
    assert found["milestones"]["m"]["likely"] == day(100)
    assert found["end"] == found["milestones"]["m"]


def test_what_is_certain_has_no_range() -> None:
    certain = {"min": 30, "likely": 30, "max": 30}
    found = plan(
        instance(
            step("a", duration_days=certain),
            step("b", after=[edge("a")], duration_days=certain),
            step("done", duration_days={"min": 1, "likely": 5, "max": 90}),
            actual={"done": {"started": day(-50), "finished": day(-20)}},
            milestones={"m": {"step": "done", "at": "finish"}},
        )
    )
    assert {found["end"][name] for name in ("p10", "p50", "p90", "likely")} == {day(60)}
    assert {found["milestones"]["m"][name] for name in ("p10", "p50", "p90", "likely")} == {day(-20)}
    assert {key: entry["criticality"] for key, entry in steps_of(found).items()} == {
        "a": 1,
        "b": 1,
        "done": 0,
    }


def test_criticality_is_the_share_of_draws_in_which_a_step_decides() -> None:
    same = {"min": 10, "likely": 20, "max": 60}
    found = steps_of(
        plan(instance(step("a", duration_days=same), step("b", duration_days=same)), runs=20_000)
    )
    assert found["a"]["criticality"] == pytest.approx(0.5, abs=0.02)
    assert found["a"]["criticality"] + found["b"]["criticality"] == pytest.approx(1, abs=1e-6)
    assert found["a"]["critical"]
    assert found["b"]["critical"]


def test_a_seed_gives_the_same_ranges_again_and_another_seed_others() -> None:
    drawn = instance(
        step("a", duration_days={"min": 1, "likely": 500, "max": 3000}),
        step("b", duration_days={"min": 1, "likely": 400, "max": 3000}),
    )
    first, again, other = (plan(drawn, runs=500, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first["steps"][0]["criticality"] != other["steps"][0]["criticality"]


def test_more_draws_than_fit_at_once_are_all_counted() -> None:
    certain = step("a", duration_days={"min": 3, "likely": 3, "max": 3})
    found = plan_of(read(instance(certain)), runs=BLOCK + 7)
    assert found.steps[0].criticality == 1
    assert found.end.p10 == TODAY + timedelta(days=3)


@pytest.mark.parametrize("name", NAMES)
def test_reasons_are_given_in_the_order_of_the_catalogue(name: str) -> None:
    sample = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    reasons = reasons_against_steps(read(sample))
    assert list(reasons) == [entry["id"] for entry in sample["catalogue"]["steps"] if entry["id"] in reasons]
