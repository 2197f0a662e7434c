"""Showing anew who one is: the right password, a wrong one, too many of them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.ledger import Entry
from portal.signatures.proving import prove
from portal.signatures.rules import TRIES, WITHIN, Method, Proof
from tests import make
from tests.signatures.conftest import PASSWORD


def attempt(app: Flask, actor: Actor, typed: str, *, at: datetime = make.NOON) -> Proof | list[str]:
    """Return the proof, or the codes of the refusal."""
    with app.app_context():
        try:
            return prove(actor, typed, subject_kind="room", subject_id=12, at=at)
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


def test_somebody_without_a_password_cannot_sign(app: Flask, session: Session) -> None:
    assert attempt(app, make.founder(session), "anything") == ["signature_password_wrong"]


def test_an_administrator_who_acts_for_somebody_cannot_sign(app: Flask, signer: Actor) -> None:
    assert attempt(app, replace(signer, assisted_by_id=1), PASSWORD) == ["cannot_sign_for_others"]


@pytest.mark.parametrize("typed", ["x" * 10_000, "\x00", "’”å"])
def test_whatever_is_typed_is_compared_and_no_more(app: Flask, signer: Actor, typed: str) -> None:
    assert attempt(app, signer, typed) == ["signature_password_wrong"]
