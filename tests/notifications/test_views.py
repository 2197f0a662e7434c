"""The inbox, what people choose, and stopping mail without signing in."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.bookings import services as bookings
from portal.bookings.models import SlotRequest
from portal.core.actors import Actor, Role
from portal.facilities.models import Cleanroom
from portal.ledger import record
from portal.mail.models import OutgoingMail
from portal.notifications.events import RequestWaits
from portal.notifications.models import Message, Preference
from portal.notifications.rules import Topic, Way
from portal.notifications.services import remind
from portal.notifications.stopping import stop_address
from tests import make
from tests.client import PageClient
from tests.notifications.test_handlers import deliver

BASE = "http://127.0.0.1:5000"


@pytest.fixture
def room(session: Session) -> Cleanroom:
    return make.cleanroom(session)


@pytest.fixture
def manager(session: Session, room: Cleanroom) -> Actor:
    return make.manager(session, room)


@pytest.fixture
def asker(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def approved(app: Flask, session: Session, room: Cleanroom, manager: Actor, asker: Actor) -> SlotRequest:
    """Return a request of the founder's that was approved, of which they were told."""
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    bookings.approve_request(session, manager, request.id, at=make.NOON)
    deliver(app, session)
    return request


def only(session: Session) -> Message:
    session.expire_all()
    return session.scalars(select(Message)).one()


def test_an_inbox_is_filtered_by_what_stands_in_its_address(
    client: PageClient, approved: SlotRequest, asker: Actor
) -> None:
    client.sign_in(asker)
    for path, there in (
        ("/messages", True),
        ("/messages?show=unread", True),
        ("/messages?topic=decisions", True),
        ("/messages?topic=bookings", False),
        ("/messages?show=archived", False),
        ("/messages?show=nonsense&topic=nonsense&page=x", True),
    ):
        assert (approved.reference in client.get(path).text) is there, path
    assert "Messages: 1 unread" in client.get("/").text
    client.post("/messages/read")
    assert "Messages: 0 unread" in client.get("/").text
    assert "You have read everything" in client.get("/messages?show=unread").text


def test_a_message_is_put_away_and_taken_out_again(
    client: PageClient, session: Session, approved: SlotRequest, asker: Actor
) -> None:
    client.sign_in(asker)
    message_id = only(session).id
    back = client.post(f"/messages/{message_id}/archive", {"show": "unread", "topic": "decisions"})
    assert back.location == "/messages?show=unread&topic=decisions"
    assert only(session).read_at is not None
    assert approved.reference not in client.get("/messages").text
    assert approved.reference in client.get("/messages?show=archived").text
    client.post(f"/messages/{message_id}/restore", {"show": "//evil.example"})
    assert approved.reference in client.get("/messages").text
    client.post("/messages/archive")
    assert only(session).archived_at is not None
    client.sign_in(make.founder(session))
    assert client.post(f"/messages/{message_id}/restore").status_code == 404
    assert client.post(f"/messages/{message_id}/archive").status_code == 404


def test_a_message_leads_to_the_thing_itself_and_is_read_then(
    client: PageClient, session: Session, approved: SlotRequest, asker: Actor
) -> None:
    answer = client.sign_in(asker).get(f"/messages/{only(session).id}")
    assert answer.location == f"/requests/{approved.id}"
    assert only(session).read_at is not None


def test_what_one_may_no_longer_see_a_message_does_not_show(
    client: PageClient, session: Session, approved: SlotRequest, asker: Actor, room: Cleanroom
) -> None:
    other = make.organisation(session)
    session.add(
        Membership(user_id=asker.user_id, organisation_id=other.id, role=Role.FOUNDER, since=make.NOON)
    )
    session.execute(
        update(Membership)
        .where(Membership.organisation_id == asker.organisation_id)
        .values(ended_at=make.NOON)
    )
    client.sign_in(Actor(user_id=asker.user_id, organisation_id=other.id, roles=asker.roles))
    page = client.get("/messages").text
    assert "You can no longer see what this message was about." in page
    for secret in (approved.reference, room.name, room.facility.name):
        assert secret not in page
    assert client.get(f"/messages/{only(session).id}").status_code == 404


def test_a_message_for_another_organisation_of_mine_says_so(
    client: PageClient, session: Session, approved: SlotRequest, asker: Actor
) -> None:
    other = make.organisation(session)
    session.add(
        Membership(user_id=asker.user_id, organisation_id=other.id, role=Role.FOUNDER, since=make.NOON)
    )
    client.sign_in(Actor(user_id=asker.user_id, organisation_id=other.id, roles=asker.roles))
    assert approved.reference in client.get("/messages").text
    answer = client.get(f"/messages/{only(session).id}", follow_redirects=True)
    assert "another organisation of yours" in answer.text


