"""Bookings and meetings that come, move or go are told to calendars by mail."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings.events import (
    BookingCancelled,
    BookingMoved,
    ConditionLapsed,
    ConditionMet,
    NoShow,
    OfferAccepted,
    RequestApproved,
    RequestWithdrawn,
)
from portal.bookings.models import Booking
from portal.calendars.letters import letter, meeting_letter
from portal.calendars.meetings import next_meeting_mails
from portal.calendars.services import next_invitation
from portal.ledger import Entry
from portal.mail.delivery import EXTENSION
from portal.mail.services import post
from portal.matching.events import MeetingAgreed, MeetingCancelled, MeetingProposed

Handler = Callable[[Session, Entry, datetime], None]


def invite(session: Session, entry: Entry, at: datetime) -> None:
    """Send the invitation of a booking, its update or its end, if who asked for it wants them."""
    booking_id = entry.facts.get("booking_id")
    ids = (
        [int(booking_id)]
        if booking_id is not None
        else session.scalars(
            select(Booking.id).where(Booking.request_id == entry.facts["request_id"]).order_by(Booking.id)
        ).all()
    )
    _transport, sender = current_app.extensions[EXTENSION]
    for one in ids:
        told = next_invitation(session, one, at=at)
        if told is not None:
            post(session, letter(told, sender=sender, at=at), at=at)


def invite_guests(session: Session, entry: Entry, at: datetime) -> None:
    """Send each guest of a meeting the invitation, its update or its end, where it says something new."""
    _transport, sender = current_app.extensions[EXTENSION]
    for told in next_meeting_mails(session, entry.facts["meeting_id"], at=at):
        post(session, meeting_letter(told, sender=sender, at=at), at=at)


BOOKINGS: Mapping[str, tuple[Handler, ...]] = {
    event.name: (invite,)
    for event in (
        RequestApproved,
        OfferAccepted,
        ConditionMet,
        ConditionLapsed,
        RequestWithdrawn,
        BookingMoved,
        BookingCancelled,
        NoShow,
    )
}
MEETINGS: Mapping[str, tuple[Handler, ...]] = {
    event.name: (invite_guests,) for event in (MeetingProposed, MeetingAgreed, MeetingCancelled)
}
HANDLERS: Mapping[str, tuple[Handler, ...]] = {**BOOKINGS, **MEETINGS}
