"""Sending what waits, to a real server and to a folder."""

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.config import SettingsError, settings_from
from portal.core import clock
from portal.mail import delivery, services
from portal.mail.delivery import deliver, send_waiting
from portal.mail.messages import Message
from portal.mail.models import OutgoingMail
from portal.mail.transport import SmtpTransport, transport_for
from tests.mail.conftest import Server
from tests.make import NOON

SendBy = Callable[[str | None], Path]


def posted(session: Session, *addresses: str) -> list[OutgoingMail]:
    mails = [
        services.post(session, Message(to=a, subject="Plats på måndag", text="Välkommen.\n"), at=NOON)
        for a in addresses
    ]
    session.commit()
    return mails


def test_mail_reaches_the_server_with_its_words(
    app: Flask, session: Session, smtp: Server, send_by: SendBy
) -> None:
    (mail,) = posted(session, "eva@example.org")
    send_by(smtp.url)
    with app.app_context():
        assert send_waiting(at=NOON) == 1
    (email,) = smtp.postbox.received
    assert (email["To"], email["Subject"]) == ("eva@example.org", "Plats på måndag")
    assert email.get_content().strip() == "Välkommen."
    assert email["Auto-Submitted"] == "auto-generated"
    session.refresh(mail)
    assert mail.sent_at == NOON


def test_one_bad_address_delays_nobody_else(
    app: Flask, session: Session, smtp: Server, send_by: SendBy
) -> None:
    gone, busy, well = posted(session, "gone@example.org", "busy@example.org", "well@example.org")
    smtp.postbox.answers = {"gone@example.org": "550 no such user", "busy@example.org": "451 greylisted"}
    send_by(smtp.url)
    with app.app_context():
        assert send_waiting(at=NOON) == 1
    assert smtp.postbox.recipients == ["well@example.org"]
    session.expire_all()
    assert (gone.given_up_at, gone.last_error) == (NOON, "550 no such user")
    assert (busy.given_up_at, busy.next_try_at) == (None, NOON + timedelta(minutes=1))
    assert well.sent_at == NOON

    smtp.postbox.answers = {}
    with app.app_context():
        assert send_waiting(at=NOON + timedelta(seconds=59)) == 0
        assert send_waiting(at=NOON + timedelta(seconds=61)) == 1
    assert smtp.postbox.recipients == ["well@example.org", "busy@example.org"]