def test_a_long_inbox_has_pages(
    client: PageClient, session: Session, approved: SlotRequest, asker: Actor, room: Cleanroom
) -> None:
    for number in range(54):
        since = make.NOON + timedelta(days=number)
        event = RequestWaits(request_id=approved.id, cleanroom_id=room.id, since=since)
        entry_id = record(session, event, at=since)
        session.add(
            Message(
                recipient_id=asker.user_id,
                entry_id=entry_id,
                code=event.name,
                subject_kind="slot_request",
                subject_id=approved.id,
            )
        )
    first, last = (client.sign_in(asker).get(f"/messages?page={page}").text for page in (1, 99))
    for page in (first, last):
        assert "55 messages" in page
    assert first.count("has waited for your answer") == 50
    assert last.count("has waited for your answer") == 4
    assert "is booked for" in last


def test_people_choose_how_they_are_told(
    client: PageClient, session: Session, asker: Actor, manager: Actor
) -> None:
    page = client.sign_in(asker).get("/account/messages").text
    assert "Decisions on requests" in page
    assert "Requests to your facility" not in page
    chosen = {
        "decisions": "digest",
        "bookings": "at_once",
        "deadlines": "none",
        "gates": "portal",
        "introductions": "digest",
        "referrals": "digest",
        "reminders": "portal",
        "work": "none",
        "hour": "18",
    }
    assert client.post("/account/messages", chosen).status_code == 303
    kept = {row.topic: row.way for row in session.scalars(select(Preference))}
    assert kept[Topic.DECISIONS] is Way.DIGEST
    assert kept[Topic.DEADLINES] is Way.NONE
    again = client.get("/account/messages").text
    assert 'value="digest" checked' in again
    assert '<option selected value="18">' in again
    for wrong in ({"decisions": "none"}, {"decisions": "portal"}, {"hour": "24"}, {"work": ""}):
        assert client.post("/account/messages", {**chosen, **wrong}).status_code == 422
    assert "Requests to your facility" in client.sign_in(manager).get("/account/messages").text


def test_who_wants_nothing_of_a_topic_gets_nothing(app: Flask, session: Session, room: Cleanroom) -> None:
    asker, other = make.founder(session), make.founder(session)
    session.add(Preference(user_id=asker.user_id, topic=Topic.REMINDERS, way=Way.NONE))
    for actor in (asker, other):
        where = make.cleanroom(session, room.facility)
        request = make.slot_request(session, where, make.slot(11, 16), by=actor)
        bookings.approve_request(session, make.manager(session, where), request.id, at=make.NOON)
    remind(session, at=make.midnight(10))
    deliver(app, session, make.midnight(10))
    reminded = select(Message.recipient_id).where(Message.code == "reminder.booking_starts")
    assert session.scalars(reminded).all() == [other.user_id]


def token_of(app: Flask, user_id: int, topic: Topic | None) -> str:
    with app.app_context():
        return stop_address(user_id, topic).removeprefix(BASE)


def test_mail_is_stopped_with_one_click_without_signing_in(
    app: Flask, client: PageClient, session: Session, asker: Actor
) -> None:
    address = token_of(app, asker.user_id, Topic.DEADLINES)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        asked = client.get(address)
        assert "Stop mail: Deadlines" in asked.text
        assert session.scalars(select(Preference)).all() == []
        done = client.post(address, {"List-Unsubscribe": "One-Click"})
        assert client.post(address).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert "It is stopped." in done.text
    (kept,) = session.scalars(select(Preference))
    assert (kept.user_id, kept.topic, kept.way) == (asker.user_id, Topic.DEADLINES, Way.PORTAL)


def test_a_stopped_digest_keeps_what_binds(
    app: Flask, client: PageClient, session: Session, asker: Actor
) -> None:
    session.add(Preference(user_id=asker.user_id, topic=Topic.DECISIONS, way=Way.DIGEST))
    done = client.post(token_of(app, asker.user_id, None))
    assert "but for this: Decisions on requests" in done.text
    kept = {row.topic: row.way for row in session.scalars(select(Preference))}
    assert kept[Topic.DECISIONS] is Way.DIGEST
    assert kept[Topic.REMINDERS] is Way.PORTAL


def test_an_address_that_nobody_signed_stops_nothing(
    app: Flask, client: PageClient, session: Session, asker: Actor
) -> None:
    address = token_of(app, asker.user_id, Topic.DEADLINES)
    for wrong in (address[:-2], f"{address}x", "/messages/stop/x", "/messages/stop/WzEsIngiXQ.x"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong).status_code == 404
    assert session.scalars(select(Preference)).all() == []


def test_mail_stops_at_once_for_what_happens_next(
    app: Flask, client: PageClient, session: Session, room: Cleanroom, manager: Actor, asker: Actor
) -> None:
    request = make.slot_request(session, room, make.slot(11, 16), by=asker, waiting_since=make.NOON)
    bookings.ask_for_information(session, manager, request.id, note="Which cells?", at=make.NOON)
    client.post(token_of(app, asker.user_id, Topic.DEADLINES))
    deliver(app, session)
    before = session.scalar(select(func.count()).select_from(OutgoingMail))
    later = make.NOON + timedelta(days=4)
    remind(session, at=later)
    deliver(app, session, later)
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == before
    codes = session.scalars(select(Message.code).where(Message.recipient_id == asker.user_id)).all()
    assert "reminder.information_missing" in codes
    assert session.get_one(User, asker.user_id).active
