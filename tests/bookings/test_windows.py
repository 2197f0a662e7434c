"""When a cleanroom is free, and everything that stands in the way of a window, in days, half days and hours."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.bookings.rules.timetables import (
    NO_LIMITS,
    Calendar,
    Campaign,
    ChangeoverTable,
    Limits,
    Mode,
    Occupation,
    Span,
    Timetable,
    Work,
)
from portal.bookings.rules.windows import (
    earliest_windows,
    end_of,
    first_over_rooms,
    reasons_against_window,
    separate_windows,
)

AAV, LENTIVIRAL = Work("aav", "P1"), Work("lentiviral", "P2")
CHANGEOVER = ChangeoverTable(
    {"aav": {"aav": 2, "lentiviral": 4}, "lentiviral": {"aav": 3, "lentiviral": 1}}, same_project=1
)
FOUR_WEEKS = Calendar.of([1, 1, 1, 1, 1, 0, 0] * 4)
FIVE_DAYS = Campaign(AAV, 5)


def booked(*spans: tuple[int, int], work: Work = LENTIVIRAL, calendar: Calendar = FOUR_WEEKS) -> Timetable:
    """Return a room in which work occupies these spans."""
    return Timetable.of(calendar, [Occupation(Span(*span), work, key=f"B{span[0]}") for span in spans])


def found(
    timetable: Timetable, campaign: Campaign = FIVE_DAYS, limits: Limits = NO_LIMITS, *, count: int = 100
) -> list[tuple[int, int]]:
    """Return the windows that are found, as pairs."""
    windows = earliest_windows(timetable, campaign, CHANGEOVER, limits, count=count)
    return [(window.start, window.end) for window in windows]


def codes(
    start: int, end: int, timetable: Timetable, campaign: Campaign = FIVE_DAYS, limits: Limits = NO_LIMITS
) -> list[str]:
    """Return the codes of what stands in the way of a window."""
    window = Span(start, end)
    return [reason.code for reason in reasons_against_window(window, timetable, campaign, CHANGEOVER, limits)]


# The end of a campaign.


@pytest.mark.parametrize(
    ("start", "duration", "end"), [(0, 5, 5), (1, 5, 8), (4, 1, 5), (4, 2, 8), (0, 20, 26)]
)
def test_a_working_campaign_rests_when_the_room_does(start: int, duration: int, end: int) -> None:
    assert end_of(FOUR_WEEKS, start, Campaign(AAV, duration)) == end


def test_a_continuous_campaign_runs_through() -> None:
    assert end_of(FOUR_WEEKS, 4, Campaign(AAV, 5, Mode.CONTINUOUS)) == 9


@pytest.mark.parametrize(("mode", "duration"), [(Mode.WORKING, 21), (Mode.CONTINUOUS, 29)])
def test_a_campaign_that_outlasts_the_calendar_has_no_end(mode: Mode, duration: int) -> None:
    assert end_of(FOUR_WEEKS, 0, Campaign(AAV, duration - 1, mode)) is not None
    assert end_of(FOUR_WEEKS, 0, Campaign(AAV, duration, mode)) is None


def test_hours_are_counted_like_days() -> None:
    office_hours = Calendar.of(([0] * 8 + [1] * 8 + [0] * 8) * 3)
    assert end_of(office_hours, 12, Campaign(AAV, 10)) == 24 + 14
    assert office_hours.open_ticks_in(Span(12, 38)) == 10


# Free windows.


def test_an_empty_room_offers_every_open_day_from_which_there_is_time() -> None:
    assert found(booked())[:4] == [(0, 5), (1, 8), (2, 9), (3, 10)]
    assert found(booked())[-1] == (21, 26)


def test_no_more_windows_are_given_than_asked_for() -> None:
    assert found(booked(), count=2) == [(0, 5), (1, 8)]


def test_separate_windows_are_choices_and_not_the_same_one_a_day_later() -> None:
    windows = separate_windows(booked(), FIVE_DAYS, CHANGEOVER, count=3)
    assert windows == [Span(0, 5), Span(7, 12), Span(14, 19)]


def test_changeover_is_kept_to_what_ran_before_and_to_what_comes_next() -> None:
    assert found(booked((0, 4), (19, 22)), count=9) == [(7, 12), (8, 15)]


def test_the_same_project_and_class_needs_only_its_own_changeover() -> None:
    assert found(booked((0, 4), work=AAV), count=1) == [(7, 12)]
    assert found(booked((0, 2), work=AAV), count=1) == [(3, 10)]
    assert found(booked((0, 2), work=Work("aav", "P9")), count=1) == [(4, 11)]
    assert found(booked((0, 2), work=Work("aav")), count=1) == [(4, 11)]


def test_unnamed_projects_are_not_the_same_project() -> None:
    assert CHANGEOVER(Work("aav"), Work("aav")) == 2


def test_what_ran_before_the_calendar_begins_is_owed_its_changeover() -> None:
    assert found(booked((0, 0)), count=1) == [(3, 10)]


def test_only_the_first_campaign_owes_what_ran_before_the_calendar_begins() -> None:
    timetable = Timetable.of(FOUR_WEEKS, [Occupation(Span(0, 0), LENTIVIRAL), Occupation(Span(1, 2), AAV)])
    assert found(timetable, count=1) == [(3, 10)]


def test_a_campaign_does_not_run_over_a_closure_and_changeover_may() -> None:
    closed = Calendar.of([1] * 20, [Span(6, 9)])
    assert found(booked(calendar=closed), count=3) == [(0, 5), (1, 6), (9, 14)]
    assert found(booked((2, 6), calendar=closed), count=1) == [(9, 14)]


def test_a_continuous_campaign_may_start_on_a_free_day_but_not_in_a_closure() -> None:
    calendar = Calendar.of([1, 0, 0, 1, 1, 1, 1], [Span(0, 1)])
    assert found(booked(calendar=calendar), Campaign(AAV, 2, Mode.CONTINUOUS), count=2) == [(1, 3), (2, 4)]


def test_a_long_changeover_reaches_no_further_than_the_next_occupation() -> None:
    table = ChangeoverTable({"slow": {"quick": 30}, "quick": {"quick": 0}}, same_project=0)
    calendar = Calendar.of([1] * 20)
    occupations = [Occupation(Span(0, 2), Work("slow")), Occupation(Span(4, 6), Work("quick"))]
    timetable = Timetable.of(calendar, occupations)
    (window,) = earliest_windows(timetable, Campaign(Work("quick"), 3), table, count=1)
    assert window == Span(6, 9)


def test_a_gap_of_exactly_its_length_takes_a_campaign_that_owes_no_changeover() -> None:
    table = ChangeoverTable({"aav": {"aav": 0}}, same_project=0)
    timetable = booked((0, 3), (5, 9), work=AAV, calendar=Calendar.of([1] * 11))
    assert earliest_windows(timetable, Campaign(AAV, 2), table, count=9) == [Span(3, 5), Span(9, 11)]


def test_closures_and_bookings_may_be_given_in_any_order() -> None:
    calendar = Calendar.of([1] * 12, [Span(8, 9), Span(3, 4)])
    occupations = [Occupation(Span(10, 12), AAV), Occupation(Span(0, 1), AAV)]
    assert found(Timetable.of(calendar, occupations), Campaign(AAV, 2)) == [(4, 6), (5, 7), (6, 8)]


def test_limits_bound_the_start_the_end_and_what_lies_between() -> None:
    limits = Limits(
        earliest={"before_notice": 2, "before_release": 7},
        latest={"after_deadline": 26, "after_qualification": 19},
        barred=barring(shared_air=[Span(12, 13)]),
    )
    assert found(booked(), Campaign(AAV, 3), limits) == [
        (7, 10),
        (8, 11),
        (9, 12),
        (14, 17),
        (15, 18),
        (16, 19),
    ]


def test_an_empty_calendar_offers_nothing() -> None:
    assert found(booked(calendar=Calendar.of([]))) == []


def test_a_room_that_never_works_offers_nothing_to_working_campaigns() -> None:
    assert found(booked(calendar=Calendar.of([0] * 9))) == []


def test_closures_may_reach_beyond_the_calendar() -> None:
    calendar = Calendar.of([1] * 6, [Span(-3, 1), Span(5, 10**9), Span(7, 8)])
    assert found(booked(calendar=calendar), Campaign(AAV, 3)) == [(1, 4), (2, 5)]


def test_the_first_windows_over_rooms_go_by_start_then_end_then_room() -> None:
    windows = {"B": [Span(1, 5), Span(3, 4)], "A": [Span(1, 5), Span(2, 3)], "C": [Span(1, 4)], "D": []}
    assert first_over_rooms(windows, count=4) == [
        ("C", Span(1, 4)),
        ("A", Span(1, 5)),
        ("B", Span(1, 5)),
        ("A", Span(2, 3)),
    ]


# What stands in the way of one window.


def test_a_window_that_is_offered_has_nothing_in_its_way() -> None:
    assert codes(7, 12, booked((0, 4), (19, 22))) == []


def test_a_longer_window_than_needed_may_be_booked() -> None:
    assert codes(7, 15, booked((0, 4), (19, 22))) == []


def test_every_obstacle_is_named_at_once_with_what_is_needed_to_mend_it() -> None:
    calendar = Calendar.of([1, 1, 1, 1, 1, 0, 0] * 2, [Span(7, 8)])
    timetable = booked((1, 4), (8, 9), (12, 14), calendar=calendar)
    limits = Limits(
        earliest={"before_release": 6}, latest={"after_deadline": 8}, barred=barring(shared_air=[Span(8, 20)])
    )
    reasons = reasons_against_window(Span(5, 10), timetable, FIVE_DAYS, CHANGEOVER, limits)
    assert [(reason.code, dict(reason.values)) for reason in reasons] == [
        ("before_release", {"earliest": 6}),
        ("after_deadline", {"latest": 8}),
        ("shared_air", {"start": 8, "end": 20}),
        ("room_closed", {"start": 7, "end": 8}),
        ("not_open_at_start", {"start": 5}),
        ("shorter_than_campaign", {"end": None}),
        ("slot_taken", {"start": 8, "end": 9, "by": "B8"}),
        ("changeover_before_too_short", {"needed": 3, "earliest": 7, "by": "B1"}),
        ("changeover_after_too_short", {"needed": 4, "latest": 8, "by": "B12"}),
    ]


@pytest.mark.parametrize("start", [2, 3])
def test_a_window_that_starts_in_a_closure_is_told_so_once(start: int) -> None:
    timetable = booked(calendar=Calendar.of([1] * 9, [Span(2, 4)]))
    assert codes(start, 9, timetable) == ["room_closed"]


def test_a_window_may_start_and_end_where_its_limits_lie() -> None:
    limits = Limits(
        earliest={"before_release": 7}, latest={"after_deadline": 12}, barred=barring(air=[Span(12, 14)])
    )
    assert codes(7, 12, booked(), limits=limits) == []


def test_changeover_is_owed_to_the_nearest_neighbours_only() -> None:
    timetable = booked((0, 1), (2, 4), (19, 20), (21, 22))
    assert codes(7, 15, timetable) == []
    (before,) = reasons_against_window(Span(4, 11), timetable, FIVE_DAYS, CHANGEOVER)
    (after,) = reasons_against_window(Span(8, 18), timetable, FIVE_DAYS, CHANGEOVER)
    assert (before.values["by"], before.values["earliest"]) == ("B2", 7)
    assert (after.values["by"], after.values["latest"]) == ("B19", 15)


@pytest.mark.parametrize(("start", "end"), [(-1, 9), (24, 33)])
def test_a_window_outside_the_calendar_is_refused(start: int, end: int) -> None:
    assert "outside_calendar" in codes(start, end, booked())


def test_a_window_that_is_too_short_says_until_when_it_has_to_last() -> None:
    (reason,) = reasons_against_window(Span(1, 7), booked(), FIVE_DAYS, CHANGEOVER)
    assert (reason.code, dict(reason.values)) == ("shorter_than_campaign", {"end": 8})


# All of it, against a loop over every tick.


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    """Return a crowded room; its occupations may even overlap."""
    length = draw(st.integers(0, 20))
    opening = draw(st.lists(st.booleans(), min_size=length, max_size=length))
    works = st.builds(Work, st.sampled_from(["aav", "lentiviral"]), st.sampled_from(["P1", "P2", None]))
    spans = st.builds(lambda start, ticks: Span(start, start + ticks), st.integers(0, 20), st.integers(1, 6))
    occupations = draw(
        st.lists(st.builds(Occupation, spans, works), max_size=5, unique_by=lambda one: one.span.end)
    )
    if draw(st.booleans()):
        occupations.append(Occupation(Span(0, 0), draw(works)))
    return Timetable.of(Calendar.of(opening, draw(st.lists(spans, max_size=2))), occupations)


campaigns = st.builds(
    Campaign,
    st.builds(Work, st.sampled_from(["aav", "lentiviral"]), st.sampled_from(["P1", None])),
    st.integers(1, 4),
    st.sampled_from(Mode),
)
tables = st.builds(
    lambda days, same: ChangeoverTable(
        {
            "aav": {"aav": days[0], "lentiviral": days[1]},
            "lentiviral": {"aav": days[2], "lentiviral": days[3]},
        },
        same_project=same,
    ),
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.integers(0, 2),
)


def barring(**barred: list[Span]) -> Callable[[Span], dict[str, list[Span]]]:
    """Return what bars these spans, told only of ticks that they meet."""
    return lambda within: {
        code: [span for span in spans if span.overlaps(within)] for code, spans in barred.items()
    }


many_limits = st.builds(
    Limits,
    earliest=st.dictionaries(st.sampled_from(["release", "notice"]), st.integers(-2, 22)),
    latest=st.dictionaries(st.sampled_from(["deadline", "qualification"]), st.integers(0, 25)),
    barred=st.lists(
        st.builds(lambda start, ticks: Span(start, start + ticks), st.integers(0, 20), st.integers(1, 5))
    ).map(lambda spans: barring(air=spans)),
)


def ticks(spans: list[Span]) -> set[int]:
    """Return every tick of the spans."""
    return {tick for span in spans for tick in range(span.start, span.end)}


def may_book(
    window: Span, timetable: Timetable, campaign: Campaign, changeover: ChangeoverTable, limits: Limits
) -> bool:
    """Say whether a window may be booked, by looking at each of its ticks."""
    calendar, own = timetable.calendar, range(window.start, window.end)
    closed = ticks(list(calendar.closures))
    works = set(calendar.open_ticks)
    taken = ticks([other.span for other in timetable.occupations])
    barred = ticks([span for spans in limits.barred(window).values() for span in spans])
    if campaign.mode is Mode.WORKING:
        long_enough = window.start in works and len(works & set(own)) >= campaign.duration
    else:
        long_enough = len(own) >= campaign.duration
    earlier = [other for other in timetable.occupations if other.span.end <= window.start]
    later = [other for other in timetable.occupations if other.span.start >= window.end]
    last = max(earlier, key=lambda other: other.span.end, default=None)
    following = min(later, key=lambda other: other.span.start, default=None)
    return (
        long_enough
        and not (closed | taken | barred) & set(own)
        and window.start >= 0
        and window.end <= calendar.end
        and all(tick <= window.start for tick in limits.earliest.values())
        and all(window.end <= tick for tick in limits.latest.values())
        and (last is None or last.span.end + changeover(last.work, campaign.work) <= window.start)
        and (
            following is None
            or window.end + changeover(campaign.work, following.work) <= following.span.start
        )
    )


def shortest_windows(bookable: list[Span]) -> Iterator[Span]:
    """Return the shortest window for each start."""
    for start in sorted({window.start for window in bookable}):
        yield min(window for window in bookable if window.start == start)


@settings(deadline=None)
@given(timetables(), campaigns, tables, many_limits, st.integers(1, 40))
def test_offers_and_refusals_agree_with_a_look_at_every_tick(
    timetable: Timetable, campaign: Campaign, changeover: ChangeoverTable, limits: Limits, count: int
) -> None:
    every = [
        Span(start, end) for start in range(-1, timetable.calendar.end + 2) for end in range(start + 1, 24)
    ]
    bookable = [window for window in every if may_book(window, timetable, campaign, changeover, limits)]
    assert bookable == [
        window
        for window in every
        if not reasons_against_window(window, timetable, campaign, changeover, limits)
    ]
    offered = earliest_windows(timetable, campaign, changeover, limits, count=count)
    assert offered == list(shortest_windows(bookable))[:count]
    assert all(window.end == end_of(timetable.calendar, window.start, campaign) for window in offered)
    apart: list[Span] = []
    for window in shortest_windows(bookable):
        if not any(window.overlaps(chosen) for chosen in apart):
            apart.append(window)
    assert separate_windows(timetable, campaign, changeover, limits, count=count) == apart[:count]
