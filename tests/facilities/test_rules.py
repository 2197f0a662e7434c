"""Opening days, terms, duties, searching and the map, as pure rules."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.actors import Role
from portal.facilities.rules.duties import (
    Term,
    ended,
    first_day_without,
    reasons_against_duty,
    reasons_against_ending,
)
from portal.facilities.rules.opening import (
    Opening,
    coming_holidays,
    day_at,
    known_zones,
    public_holidays,
    reasons_against_exception,
)
from portal.facilities.rules.positions import HIGHEST, WIDTH, Place, picture
from portal.facilities.rules.rooms import reasons_against_rate, reasons_against_room
from portal.facilities.rules.terms import (
    cancellation_percent,
    cancellation_shares,
    is_partly_known_day,
    reasons_against_facts,
    reasons_against_steps,
)

UNHURRIED = settings(deadline=None)
"""Machines are shared; a slow moment is no failure."""

DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))
STEPS = st.lists(
    st.fixed_dictionaries({"days_before": st.integers(0, 365), "percent": st.integers(0, 100)}), max_size=6
)


def codes(reasons: object) -> list[str]:
    return [reason.code for reason in reasons]  # type: ignore[attr-defined]


class TestOpening:
    @UNHURRIED
    @given(
        weekdays=st.frozensets(st.integers(1, 7)),
        exceptions=st.dictionaries(DAYS, st.booleans(), max_size=8),
        first=DAYS,
        count=st.integers(0, 400),
    )
    def test_days_are_open_exactly_as_told_one_by_one(
        self, weekdays: frozenset[int], exceptions: dict[date, bool], first: date, count: int
    ) -> None:
        opening = Opening(weekdays=weekdays, country="SE", exceptions=exceptions)
        days = [first + timedelta(days=number) for number in range(count)]
        expected = [
            day.isoweekday() in weekdays
            and (exceptions[day] if day in exceptions else day not in public_holidays("SE", day.year))
            for day in days
        ]
        assert list(opening.days_from(first, count)) == [int(is_open) for is_open in expected]
        assert opening.open_days(first, first + timedelta(days=count)) == [
            day for day, is_open in zip(days, expected, strict=True) if is_open
        ]

    def test_christmas_closes_a_room_that_is_open_every_day(self) -> None:
        opening = Opening(weekdays=frozenset(range(1, 8)), country="SE", exceptions={})
        assert not opening.is_open(date(2027, 12, 25))
        assert opening.is_open(date(2027, 12, 27))

    def test_an_opened_holiday_is_open_and_an_own_one_closed(self) -> None:
        exceptions = {date(2027, 1, 6): True, date(2027, 1, 7): False}
        opening = Opening(weekdays=frozenset({1, 2, 3, 4, 5}), country="SE", exceptions=exceptions)
        assert [opening.is_open(date(2027, 1, day)) for day in (6, 7, 8, 9)] == [True, False, True, False]

    @pytest.mark.parametrize("country", ["SE", "DK", "NO", "FI"])
    def test_sundays_are_not_holidays_by_themselves(self, country: str) -> None:
        sundays = [day for day in public_holidays(country, 2027) if day.isoweekday() == 7]
        assert len(sundays) < 6

    def test_names_come_in_the_readers_language_where_they_exist(self) -> None:
        assert public_holidays("SE", 2027, "sv")[date(2027, 12, 25)] == "Juldagen"
        assert public_holidays("FI", 2027, "sv")[date(2027, 12, 25)] == "Juldagen"
        assert public_holidays("DK", 2027, "sv")[date(2027, 12, 25)] == "Christmas Day"

    def test_a_country_without_a_calendar_has_no_holidays(self) -> None:
        assert public_holidays("XX", 2027) == {}

    def test_own_days_stand_among_the_public_ones(self) -> None:
        own = {date(2027, 1, 1): ("", True), date(2027, 1, 4): ("Stocktaking", False)}
        found = coming_holidays("SE", own, first=date(2027, 1, 1), days=6)
        assert [(one.day.day, one.name, one.is_open, one.is_own) for one in found] == [
            (1, "New Year's Day", True, True),
            (4, "Stocktaking", False, True),
            (6, "Epiphany", False, False),
        ]

    @pytest.mark.parametrize(
        ("day", "is_open", "expected"),
        [
            (date(2027, 1, 6), True, []),
            (date(2027, 1, 7), False, []),
            (date(2027, 1, 7), True, ["no_holiday_to_open"]),
            (date(2027, 1, 6), False, ["already_a_holiday"]),
            (date(2026, 12, 31), False, ["holiday_is_past"]),
        ],
    )
    def test_an_exception_must_be_one(self, day: date, is_open: bool, expected: list[str]) -> None:
        reasons = reasons_against_exception(day, is_open=is_open, country="SE", today=date(2027, 1, 1))
        assert codes(reasons) == expected

    def test_the_day_is_the_one_at_the_place(self) -> None:
        late = datetime(2027, 1, 4, 23, 30, tzinfo=UTC)
        assert day_at(late, "Europe/Stockholm") == date(2027, 1, 5)
        assert day_at(late, "Atlantic/Reykjavik") == date(2027, 1, 4)

    def test_zones_are_places(self) -> None:
        assert "Europe/Stockholm" in known_zones()
        assert "Etc/GMT+5" not in known_zones()


class TestTerms:
    @UNHURRIED
    @given(steps=STEPS, days=st.integers(-30, 400))
    def test_a_later_cancellation_never_costs_less(self, steps: list[dict[str, int]], days: int) -> None:
        assert cancellation_percent(steps, days) >= cancellation_percent(steps, days + 1)

    @UNHURRIED
    @given(steps=STEPS, days=st.integers(-30, 400))
    def test_the_shares_in_words_say_what_is_charged(self, steps: list[dict[str, int]], days: int) -> None:
        fitting = [
            share
            for share in cancellation_shares(steps)
            if (share.most_days is None or days <= share.most_days)
            and (share.least_days is None or days >= share.least_days)
        ]
        assert [share.percent for share in fitting] == [cancellation_percent(steps, days)]

    @UNHURRIED
    @given(steps=STEPS)
    def test_terms_without_reasons_against_them_rise_step_by_step(self, steps: list[dict[str, int]]) -> None:
        ordered = sorted(steps, key=lambda step: -step["days_before"])
        rising = all(
            before["days_before"] > after["days_before"] and before["percent"] <= after["percent"]
            for before, after in pairwise(ordered)
        )
        assert (not reasons_against_steps(steps)) == rising

    def test_the_percentage_of_a_step_holds_from_its_day_on(self) -> None:
        steps = [{"days_before": 30, "percent": 50}, {"days_before": 7, "percent": 100}]
        assert [cancellation_percent(steps, days) for days in (31, 30, 8, 7, 0, -1)] == [
            0,
            50,
            50,
            100,
            100,
            100,
        ]

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("2024", True),
            ("2024-05", True),
            ("2024-02-29", True),
            ("2023-02-29", False),
            ("2024-13", False),
            ("0024", False),
            ("24", False),
            ("2024-5", False),
            ("next year", False),
        ],
    )
    def test_a_partly_known_day_is_a_year_a_month_or_a_day(self, written: str, expected: bool) -> None:
        assert is_partly_known_day(written) is expected

    def test_every_wrong_fact_is_named_at_its_field(self) -> None:
        reasons = reasons_against_facts(
            {"country": "QQ", "time_zone": "Mars/Base", "latitude": 55.7, "longitude": None, "opened": "soon"}
        )
        assert [(reason.code, reason.field) for reason in reasons] == [
            ("country_not_known", "country"),
            ("time_zone_not_known", "time_zone"),
            ("position_is_half", "longitude"),
            ("not_a_partly_known_day", "opened"),
        ]


class TestRooms:
    def test_everything_that_cannot_be_is_said_at_once(self) -> None:
        values = {"open_weekdays": [], "opens_hour": 18, "closes_hour": 8, "min_units": 5, "max_units": 2}
        expected = ["room_never_open", "room_closes_before_opening", "most_below_least"]
        assert codes(reasons_against_room(values)) == expected

    def test_a_room_without_a_longest_booking_can_be(self) -> None:
        values = {"open_weekdays": [1], "opens_hour": 0, "closes_hour": 24, "min_units": 5, "max_units": None}
        assert reasons_against_room(values) == []

    def test_two_rates_of_one_kind_never_begin_on_one_day(self) -> None:
        day = date(2027, 1, 1)
        assert codes(reasons_against_rate(day, known=[day], customer_kind="sme")) == ["rate_begins_that_day"]
        assert reasons_against_rate(day + timedelta(1), known=[day], customer_kind="sme") == []


TODAY = date(2027, 1, 4)


def term(user_id: int, first: int = 0, last: int | None = None, **values: object) -> Term:
    return Term(
        user_id=user_id,
        role=values.pop("role", Role.FACILITY_MANAGER),  # type: ignore[arg-type]
        starts_on=TODAY + timedelta(days=first),
        ends_on=None if last is None else TODAY + timedelta(days=last),
        **values,  # type: ignore[arg-type]
    )


TERMS = st.lists(
    st.builds(
        lambda first, length, number: term(number, first, None if length is None else first + length),
        st.integers(-5, 30),
        st.none() | st.integers(0, 20),
        st.integers(1, 3),
    ),
    max_size=6,
)


class TestDuties:
    @UNHURRIED
    @given(terms=TERMS)
    def test_the_first_uncovered_day_is_uncovered_and_those_before_are_not(self, terms: list[Term]) -> None:
        gap = first_day_without(terms, TODAY)
        horizon = TODAY + timedelta(days=80)
        days = [TODAY + timedelta(days=number) for number in range(((gap or horizon) - TODAY).days)]
        assert all(any(one.covers(day) for one in terms) for day in days)
        assert gap is None or not any(one.covers(gap) for one in terms)

    @UNHURRIED
    @given(one=TERMS.filter(bool), other=TERMS.filter(bool))
    def test_two_terms_meet_if_a_day_is_in_both(self, one: list[Term], other: list[Term]) -> None:
        days = [TODAY + timedelta(days=number) for number in range(-10, 80)]
        shared = any(one[0].covers(day) and other[0].covers(day) for day in days)
        assert one[0].meets(other[0]) is shared

    def test_the_only_manager_stays(self) -> None:
        held = [term(1, -100, duty_id=7), term(2, -100, role=Role.QA, duty_id=8)]
        assert codes(reasons_against_ending(held, 7, TODAY, members={1, 2}, today=TODAY)) == [
            "facility_without_manager"
        ]
        assert reasons_against_ending(held, 8, TODAY, members={1, 2}, today=TODAY) == []

    def test_one_of_two_managers_may_go_unless_the_other_has_left_the_organisation(self) -> None:
        held = [term(1, -100, duty_id=7), term(2, -100, duty_id=8)]
        assert reasons_against_ending(held, 7, TODAY, members={1, 2}, today=TODAY) == []
        assert codes(reasons_against_ending(held, 7, TODAY, members={1}, today=TODAY)) == [
            "facility_without_manager"
        ]

    def test_a_deputy_does_not_replace_a_manager_for_good(self) -> None:
        held = [term(1, -100, duty_id=7), term(2, 0, 10, duty_id=8, stands_in_for_id=1)]
        found = reasons_against_ending(held, 7, TODAY, members={1, 2}, today=TODAY)
        assert [reason.values["day"] for reason in found] == [TODAY + timedelta(days=11)]

    def test_a_term_ended_before_it_begins_is_gone(self) -> None:
        assert ended([term(1, 5, duty_id=7)], 7, TODAY) == []

    def test_a_duty_can_not_be_made_longer_by_ending_it(self) -> None:
        held = [term(1, -100, duty_id=7), term(2, 0, 3, duty_id=8)]
        late = TODAY + timedelta(days=9)
        assert codes(reasons_against_ending(held, 8, late, members={1, 2}, today=TODAY)) == [
            "duty_ends_already"
        ]

    @pytest.mark.parametrize(
        ("new", "expected"),
        [
            (term(2), []),
            (term(9), ["not_a_member_of_the_operator"]),
            (term(2, -1), ["duty_starts_in_the_past"]),
            (term(2, 3, 2), ["duty_ends_before_start"]),
            (term(1), ["duty_held_already"]),
            (term(2, role=Role.INVESTOR), ["no_duty_of_a_facility"]),
            (term(2, 0, 5, stands_in_for_id=1), []),
            (term(2, 0, None, stands_in_for_id=1), ["deputy_needs_an_end"]),
            (term(2, 0, 5, stands_in_for_id=2), ["stands_in_for_oneself"]),
            (term(2, 0, 5, stands_in_for_id=3), ["absent_person_holds_no_such_duty"]),
            (term(2, 0, 5, role=Role.QP, stands_in_for_id=1), ["absent_person_holds_no_such_duty"]),
        ],
    )
    def test_a_duty_is_given_to_members_once_and_from_today_on(self, new: Term, expected: list[str]) -> None:
        held = [term(1, -100)]
        assert codes(reasons_against_duty(new, held=held, members={1, 2, 3}, today=TODAY)) == expected


PLACES = st.builds(
    Place, st.sampled_from(["Lund", "Uppsala", "Kuopio"]), st.floats(-90, 90), st.floats(-180, 180)
)


class TestMap:
    @UNHURRIED
    @given(here=PLACES, others=st.lists(PLACES, max_size=8))
    def test_every_place_lies_in_the_picture(self, here: Place, others: list[Place]) -> None:
        drawn = picture(here, others)
        assert drawn.width == WIDTH
        assert drawn.height <= HIGHEST + 0.1
        assert all(0 <= dot.x <= drawn.width and 0 <= dot.y <= drawn.height for dot in drawn.dots)
        assert [dot.is_here for dot in drawn.dots] == [True] + [False] * (len(drawn.dots) - 1)

    def test_north_is_up_and_east_is_right(self) -> None:
        lund, uppsala = Place("Lund", 55.7, 13.19), Place("Uppsala", 59.86, 17.64)
        first, second = picture(lund, [uppsala]).dots
        assert first.x < second.x
        assert first.y > second.y

    def test_a_name_is_written_once_and_only_where_there_is_room(self) -> None:
        crowd = [Place("Lund", 55.70, 13.19), Place("Lund", 55.71, 13.2), Place("Malmö", 55.70, 13.21)]
        drawn = picture(crowd[0], [*crowd[1:], Place("Kuopio", 62.9, 27.7)])
        assert [dot.name for dot in drawn.dots if dot.is_named] == ["Lund", "Kuopio"]
