"""Showing anew who one is: the right password, a wrong one, too many of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import codes
from portal.accounts.models import Authenticator
from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.ledger import Entry
from portal.signatures.proving import Shown, prove
from portal.signatures.rules import TRIES, WITHIN, Method, Proof
from tests import make
from tests.signatures.conftest import PASSWORD


def attempt(app: Flask, actor: Actor, typed: str, *, at: datetime = make.NOON) -> Proof | list[str]:
    """Return the proof of a password, or the codes of the refusal."""
    return attempt_with(app, actor, Shown(password=typed), at=at)


def attempt_with(app: Flask, actor: Actor, shown: Shown, *, at: datetime = make.NOON) -> Proof | list[str]:
    """Return the proof of what was shown, or the codes of the refusal."""
    with app.test_request_context():
        try:
            return prove(actor, shown, subject_kind="room", subject_id=12, at=at)
        except Refused as refused:
            return [reason.code for reason in refused.reasons]


def test_ones_password_is_the_proof(app: Flask, signer: Actor) -> None:
    assert attempt(app, signer, PASSWORD) == Proof(
        user_id=signer.user_id, method=Method.PASSWORD, at=make.NOON
    )


def test_a_wrong_password_is_refused_and_recorded(app: Flask, session: Session, signer: Actor) -> None:
    assert attempt(app, signer, "something else") == ["signature_password_wrong"]
    entry = session.scalars(select(Entry)).one()
    assert (entry.name, entry.actor_id) == ("signature.refused", signer.user_id)
    assert entry.facts == {
        "subject_kind": "room",
        "subject_id": 12,
        "method": "password",
        "shut_until": None,
    }
    assert "something else" not in str(entry.facts)


def test_nothing_typed_is_asked_for_and_not_counted(app: Flask, session: Session, signer: Actor) -> None:
    assert attempt(app, signer, "") == ["signature_needed"]
    assert session.scalars(select(Entry)).all() == []


def test_after_five_failed_tries_even_the_right_password_waits(
    app: Flask, session: Session, signer: Actor
) -> None:
    for number in range(TRIES - 1):
        at = make.NOON + timedelta(seconds=number)
        assert attempt(app, signer, "wrong", at=at) == ["signature_password_wrong"]
    last = make.NOON + timedelta(seconds=TRIES)
    assert attempt(app, signer, "wrong", at=last) == ["signing_is_shut"]
    assert attempt(app, signer, PASSWORD, at=last) == ["signing_is_shut"]
    facts = session.scalars(select(Entry.facts).order_by(Entry.id)).all()
    assert len(facts) == TRIES
    assert [fact["shut_until"] is None for fact in facts] == [True, True, True, True, False]
    assert isinstance(attempt(app, signer, PASSWORD, at=make.NOON + WITHIN), Proof)


def test_one_persons_tries_shut_out_nobody_else(app: Flask, session: Session, signer: Actor) -> None:
    other = make.founder(session)
    for _ in range(TRIES):
        attempt(app, other, "wrong")
    assert isinstance(attempt(app, signer, PASSWORD), Proof)


def test_somebody_without_a_password_cannot_sign_by_one(app: Flask, session: Session) -> None:
    assert attempt(app, make.founder(session), "anything") == ["signature_password_wrong"]


def test_an_administrator_who_acts_for_somebody_cannot_sign(app: Flask, signer: Actor) -> None:
    assert attempt(app, replace(signer, assisted_by_id=1), PASSWORD) == ["cannot_sign_for_others"]


@pytest.mark.parametrize("typed", ["x" * 10_000, "\x00", "’”å"])
def test_whatever_is_typed_is_compared_and_no_more(app: Flask, signer: Actor, typed: str) -> None:
    assert attempt(app, signer, typed) == ["signature_password_wrong"]


# A code of one's app, and a passkey.


@pytest.fixture
def app_codes(app: Flask, session: Session, signer: Actor) -> Callable[[int], str]:
    """Give the signer an app, and return what it shows now, or so many half minutes later."""
    from passlib.totp import TOTP

    with app.app_context():
        secret = codes.new_secret()
        key = TOTP(key=codes.readable_key(secret).replace(" ", "").replace("-", ""), format="base32")
    session.add(Authenticator(user_id=signer.user_id, secret=secret, last_counter=0, added_at=make.NOON))
    session.commit()
    return lambda later: str(key.generate(clock.now() + timedelta(seconds=30 * later)).token)


def test_a_code_of_ones_app_is_a_proof_and_good_once(
    app: Flask, signer: Actor, app_codes: Callable[[int], str]
) -> None:
    shown = Shown(code=app_codes(0))
    assert attempt_with(app, signer, shown) == Proof(user_id=signer.user_id, method=Method.CODE, at=make.NOON)
    assert attempt_with(app, signer, shown) == ["signature_code_wrong"]
    assert isinstance(attempt_with(app, signer, Shown(code=app_codes(1))), Proof)


def test_a_wrong_code_is_refused_recorded_and_counted_with_the_passwords(
    app: Flask, session: Session, signer: Actor, app_codes: Callable[[int], str]
) -> None:
    for _ in range(TRIES - 2):
        assert attempt(app, signer, "wrong") == ["signature_password_wrong"]
    assert attempt_with(app, signer, Shown(code="12 34")) == ["signature_code_wrong"]
    assert attempt_with(app, signer, Shown(code="abcdef")) == ["signing_is_shut"]
    assert attempt_with(app, signer, Shown(code=app_codes(0))) == ["signing_is_shut"]
    facts = session.scalars(select(Entry.facts).order_by(Entry.id)).all()
    assert [fact["method"] for fact in facts] == ["password"] * (TRIES - 2) + ["code"] * 2


def test_a_code_proves_nothing_of_who_has_no_app_and_nothing_of_anybody_else(
    app: Flask, session: Session, signer: Actor, app_codes: Callable[[int], str]
) -> None:
    other = make.founder(session)
    assert attempt_with(app, other, Shown(code=app_codes(0))) == ["signature_code_wrong"]
    assert isinstance(attempt_with(app, signer, Shown(code=app_codes(0))), Proof)


@pytest.mark.parametrize("answer", ["nonsense", "{}", '{"response": {}, "rawId": "AA"}', "x" * 30_000])
def test_an_answer_that_no_passkey_gave_is_refused_and_recorded(
    app: Flask, session: Session, signer: Actor, answer: str
) -> None:
    assert attempt_with(app, signer, Shown(passkey=answer, password=PASSWORD)) == [
        "signature_passkey_not_taken"
    ]
    assert session.scalars(select(Entry.facts)).one()["method"] == "passkey"