def test_one_address_that_the_server_is_slow_to_take_delays_nobody_else(
    app: Flask, session: Session, smtp: Server, send_by: SendBy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SILENCE", 0.1)
    slow, *_others, later = posted(
        session, "slow@example.org", "a@example.org", "b@example.org", "c@example.org"
    )
    later.next_try_at = NOON + timedelta(milliseconds=50)
    session.commit()
    smtp.postbox.after = {"slow@example.org": 3}
    send_by(smtp.url)
    with app.app_context():
        assert send_waiting(at=NOON) == 4
    *before, last = smtp.postbox.recipients
    assert (sorted(before), last) == (["a@example.org", "b@example.org", "c@example.org"], "slow@example.org")
    session.refresh(slow)
    assert (slow.sent_at, slow.attempts) == (NOON, 1)


def test_a_server_that_is_away_ends_the_round_and_loses_nothing(
    app: Flask, session: Session, smtp: Server, send_by: SendBy
) -> None:
    first, second = posted(session, "a@example.org", "b@example.org")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        send_by(f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        with app.app_context():
            assert send_waiting(at=NOON) == 0
    session.expire_all()
    assert (first.attempts, second.attempts) == (1, 0)
    send_by(smtp.url)
    with app.app_context():
        assert send_waiting(at=NOON + timedelta(minutes=2)) == 2
    assert smtp.postbox.recipients == ["b@example.org", "a@example.org"]


def test_a_message_is_sent_once(app: Flask, session: Session, smtp: Server, send_by: SendBy) -> None:
    (mail,) = posted(session, "eva@example.org")
    send_by(smtp.url)
    with app.app_context():
        assert [deliver([mail.id], at=NOON), deliver([mail.id], at=NOON), send_waiting(at=NOON)] == [1, 0, 0]
    assert len(smtp.postbox.received) == 1


def test_without_a_server_mail_becomes_files(app: Flask, session: Session, send_by: SendBy) -> None:
    posted(session, "eva@example.org")
    folder = send_by(None)
    with app.app_context():
        assert send_waiting(at=NOON) == 1
    (written,) = folder.iterdir()
    assert written.name.startswith("20270104T120000-")
    assert written.suffix == ".eml"
    email = message_from_bytes(written.read_bytes(), policy=policy.default)
    assert (email["To"], email["Subject"]) == ("eva@example.org", "Plats på måndag")


def test_a_folder_that_cannot_be_written_loses_nothing(app: Flask, session: Session, send_by: SendBy) -> None:
    (mail,) = posted(session, "eva@example.org")
    folder = send_by(None)
    app.extensions["portal_mail"] = (transport_for(None, folder / "file" / "mail"), "portal@example.org")
    (folder / "file").write_text("in the way")
    with app.app_context():
        assert send_waiting(at=NOON) == 0
    session.refresh(mail)
    assert (mail.sent_at, mail.text) == (None, "Välkommen.\n")


def test_an_smtp_address_says_how_to_connect() -> None:
    plain = transport_for("smtp://eva%40example.org:s%3Aecret@mail.example:587/?starttls=1", Path())
    assert plain == SmtpTransport(
        host="mail.example", port=587, user="eva@example.org", password="s:ecret", starttls=True
    )
    assert transport_for("smtps://mail.example", Path()) == SmtpTransport(
        host="mail.example", port=465, implicit_tls=True
    )


@pytest.mark.parametrize(
    "address", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x"]
)
def test_an_address_that_cannot_be_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL must look like"):
        transport_for(address, Path())
    environment = {"PORTAL_MODE": "demo", "SECRET_KEY": "x", "SECURITY_PASSWORD_SALT": "x"}
    with pytest.raises(SettingsError, match="SMTP_URL must look like"):
        settings_from({**environment, "SMTP_URL": address})


def test_a_server_that_does_not_take_the_portal_for_a_sender_costs_no_message_its_life(
    app: Flask, session: Session, smtp: Server, send_by: SendBy
) -> None:
    first, second = posted(session, "a@example.org", "b@example.org")
    smtp.postbox.refused_sender = "550 no relaying for you"
    send_by(smtp.url)
    with app.app_context():
        assert send_waiting(at=NOON) == 0
    session.expire_all()
    assert (first.given_up_at, first.last_error) == (None, "550 no relaying for you")
    assert second.attempts == 0
    smtp.postbox.refused_sender = None
    with app.app_context():
        assert send_waiting(at=NOON + timedelta(minutes=2)) == 2


def test_a_server_that_is_silent_is_given_up_waiting_for_and_loses_nothing(
    app: Flask, session: Session, smtp: Server, send_by: SendBy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.mail.transport.SECONDS", 0.2)
    (mail,) = posted(session, "a@example.org")
    smtp.postbox.slowness = 2.0
    send_by(smtp.url)
    began = time.monotonic()
    with app.app_context():
        assert send_waiting(at=NOON) == 0
    assert time.monotonic() - began < 2.0
    session.expire_all()
    assert (mail.given_up_at, mail.next_try_at) == (None, NOON + timedelta(minutes=1))
    smtp.postbox.slowness = 0.0
    with app.app_context():
        assert send_waiting(at=NOON + timedelta(minutes=2)) == 1


def test_a_slow_server_keeps_no_second_thread_of_a_worker(
    app: Flask, session: Session, smtp: Server, send_by: SendBy
) -> None:
    """One thread sends after its response; another leaves its mail to the jobs process instead of queueing."""
    (mail,) = posted(session, "a@example.org")
    mail.next_try_at = clock.now()
    session.commit()
    send_by(smtp.url)
    with delivery._SENDING:
        delivery._after_the_response(app, [mail.id])
    session.refresh(mail)
    assert (mail.attempts, mail.sent_at) == (0, None)
    delivery._after_the_response(app, [mail.id])
    session.refresh(mail)
    assert mail.attempts == 1


def test_mail_that_is_given_up_after_three_days_is_kept_for_an_administrator(
    app: Flask, session: Session, smtp: Server, send_by: SendBy
) -> None:
    (mail,) = posted(session, "full@example.org")
    smtp.postbox.answers = {"full@example.org": "452 mailbox full"}
    send_by(smtp.url)
    moment, tries = NOON, 0
    while mail.next_try_at is not None:
        moment = mail.next_try_at
        with app.app_context():
            assert send_waiting(at=moment) == 0
        session.refresh(mail)
        tries += 1
    assert NOON + timedelta(days=3) <= moment <= NOON + timedelta(days=3, hours=12)
    assert (tries, mail.given_up_at, mail.last_error) == (mail.attempts, moment, "452 mailbox full")
    with app.app_context():
        services.try_again(session, mail.id, at=moment)
        smtp.postbox.answers = {}
        session.commit()
        assert send_waiting(at=moment) == 1


def test_mail_that_can_be_stopped_says_so_to_the_mail_program(
    app: Flask, session: Session, smtp: Server, send_by: SendBy
) -> None:
    address = "https://portal.example/messages/stop/x"
    services.post(
        session,
        Message(to="eva@example.org", subject="S", text="T\n", html="<p>T</p>", unsubscribe=address),
        at=NOON,
    )
    session.commit()
    send_by(smtp.url)
    with app.app_context():
        assert send_waiting(at=NOON) == 1
    (email,) = smtp.postbox.received
    assert email["List-Unsubscribe"] == f"<{address}>"
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in email.iter_parts()] == ["text/plain", "text/html"]
