"""A signature binds name, meaning and moment to the exact content, and nobody changes it unseen."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Refused
from portal.ledger import Entry, seal_waiting
from portal.ledger import verify as verify_ledger
from portal.signatures import queries, services, statements
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning
from portal.store import Base
from tests import make

Sign = Callable[..., Signature]


def test_the_statement_holds_everything_that_was_signed(session: Session, sign: Sign, signer: Actor) -> None:
    signature = sign(reason="All is in order.")
    said = json.loads(signature.statement)
    assert said == {
        "format": "atmp-signature/1",
        "record": {"kind": "room", "id": 12},
        "content": {"code": "P3", "days": [1, 2], "note": "åäö"},
        "meaning": "approved",
        "reason": "All is in order.",
        "signer": {"id": signer.user_id, "name": "Åsa Ö. Łuk", "role": "qa", "on_behalf_of": "GMP unit"},
        "signed_at": "2027-01-04T12:00:00+00:00",
        "method": "password",
    }
    assert signature.digest == hashlib.sha256(signature.statement.encode()).hexdigest()
    assert statements.holds(signature)
    entry = session.scalars(select(Entry)).one()
    assert (entry.name, entry.actor_id) == ("signature.given", signer.user_id)
    assert entry.facts["digest"] == signature.digest


def test_the_same_content_gives_the_same_text_whatever_its_order(sign: Sign) -> None:
    first = sign(content={"a": 1, "b": {"x": 1, "y": 2}})
    second = sign(content={"b": {"y": 2, "x": 1}, "a": 1}, subject_id=13)
    assert statements.canonical(statements.signed_content(first)) == statements.canonical(
        statements.signed_content(second)
    )


@pytest.mark.parametrize("change", ["UPDATE signature SET signer_name = 'Eve'", "DELETE FROM signature"])
def test_the_database_refuses_to_change_or_remove_a_signature(
    session: Session, sign: Sign, change: str
) -> None:
    sign()
    session.commit()
    with pytest.raises(DBAPIError, match="a signature stays as it is"):
        session.execute(text(change))


def test_without_a_proof_nothing_is_signed(session: Session, signer: Actor) -> None:
    for proof in (None, replace(make.proof(signer), user_id=signer.user_id + 1)):
        with pytest.raises(Refused) as refused:
            services.sign(
                session,
                signer,
                proof,
                subject_kind="room",
                subject_id=1,
                content={},
                meaning=Meaning.APPROVED,
                role=Role.QA,
                at=make.NOON,
            )
        assert [reason.code for reason in refused.value.reasons] == ["signature_needed"]
    assert session.scalars(select(Signature)).all() == []


def test_signatures_are_found_by_their_record_only(session: Session, sign: Sign) -> None:
    first, other = sign(), sign(subject_id=13)
    assert queries.signatures_of(session, "room", [12]) == [first]
    assert queries.signature_of(session, "room", 13, other.id) is other
    for kind, subject_id in (("room", 12), ("slot_request", 13)):
        with pytest.raises(NotFound):
            queries.signature_of(session, kind, subject_id, other.id)


def test_whole_signatures_are_found_whole(session: Session, sign: Sign) -> None:
    sign()
    sign(subject_id=13)
    assert list(services.verify(session)) == []
    seal_waiting(session, at=make.NOON)
    assert verify_ledger(session) == []


def without_guard(session: Session) -> None:
    """Remove the database's own guard, as somebody with its password could."""
    if session.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER signature_refuses_{verb}"))
    else:
        session.execute(text("ALTER TABLE signature DISABLE TRIGGER ALL"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE signature SET statement = replace(statement, 'P3', 'P4')", "changed"),
        ("UPDATE signature SET signer_name = 'Eve'", "columns_changed"),
        ("UPDATE signature SET meaning = 'rejected'", "columns_changed"),
        ("UPDATE signature SET subject_id = 99", "columns_changed"),
        ("DELETE FROM signature", "missing"),
    ],
)
def test_what_was_changed_behind_the_guard_is_found(
    session: Session, sign: Sign, change: str, code: str
) -> None:
    signature_id = sign().id
    session.flush()
    without_guard(session)
    session.execute(text(change))
    session.expire_all()
    assert [(one.code, one.signature_id) for one in services.verify(session)] == [(code, signature_id)]


def test_a_statement_forged_together_with_its_digest_is_found_by_the_ledger(
    session: Session, sign: Sign
) -> None:
    signature = sign()
    forged = signature.statement.replace('"approved"', '"rejected"')
    without_guard(session)
    session.execute(
        text("UPDATE signature SET statement = :statement, digest = :digest, meaning = 'rejected'"),
        {"statement": forged, "digest": statements.digest_of_text(forged)},
    )
    session.expire_all()
    assert statements.holds(session.get_one(Signature, signature.id))
    assert [one.code for one in services.verify(session)] == ["changed"]


def test_a_signature_that_was_slipped_in_is_found(session: Session, sign: Sign, signer: Actor) -> None:
    given = sign()
    values = {
        column.name: getattr(given, column.name)
        for column in Base.metadata.tables["signature"].columns
        if column.name != "id"
    }
    session.add(Signature(**{**values, "digest": "0" * 64, "signer_id": signer.user_id}))
    session.flush()
    assert [one.code for one in services.verify(session)] == ["not_in_ledger"]


def test_the_command_needs_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.cli import main

    for name in ("SECRET_KEY", "PORTAL_MODE", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert CliRunner().invoke(main, ["signatures", "verify"]).exit_code == 2
