"""Posting, taking and forgetting messages."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import Refused
from portal.mail import queries, services
from portal.mail.messages import Message
from portal.mail.models import OutgoingMail
from portal.mail.rules import PATIENCE
from tests.make import NOON

MESSAGE = Message(to="eva@example.org", subject="A slot", text="Come.\n")


def test_a_posted_message_is_due_at_once(session: Session) -> None:
    mail = services.post(session, MESSAGE, at=NOON)
    assert queries.due_mail(session, at=NOON, limit=9) == [mail.id]
    assert queries.due_mail(session, at=NOON - timedelta(seconds=1), limit=9) == []


def test_nobody_takes_a_message_that_somebody_else_has_taken(session: Session) -> None:
    mail = services.post(session, MESSAGE, at=NOON)
    assert services.take(session, mail.id, at=NOON) is mail
    assert services.take(session, mail.id, at=NOON) is None


def test_a_sent_message_is_forgotten_but_for_where_it_went(session: Session) -> None:
    mail = services.post(session, MESSAGE, at=NOON)
    services.take(session, mail.id, at=NOON)
    services.note_sent(session, mail.id, at=NOON)
    assert (mail.text, mail.html, mail.next_try_at) == (None, None, None)
    assert (mail.recipient, mail.sent_at) == ("eva@example.org", NOON)


def test_a_failed_message_waits_and_a_refused_one_is_given_up(session: Session) -> None:
    waiting, refused = (services.post(session, MESSAGE, at=NOON) for _ in range(2))
    for mail, final in ((waiting, False), (refused, True)):
        services.take(session, mail.id, at=NOON)
        services.note_failure(session, mail.id, error="450 try later", final=final, at=NOON)
    assert (waiting.text, waiting.next_try_at) == ("Come.\n", NOON + timedelta(minutes=1))
    assert (refused.text, refused.next_try_at, refused.given_up_at) == ("Come.\n", None, NOON)


def test_the_last_try_ends_in_giving_up(session: Session) -> None:
    mail = services.post(session, MESSAGE, at=NOON)
    late = NOON + PATIENCE
    services.take(session, mail.id, at=late)
    services.note_failure(session, mail.id, error="450 try later", final=False, at=late)
    assert (mail.given_up_at, mail.next_try_at) == (late, None)


def test_what_was_given_up_can_be_tried_again_with_patience_anew_until_its_text_is_forgotten(
    session: Session,
) -> None:
    mail = services.post(session, MESSAGE, at=NOON)
    with pytest.raises(Refused):
        services.try_again(session, mail.id, at=NOON)
    late = NOON + PATIENCE
    services.take(session, mail.id, at=late)
    services.note_failure(session, mail.id, error="554 no", final=True, at=late)
    services.try_again(session, mail.id, at=late)
    assert services.take(session, mail.id, at=late) is mail
    assert (mail.given_up_at, mail.next_try_at) == (None, late + timedelta(hours=0, minutes=5))
    services.note_failure(session, mail.id, error="554 no", final=True, at=late)
    services.forget_old_mail(session, at=late + timedelta(days=8))
    session.refresh(mail)
    assert (mail.text, mail.recipient) == (None, "eva@example.org")
    with pytest.raises(Refused):
        services.try_again(session, mail.id, at=late)


def test_all_that_waits_can_be_hurried(session: Session) -> None:
    mail = services.post(session, MESSAGE, at=NOON)
    services.take(session, mail.id, at=NOON)
    assert services.hurry(session, at=NOON) == 1
    assert queries.due_mail(session, at=NOON, limit=9) == [mail.id]


def test_old_mail_is_forgotten_and_waiting_mail_is_not(session: Session) -> None:
    old, waiting = (services.post(session, MESSAGE, at=NOON) for _ in range(2))
    services.note_sent(session, old.id, at=NOON)
    assert services.forget_old_mail(session, at=NOON + timedelta(days=91)) == 1
    assert session.scalars(select(OutgoingMail.id)).all() == [waiting.id]


@pytest.mark.parametrize("where", ["to", "subject"])
def test_a_second_line_cannot_become_a_header(where: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        Message(**{"to": "eva@example.org", "subject": "x", "text": "", where: "x\r\nBcc: all@example.org"})
