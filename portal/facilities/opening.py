"""On which days a cleanroom is open: its weekdays, its country's public holidays, and its facility's own exceptions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.facilities.models import Cleanroom, ExtraHoliday


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The days on which a cleanroom is open."""

    weekdays: frozenset[int]
    country: str
    exceptions: Mapping[date, bool]
    """Days on which the facility departs from its country: true if it is open."""

    def is_open(self, day: date) -> bool:
        """Say whether the cleanroom is open on a day."""
        if day.isoweekday() not in self.weekdays:
            return False
        return self.exceptions.get(day, day not in public_holidays(self.country, day.year))

    def days_from(self, first: date, count: int) -> bytes:
        """Return a byte for each of so many days: 1 where the cleanroom is open."""
        days = bytearray(count)
        for number in range(count):
            day = first + timedelta(days=number)
            days[number] = self.is_open(day)
        return bytes(days)


@lru_cache(maxsize=512)
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a country in a year with their names; a country that is not known has none.

    Source: the `holidays` library. Sundays, which Sweden counts as holidays, are left to the weekdays.
    """
    try:
        found = holidays.country_holidays(country, years=year, **_without_sundays(country))
    except NotImplementedError:
        return {}
    return dict(found)


def openings_of(
    session: Session, rooms: Iterable[Cleanroom], first: date, *, days: int
) -> dict[int, Opening]:
    """Return the opening of each cleanroom from a day on, in one query."""
    found = list(rooms)
    exceptions: dict[int, dict[date, bool]] = defaultdict(dict)
    rows = session.execute(
        select(ExtraHoliday.facility_id, ExtraHoliday.day, ExtraHoliday.is_open).where(
            ExtraHoliday.facility_id.in_({room.facility_id for room in found}),
            ExtraHoliday.day.between(first, first + timedelta(days=days)),
        )
    )
    for facility_id, day, is_open in rows:
        exceptions[facility_id][day] = is_open
    return {
        room.id: Opening(
            weekdays=frozenset(room.open_weekdays),
            country=room.facility.country,
            exceptions=exceptions.get(room.facility_id, {}),
        )
        for room in found
    }


def _without_sundays(country: str) -> dict[str, bool]:
    return {"include_sundays": False} if country in {"SE", "NO"} else {}
