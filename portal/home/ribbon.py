"""The ribbon under the header: half a year of weeks, and what of it is the reader's own."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings.models import BookingState
from portal.bookings.roomtime import local_day, midnight
from portal.core.actors import Actor, Role
from portal.facilities import words as facility_words
from portal.home import words
from portal.home.queries.year import Ending, Taken, closed_and_held, endings, own_time, own_wishes
from portal.home.rules.year import DAYS, Mark, Stretch, Year, days_of
from portal.web.filters import day, window
from portal.web.locale import local

MOST_SAID = 6
DONE = (BookingState.IN_USE, BookingState.COMPLETED)


def ribbon_for(session: Session, actor: Actor | None, *, at: datetime, zone: str) -> dict[str, Any]:
    """Return the ribbon as the layout draws it, around the reader's today; a visitor sees the weeks alone."""
    year = Year(local_day(at, zone))
    marks = year.marks(stretches_of(session, actor, year, zone=zone)) if actor is not None else []
    return drawn(year, marks, is_visitor=actor is None)


def stretches_of(session: Session, actor: Actor, year: Year, *, zone: str) -> list[Stretch]:
    """Return what of the half year is the reader's own: their organisation's time, and that of their facilities."""
    since, until = (
        midnight(year.first - timedelta(days=1), zone),
        midnight(year.last + timedelta(days=2), zone),
    )
    found: list[Stretch] = []
    if Role.FOUNDER in actor.roles and actor.organisation_id is not None:
        for taken in own_time(session, actor, since=since, until=until):
            found += _own(taken)
        found += [_asked(taken) for taken in own_wishes(session, actor, since=since, until=until)]
    if actor.facility_ids:
        for taken in closed_and_held(session, actor.facility_ids, since=since, until=until):
            found += _at_facility(taken)
        found += [
            _ending(ending)
            for ending in endings(session, actor.facility_ids, since=year.first, until=year.last)
        ]
    return found


def drawn(year: Year, marks: Iterable[Mark], *, is_visitor: bool) -> dict[str, Any]:
    """Return the half year and its marks in words, columns and spans."""
    weeks, marks = year.weeks(), list(marks)
    return {
        "week_label": _("Week %(number)s", number=year.today.isocalendar().week),
        "today_label": str(format_date(year.today, "EEE d MMM yyyy", locale=get_locale())),
        "today_column": year.today_column,
        "sentence": _sentence(year, marks, is_visitor=is_visitor),
        "weeks": [
            (week.column, 7, week.number, week.begins_month, week.is_now, _month(week.monday))
            for week in weeks
        ],
        "marks": [(mark.kind, mark.column, mark.span, "; ".join(mark.labels)) for mark in marks],
    }


def _sentence(year: Year, marks: list[Mark], *, is_visitor: bool) -> str:
    span = {"first": day(year.first), "last": day(year.last)}
    if is_visitor:
        return _("The weeks from %(first)s to %(last)s.", **span)
    ahead = sorted(
        (mark for mark in marks if mark.column + mark.span > year.today_column),
        key=lambda mark: (mark.column, mark.span),
    )
    said = list(dict.fromkeys(label for mark in ahead for label in mark.labels))
    if not said:
        return _("Your half year from %(first)s to %(last)s: nothing of yours lies ahead in it.", **span)
    words_ahead = "; ".join(said[:MOST_SAID])
    if len(said) > MOST_SAID:
        rest = len(said) - MOST_SAID
        words_ahead += "; " + ngettext("and %(num)s more", "and %(num)s more", rest)
    return _("What lies ahead in your half year: %(what)s.", what=words_ahead)


def _month(monday: date) -> str:
    return str(format_date(monday, "LLL", locale=get_locale())).rstrip(".")


def _own(taken: Taken) -> list[Stretch]:
    first, last = days_of(taken.starts_at, taken.ends_at, taken.zone)
    values = {"room": taken.room, "window": window(taken.starts_at, taken.ends_at, taken.zone)}
    if taken.state is BookingState.HELD:
        kind, label = "held", _("%(room)s held for you %(window)s", **values)
    elif taken.state in DONE:
        kind, label = "done", _("work in %(room)s %(window)s", **values)
    else:
        kind, label = "firm", _("%(room)s booked %(window)s", **values)
    found = [Stretch(kind, first, last, label)]
    if taken.held_until is not None:
        found.append(_due(taken, taken.held_until, is_own=True))
    return found


def _asked(taken: Taken) -> Stretch:
    first, last = days_of(taken.starts_at, taken.ends_at, taken.zone)
    asked_for = window(taken.starts_at, taken.ends_at, taken.zone)
    return Stretch(
        "asked", first, last, _("%(room)s asked for %(window)s", room=taken.room, window=asked_for)
    )


def _at_facility(taken: Taken) -> list[Stretch]:
    first, last = days_of(taken.starts_at, taken.ends_at, taken.zone)
    values = {"room": taken.room, "window": window(taken.starts_at, taken.ends_at, taken.zone)}
    if taken.closure is not None:
        label = _("%(room)s closed %(window)s, %(why)s", why=words.closure(taken.closure), **values)
        return [Stretch("closed", first, last, label)]
    found = [Stretch("held", first, last, _("%(room)s held %(window)s", **values))]
    if taken.held_until is not None:
        found.append(_due(taken, taken.held_until, is_own=False))
    return found


def _due(taken: Taken, until: datetime, *, is_own: bool) -> Stretch:
    on = local(until, taken.zone).date()
    values = {"room": taken.room, "when": words.clock_time(until, taken.zone)}
    if taken.condition is not None:
        label = _("condition for %(room)s due %(when)s", **values)
    elif is_own:
        label = _("offer of %(room)s to answer by %(when)s", **values)
    else:
        label = _("hold of %(room)s lapses %(when)s", **values)
    return Stretch("due", on, on, label)


def _ending(ending: Ending) -> Stretch:
    if ending.is_qualification:
        label = _("qualification of %(room)s ends %(day)s", room=ending.name, day=day(ending.day))
    else:
        label = _(
            "%(licence)s ends %(day)s", licence=facility_words.licence_kind(ending.name), day=day(ending.day)
        )
    return Stretch("due", ending.day, ending.day, label)


__all__ = ["DAYS", "drawn", "ribbon_for", "stretches_of"]
