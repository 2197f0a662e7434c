"""Entries as iCalendar: one event each, in the facility's zone, which comes with its rules."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache

from flask_babel import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from portal.bookings import words
from portal.bookings.forms.facility import closure_kind
from portal.bookings.models import BookingState
from portal.calendars.meetings import MeetingToSend
from portal.calendars.queries import Entry
from portal.mail.writing import host, page_address
from portal.web.locale import local

PRODUCT = "-//ATMP Portal//Calendars 1//EN"
REFRESH = timedelta(hours=1)
Property = tuple[str, str | datetime]
THEN = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the moment of reading until somebody reads."""
END = "END:VCALENDAR\r\n"
KEPT = 10_000
"""So many events stay written in a process, in some 10 MB."""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed as calendar programs read it, without the moment at which it was read."""

    text: str

    @property
    def digest(self) -> str:
        """Return what is the same for two files that say the same, and only for them."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def at(self, moment: datetime) -> bytes:
        """Return the file as it is read at a moment."""
        return self.text.replace(_stamp(THEN), _stamp(moment)).encode()


def feed_file(entries: Sequence[Entry], *, name: str) -> FeedFile:
    """Return a feed as a file that calendar programs read again each hour or so."""
    calendar = _calendar()
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    frame = calendar.to_ical().decode().removesuffix(END)
    zones = [_zone_text(zone) for zone in sorted({entry.zone for entry in entries} - {"UTC", "Etc/UTC"})]
    events = (_event_text(entry.version, entry.zone, tuple(_properties(entry))) for entry in entries)
    return FeedFile("".join([frame, *zones, *events, END]))


def _stamp(moment: datetime) -> str:
    """Return a line of its own: no typed text holds one, since its lines are escaped or begin with a space."""
    return f"\r\nDTSTAMP:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n"


@lru_cache
def _zone_text(zone: str) -> str:
    """Return the rules of a time zone for all times that are likely to be asked for."""
    return str(Timezone.from_tzid(zone).to_ical().decode())


@lru_cache(maxsize=KEPT)
def _event_text(sequence: int, _zone: str, properties: tuple[Property, ...]) -> str:
    """Return an event as the library writes it, which takes six times as long as all else that a feed needs.

    It follows from what is given and from nothing else. The zone is given too, since one moment in two zones counts as equal.
    """
    return str(_event_of(properties, sequence=sequence, at=THEN).to_ical().decode())


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
    event = _event_of(_properties(entry), sequence=sequence, at=at)
    return _invitation(event, sender=sender, recipient=recipient, name=name, cancelled=cancelled)


def meeting_file(told: MeetingToSend, *, sender: str, at: datetime) -> str:
    """Return the meeting of an introduction for one of its guests; it names neither side, as calendars are often shared."""
    meeting, person = told.meeting, told.person
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{host()}")
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


def _event_of(properties: Iterable[Property], *, sequence: int, at: datetime) -> Event:
    event = Event()
    event.add("sequence", sequence)
    event.add("dtstamp", at)
    for name, value in properties:
        event.add(name, value)
    return event


def _properties(entry: Entry) -> Iterator[Property]:
    """Yield what an event says of an entry, but for when and how often it was said."""
    yield "UID", _uid(entry)
    yield "DTSTART", local(entry.slot.start, entry.zone)
    yield "DTEND", local(entry.slot.end, entry.zone)
    yield "SUMMARY", _summary(entry)
    yield "LOCATION", f"{entry.room}, {entry.facility}, {entry.city}"
    yield "STATUS", "TENTATIVE" if entry.state is BookingState.HELD else "CONFIRMED"
    yield "TRANSP", "OPAQUE"
    if entry.booking_id is not None:
        endpoint = "bookings.show_booking" if entry.for_staff else "bookings.show_own_booking"
        yield "URL", page_address(endpoint, booking_id=entry.booking_id)
    if entry.reference:
        yield "DESCRIPTION", _("Request %(reference)s", reference=entry.reference)


def _uid(entry: Entry) -> str:
    if entry.booking_id is not None:
        return f"booking-{entry.booking_id}@{host()}"
    return f"closure-{entry.closure_id}@{host()}"


def _summary(entry: Entry) -> str:
    room = entry.room.split(" ", 1)[0]
    if entry.closure_kind is not None:
        return f"{room}: {closure_kind(entry.closure_kind)}"
    what = entry.title or (words.run_kind(entry.run_kind) if entry.run_kind else _("Booked"))
    if entry.state is BookingState.HELD:
        return _("%(room)s: %(what)s (held)", room=room, what=what)
    return f"{room}: {what}"
