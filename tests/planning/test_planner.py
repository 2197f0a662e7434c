"""The planner: every plan keeps every rule, costs what it says, and on small instances nothing is better."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given

from portal.core.errors import Refused
from portal.planning.casefile import written_plan
from portal.planning.rules.planner import Effort, plan
from portal.planning.rules.search import first_plan
from portal.planning.rules.terrain import lay_out
from portal.planning.rules.verdict import judge
from tests.planning import checker
from tests.planning.instances import (
    Json,
    a_booking,
    a_request,
    a_room,
    an_instance,
    changed,
    instance_of,
    instances,
    unhurried,
)

SAMPLES = Path(__file__).parent / "samples"
QUICK = Effort(rounds=40)


def planned(instance: Json, effort: Effort = QUICK) -> Json:
    """Return the plan of an instance as the command writes it."""
    read = instance_of(instance)
    return written_plan(read, plan(read, effort))


def place(instance: Json, request: str = "q1") -> tuple[str, int, int] | None:
    """Return where a request is in the plan of an instance."""
    for one in planned(instance)["assignments"]:
        if one["request"] == request:
            return one["room"], one["start"], one["end"]
    return None


def reason(instance: Json, request: str = "q1") -> str:
    """Return why a request has no place."""
    found = {one["request"]: one for one in planned(instance)["unmet"]}
    assert found[request]["detail"]
    return str(found[request]["reason"])


@unhurried
@given(instances())
def test_a_plan_keeps_every_rule_and_costs_what_a_second_opinion_says(instance: Json) -> None:
    read = instance_of(instance)
    bare = checker.faults(
        instance, {"assignments": [], "unmet": [{"request": one["id"]} for one in instance["requests"]]}
    )
    assume(not bare)  # fixed bookings alone may break a rule, and then no plan is without fault
    found = plan(read, QUICK)
    written = written_plan(read, found)
    assert checker.faults(instance, written) == []
    verdict = judge(read, found)
    assert verdict.broken == ()
    assert verdict.objective == checker.objective(instance, written)


@unhurried
@given(instances())
def test_a_plan_is_never_worse_than_a_greedy_one(instance: Json) -> None:
    read = instance_of(instance)
    assert judge(read, plan(read, QUICK)).objective <= first_plan(lay_out(read)).objective()


@unhurried
@given(instances())
def test_the_same_rounds_give_the_same_plan(instance: Json) -> None:
    assert planned(instance) == planned(instance)


@unhurried
@given(instances(requests_at_most=3, rooms_at_most=2, horizon=12))
def test_what_is_proven_is_the_best_of_all_plans(instance: Json) -> None:
    bare = checker.faults(
        instance, {"assignments": [], "unmet": [{"request": one["id"]} for one in instance["requests"]]}
    )
    assume(not bare)
    read = instance_of(instance)
    found = plan(read, Effort(seconds=30.0, workers=1))
    assert found.proven
    assert judge(read, found).objective == checker.best_objective(instance)


@pytest.mark.parametrize(("size", "most"), [(12, 2131), (50, 2250), (100, 8900), (200, 19700), (400, 39100)])
def test_the_samples_are_planned_without_fault(size: int, most: int) -> None:
    instance = json.loads((SAMPLES / f"sample-{size}.json").read_text(encoding="utf-8"))
    found = planned(instance, Effort(rounds=20))
    assert checker.faults(instance, found) == []
    assert checker.objective(instance, found) <= most


def test_the_smallest_sample_is_proven() -> None:
    instance = instance_of(json.loads((SAMPLES / "sample-12.json").read_text(encoding="utf-8")))
    found = plan(instance, Effort(seconds=20.0))
    assert found.proven
    assert judge(instance, found).objective == 2131


def test_a_request_gets_the_first_place_that_costs_nothing() -> None:
    assert place(an_instance()) == ("r1", 0, 3)
    assert place(an_instance(requests=[a_request(release=4)])) == ("r1", 4, 7)


def test_weekends_holidays_and_closures_are_kept() -> None:
    weekdays = a_room(open_weekdays=[0, 1, 2, 3, 4])
    assert place(an_instance(rooms=[weekdays], requests=[a_request(release=4)])) == ("r1", 4, 9)
    assert place(an_instance(rooms=[weekdays], requests=[a_request(release=5)])) == ("r1", 7, 10)
    assert place(an_instance(holidays={"LUND": [0, 2]})) == ("r1", 1, 5)
    assert place(an_instance(rooms=[a_room(closures=[[2, 5]])])) == ("r1", 5, 8)
    assert place(an_instance(holidays={"LUND": [0]}, requests=[a_request(mode="continuous")])) == ("r1", 0, 3)


def test_changeover_lies_after_what_was_last_and_between_neighbours() -> None:
    assert place(an_instance(rooms=[a_room(last_class="vector")])) == ("r1", 3, 6)
    assert place(an_instance(fixed=[a_booking()])) == ("r1", 11, 14)
    same = an_instance(fixed=[a_booking(project="mine")], requests=[a_request(project="mine")])
    assert place(same) == ("r1", 10, 13)


def test_a_predecessor_comes_first_wherever_it_is() -> None:
    rooms = [a_room("r1"), a_room("r2")]
    second = a_request("q2", predecessors=[{"request": "q1", "lag": 2}])
    found = place(an_instance(rooms=rooms, requests=[second, a_request()]), "q2")
    assert found is not None
    assert found[1:] == (5, 8)
    fixed = a_request(predecessors=[{"request": "f1", "lag": 1}])
    assert place(an_instance(rooms=rooms, requests=[fixed], fixed=[a_booking(room="r2")])) == ("r1", 11, 14)


def test_a_lock_is_kept_and_its_predecessor_finds_a_place_before_it() -> None:
    locked = a_request("q2", predecessors=[{"request": "q1", "lag": 1}])
    instance = an_instance(
        requests=[a_request(unmet_penalty=0), locked], locked=[{"request": "q2", "room": "r1", "start": 9}]
    )
    assert place(instance, "q2") == ("r1", 9, 12)
    found = place(instance, "q1")
    assert found is not None
    assert found[2] <= 8


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"requests": [a_request(grade="A_in_B")]}, "lock_is_no_stay"),
        ({"requests": [a_request(release=6)]}, "lock_is_no_stay"),
        ({"fixed": [a_booking()]}, "changeover_too_short"),
        ({"requests": [a_request(predecessors=[{"request": "q2", "lag": 0}]), a_request("q2", release=4)]},
         "lock_without_predecessor"),
    ],
)  # fmt: skip
def test_a_lock_that_cannot_be_kept_is_refused(changes: Json, code: str) -> None:
    instance = instance_of(an_instance(**changes, locked=[{"request": "q1", "room": "r1", "start": 5}]))
    with pytest.raises(Refused) as refused:
        plan(instance, QUICK)
    assert [one.code for one in refused.value.reasons] == [code]


def test_a_former_place_is_kept_unless_moving_pays() -> None:
    former = [{"request": "q1", "room": "r1", "start": 6}]
    assert place(an_instance(previous=former)) == ("r1", 6, 9)
    urgent = a_request(due=3, priority=9)
    assert place(an_instance(previous=former, requests=[urgent])) == ("r1", 0, 3)
    rooms = [a_room("r2"), a_room("r1")]
    assert place(an_instance(previous=former, rooms=rooms)) == ("r1", 6, 9)


def test_who_may_not_run_at_once_runs_one_after_the_other() -> None:
    rooms = [a_room("r1"), a_room("r2")]
    requests = [a_request("q1", rooms=["r1"]), a_request("q2", rooms=["r2"])]
    together = an_instance(rooms=rooms, requests=requests)
    assert place(together, "q1") == ("r1", 0, 3)
    assert place(together, "q2") == ("r2", 0, 3)
    apart = changed(together, exclusive=[{"requests": ["q1", "q2"], "rooms": ["r1", "r2"]}])
    found = sorted(one["start"] for one in planned(apart)["assignments"])
    assert found == [0, 3]


def test_fairness_spreads_losses() -> None:
    requests = [
        a_request("q1", org="o1", duration=20, unmet_penalty=100),
        a_request("q2", org="o1", duration=2, unmet_penalty=100, rooms=["r2"]),
        a_request("q3", org="o2", duration=20, unmet_penalty=99),
    ]
    rooms = [a_room("r1"), a_room("r2", closures=[[4, 28]])]
    selfish = an_instance(rooms=rooms, requests=requests)
    assert place(selfish, "q1") is not None
    assert place(selfish, "q3") is None
    fair = changed(selfish, weights={**selfish["weights"], "fairness": 1})
    assert place(fair, "q1") is None
    assert place(fair, "q3") is not None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"requests": [a_request(bsl=3)]}, "NO_CAPABLE_ROOM"),
        ({"requests": [a_request(kind="pre-GMP")]}, "NO_CAPABLE_ROOM"),
        ({"requests": [a_request(acceptable=["UPPSALA"])]}, "NO_ACCEPTABLE_FACILITY"),
        ({"requests": [a_request(release=10, deadline=12)]}, "WINDOW_TOO_SHORT"),
        ({"requests": [a_request(duration=40)]}, "WINDOW_TOO_SHORT"),
        ({"fixed": [a_booking(end=27)]}, "BLOCKED_BY_FIXED"),
        ({"requests": [a_request(predecessors=[{"request": "q2", "lag": 0}]), a_request("q2", bsl=3)]},
         "PREDECESSOR_UNMET"),
        ({"orgs": [{"id": "o1", "caps": [{"kind": "GMP", "max_days": 2}]}]}, "ORG_CAP"),
        ({"requests": [a_request(duration=25, deadline=26, unmet_penalty=1),
                       a_request("q2", duration=25, deadline=26)]}, "OUTBID"),
        ({"requests": [a_request(due=-200)]}, "OUTBID"),
    ],
)  # fmt: skip
def test_who_has_no_place_is_told_why(changes: Json, expected: str) -> None:
    assert reason(an_instance(**changes)) == expected


def test_no_time_at_all_is_enough_for_a_plan(tmp_path: Path) -> None:
    found = planned(an_instance(), Effort(seconds=0.0))
    assert [one["request"] for one in found["assignments"]] == ["q1"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_plan_is_a_plan() -> None:
    empty: Any = planned(an_instance(requests=[], rooms=[]))
    assert (empty["assignments"], empty["unmet"]) == ([], [])
    assert plan(instance_of(an_instance(requests=[])), Effort(seconds=1.0)).proven
