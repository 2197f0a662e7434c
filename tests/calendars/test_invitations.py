"""An invitation comes, moves and ends with its booking: one UID, rising SEQUENCE, nothing said twice."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.bookings import services
from portal.bookings.models import Booking
from portal.calendars import handlers
from portal.calendars.services import choose_invitations
from portal.core.actors import Actor
from portal.facilities.models import Cleanroom
from portal.ledger import Entry
from portal.mail.messages import Message, as_email
from portal.mail.models import OutgoingMail
from tests import make


class Scene:
    """A founder who wants invitations, a room, and whatever mail was posted."""

    def __init__(self, session: Session, app: Flask) -> None:
        """Store them."""
        self.session, self.app, self.told = session, app, 0
        self.room: Cleanroom = make.cleanroom(session)
        self.room.facility.moves_without_asking_days = 1
        self.manager = make.manager(session, self.room)
        self.founder: Actor = make.founder(session)
        choose_invitations(session, self.founder, invites=True, at=make.NOON)
        session.commit()

    def booked(self) -> Booking:
        """Store a confirmed booking."""
        request = make.slot_request(self.session, self.room, make.slot(11, 16), by=self.founder)
        return services.approve_request(self.session, self.manager, request.id, at=make.NOON)

    def mails(self) -> list[Any]:
        """Hand what happened to the handlers, and return the calendar parts that were posted since."""
        self.session.commit()
        with self.app.app_context():
            for entry in self.session.scalars(
                select(Entry).where(Entry.id > self.told).order_by(Entry.id)
            ).all():
                self.told = entry.id
                for handle in handlers.HANDLERS.get(entry.name, ()):
                    handle(self.session, entry, make.NOON)
        found = self.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
        parts = [_part(mail) for mail in found]
        for mail in found:
            self.session.delete(mail)
        self.session.commit()
        return parts


def _part(mail: OutgoingMail) -> Any:
    """Return the calendar in a mail as it travels, read back by the library."""
    message = Message(
        to=mail.recipient,
        subject=mail.subject,
        text=mail.text or "",
        html=mail.html,
        calendar=mail.calendar,
        calendar_method=mail.calendar_method,
    )
    sent = as_email(message, sender="Portal <portal@example.org>", number=1, posted_at=make.NOON)
    again = message_from_bytes(sent.as_bytes(), policy=default)
    part: Any
    [part] = [one for one in again.walk() if one.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(bytes(part.get_content(), "utf-8"))
    assert part["Content-Type"].params["method"] == str(calendar["METHOD"])
    assert calendar.walk("VTIMEZONE")
    return calendar


@pytest.fixture
def scene(session: Session, app: Flask) -> Scene:
    """Return the scene."""
    return Scene(session, app)


def event_of(calendar: Any) -> Any:
    """Return the one event of a calendar."""
    [event] = calendar.walk("VEVENT")
    return event


def test_an_invitation_comes_moves_and_ends_with_its_booking(scene: Scene) -> None:
    booking = scene.booked()
    [first] = scene.mails()
    services.propose_move(
        scene.session,
        scene.manager,
        booking.id,
        cleanroom_id=scene.room.id,
        slot=make.slot(18, 23),
        why="The autoclave is serviced.",
        at=make.NOON,
    )
    [second] = scene.mails()
    services.cancel_booking(scene.session, scene.founder, booking.id, note="No cells.", at=make.NOON)
    [third] = scene.mails()
    assert [str(one["METHOD"]) for one in (first, second, third)] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [event_of(one) for one in (first, second, third)]
    assert len({str(event["UID"]) for event in events}) == 1
    sequences = [int(event["SEQUENCE"]) for event in events]
    assert sequences == sorted(set(sequences))
    assert events[0]["DTSTART"].dt == make.slot(11, 16).start
    assert events[1]["DTSTART"].dt == make.slot(18, 23).start
    assert str(events[2]["STATUS"]) == "CANCELLED"
    assert "mailto:" in str(events[0]["ATTENDEE"])
    assert str(events[0]["ORGANIZER"]).startswith("mailto:")


def test_the_same_is_not_said_twice(scene: Scene) -> None:
    scene.booked()
    assert len(scene.mails()) == 1
    scene.told = 0
    assert scene.mails() == []


def test_who_does_not_want_them_gets_none_and_what_was_sent_is_kept_true(scene: Scene) -> None:
    booking = scene.booked()
    assert len(scene.mails()) == 1
    choose_invitations(scene.session, scene.founder, invites=False, at=make.NOON)
    services.cancel_booking(scene.session, scene.founder, booking.id, note="No cells.", at=make.NOON)
    [last] = scene.mails()
    assert str(last["METHOD"]) == "CANCEL"
    scene.booked()
    assert scene.mails() == []


def test_who_has_left_the_organisation_is_told_nothing(scene: Scene) -> None:
    scene.booked()
    for row in scene.session.scalars(select(Membership).where(Membership.user_id == scene.founder.user_id)):
        row.ended_at = make.NOON
    assert scene.mails() == []
