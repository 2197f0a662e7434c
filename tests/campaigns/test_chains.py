"""Chains of runs: their order, windows for all at once, and what binds; against an oracle that tries everything."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.bookings.rules.timetables import (
    Calendar,
    Campaign,
    Limits,
    Mode,
    Occupation,
    Span,
    Timetable,
    Work,
)
from portal.campaigns.rules.chains import (
    HOURS,
    Link,
    Place,
    Proposal,
    Stay,
    binding_on,
    bounds_above,
    broken_order,
    propose,
)

AAV, LV = Work("aav", 1), Work("lv", 1)
OTHER = Work("aav", 2)
DAYS = 14


def no_changeover(_before: Work, _after: Work) -> int:
    return 0


def place(
    room: int = 1, *, taken: Sequence[tuple[int, int]] = (), days: int = DAYS, per_day: int = 1
) -> Place:
    calendar = Calendar.of([True] * days * per_day)
    occupations = [Occupation(Span(start, end), OTHER) for start, end in taken]
    return Place(room, Timetable.of(calendar, occupations), no_changeover, per_day)


def link(key: int, duration: int, *rooms: int, **values: Any) -> Link:
    limits = values.pop("limits", Limits())
    campaign = Campaign(AAV, duration)
    fits = dict.fromkeys(rooms or (1,), (campaign, limits))
    return Link(key=key, fits=fits, **values)


def days(stay: Stay) -> tuple[int, int]:
    return stay.hours.start // HOURS, stay.hours.end // HOURS


def found(proposal: Proposal) -> dict[int, tuple[int, int, int]]:
    return {key: (stay.room, *days(stay)) for key, stay in proposal.stays.items()}


def test_links_follow_one_another_in_the_same_room() -> None:
    assert found(propose({1: place()}, [link(1, 2), link(2, 3)])) == {1: (1, 0, 2), 2: (1, 2, 5)}


def test_a_link_keeps_its_days_from_the_end_of_the_one_that_it_follows() -> None:
    links = [link(1, 2), link(2, 1), link(3, 1, after=1, lag=5)]
    assert found(propose({1: place()}, links))[3] == (1, 7, 8)


def test_a_series_keeps_its_distance_from_start_to_start() -> None:
    links = [link(1, 2), link(2, 2, spacing=7)]
    assert found(propose({1: place()}, links))[2] == (1, 7, 9)


def test_a_chain_goes_where_each_link_ends_first_across_rooms() -> None:
    places = {1: place(1, taken=[(0, 6)]), 2: place(2)}
    assert found(propose(places, [link(1, 2, 1, 2), link(2, 1, 1)])) == {1: (2, 0, 2), 2: (1, 6, 7)}


def test_a_room_that_would_owe_changeover_later_is_left_to_the_later_link() -> None:
    def changeover(before: Work, after: Work) -> int:
        return 0 if before.process_class == after.process_class else 6

    calendar = Calendar.of([True] * DAYS)
    places = {
        1: Place(1, Timetable(calendar), changeover),
        2: Place(2, Timetable.of(calendar, [Occupation(Span(0, 1), AAV)]), changeover),
    }
    first = Link(key=1, fits=dict.fromkeys((1, 2), (Campaign(AAV, 2), Limits())))
    second = Link(key=2, fits={1: (Campaign(LV, 2), Limits())})
    assert found(propose(places, [first, second])) == {1: (2, 1, 3), 2: (1, 3, 5)}


def test_what_has_its_place_keeps_it_and_what_comes_before_ends_in_time() -> None:
    fixed = Stay(1, Span(5 * HOURS, 6 * HOURS))
    links = [link(1, 2), link(2, 1, lag=3, stay=fixed)]
    assert found(propose({1: place()}, links)) == {1: (1, 0, 2), 2: (1, 5, 6)}
    late = [link(1, 2, limits=Limits(earliest={"x": 1})), link(2, 1, lag=3, stay=fixed)]
    assert propose({1: place()}, late).stuck == 1


def test_a_link_that_must_start_so_long_before_a_later_one_is_bounded_by_it() -> None:
    fixed = Stay(1, Span(9 * HOURS, 10 * HOURS))
    _above, latest = bounds_above([link(1, 1), link(2, 1, spacing=7, stay=fixed)], 0, {2: fixed})
    assert latest == 2 * HOURS


def test_rooms_that_count_in_halves_and_days_share_one_clock() -> None:
    places = {1: place(1, per_day=2), 2: place(2)}
    proposal = propose(places, [link(1, 3, 1), link(2, 1, 2)])
    assert proposal.stays[1].hours == Span(0, 36)
    assert days(proposal.stays[2]) == (2, 3)


def test_order_that_is_broken_says_from_when_on_it_would_hold() -> None:
    stays = {1: Stay(1, Span(0, 3 * HOURS)), 2: Stay(2, Span(2 * HOURS, 4 * HOURS))}
    broken = broken_order([link(1, 1), link(2, 1, lag=1)], stays)
    assert {reason.code: reason.values["hour"] for reason in broken[2]} == {
        "link_before": 3 * HOURS,
        "link_after": 4 * HOURS,
    }
    assert broken_order([link(1, 1), link(2, 1)], {2: stays[2]}) == {}


@pytest.mark.parametrize(
    ("links", "taken", "codes"),
    [
        ([link(1, 1), Link(key=2)], [], ["link_fits_nowhere"]),
        (
            [link(1, 3), link(2, 2, limits=Limits(latest={"after_latest_end": 4}))],
            [],
            ["binds_latest_end", "binds_before"],
        ),
        ([link(1, 1), link(2, 1, lag=13)], [], ["binds_lag", "binds_before"]),
        ([link(1, 1)], [(0, DAYS)], ["binds_rooms"]),
        (
            [link(1, 2, limits=Limits(latest={"after_latest_end": 2}))],
            [(1, 3)],
            ["binds_latest_end", "binds_rooms"],
        ),
        (
            [link(1, 2), link(2, 1, stay=Stay(2, Span(HOURS, 2 * HOURS)))],
            [],
            ["binds_next"],
        ),
        (
            [link(1, 6), link(2, 9, limits=Limits(latest={"after_latest_end": 8}))],
            [(8, 10)],
            ["link_bound_by_several"],
        ),
    ],
)
def test_what_binds_is_named_in_order(
    links: list[Link], taken: list[tuple[int, int]], codes: list[str]
) -> None:
    places = {1: place(taken=taken), 2: place(2)}
    proposal = propose(places, links)
    assert proposal.stuck == links[-1].key or links[-1].stay is not None
    assert [reason.code for reason in binding_on(places, links, proposal)] == codes


def test_a_chain_without_links_and_one_that_is_whole_bind_nothing() -> None:
    assert propose({}, []) == Proposal({})
    places, links = {1: place()}, [link(1, 1)]
    assert binding_on(places, links, propose(places, links)) == []


# The oracle: every combination of rooms and days, judged by rules written anew, day by day.

Case = tuple[dict[int, dict[str, Any]], list[dict[str, int]], dict[tuple[str, str], int]]
CLASSES = ("aav", "lv")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    horizon = draw(st.integers(6, 11))
    rooms: dict[int, dict[str, Any]] = {}
    for number in range(1, draw(st.integers(1, 2)) + 1):
        start = draw(st.integers(0, horizon - 1))
        length = draw(st.integers(0, 3))
        rooms[number] = {
            "open": [draw(st.booleans()) or draw(st.booleans()) for _ in range(horizon)],
            "taken": [(start, min(horizon, start + length), draw(st.sampled_from(CLASSES)))]
            if length
            else [],
        }
    links = [
        {
            "duration": draw(st.integers(1, 2)),
            "class": draw(st.integers(0, 1)),
            "rooms": draw(st.integers(1, 2 ** len(rooms) - 1)),
            "earliest": draw(st.integers(0, 3)),
            "latest": draw(st.integers(4, horizon)),
            "lag": draw(st.integers(0, 2)),
            "after": draw(st.integers(0, 2)),
            "spacing": draw(st.integers(0, 3)),
        }
        for _ in range(draw(st.integers(1, 3)))
    ]
    table = {(a, b): draw(st.integers(0, 1)) if a != b else 0 for a in CLASSES for b in CLASSES}
    return rooms, links, table


def stated(case: Case) -> tuple[dict[int, Place], list[Link]]:
    rooms, links, table = case

    def changeover(before: Work, after: Work) -> int:
        return table[before.process_class, after.process_class]

    places = {}
    for number, room in rooms.items():
        occupations = [Occupation(Span(start, end), Work(name, 9)) for start, end, name in room["taken"]]
        places[number] = Place(
            number,
            Timetable.of(Calendar.of(room["open"]), occupations),
            changeover,
        )
    made = []
    for index, one in enumerate(links):
        limits = Limits(earliest={"e": one["earliest"]}, latest={"after_latest_end": one["latest"]})
        campaign = Campaign(Work(CLASSES[one["class"]], 1), one["duration"], Mode.WORKING)
        fits = {room: (campaign, limits) for room in rooms if one["rooms"] >> (room - 1) & 1}
        after = one["after"] if one["after"] and one["after"] <= index else None
        made.append(
            Link(
                key=index + 1, fits=fits, after=after, lag=one["lag"], spacing=one["spacing"] if index else 0
            )
        )
    return places, made


def oracle_says(case: Case, chosen: Sequence[tuple[int, int, int]]) -> bool:
    """Say, day by day, whether rooms and days are a chain that may be."""
    rooms, links, table = case
    for index, (room, start, end) in enumerate(chosen):
        one = links[index]
        if not one["rooms"] >> (room - 1) & 1 or start < one["earliest"] or end > one["latest"]:
            return False
        opened = rooms[room]["open"]
        if not opened[start] or sum(opened[start:end]) != one["duration"] or not opened[end - 1]:
            return False
        if index:
            after = one["after"] if one["after"] and one["after"] <= index else index
            if start < chosen[index - 1][2] or start < chosen[after - 1][2] + one["lag"]:
                return False
            if start < chosen[index - 1][1] + one["spacing"]:
                return False
    return all(_fits_together(rooms[room], room, links, chosen, table) for room in rooms)


def _fits_together(
    room: Mapping[str, Any],
    number: int,
    links: Sequence[Mapping[str, int]],
    chosen: Sequence[tuple[int, int, int]],
    table: Mapping[tuple[str, str], int],
) -> bool:
    stays = sorted(
        [
            *room["taken"],
            *(
                (start, end, CLASSES[links[index]["class"]])
                for index, (where, start, end) in enumerate(chosen)
                if where == number
            ),
        ]
    )
    return all(before[1] + table[before[2], after[2]] <= after[0] for before, after in pairwise(stays))


def best_of_all(case: Case) -> int | None:
    """Return the day on which the chain ends at the earliest, of every chain that there is."""
    rooms, links, _table = case
    horizon = len(rooms[1]["open"])
    choices = [
        [
            (room, start, end)
            for room in rooms
            for start in range(horizon)
            for end in range(start + 1, horizon + 1)
            if sum(rooms[room]["open"][start:end]) == one["duration"]
        ]
        for one in links
    ]
    return min((chosen[-1][2] for chosen in product(*choices) if oracle_says(case, chosen)), default=None)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_the_chain_that_is_proposed_is_one_that_may_be_and_ends_first(case: Case) -> None:
    places, links = stated(case)
    proposal = propose(places, links)
    best = best_of_all(case)
    if best is None:
        assert proposal.stuck is not None
        assert binding_on(places, links, proposal)
        return
    assert proposal.stuck is None
    chosen = [(stay.room, *days(stay)) for _key, stay in sorted(proposal.stays.items())]
    assert oracle_says(case, chosen)
    assert chosen[-1][2] == best
    assert broken_order(links, proposal.stays) == {}


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_order_is_broken_exactly_where_the_oracle_says(case: Case, data: st.DataObject) -> None:
    _rooms, links = stated(case)
    starts = [data.draw(st.integers(0, 9)) for _ in links]
    stays = {
        one.key: Stay(1, Span(start * HOURS, (start + case[1][index]["duration"]) * HOURS))
        for index, (one, start) in enumerate(zip(links, starts, strict=True))
    }
    for index, one in enumerate(links):
        too_early = False
        if index:
            after = one.after or index
            ends = [starts[number] + case[1][number]["duration"] for number in range(len(links))]
            too_early = (
                starts[index] < ends[index - 1]
                or starts[index] < ends[after - 1] + one.lag
                or starts[index] < starts[index - 1] + one.spacing
            )
        assert (one.key in broken_order(links, stays)) == too_early
