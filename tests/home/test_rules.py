"""Where days lie on the ribbon, what comes next, and which figures may be shown."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.home.rules.figures import Share, by_month, may_be_shown, median_days, months_before
from portal.home.rules.next import Action, Waits, next_actions
from portal.home.rules.year import DAYS, Stretch, Year, days_of

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
STOCKHOLM = "Europe/Stockholm"


def stretch(first: date, last: date, kind: str = "firm", label: str = "run") -> Stretch:
    return Stretch(kind, first, last, label)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_the_half_year_begins_three_weeks_before_this_one(today: date) -> None:
    year = Year(today)
    weeks = year.weeks()
    assert year.first.isoweekday() == 1
    assert [week.column for week in weeks] == list(range(1, DAYS, 7))
    assert [week.is_now for week in weeks].index(True) == 3
    assert 22 <= year.today_column <= 28
    assert all(week.number == week.monday.isocalendar().week for week in weeks)


def test_the_weeks_of_a_long_year_are_counted_to_53_and_begin_anew() -> None:
    year = Year(date(2026, 11, 24))
    numbers = [week.number for week in year.weeks()]
    assert numbers[:10] == [45, 46, 47, 48, 49, 50, 51, 52, 53, 1]
    assert [week.number for week in year.weeks() if week.begins_month] == [45, 50, 1, 5, 9, 14]


def test_a_year_of_52_weeks_has_no_53rd() -> None:
    assert [week.number for week in Year(date(2027, 12, 20)).weeks()][:7] == [48, 49, 50, 51, 52, 1, 2]


def test_a_stretch_over_the_new_year_is_one_mark() -> None:
    year = Year(date(2026, 12, 29))
    (mark,) = year.marks([stretch(date(2026, 12, 30), date(2027, 1, 2))])
    assert (mark.column, mark.span) == (year.today_column + 1, 4)


def test_marks_are_cut_to_the_half_year_and_those_outside_are_left_out() -> None:
    year = Year(date(2027, 1, 4))
    marks = year.marks(
        [
            stretch(year.first - timedelta(days=9), year.first),
            stretch(year.last, year.last + timedelta(days=9)),
            stretch(year.first - timedelta(days=9), year.first - timedelta(days=1)),
            stretch(year.last + timedelta(days=1), year.last + timedelta(days=2)),
        ]
    )
    assert [(mark.column, mark.span) for mark in marks] == [(1, 1), (DAYS, 1)]


def test_rooms_that_close_on_the_same_days_are_one_mark_and_deadlines_lie_on_top() -> None:
    day, year = date(2027, 1, 11), Year(date(2027, 1, 4))
    marks = year.marks(
        [
            stretch(day, day, "due", "an offer lapses"),
            stretch(day, day, "closed", "P1 closed"),
            stretch(day, day, "closed", "P2 closed"),
        ]
    )
    assert [(mark.kind, mark.labels) for mark in marks] == [
        ("closed", ("P1 closed", "P2 closed")),
        ("due", ("an offer lapses",)),
    ]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "first", "last"),
    [
        # The night on which clocks go forward is 23 hours long, the other one 25: days stay whole.
        ((2027, 3, 27, 23), (2027, 3, 28, 22), date(2027, 3, 28), date(2027, 3, 28)),
        ((2027, 10, 30, 22), (2027, 10, 31, 23), date(2027, 10, 31), date(2027, 10, 31)),
        ((2026, 12, 31, 23), (2027, 1, 1, 23), date(2027, 1, 1), date(2027, 1, 1)),
        ((2027, 1, 4, 12), (2027, 1, 4, 14), date(2027, 1, 4), date(2027, 1, 4)),
    ],
)
def test_days_are_those_of_the_place(
    starts_at: tuple[int, ...], ends_at: tuple[int, ...], first: date, last: date
) -> None:
    start, end = (datetime(*given, tzinfo=UTC) for given in (starts_at, ends_at))  # type: ignore[misc, arg-type]
    assert days_of(start, end, STOCKHOLM) == (first, last)


def action(waits_for: Waits, due: int | None = None, since: int | None = None, **values: object) -> Action:
    return Action(
        waits=waits_for,
        due=None if due is None else NOON + timedelta(days=due),
        since=None if since is None else NOON - timedelta(days=since),
        values=dict(values),
    )


def test_what_lapses_soon_comes_before_what_holds_up_others_and_new_work_comes_last() -> None:
    shown = next_actions(
        [
            action(Waits.DRAFT),
            action(Waits.CONDITION, due=20),
            action(Waits.QUESTION, since=2),
            action(Waits.OFFER, due=3),
        ],
        at=NOON,
    )
    assert [one.waits for one in shown] == [Waits.OFFER, Waits.QUESTION, Waits.CONDITION]


def test_of_two_that_lapse_the_nearer_comes_first_and_of_two_questions_the_older() -> None:
    lapsing = next_actions([action(Waits.OFFER, due=5), action(Waits.CONDITION, due=2)], at=NOON)
    assert [one.waits for one in lapsing] == [Waits.CONDITION, Waits.OFFER]
    asked = next_actions([action(Waits.QUESTION, since=1), action(Waits.QUESTION, since=9)], at=NOON)
    assert [one.since for one in asked] == [NOON - timedelta(days=9), NOON - timedelta(days=1)]


def test_one_draft_stands_for_all_so_that_something_else_is_seen() -> None:
    shown = next_actions(
        [action(Waits.DRAFT), action(Waits.DRAFT), action(Waits.DRAFT), action(Waits.UNKNOWN_FACTS)], at=NOON
    )
    assert [one.waits for one in shown] == [Waits.DRAFT, Waits.UNKNOWN_FACTS]


@given(st.lists(st.builds(action, st.sampled_from(Waits), st.none() | st.integers(0, 60))))
def test_there_are_never_more_than_three(waiting: list[Action]) -> None:
    shown = next_actions(waiting, at=NOON)
    assert len(shown) <= 3
    assert bool(shown) is bool(waiting)


def test_months_are_counted_over_the_new_year() -> None:
    assert months_before(date(2027, 2, 17), 4) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]


def test_a_month_that_four_projects_stand_behind_is_hidden_however_much_they_ask() -> None:
    asked = {date(2027, 1, 1): (112, 4), date(2027, 2, 1): (5, 5)}
    counted = by_month(asked, last=date(2027, 3, 1), months=3)
    assert counted == [(date(2027, 1, 1), None), (date(2027, 2, 1), 5), (date(2027, 3, 1), None)]


def test_the_median_is_hidden_while_too_few_projects_stand_behind_it() -> None:
    waited = [timedelta(days=request) for request in range(1, 8)]
    assert median_days([(1, wait) for wait in waited]) is None
    assert median_days(list(enumerate(waited))) == 4.0
    assert median_days([]) is None


def test_a_share_is_of_the_open_days_and_hidden_where_the_booked_ones_are() -> None:
    assert Share(rooms=2, open_days=200, booked_days=50).percent == 25
    assert Share(rooms=2, open_days=200, booked_days=None).percent is None
    assert Share(rooms=2, open_days=0, booked_days=0).percent is None


def test_five_projects_are_enough_and_one_counted_five_times_is_not() -> None:
    assert may_be_shown([1, 2, 3, 4, 5])
    assert not may_be_shown([1, 1, 1, 1, 1])
