"""Every message in both languages, as text and as HTML: what is broken breaks here, not in a reader's inbox."""

from email import message_from_bytes, policy

import pytest
from flask import Flask
from justhtml import JustHTML

from portal.accounts.models import User
from portal.mail.messages import Message, as_email
from portal.notifications import letters
from portal.notifications.queries import Told
from portal.notifications.rules import BINDING, TOPIC_OF
from portal.notifications.words import WORDS
from tests import make

FACTS = {
    "starts_at": "2027-01-10T23:00:00+00:00",
    "ends_at": "2027-01-15T23:00:00+00:00",
    "held_until": "2027-01-08T16:00:00+00:00",
    "since": "2027-01-01T08:00:00+00:00",
    "qualified_until": "2027-03-20",
    "request_state": "waitlisted",
    "condition_until": "2027-01-09T16:00:00+00:00",
    "is_conditional": True,
    "state": "failed",
    "gate": "gmp_entry",
    "item": "gme_quality_agreement",
    "until": "2027-04-01",
    "day": "2027-05-01",
    "which": "until",
    "expires_at": "2027-04-03T08:00:00+00:00",
    "valid_until": "2027-04-04",
    "thing": "An isolator",
}
LATER = {
    **FACTS,
    "request_state": "expired",
    "condition_until": None,
    "is_conditional": False,
    "state": "done",
    "which": "due_on",
}


def told(code: str, facts: dict[str, object]) -> Told:
    return Told(
        message_id=77,
        code=code,
        topic=TOPIC_OF[code],
        at=make.NOON,
        read_at=None,
        archived_at=None,
        subject_kind="slot_request",
        subject_id=1,
        is_visible=True,
        facts=facts,
        reference="SR-2027-0001",
        room="Suite <1> & 2",
        facility="Facility “North”",
        zone="Europe/Stockholm",
        job_kind="bookings.import_calendar",
        item={"en": "Quality <agreement>", "sv": "Kvalitetsavtal <två>"},
    )


def person(language: str) -> User:
    return User(
        id=5, email="eva@example.org", name="Eva <&> Lind", language=language, time_zone="Europe/Helsinki"
    )


def checked(message: Message, language: str) -> str:
    """Return the words of a letter after looking at both of its forms."""
    assert message.html is not None
    for form in (message.subject, message.text, message.html):
        assert "%(" not in form
        assert "None" not in form
        assert "Undefined" not in form
    assert "\n\n\n" not in message.text
    assert ("Hej " if language == "sv" else "Hello ") in message.text
    page = JustHTML(message.html)
    assert f'lang="{language}"' in message.html
    assert "<img" not in message.html
    assert "<script" not in message.html
    assert "Eva &lt;&amp;&gt; Lind" in message.html
    shown = " ".join(page.to_text().split())
    assert "Eva <&> Lind" in shown
    email = message_from_bytes(
        as_email(message, sender="p@example.org", number=1, posted_at=make.NOON).as_bytes(),
        policy=policy.default,
    )
    kinds = [part.get_content_type() for part in email.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    return shown


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("facts", [FACTS, LATER], ids=["first", "later"])
@pytest.mark.parametrize("code", WORDS)
def test_every_message_can_be_written(app: Flask, code: str, facts: dict[str, object], language: str) -> None:
    with app.app_context():
        message = letters.notice(person(language), told(code, facts))
    shown = checked(message, language)
    assert message.subject.strip() == message.subject
    assert " ".join(message.subject.split()) in shown
    assert message.text.count("/messages/77") == 1
    assert "/account/messages" in message.text
    assert "/account/messages" in shown
    stops = TOPIC_OF[code] not in BINDING
    assert (message.unsubscribe is not None) is stops
    email = as_email(message, sender="p@example.org", number=1, posted_at=make.NOON)
    if stops:
        assert "/messages/stop/" in str(email["List-Unsubscribe"])
        assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    else:
        assert email["List-Unsubscribe"] is None


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_digest_has_every_message_under_its_topic(app: Flask, language: str) -> None:
    with app.app_context():
        message = letters.digest(person(language), [told(code, FACTS) for code in WORDS], more=2)
    shown = checked(message, language)
    assert message.text.count("/messages/77") == len(WORDS)
    assert message.subject.startswith(str(len(WORDS) + 2))
    assert shown.count("Suite <1> & 2") >= len(WORDS) // 3
    assert "List-Unsubscribe-Post" in as_email(message, sender="p@x.org", number=1, posted_at=make.NOON)


def test_a_moment_is_told_by_the_clock_on_the_readers_wall(app: Flask) -> None:
    at_home, abroad = person("en"), person("en")
    at_home.time_zone = "Europe/Stockholm"
    with app.app_context():
        here = letters.notice(at_home, told("request.offered", FACTS)).subject
        there = letters.notice(abroad, told("request.offered", FACTS)).subject
    assert "8 Jan 2027 17:00 (" in here
    assert "8 Jan 2027 17:00 (Stockholm)" in there
