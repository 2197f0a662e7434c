"""A cleanroom's wall clock, through nights on which clocks change."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bookings.roomtime import RoomTime
from portal.facilities.models import BookingUnit

FIRST = date(2027, 1, 1)
PLACES = ("Europe/Stockholm", "Europe/Helsinki", "America/New_York", "Asia/Beirut", "UTC")
BEGUN = datetime(2026, 6, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=730)).map(lambda later: BEGUN + later)


def first_from(time: RoomTime, moment: datetime) -> int:
    """Return the first tick that begins at a moment or after it, found one by one."""
    tick = time.tick(moment) - 2
    while time.moment(tick) < moment:
        tick += 1
    return tick


@given(st.sampled_from(PLACES), st.sampled_from(list(BookingUnit)), MOMENTS, st.booleans())
def test_the_first_tick_from_a_moment_is_the_one_that_counting_finds(
    zone: str, unit: BookingUnit, moment: datetime, on_the_hour: bool
) -> None:
    time = RoomTime(ZoneInfo(zone), unit, FIRST)
    at = moment.replace(minute=0, second=0, microsecond=0) if on_the_hour else moment
    assert time.tick_from(at) == first_from(time, at)


@pytest.mark.parametrize("zone", PLACES)
@pytest.mark.parametrize("unit", list(BookingUnit))
def test_ticks_follow_one_another_without_a_gap(zone: str, unit: BookingUnit) -> None:
    time = RoomTime(ZoneInfo(zone), unit, FIRST)
    moments = [time.moment(tick) for tick in range(366 * time.per_day)]
    assert moments == sorted(moments)
    longest = {BookingUnit.DAY: 25, BookingUnit.HALF_DAY: 13, BookingUnit.HOUR: 2}[unit]
    assert max(b - a for a, b in itertools.pairwise(moments)) <= timedelta(hours=longest)
