"""Entries as iCalendar: one event each, in the facility's zone, which comes with its rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from flask_babel import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from portal.bookings import words
from portal.bookings.forms.facility import closure_kind
from portal.bookings.models import BookingState
from portal.calendars.queries import Entry
from portal.mail.writing import page_address
from portal.web.locale import local

PRODUCT = "-//ATMP Portal//Calendars 1//EN"
REFRESH = timedelta(hours=1)


def feed_file(entries: Iterable[Entry], *, name: str, staff: bool, at: datetime) -> bytes:
    """Return a feed as a file that calendar programs read again each hour or so."""
    calendar = _calendar()
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, sequence=entry.version, staff=staff, at=at))
    return _written(calendar)


def invitation_file(
    entry: Entry,
    *,
    sender: str,
    recipient: str,
    name: str,
    sequence: int,
    cancelled: bool,
    at: datetime,
) -> str:
    """Return what a mail program offers to keep, or takes away again, as iTIP has it."""
    calendar = _calendar()
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    event = _event(entry, sequence=sequence, staff=False, at=at)
    if cancelled:
        event["STATUS"] = vText("CANCELLED")
    event.add("organizer", vCalAddress(f"mailto:{parseaddr(sender)[1] or sender}"))
    attendee = vCalAddress(f"mailto:{recipient}")
    attendee.params["CN"] = vText(name)
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee)
    calendar.add_component(event)
    return _written(calendar).decode()


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _written(calendar: Calendar) -> bytes:
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: Entry, *, sequence: int, staff: bool, at: datetime) -> Event:
    event = Event()
    event.add("uid", _uid(entry))
    event.add("sequence", sequence)
    event.add("dtstamp", at)
    event.add("dtstart", local(entry.slot.start, entry.zone))
    event.add("dtend", local(entry.slot.end, entry.zone))
    event.add("summary", _summary(entry))
    event.add("location", f"{entry.room}, {entry.facility}, {entry.city}")
    event.add("status", "TENTATIVE" if entry.state is BookingState.HELD else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if entry.booking_id is not None:
        endpoint = "bookings.show_booking" if staff else "bookings.show_own_booking"
        event.add("url", page_address(endpoint, booking_id=entry.booking_id))
    if entry.reference:
        event.add("description", _("Request %(reference)s", reference=entry.reference))
    return event


def _uid(entry: Entry) -> str:
    host = urlsplit(page_address("home.start")).hostname or "portal"
    if entry.booking_id is not None:
        return f"booking-{entry.booking_id}@{host}"
    return f"closure-{entry.closure_id}@{host}"


def _summary(entry: Entry) -> str:
    room = entry.room.split(" ", 1)[0]
    if entry.closure_kind is not None:
        return f"{room}: {closure_kind(entry.closure_kind)}"
    what = entry.title or (words.run_kind(entry.run_kind) if entry.run_kind else _("Booked"))
    if entry.state is BookingState.HELD:
        return _("%(room)s: %(what)s (held)", room=room, what=what)
    return f"{room}: {what}"
