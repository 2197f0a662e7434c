"""Reading a campaign instance: every mistake is listed with its path, and what may be absent may be absent."""

import json
from typing import Any

import pytest

from portal.core.reading import Unreadable
from portal.planning.casefile import read_instance
from portal.planning.rules.values import Mode, Weights
from tests.planning.instances import Json, a_booking, a_request, a_room, an_instance, instance_of


def mistakes(value: object) -> list[str]:
    """Return the mistakes that reading finds, each in one line."""
    with pytest.raises(Unreadable) as caught:
        read_instance(json.dumps(value))
    return [str(mistake) for mistake in caught.value.mistakes]


def test_everything_that_is_stated_is_read() -> None:
    instance = instance_of(
        an_instance(
            rooms=[a_room(closures=[[3, 5]], last_class="cell")],
            requests=[a_request(mode="continuous", predecessors=[{"request": "f1", "lag": 2}], rooms=["r1"])],
            fixed=[a_booking()],
            orgs=[{"id": "o1", "caps": [{"kind": "GMP", "max_days": 9}]}],
            exclusive=[{"requests": ["q1"], "rooms": ["r1"]}],
            previous=[{"request": "q1", "room": "gone", "start": 3}],
        )
    )
    assert instance.rooms[0].closures == ((3, 5),)
    assert instance.requests[0].mode is Mode.CONTINUOUS
    assert instance.requests[0].predecessors[0].lag == 2
    assert instance.requests[0].rooms == frozenset({"r1"})
    assert (instance.caps[0].org, instance.caps[0].max_days) == ("o1", 9)
    assert instance.weights.move_drop == 60
    assert instance.changeover(("cell", "a"), ("vector", "a")) == 2
    assert instance.changeover(("cell", "a"), ("cell", "a")) == 0
    assert instance.changeover(("cell", None), ("cell", None)) == 1


def test_what_may_be_absent_stands_for_nothing_special() -> None:
    left_out = {"seed", "holidays", "orgs", "fixed", "locked", "previous", "weights"}
    instance = instance_of({key: value for key, value in an_instance().items() if key not in left_out})
    assert instance.weights == Weights()
    assert (instance.caps, instance.fixed, instance.locked, instance.holidays) == ((), (), (), {})


def with_request(**changes: Any) -> Json:
    """Return an instance whose request has these changes."""
    return an_instance(requests=[a_request(**changes)])


def with_room(**changes: Any) -> Json:
    """Return an instance whose room has these changes."""
    return an_instance(rooms=[a_room(**changes)])


@pytest.mark.parametrize(
    ("instance", "path", "part"),
    [
        (an_instance(format="x"), "format", "campaign-instance/1"),
        (an_instance(start_date="4 January"), "start_date", "4 January"),
        (an_instance(start_date="9999-12-31"), "start_date", "late"),
        (an_instance(horizon=0), "horizon", "0"),
        (an_instance(colour="red"), "colour", "known"),
        (with_room(grade="A"), "rooms[0].grade", "A_in_B"),
        (with_room(kind="pre_gmp"), "rooms[0].kind", "pre-GMP"),
        (with_room(open_weekdays=[7]), "rooms[0].open_weekdays[0]", "7"),
        (with_room(closures=[[5, 3]]), "rooms[0].closures[0]", "ends before it begins"),
        (with_room(closures=[[5]]), "rooms[0].closures[0]", "two days"),
        (with_room(last_class="bone"), "rooms[0].last_class", "cell, vector"),
        (an_instance(rooms=[a_room(), a_room()]), "rooms", "2 entries with the id r1"),
        (with_request(product_class="bone"), "requests[0].product_class", "cell, vector"),
        (with_request(mode="sometimes"), "requests[0].mode", "continuous"),
        (with_request(duration=0), "requests[0].duration", "0"),
        (with_request(unmet_penalty=-1), "requests[0].unmet_penalty", "-1"),
        (with_request(unmet_penalty=1.5), "requests[0].unmet_penalty", "1.5"),
        (with_request(predecessors=[{"request": "q9", "lag": 1}]), "requests[0].predecessors[0].request", "q9"),
        (with_request(predecessors=[{"request": "q1", "lag": 1}]), "requests", "q1 after q1"),
        (an_instance(fixed=[a_booking(room="r9")]), "fixed[0].room", "r9"),
        (an_instance(fixed=[a_booking(start=11)]), "fixed[0].end", "before start"),
        (an_instance(locked=[{"request": "q1", "room": "r9", "start": 0}]), "locked[0].room", "r9"),
        (an_instance(previous=[{"request": "q9", "room": "r1", "start": 0}]), "previous[0].request", "q9"),
        (an_instance(exclusive=[{"requests": ["q9"], "rooms": ["r1"]}]), "exclusive[0].requests[0]", "q9"),
        (an_instance(orgs=[{"id": "o1", "caps": [{"kind": "GMP"}]}]), "orgs[0].caps[0].max_days", "missing"),
        (an_instance(weights={"beauty": 1}), "weights.beauty", "fairness"),
        (an_instance(changeover={"days": {"cell": {"cell": 1}}, "same_project_days": 0}), "changeover.days.vector",
         "missing"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_path(instance: object, path: str, part: str) -> None:
    found = mistakes(instance)
    assert any(one.startswith(f"{path}: ") and part in one for one in found), found


def test_a_circle_is_named_with_everyone_on_it() -> None:
    requests = [
        a_request("q1", predecessors=[{"request": "q3", "lag": 0}]),
        a_request("q2", predecessors=[{"request": "q1", "lag": 0}]),
        a_request("q3", predecessors=[{"request": "q2", "lag": 0}]),
        a_request("q4", predecessors=[{"request": "q3", "lag": 0}]),
    ]
    assert mistakes(an_instance(requests=requests)) == [
        "requests: wait for each other in a circle: q1 after q3 after q2 after q1"
    ]
