"""Made-up campaign instances as JSON, small enough for a naive oracle and crowded enough to be interesting."""

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

KINDS = ["pre-GMP", "GMP"]
GRADES = ["A_in_B", "B", "C", "D", "CNC"]
EQUIPMENT = ["isolator", "bioreactor", "cryo"]
FACILITIES = ["LUND", "UPPSALA"]
PROJECTS = ["P1", "P2"]
CLASSES = ["aav", "lentiviral", "tissue"]


@st.composite
def instances(draw: st.DrawFn) -> Json:
    """Return an instance with one request, `R1`; most of its rooms fit."""
    horizon = draw(mostly(40, [1, 7, 20]))
    days = st.integers(0, horizon)
    rooms = [draw(_rooms(f"ROOM{number}", horizon)) for number in range(draw(st.integers(1, 3)))]
    fixed = [booking for room in rooms for booking in draw(_fixed(room["id"], horizon))]
    return {
        "format": "campaign-instance/1",
        "name": "made up",
        "seed": 1,
        "start_date": draw(st.dates()).isoformat(),
        "horizon": horizon,
        "rooms": rooms,
        "holidays": {facility: draw(st.lists(days, max_size=4)) for facility in FACILITIES},
        "classes": [{"id": name, "vector": draw(st.integers(0, 3))} for name in CLASSES],
        "changeover": {
            "same_project_days": draw(st.integers(0, 2)),
            "days": {before: {after: draw(st.integers(0, 3)) for after in CLASSES} for before in CLASSES},
        },
        "orgs": [{"id": "ORG1"}],
        "requests": [draw(_requests(horizon, [one["id"] for one in rooms], [one["id"] for one in fixed]))],
        "fixed": fixed,
        "locked": [],
        "previous": [],
        "weights": {},
    }


def mostly(usual: Any, others: list[Any]) -> st.SearchStrategy[Any]:
    """Return the usual value nine times in ten, so that most rooms fit."""
    return st.one_of(*[st.just(usual)] * 9, st.sampled_from(others))


@st.composite
def _rooms(draw: st.DrawFn, room_id: str, horizon: int) -> Json:
    starts = draw(st.lists(st.integers(0, horizon), max_size=2))
    return {
        "id": room_id,
        "facility": draw(st.sampled_from(FACILITIES)),
        "kind": draw(mostly("GMP", KINDS)),
        "grade": draw(mostly("B", GRADES)),
        "bsl": draw(mostly(2, [1, 2, 3])),
        "equipment": draw(mostly(EQUIPMENT, [["isolator"], []])),
        "max_vector": draw(mostly(3, [0, 1, 2, 3])),
        "day_rate": 1000,
        "open_weekdays": draw(
            mostly([0, 1, 2, 3, 4, 5, 6], [[0, 1, 2, 3, 4], [5], [], [6, 0, 2, 1, 3, 5, 4]])
        ),
        "closures": [[start, start + draw(st.integers(1, 5))] for start in starts],
        "last_class": draw(st.none() | st.sampled_from(CLASSES)),
    }


@st.composite
def _fixed(draw: st.DrawFn, room_id: str, horizon: int) -> list[Json]:
    """Return bookings that do not overlap, in any order; their changeover may be too short."""
    ends = sorted(draw(st.sets(st.integers(0, horizon), max_size=6)))
    bookings = [
        {
            "id": f"FIX-{room_id}-{start}",
            "room": room_id,
            "start": start,
            "end": end,
            "product_class": draw(st.sampled_from(CLASSES)),
            "project": draw(st.sampled_from([*PROJECTS, None])),
        }
        for start, end in zip(ends[::2], ends[1::2], strict=False)
    ]
    return list(draw(st.permutations(bookings)))


@st.composite
def _requests(draw: st.DrawFn, horizon: int, rooms: list[str], fixed: list[str]) -> Json:
    named = draw(st.lists(st.sampled_from(fixed), max_size=2)) if fixed else []
    request = {
        "id": "R1",
        "org": "ORG1",
        "project": draw(st.sampled_from(PROJECTS)),
        "submitted": 0,
        "kind": "GMP",
        "grade": draw(mostly("C", GRADES)),
        "bsl": draw(mostly(1, [1, 2, 3])),
        "equipment": draw(mostly(["isolator"], [["isolator", "cryo"], []])),
        "product_class": draw(st.sampled_from(CLASSES)),
        "mode": draw(st.sampled_from(["working", "continuous"])),
        "duration": draw(st.integers(1, 6)),
        "release": draw(mostly(0, list(range(horizon + 2)))),
        "due": horizon,
        "deadline": draw(mostly(None, list(range(horizon + 5)))),
        "priority": 1,
        "unmet_penalty": 100,
        "preferred": None,
        "acceptable": draw(mostly(None, [["LUND"], FACILITIES, []])),
        "predecessors": [{"request": name, "lag": draw(st.integers(0, 3))} for name in named],
    }
    if draw(st.booleans()):
        request["rooms"] = draw(mostly(rooms, [rooms[:1], [], None]))
    return request
