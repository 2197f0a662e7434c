"""From what happens to requests and bookings, to those whom it concerns; once, and nobody of their own doing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.core.actors import Role
from portal.facilities.models import Training
from portal.jobs.deliveries import deliver_waiting
from portal.ledger import Delivery, Entry, Waiting
from portal.mail.models import OutgoingMail
from portal.notifications import handlers as notifications
from portal.notifications.models import Message
from portal.notifications.words import WORDS
from tests import make

LATER = make.NOON + timedelta(minutes=1)


def deliver(app: Flask, session: Session, at: datetime = LATER) -> int:
    """Carry what waits to its handlers, on the test's connection."""
    session.commit()
    with app.test_request_context():
        return deliver_waiting(unit_on(session), session, at=at)


def unit_on(session: Session) -> Callable[[Callable[[Session], object]], object]:
    """Return a unit of work on the test's own session."""

    def in_one_unit(work: Callable[[Session], object]) -> object:
        try:
            done = work(session)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        return done

    return in_one_unit


def told(session: Session, user_id: int) -> list[str]:
    """Return the codes of what a person was told, oldest first."""
    question = select(Message.code).where(Message.recipient_id == user_id).order_by(Message.id)
    return list(session.scalars(question))


def test_the_requester_is_told_and_the_manager_who_decided_is_not(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    asker, manager = make.founder(session), make.manager(session, room)
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    services.approve_request(session, manager, request.id, at=make.NOON)
    deliver(app, session)
    assert told(session, asker.user_id) == ["request.approved"]
    assert told(session, manager.user_id) == []


def test_those_who_asked_for_the_same_time_are_told_that_their_request_stays(
    app: Flask, session: Session
) -> None:
    room = make.cleanroom(session)
    rival = make.founder(session)
    request = make.slot_request(session, room, make.slot(11, 16))
    make.slot_request(session, room, make.slot(14, 19), by=rival)
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    deliver(app, session)
    assert told(session, rival.user_id) == ["request.time_given_away"]


def test_who_is_named_to_run_a_booking_or_no_longer_is_told_and_nobody_else(
    app: Flask, session: Session
) -> None:
    room = make.cleanroom(session)
    asker, manager = make.founder(session), make.manager(session, room)
    first, second = (make.duty(session, room.facility, Role.QP) for _ in range(2))
    for one in (first, second):
        session.add(Training(cleanroom_id=room.id, user_id=one.user_id, valid_until=date(2027, 6, 1)))
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    booking = services.approve_request(session, manager, request.id, at=make.NOON)
    services.name_operators(session, manager, booking.id, [first.user_id], at=make.NOON)
    services.name_operators(session, manager, booking.id, [second.user_id], at=make.NOON)
    deliver(app, session)
    assert told(session, first.user_id) == ["booking.operators_named", "booking.operator_released"]
    assert told(session, second.user_id) == ["booking.operators_named"]
    assert told(session, asker.user_id) == ["request.approved"]


def test_who_has_two_requests_for_the_time_is_told_of_each_once(app: Flask, session: Session) -> None:
    room, rival = make.cleanroom(session), make.founder(session)
    request = make.slot_request(session, room, make.slot(11, 16))
    others = {make.slot_request(session, room, make.slot(14, last), by=rival).id for last in (19, 21)}
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    for _time in range(2):
        deliver(app, session)
        told_of = session.scalars(select(Message.subject_id).where(Message.recipient_id == rival.user_id))
        assert sorted(told_of) == sorted(others)
        session.add(Waiting(entry_id=session.scalars(select(Entry.id)).one()))


def test_nobody_is_told_twice_however_often_it_is_delivered(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    asker = make.founder(session)
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    assert deliver(app, session) > 0
    entry = session.scalars(select(Entry)).one()
    session.add(Waiting(entry_id=entry.id))
    assert deliver(app, session) == 0
    assert told(session, asker.user_id) == ["request.approved"]


def test_what_is_fresh_is_mailed_and_old_news_is_in_the_inbox_only(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    first, second = (
        make.slot_request(session, room, slot) for slot in (make.slot(11, 16), make.slot(25, 30))
    )
    services.approve_request(session, manager, first.id, at=make.NOON)
    deliver(app, session)
    services.approve_request(session, manager, second.id, at=make.NOON)
    deliver(app, session, make.NOON + timedelta(days=3))
    assert len(session.scalars(select(Message)).all()) == 2
    mail = session.scalars(select(OutgoingMail)).one()
    assert first.reference in mail.subject


def test_a_failing_handler_is_tried_again_later_and_holds_up_nobody(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, make.slot(11, 16))
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    session.commit()
    calls = []

    def fails(_session: Session, _entry: Entry, _at: datetime) -> None:
        calls.append("fails")
        raise RuntimeError("the mail server is on fire")

    def works(_session: Session, _entry: Entry, _at: datetime) -> None:
        calls.append("works")

    handlers = {"request.approved": (fails, works)}
    for minutes in (0, 0, 60):
        at = make.NOON + timedelta(minutes=minutes)
        deliver_waiting(unit_on(session), session, at=at, handlers=handlers)
    assert calls == ["fails", "works", "fails"]
    failed = session.scalars(select(Delivery).where(Delivery.attempts > 0)).one()
    assert failed.last_error == "RuntimeError: the mail server is on fire"


def test_everything_that_can_be_told_has_words() -> None:
    told = {
        "request.time_given_away",
        "booking.operator_released",
        "teaser.fits",
        "adviser_case.given",
        "adviser_case.taken",
    }  # which follow from an event without being one
    followed = {"project.registered", "project.edited", "adviser_case.assigned"}
    assert (set(notifications.HANDLERS) - followed) | told == set(WORDS)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_mail_is_in_the_language_of_its_reader(app: Flask, session: Session, language: str) -> None:
    room = make.cleanroom(session)
    owner = make.organisation(session)
    asker = make.member(session, owner, *make.founder(session).roles, language=language)
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    services.waitlist_request(session, make.manager(session, room), request.id, at=make.NOON)
    deliver(app, session)
    text = session.scalars(select(OutgoingMail.text)).one()
    assert (text or "").startswith("Hello" if language == "en" else "Hej")
