"""On which days a cleanroom is open: its weekdays, its country's public holidays, and its facility's own exceptions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import holidays

from portal.core.errors import Reason

FULL_WEEK = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The days on which a cleanroom is open."""

    weekdays: frozenset[int]
    """ISO weekdays, Monday is 1."""
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
        usual = _usual_days(self.weekdays, self.country, first, count)
        if not self.exceptions:
            return usual
        days = bytearray(usual)
        for day, is_open in self.exceptions.items():
            number = (day - first).days
            if 0 <= number < count and day.isoweekday() in self.weekdays:
                days[number] = is_open
        return bytes(days)

    def open_days(self, first: date, after_last: date) -> list[date]:
        """Return the open days from the first to before the last, ascending."""
        days = max(0, (after_last - first).days)
        return [day for number in range(days) if self.is_open(day := first + timedelta(days=number))]


@lru_cache(maxsize=1024)
def _usual_days(weekdays: frozenset[int], country: str, first: date, count: int) -> bytes:
    """Return a byte for each of so many days, 1 where a cleanroom is open that makes no exceptions; most rooms share theirs."""
    usual = Opening(weekdays=weekdays, country=country, exceptions={})
    return bytes(usual.is_open(first + timedelta(days=number)) for number in range(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day on which a facility closes, or stays open in spite of its country."""

    day: date
    name: str
    is_open: bool = False
    is_own: bool = False


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int, language: str = "en") -> Mapping[date, str]:
    """Return the public holidays of a country in a year with their names; a country that is not known has none.

    Source: the `holidays` library, the whole country. Sundays, which Sweden and Norway count as holidays, are left to
    the weekdays. Names come in the wanted language where the library has it, else in English.
    """
    if not has_calendar(country):
        return {}
    options: dict[str, Any] = {"include_sundays": False} if country in {"SE", "NO"} else {}
    found = holidays.country_holidays(country, years=year, language=_spoken(country, language), **options)
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def coming_holidays(
    country: str, own: Mapping[date, tuple[str, bool]], *, first: date, days: int, language: str = "en"
) -> list[Holiday]:
    """Return the public holidays and the facility's own exceptions of so many days, ascending."""
    return list(_holidays(country, own, first, first + timedelta(days=days), language))


def reasons_against_exception(day: date, *, is_open: bool, country: str, today: date) -> list[Reason]:
    """Return what stands against a facility's own holiday, or against its staying open on a public one."""
    reasons = []
    public = public_holidays(country, day.year)
    if day < today:
        reasons.append(Reason("holiday_is_past", {"day": day, "today": today}, field="day"))
    if is_open and day not in public:
        reasons.append(Reason("no_holiday_to_open", {"day": day, "country": country}, field="day"))
    if not is_open and day in public:
        reasons.append(Reason("already_a_holiday", {"day": day, "country": country}, field="day"))
    return reasons


def has_calendar(country: str) -> bool:
    """Say whether the public holidays of a country are known."""
    return country in _countries()


@cache
def known_zones() -> tuple[str, ...]:
    """Return the names of time zones that people use, such as Europe/Stockholm."""
    return tuple(
        sorted(
            zone
            for zone in available_timezones()
            if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
        )
    )


def day_at(moment: datetime, zone: str) -> date:
    """Return the day that a moment falls on at a place."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _holidays(
    country: str, own: Mapping[date, tuple[str, bool]], first: date, after_last: date, language: str
) -> Iterator[Holiday]:
    public = {
        day: name
        for year in range(first.year, after_last.year + 1)
        for day, name in public_holidays(country, year, language).items()
    }
    for day in sorted(public.keys() | own.keys()):
        if not first <= day < after_last:
            continue
        if day in own:
            name, is_open = own[day]
            yield Holiday(day=day, name=name or public.get(day, ""), is_open=is_open, is_own=True)
        else:
            yield Holiday(day=day, name=public[day])


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


@cache
def _spoken(country: str, language: str) -> str | None:
    known = holidays.list_localized_countries().get(country, [])
    wanted = [language, f"{language}_{country}", "en_US", "en_GB"]
    return next((found for found in wanted if found in known), None)
