"""One mail a day, with what is new and unread; nothing when there is nothing, and nothing twice."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.bookings import services
from portal.bookings.models import SlotRequest
from portal.core.actors import Actor, Role
from portal.mail.models import OutgoingMail
from portal.notifications.digests import post_digests
from portal.notifications.models import Message
from portal.notifications.rules import Topic, Way
from portal.notifications.services import Choices, choose, read_all
from tests import make
from tests.notifications.test_handlers import deliver

MORNING = make.NOON.replace(hour=6) + timedelta(days=1)
"""Seven o'clock in Stockholm, the day after."""

Digest = Callable[[datetime], int]


@pytest.fixture
def asker(session: Session) -> Actor:
    """Return a founder who wants everything once a day."""
    actor = make.founder(session)
    choose_all(session, actor, Way.DIGEST)
    return actor


def choose_all(session: Session, actor: Actor, way: Way, hour: int = 7, at: datetime = make.NOON) -> None:
    ways = dict.fromkeys((Topic.DECISIONS, Topic.BOOKINGS), way)
    choose(session, actor, Choices(ways=ways, hour=hour), at=at)
    session.commit()


@pytest.fixture
def digest(app: Flask, session: Session) -> Digest:
    def post(at: datetime) -> int:
        session.commit()
        with app.app_context():
            number = post_digests(at=at)
        session.expire_all()
        return number

    return post


def approve(app: Flask, session: Session, asker: Actor, number: int = 1) -> None:
    for _ in range(number):
        room = make.cleanroom(session)
        request = make.slot_request(session, room, make.slot(11, 16), by=asker)
        services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    deliver(app, session)


def mails(session: Session) -> list[OutgoingMail]:
    return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def test_what_happened_comes_once_a_day_in_one_mail(
    app: Flask, session: Session, asker: Actor, digest: Digest
) -> None:
    approve(app, session, asker, 3)
    assert mails(session) == []
    assert [digest(MORNING - timedelta(seconds=1)), digest(MORNING), digest(MORNING)] == [0, 1, 0]
    (mail,) = mails(session)
    assert mail.subject == "3 things have happened"
    assert mail.text is not None
    assert mail.html is not None
    for form in (mail.text, mail.html):
        assert form.count("is booked for") == 3
        assert form.count("/messages/") >= 3
    assert mail.unsubscribe is not None
    assert digest(MORNING + timedelta(days=1)) == 0


def test_what_was_read_put_away_or_is_no_longer_theirs_is_left_out(
    app: Flask, session: Session, asker: Actor, digest: Digest
) -> None:
    approve(app, session, asker)
    read_all(session, asker, at=make.NOON)
    assert digest(MORNING) == 0
    approve(app, session, asker)
    session.execute(update(Membership).values(ended_at=make.NOON))
    assert digest(MORNING) == 0
    assert mails(session) == []
    assert set(session.scalars(select(Message.digest_at))) == {None}


def test_who_was_shut_out_gets_none(app: Flask, session: Session, asker: Actor, digest: Digest) -> None:
    approve(app, session, asker)
    session.execute(update(User).where(User.id == asker.user_id).values(active=False))
    assert digest(MORNING) == 0


def test_days_on_which_nothing_ran_come_in_one(
    app: Flask, session: Session, asker: Actor, digest: Digest
) -> None:
    approve(app, session, asker)
    session.execute(update(Message).values(digest_at=MORNING - timedelta(days=3)))
    approve(app, session, asker)
    assert digest(MORNING) == 1
    assert mails(session)[0].subject == "2 things have happened"


def test_a_new_hour_moves_what_waits_and_gives_no_day_a_second_digest(
    app: Flask, session: Session, asker: Actor, digest: Digest
) -> None:
    approve(app, session, asker)
    choose_all(session, asker, Way.DIGEST, hour=18, at=make.NOON)
    assert digest(make.NOON.replace(hour=17)) == 1
    choose_all(session, asker, Way.DIGEST, hour=20, at=make.NOON.replace(hour=18))
    approve(app, session, asker)
    assert digest(make.NOON.replace(hour=19)) == 0
    assert digest(make.NOON.replace(hour=19) + timedelta(days=1)) == 1


def test_the_hour_is_the_readers(app: Flask, session: Session, asker: Actor, digest: Digest) -> None:
    session.execute(update(User).where(User.id == asker.user_id).values(time_zone="America/New_York"))
    approve(app, session, asker)
    assert [digest(MORNING), digest(MORNING + timedelta(hours=5)), digest(MORNING + timedelta(hours=6))] == [
        0,
        0,
        1,
    ]


def test_what_is_wanted_in_the_portal_only_is_not_mailed(
    app: Flask, session: Session, digest: Digest
) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    choose(session, manager, Choices(ways={Topic.REQUESTS: Way.PORTAL}, hour=7), at=make.NOON)
    request = make.slot_request(session, room, make.slot(11, 16))
    services.withdraw_request(session, _asker_of(request), request.id, at=make.NOON)
    deliver(app, session)
    assert digest(MORNING) == 0
    assert mails(session) == []
    assert len(session.scalars(select(Message)).all()) == 1


def _asker_of(request: SlotRequest) -> Actor:
    return Actor(
        user_id=request.requested_by_id,
        organisation_id=request.organisation_id,
        roles=frozenset({Role.FOUNDER}),
    )
