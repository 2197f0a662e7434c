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
from portal.calendars.meetings import MeetingToSend
from portal.calendars.queries import Entry
from portal.mail.writing import page_address
from portal.web.locale import local

PRODUCT = "-//ATMP Portal//Calendars 1//EN"
REFRESH = timedelta(hours=1)


def feed_file(entries: Iterable[Entry], *, name: str, at: datetime) -> bytes:
    """Return a feed as a file that calendar programs read again each hour or so."""
    calendar = _calendar()
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, sequence=entry.version, at=at))
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
    event = _event(entry, sequence=sequence, at=at)
    return _invitation(event, sender=sender, recipient=recipient, name=name, cancelled=cancelled)


def meeting_file(told: MeetingToSend, *, sender: str, at: datetime) -> str:
    """Return the meeting of an introduction for one of its guests; it names neither side, as calendars are often shared."""
    meeting, person = told.meeting, told.person
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{_host()}")
    event.add("sequence", told.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", local(meeting.starts_at, person.time_zone))
    event.add("dtend", local(meeting.ends_at, person.time_zone))
    event.add("summary", _("Meeting about project %(reference)s", reference=told.reference))
    if meeting.place and not told.cancelled:
        event.add("location", meeting.place)
    event.add("status", "TENTATIVE" if told.tentative else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("url", page_address("matching.show", introduction_id=meeting.introduction_id))
    return _invitation(
        event, sender=sender, recipient=person.email, name=person.name, cancelled=told.cancelled
    )


def _invitation(event: Event, *, sender: str, recipient: str, name: str, cancelled: bool) -> str:
    calendar = _calendar()
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
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


def _event(entry: Entry, *, sequence: int, at: datetime) -> Event:
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
        endpoint = "bookings.show_booking" if entry.for_staff else "bookings.show_own_booking"
        event.add("url", page_address(endpoint, booking_id=entry.booking_id))
    if entry.reference:
        event.add("description", _("Request %(reference)s", reference=entry.reference))
    return event


def _uid(entry: Entry) -> str:
    if entry.booking_id is not None:
        return f"booking-{entry.booking_id}@{_host()}"
    return f"closure-{entry.closure_id}@{_host()}"


def _host() -> str:
    return urlsplit(page_address("home.start")).hostname or "portal"


def _summary(entry: Entry) -> str:
    room = entry.room.split(" ", 1)[0]
    if entry.closure_kind is not None:
        return f"{room}: {closure_kind(entry.closure_kind)}"
    what = entry.title or (words.run_kind(entry.run_kind) if entry.run_kind else _("Booked"))
    if entry.state is BookingState.HELD:
        return _("%(room)s: %(what)s (held)", room=room, what=what)
    return f"{room}: {what}"
