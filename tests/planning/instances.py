"""Campaign instances for tests: small ones by hand, and all kinds of them by Hypothesis, as they stand in a file."""

import copy
import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from portal.planning.casefile import read_instance
from portal.planning.rules.values import Instance

Json = dict[str, Any]

CLASSES = ("cell", "vector")
ROOMS = ("r0", "r1", "r2")
unhurried = settings(deadline=None, max_examples=60)


def a_room(id: str = "r1", **changes: Any) -> Json:
    """Return a GMP room that is open every day and empty."""
    return {
        "id": id,
        "facility": "LUND",
        "kind": "GMP",
        "grade": "B",
        "bsl": 2,
        "equipment": ["isolator"],
        "max_vector": 2,
        "day_rate": 20000,
        "open_weekdays": [0, 1, 2, 3, 4, 5, 6],
        "closures": [],
        "last_class": None,
        **changes,
    }


def a_request(id: str = "q1", **changes: Any) -> Json:
    """Return a request for three days in any GMP room."""
    return {
        "id": id,
        "org": "o1",
        "project": f"project of {id}",
        "submitted": 0,
        "kind": "GMP",
        "grade": "C",
        "bsl": 1,
        "equipment": [],
        "product_class": "cell",
        "mode": "working",
        "duration": 3,
        "release": 0,
        "due": 20,
        "deadline": None,
        "priority": 1,
        "unmet_penalty": 100,
        "preferred": None,
        "acceptable": None,
        "predecessors": [],
        **changes,
    }


def an_instance(**changes: Any) -> Json:
    """Return an instance of one request and one room; its first day is a Monday."""
    return {
        "format": "campaign-instance/1",
        "name": "small",
        "seed": 1,
        "start_date": "2027-01-04",
        "horizon": 28,
        "rooms": [a_room()],
        "holidays": {},
        "classes": [{"id": "cell", "vector": 0}, {"id": "vector", "vector": 2}],
        "changeover": {
            "days": {"cell": {"cell": 1, "vector": 2}, "vector": {"cell": 3, "vector": 1}},
            "same_project_days": 0,
        },
        "orgs": [{"id": "o1"}],
        "requests": [a_request()],
        "fixed": [],
        "locked": [],
        "previous": [],
        "weights": {
            "changeover": 1,
            "nonpreferred": 10,
            "fairness": 0,
            "move_room": 15,
            "move_day": 1,
            "move_drop": 60,
        },
        **changes,
    }


def a_booking(id: str = "f1", **changes: Any) -> Json:
    """Return a booking that stands, of ten days from the first on."""
    return {
        "id": id,
        "room": "r1",
        "start": 0,
        "end": 10,
        "product_class": "cell",
        "project": "somebody",
        **changes,
    }


def instance_of(instance: Json) -> Instance:
    """Return an instance as the reader gives it."""
    return read_instance(json.dumps(instance))


def changed(instance: Json, **changes: Any) -> Json:
    """Return a copy of an instance with changes at its top; nothing is shared."""
    return copy.deepcopy({**instance, **changes})


small_days = st.integers(0, 20)
room_facts = st.fixed_dictionaries(
    {
        "facility": st.sampled_from(("LUND", "UPPSALA")),
        "grade": st.sampled_from(("B", "B", "D")),
        "max_vector": st.sampled_from((2, 2, 0)),
        "open_weekdays": st.sampled_from(([0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4])),
        "closures": st.sampled_from(([], [], [[5, 8]], [[3, 4], [12, 14]])),
        "last_class": st.sampled_from((None, "cell", "vector")),
    }
)
request_facts = st.fixed_dictionaries(
    {
        "org": st.sampled_from(("o1", "o2")),
        "project": st.sampled_from(("a", "b", "c")),
        "product_class": st.sampled_from(CLASSES),
        "mode": st.sampled_from(("working", "working", "continuous")),
        "duration": st.integers(1, 6),
        "release": st.integers(0, 10),
        "due": small_days,
        "deadline": st.sampled_from((None, None, 14, 20)),
        "priority": st.integers(0, 3),
        "unmet_penalty": st.sampled_from((0, 5, 30, 100)),
        "preferred": st.sampled_from((None, "LUND", "UPPSALA")),
        "acceptable": st.sampled_from((None, None, ["LUND"])),
        "rooms": st.sampled_from((None, None, ["r0", "r1"])),
        "follows": st.sampled_from((None, None, 0, 1)),
        "lag": st.integers(0, 3),
    }
)
weights = st.fixed_dictionaries(
    {
        "changeover": st.integers(0, 3),
        "nonpreferred": st.sampled_from((0, 10)),
        "fairness": st.sampled_from((0, 0, 1)),
        "move_room": st.sampled_from((0, 15)),
        "move_day": st.integers(0, 2),
        "move_drop": st.sampled_from((0, 60)),
    }
)


def request_of(number: int, facts: Json) -> Json:
    """Return a request of drawn facts; it may follow one of those before it."""
    drawn = dict(facts)
    follows, lag = drawn.pop("follows"), drawn.pop("lag")
    predecessors = (
        [{"request": f"q{follows}", "lag": lag}] if follows is not None and follows < number else []
    )
    return a_request(f"q{number}", **drawn, predecessors=predecessors)


@st.composite
def instances(
    draw: st.DrawFn, *, requests_at_most: int = 7, rooms_at_most: int = 3, horizon: int = 28
) -> Json:
    """Whole instances with everything that the format knows, except locks."""
    rooms = [a_room(f"r{number}", **facts) for number, facts in enumerate(
        draw(st.lists(room_facts, min_size=1, max_size=rooms_at_most)))]  # fmt: skip
    requests = [request_of(number, facts) for number, facts in enumerate(
        draw(st.lists(request_facts, min_size=1, max_size=requests_at_most)))]  # fmt: skip
    fixed = []
    if draw(st.booleans()):
        start = draw(st.integers(4, 12))
        fixed = [a_booking(room="r0", start=start, end=start + draw(st.integers(1, 5)))]
    ids = [request["id"] for request in requests]
    exclusive = []
    if draw(st.booleans()):
        exclusive = [{"requests": ids[:3], "rooms": [room["id"] for room in rooms]}]
    previous = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "request": st.sampled_from(ids),
                    "room": st.sampled_from(("r0", "r1", "gone")),
                    "start": small_days,
                }
            ),
            max_size=2,
        )
    )
    caps = [{"kind": "GMP", "max_days": draw(st.integers(0, 12))}] if draw(st.booleans()) else []
    return an_instance(
        horizon=horizon,
        rooms=rooms,
        requests=requests,
        fixed=fixed,
        exclusive=exclusive,
        previous=previous,
        holidays={"LUND": draw(st.lists(st.integers(0, 27), max_size=3))},
        orgs=[{"id": "o1", "caps": caps}, {"id": "o2"}],
        weights=draw(weights),
    )
