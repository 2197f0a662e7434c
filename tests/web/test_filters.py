from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from portal.web import filters

HOME, AWAY = "Europe/Stockholm", "Europe/Helsinki"
MORNING, NOON = datetime(2027, 1, 11, 7, tzinfo=UTC), datetime(2027, 1, 11, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _asked_in_stockholm(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def test_hours_name_their_zone_only_where_the_readers_clock_shows_another_time() -> None:
    assert filters.window(MORNING, NOON, HOME) == "11 Jan 2027 08:00–12:00"
    assert filters.window(MORNING, NOON, AWAY) == "11 Jan 2027 09:00–13:00 (Helsinki)"
    assert filters.moment(NOON, HOME) == "11 Jan 2027 12:00"
    assert filters.moment(NOON, AWAY) == "11 Jan 2027 13:00 (Helsinki)"


def test_hours_over_several_days_name_the_zone_at_both_ends() -> None:
    end = datetime(2027, 1, 12, 11, tzinfo=UTC)
    assert filters.window(MORNING, end, AWAY) == "11 Jan 2027 09:00 (Helsinki) – 12 Jan 2027 13:00 (Helsinki)"


def test_whole_days_are_the_facilitys_own() -> None:
    start, end = datetime(2027, 1, 10, 22, tzinfo=UTC), datetime(2027, 1, 14, 22, tzinfo=UTC)
    assert filters.window(start, end, AWAY) == "11–14 Jan 2027"


def test_money_has_its_currency_where_the_readers_language_has_it() -> None:
    assert filters.money(4_900_000, "SEK") == "SEK 49,000"
    assert filters.money(150, "EUR") == "EUR 1.50"
    with force_locale("sv"):
        assert filters.money(4_900_000, "SEK") == "49\xa0000 SEK"
        assert filters.money(150, "EUR") == "1,50 EUR"


def test_a_tenth_has_the_readers_separator() -> None:
    assert filters.tenths(57.46) == "57.5"
    assert filters.tenths(25) == "25.0"
    with force_locale("sv"):
        assert filters.tenths(2_490.7) == "2\xa0490,7"
        assert filters.tenths(0.9, signed=True) == "+0,9"
        assert filters.tenths(-0.9, signed=True) == "-0,9"
