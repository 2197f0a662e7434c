"""The ledger tells what was changed, removed or slipped in, and reads itself in a number of statements of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from portal.bookings.events import RequestWithdrawn
from portal.ledger import Entry, Problem, erase_private_values, record, seal_waiting, verify
from tests import make


def noted(session: Session, *words: str) -> list[Entry]:
    entries = [
        record(session, RequestWithdrawn(actor_id=None, request_id=1, project_id=1, note=said), at=make.NOON)
        for said in words
    ]
    seal_waiting(session, at=make.NOON)
    session.commit()
    return [session.get_one(Entry, entry) for entry in entries]


def test_a_ledger_that_nobody_touched_is_whole(session: Session) -> None:
    noted(session, "One.", "Two.", "")
    assert verify(session) == []


def test_a_ledger_with_erased_values_is_whole(session: Session) -> None:
    first, _ = noted(session, "One.", "Two.")
    assert erase_private_values(session, [first.id], at=make.NOON) == 1
    session.commit()
    assert verify(session) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("""UPDATE ledger_private_value SET value = '{"value": "Other."}'""", "private_value_changed"),
        ("UPDATE ledger_private_value SET salt = NULL", "private_value_changed"),
        ("DELETE FROM ledger_private_value", "private_value_missing"),
    ],
)
def test_a_private_value_that_was_touched_is_found(session: Session, change: str, code: str) -> None:
    _, second, _ = noted(session, "One.", "Two.", "Three.")
    session.execute(text(f"{change} WHERE entry_id = :id"), {"id": second.id})
    assert verify(session) == [Problem(code, entry_id=second.id, field="note")]


def test_a_private_value_that_was_slipped_in_is_found(session: Session) -> None:
    first, _ = noted(session, "One.", "Two.")
    session.execute(
        text(
            "INSERT INTO ledger_private_value (entry_id, field, field_group, salt, value) "
            "SELECT entry_id, 'fee', field_group, salt, value FROM ledger_private_value WHERE entry_id = :id"
        ),
        {"id": first.id},
    )
    assert verify(session) == [Problem("private_value_changed", entry_id=first.id, field="fee")]


def test_an_entry_that_was_changed_is_found(session: Session) -> None:
    first, _ = noted(session, "One.", "Two.")
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER ledger_entry_refuses_update"))
    else:
        session.execute(text("ALTER TABLE ledger_entry DISABLE TRIGGER USER"))
    session.execute(
        text("UPDATE ledger_entry SET name = 'request.approved' WHERE id = :id"), {"id": first.id}
    )
    assert verify(session) == [Problem("entry_changed", entry_id=first.id)]


def test_an_entry_that_no_seal_covers_is_sealed_once(session: Session) -> None:
    noted(session, "One.", "Two.")
    assert seal_waiting(session, at=make.NOON) == 0
    noted(session, "Three.")
    assert session.scalar(text("SELECT count(*) FROM ledger_sealed_entry")) == 3


def test_verifying_asks_no_more_often_for_more_entries(session: Session) -> None:
    noted(session, *"abc")
    with counted(session) as few:
        verify(session)
    session.expunge_all()
    noted(session, *"defghijkl")
    with counted(session) as many:
        verify(session)
    one_more_seal = 1
    assert len(many) == len(few) + one_more_seal


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*context: object) -> None:
        statements.append(str(context[2]))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)
