"""How days, moments, windows, money and numbers are written, in the reader's language."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import get_locale, gettext

from portal.web.locale import local, time_zone


def init_app(app: Flask) -> None:
    """Give the filters to every template."""
    for write in (day, moment, window, money, number, tenths):
        app.add_template_filter(write)


@lru_cache(maxsize=8192)
def _written(value: date, form: str, locale: Locale | None) -> str:
    """Return a day in words; kept, because a page of many rows names the same days again and again."""
    return str(format_date(value, form, locale=locale))


def day(value: date | None, form: str = "d MMM yyyy") -> str:
    """Write a day, for instance 11 Jan 2027; an unknown one as "not known"."""
    if value is None:
        return gettext("not known")
    return _written(value, form, get_locale())


def moment(value: datetime | None, zone: str | None = None) -> str:
    """Write a moment as a zone's wall clock shows it, naming the zone where it differs from the reader's."""
    if value is None:
        return gettext("not known")
    reader = time_zone()
    here = local(value, zone or reader)
    named = _zone_named(here, reader) if zone not in (None, reader) else ""
    return f"{_written(here.date(), 'd MMM yyyy', get_locale())} {here:%H:%M}{named}"


def window(start: datetime, end: datetime, zone: str) -> str:
    """Write a stretch of time at a facility: whole days as 11–22 Jan 2027, shorter ones with hours.

    Hours name their zone where it differs from the reader's; a day is the facility's own, whoever reads it.
    """
    locale = get_locale()
    days = _whole_days(start, end, zone, locale)
    if days is not None:
        return days
    first, last = local(start, zone), local(end, zone)
    if first.date() == last.date():
        hours = f"{first:%H:%M}–{last:%H:%M}"
        return f"{_written(first.date(), 'd MMM yyyy', locale)} {hours}{_zone_named(first, time_zone())}"
    return f"{moment(start, zone)} – {moment(end, zone)}"


@lru_cache(maxsize=8192)
def _whole_days(start: datetime, end: datetime, zone: str, locale: Locale | None) -> str | None:
    """Return a stretch of whole days in words, or None for one that begins or ends within a day; kept as days are."""
    first, last = local(start, zone), local(end, zone)
    if (first.hour, first.minute, last.hour, last.minute) != (0, 0, 0, 0):
        return None
    last_day = (last - timedelta(days=1)).date()
    first_day = first.date()
    if first_day == last_day:
        return _written(first_day, "d MMM yyyy", locale)
    if (first_day.year, first_day.month) == (last_day.year, last_day.month):
        return f"{first_day.day}–{_written(last_day, 'd MMM yyyy', locale)}"
    if first_day.year == last_day.year:
        return f"{_written(first_day, 'd MMM', locale)} – {_written(last_day, 'd MMM yyyy', locale)}"
    return " – ".join(_written(one, "d MMM yyyy", locale) for one in (first_day, last_day))


def _zone_named(here: datetime, reader: str) -> str:
    """Return the town that a zone is named after where the reader's clock shows another time, else nothing."""
    if here.utcoffset() == local(here, reader).utcoffset():
        return ""
    return f" ({get_timezone_location(here, locale=get_locale(), return_city=True)})"


def money(minor_units: int | None, currency: str | None) -> str:
    """Write an amount given in minor units with its currency where the reader's language has it; an unknown one as "not published"."""
    if minor_units is None or currency is None:
        return gettext("not published")
    return _amount(minor_units, currency, get_locale())


@lru_cache(maxsize=8192)
def _amount(minor_units: int, currency: str, locale: Locale | None) -> str:
    amount = Decimal(minor_units) / 100
    figures = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
    form = f"{figures} ¤¤" if str(locale).startswith("sv") else f"¤¤ {figures}"
    return str(format_currency(amount, currency, format=form, locale=locale, currency_digits=False))


def number(value: float | Decimal | None) -> str:
    """Write a number with the reader's separators; an unknown one as "not published"."""
    if value is None:
        return gettext("not published")
    return _figure(value, get_locale())


@lru_cache(maxsize=8192)
def _figure(value: float | Decimal, locale: Locale | None) -> str:
    return str(format_decimal(value, locale=locale))


def tenths(value: float, *, signed: bool = False) -> str:
    """Write a number with one decimal, and on request with its sign, with the reader's separators."""
    form = "+#,##0.0;-#,##0.0" if signed else "#,##0.0"
    return str(format_decimal(value, format=form, locale=get_locale()))
