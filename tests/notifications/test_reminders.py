"""What waits and what will end is called to mind, once each."""

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import services as bookings
from portal.bookings.models import Booking, RequestState
from portal.core.actors import Role
from portal.ledger import Entry
from portal.notifications.models import Message
from portal.notifications.services import remind
from tests import make
from tests.notifications.test_handlers import deliver, told

DAY = timedelta(days=1)


def reminders(session: Session) -> list[str]:
    names = session.scalars(select(Entry.name).where(Entry.name.like("reminder.%")).order_by(Entry.id))
    return list(names)


def test_a_request_that_waits_is_called_to_the_managers_mind_once(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    request = make.slot_request(session, room, make.slot(11, 16), waiting_since=make.NOON)
    for hours in (71, 72, 73, 200):
        remind(session, at=make.NOON + timedelta(hours=hours))
    assert reminders(session) == ["reminder.request_waits"]
    deliver(app, session, make.NOON + 3 * DAY)
    assert told(session, manager.user_id) == ["reminder.request_waits"]
    request.waiting_since = make.NOON + 2 * DAY
    remind(session, at=make.NOON + 5 * DAY)
    assert len(reminders(session)) == 2


def test_a_question_that_waits_is_called_to_the_founders_mind(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    asker, manager = make.founder(session), make.manager(session, room)
    make.slot_request(
        session, room, make.slot(11, 16), by=asker, state=RequestState.NEEDS_INFO, waiting_since=make.NOON
    )
    remind(session, at=make.NOON + 3 * DAY)
    deliver(app, session, make.NOON + 3 * DAY)
    assert told(session, asker.user_id) == ["reminder.information_missing"]
    assert told(session, manager.user_id) == []


def test_an_offer_that_ends_within_a_day_is_called_to_mind_once(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    asker = make.founder(session)
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    bookings.offer_window(
        session,
        make.manager(session, room),
        request.id,
        cleanroom_id=room.id,
        slot=make.slot(25, 30),
        at=make.NOON,
    )
    until = session.scalars(select(Booking.held_until)).one()
    assert until is not None
    for hours in (30, 25, 23, 1):
        remind(session, at=until - timedelta(hours=hours))
    remind(session, at=until + timedelta(hours=1))
    assert reminders(session) == ["reminder.offer_ends"]
    deliver(app, session, until - timedelta(hours=1))
    assert told(session, asker.user_id)[-1] == "reminder.offer_ends"


def test_a_booking_that_begins_soon_is_called_to_mind_unless_it_was_made_just_now(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, make.slot(11, 16))
    bookings.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    start = make.midnight(11)
    for days in (4, 2, 1):
        remind(session, at=start - days * DAY)
    remind(session, at=start + DAY)
    assert reminders(session) == ["reminder.booking_starts"]
    late = make.slot_request(session, make.cleanroom(session), make.slot(11, 16))
    assert late.cleanroom_id is not None
    late_room = make.facility_of(session, late.cleanroom_id)
    bookings.approve_request(session, make.manager(session, late_room), late.id, at=start - 2 * DAY)
    remind(session, at=start - DAY)
    assert reminders(session) == ["reminder.booking_starts"]


def test_a_qualification_that_ends_is_called_to_mind_twice(app: Flask, session: Session) -> None:
    room = make.cleanroom(session, qualified_until=date(2027, 3, 20))
    qa = make.duty(session, room.facility, Role.QA)
    for day in (61, 60, 40, 14, 3, -1):
        remind(session, at=make.midnight(20, 3) + timedelta(hours=9) - day * DAY)
    assert reminders(session) == ["reminder.qualification_ends"] * 2
    deliver(app, session, make.midnight(20, 3))
    assert told(session, qa.user_id) == ["reminder.qualification_ends"] * 2
    assert {message.subject_id for message in session.scalars(select(Message))} == {room.id}
