"""How the homes call things, in the reader's language: work, closures, distances of time, rooms."""

from datetime import date, datetime

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from portal.bookings.models import Booking, ClosureKind, RunKind, SlotRequest
from portal.bookings.roomtime import local_day
from portal.bookings.words import run_kind as run_kind_words
from portal.facilities.models import Cleanroom
from portal.web.filters import window
from portal.web.locale import local


def work(title: str, run_kind: RunKind) -> str:
    """Return what work is called: its title, or else what kind of run it is."""
    return title or run_kind_words(run_kind)


def closure(kind: ClosureKind) -> str:
    """Return why a cleanroom is closed."""
    return {
        ClosureKind.MAINTENANCE: _("maintenance"),
        ClosureKind.REQUALIFICATION: _("requalification"),
        ClosureKind.ASEPTIC_PROCESS_SIMULATION: _("aseptic process simulation"),
        ClosureKind.OTHER: _("other reasons"),
    }[kind]


def room(found: Cleanroom) -> str:
    """Return a cleanroom's code with its facility's name."""
    return f"{found.code}, {found.facility.name}"


def booked(booking: Booking) -> str:
    """Return when a booking is, in its facility's time."""
    block = booking.block
    return window(block.starts_at, block.ends_at, block.cleanroom.facility.time_zone)


def asked(request: SlotRequest) -> str | None:
    """Return the window that a request asks for, in its facility's time, or None while none is chosen."""
    if request.cleanroom is None or request.slot is None:
        return None
    return window(request.slot.start, request.slot.end, request.cleanroom.facility.time_zone)


def held_until(booking: Booking) -> datetime:
    """Return the moment at which a hold ends; at the latest its time begins."""
    return booking.held_until or booking.block.starts_at


def weekday(day: date) -> str:
    """Return a day with its weekday, for instance Tue 1 Dec."""
    return str(format_date(day, "EEE d MMM", locale=get_locale()))


def distance(day: date, today: date) -> str:
    """Return how far a day is from today, in words."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(num)s day ago", "%(num)s days ago", -days)
    if days == 1:
        return _("tomorrow")
    if days < 28:
        return _("in %(days)s days", days=days)
    return ngettext("in %(num)s week", "in %(num)s weeks", days // 7)


def days_left(due: datetime, at: datetime, zone: str) -> str:
    """Return how long something is still open, in days of its place."""
    days = (local_day(due, zone) - local_day(at, zone)).days
    if due <= at:
        return _("Lapsed")
    if days <= 0:
        return _("Until %(time)s today", time=f"{local(due, zone):%H:%M}")
    return ngettext("%(num)s day left", "%(num)s days left", days)


def since(moment_then: datetime, at: datetime, zone: str) -> str:
    """Return for how many days something has waited."""
    days = (local_day(at, zone) - local_day(moment_then, zone)).days
    if days <= 0:
        return _("Waits since today")
    return ngettext("Waits for %(num)s day", "Waits for %(num)s days", days)


def clock_time(value: datetime, zone: str) -> str:
    """Return a moment of a deadline at its place, with its weekday: Tue 1 Dec 17:00."""
    here = local(value, zone)
    return f"{weekday(here.date())} {here:%H:%M}"
