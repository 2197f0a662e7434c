"""The mail that carries an invitation, in its reader's language, with the calendar's own part beside the words."""

from dataclasses import replace
from datetime import datetime

from portal.calendars.files import invitation_file, meeting_file
from portal.calendars.meetings import MeetingToSend
from portal.calendars.services import ToSend
from portal.mail.messages import Message
from portal.mail.writing import page_address, write
from portal.web.filters import window
from portal.web.locale import read_by


def letter(told: ToSend, *, sender: str, at: datetime) -> Message:
    """Return the mail of an invitation, an update or a cancellation."""
    person, entry = told.person, told.entry
    with read_by(person.language, person.time_zone):
        message = write(
            "calendar_entry",
            to=person.email,
            language=person.language,
            name=person.name,
            room=entry.room,
            facility=entry.facility,
            window=window(entry.slot.start, entry.slot.end, entry.zone),
            reference=entry.reference,
            cancelled=told.cancelled,
            changed=told.changed,
            link=page_address("bookings.show_own_booking", booking_id=entry.booking_id),
            choose=page_address("calendars.index"),
        )
        file = invitation_file(
            entry,
            sender=sender,
            recipient=person.email,
            name=person.name,
            sequence=told.sequence,
            cancelled=told.cancelled,
            at=at,
        )
    return replace(message, calendar=file, calendar_method="CANCEL" if told.cancelled else "REQUEST")


def meeting_letter(told: MeetingToSend, *, sender: str, at: datetime) -> Message:
    """Return the mail of the meeting of an introduction: an invitation, an update or a cancellation."""
    person, meeting = told.person, told.meeting
    with read_by(person.language, person.time_zone):
        message = write(
            "meeting",
            to=person.email,
            language=person.language,
            name=person.name,
            reference=told.reference,
            window=window(meeting.starts_at, meeting.ends_at, person.time_zone),
            place=meeting.place,
            cancelled=told.cancelled,
            changed=told.changed,
            tentative=told.tentative,
            link=page_address("matching.show", introduction_id=meeting.introduction_id),
        )
        file = meeting_file(told, sender=sender, at=at)
    return replace(message, calendar=file, calendar_method="CANCEL" if told.cancelled else "REQUEST")
