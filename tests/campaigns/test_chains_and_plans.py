"""A chain's windows against the planner of the quarter, where both make the same assumptions."""

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.campaigns.rules.chains import propose
from portal.planning.rules.planner import Effort, plan
from portal.planning.rules.values import (
    Booking,
    Instance,
    Mode,
    Predecessor,
    Request,
    Room,
)
from tests.campaigns.test_chains import CLASSES, Case, cases, days, oracle_says, stated

WORTH_A_PLACE = 10_000
"""So much costs a link without a place: more than any chain that has one."""


def as_instance(case: Case) -> Instance:
    """Return a chain as the planner is told of it: whole days, one project, and only its last link has to hurry."""
    rooms, links, table = case
    horizon = len(rooms[1]["open"])
    return Instance(
        name="chain",
        start_date=date(2026, 6, 1),
        horizon=horizon,
        rooms=tuple(
            Room(id=f"r{number}", facility=f"f{number}", kind="GMP", grade="B", bsl=1) for number in rooms
        ),
        holidays={
            f"f{number}": frozenset(day for day, is_open in enumerate(room["open"]) if not is_open)
            for number, room in rooms.items()
        },
        fixed=tuple(
            Booking(
                id=f"b{number}-{start}",
                room=f"r{number}",
                start=start,
                end=end,
                product_class=name,
                project="9",
            )
            for number, room in rooms.items()
            for start, end, name in room["taken"]
        ),
        requests=tuple(
            Request(
                id=str(index + 1),
                org="o",
                project="1",
                submitted=index,
                kind="GMP",
                grade="B",
                bsl=1,
                product_class=CLASSES[one["class"]],
                mode=Mode.WORKING,
                duration=one["duration"],
                release=one["earliest"],
                due=0 if index == len(links) - 1 else horizon,
                deadline=one["latest"],
                priority=1,
                unmet_penalty=WORTH_A_PLACE,
                rooms=frozenset(f"r{number}" for number in rooms if one["rooms"] >> (number - 1) & 1),
                predecessors=before(links, index),
            )
            for index, one in enumerate(links)
        ),
        vectors=dict.fromkeys(CLASSES, 0),
        changeover_days={a: {b: table[a, b] for b in CLASSES} for a in CLASSES},
        same_project_days=0,
    )


def before(links: list[dict[str, int]], index: int) -> tuple[Predecessor, ...]:
    """Return what a link follows: the one before, and its days from the end of the one that it names."""
    if not index:
        return ()
    one = links[index]
    after = one["after"] if one["after"] and one["after"] <= index else index
    lags = {str(index): 0} | {str(after): one["lag"]}
    return tuple(Predecessor(request=name, lag=lag) for name, lag in lags.items())


@st.composite
def plain_cases(draw: st.DrawFn) -> Case:
    """Return a chain without a series, since a plan knows no distance from start to start."""
    rooms, links, table = draw(cases())
    return rooms, [{**one, "spacing": 0} for one in links], table


@settings(max_examples=25, deadline=None)
@given(plain_cases())
def test_a_chain_ends_on_the_day_on_which_the_best_plan_ends_it(case: Case) -> None:
    places, links = stated(case)
    proposal = propose(places, links)
    best = plan(as_instance(case), Effort(seconds=10, workers=1))
    assert best.proven
    if proposal.stuck is not None:
        assert best.unmet
        return
    assert not best.unmet
    chosen = [(stay.room, *days(stay)) for _key, stay in sorted(proposal.stays.items())]
    planned = [
        (int(one.room[1:]), one.start, one.end)
        for one in sorted(best.assignments, key=lambda one: one.request)
    ]
    assert oracle_says(case, chosen)
    assert oracle_says(case, planned)
    assert chosen[-1][2] == planned[-1][2]
    assert all(one[2] <= other[1] for one, other in pairwise(planned))
