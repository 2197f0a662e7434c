"""The main questions follow an index on both engines, however much there is: no large table is read from end to end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from portal.bookings import blocks, desk, queries, search
from portal.bookings.models import SlotRequest
from portal.bookings.services.holds import release_expired
from portal.core.actors import Actor
from portal.facilities.models import Cleanroom
from portal.home.queries import figures, own
from portal.ledger import history
from portal.projects.queries import visible_groups
from tests import make

LARGE = frozenset(
    {
        "block",
        "booking",
        "slot_request",
        "slot_request_message",
        "ledger_entry",
        "ledger_subject",
        "ledger_private_value",
        "project_grant",
        "message",
    }
)
"""Tables that grow with every day of work."""

Question = Callable[[Session, Cleanroom, SlotRequest, Actor, Actor], object]
WINDOW = make.slot(11, 16)
A_DAY = timedelta(days=1)

QUESTIONS: dict[str, tuple[Question, str]] = {
    "what takes rooms from now on": (
        lambda session, room, _request, _founder, _manager: search.diaries_of(session, [room], at=make.NOON),
        "ix_block_cleanroom_id_starts_at",
    ),
    "what lies around a window": (
        lambda session, room, _request, _founder, _manager: search.diary_around(
            session, room, WINDOW, at=make.NOON
        ),
        "ix_block_cleanroom_id_starts_at",
    ),
    "what ran before a moment": (
        lambda session, room, _request, _founder, _manager: blocks.neighbour_before(
            session, room.id, WINDOW.start
        ),
        "ix_block_cleanroom_id_starts_at",
    ),
    "what runs after a moment": (
        lambda session, room, _request, _founder, _manager: blocks.neighbour_after(
            session, room.id, WINDOW.end
        ),
        "ix_block_cleanroom_id_starts_at",
    ),
    "how a room is taken": (
        lambda session, room, _request, _founder, _manager: queries.shades(
            session, [room.id], since=WINDOW.start, until=WINDOW.end, at=make.NOON
        ),
        "ix_block_cleanroom_id_starts_at",
    ),
    "which holds have run out": (
        lambda session, room, _request, _founder, _manager: release_expired(session, [room.id], at=make.NOON),
        "ix_booking_state_held_until",
    ),
    "who else asks for a window": (
        lambda session, _room, request, _founder, _manager: queries.ids_of_competing_requests(
            session, request
        ),
        "ix_slot_request_cleanroom_id_state",
    ),
    "what waits for a manager": (
        lambda session, _room, _request, _founder, manager: desk.requests_at(
            session, manager, states=desk.WAITING_FOR_FACILITY
        ),
        "ix_slot_request_cleanroom_id_state",
    ),
    "what an organisation has asked for": (
        lambda session, _room, _request, founder, _manager: queries.own_requests(session, founder),
        "ix_slot_request_organisation_id_state",
    ),
    "what an organisation has booked": (
        lambda session, _room, _request, founder, _manager: own.live_bookings(session, founder),
        "ix_booking_organisation_id",
    ),
    "which booking a request led to": (
        lambda session, _room, request, _founder, _manager: queries.booking_of(session, request.id),
        "ix_booking_request_id",
    ),
    "what was written about a request": (
        lambda session, _room, request, _founder, _manager: queries.thread(session, request.id),
        "ix_slot_request_message_request_id",
    ),
    "what happened to a record": (
        lambda session, _room, request, _founder, _manager: history(
            session, "slot_request", request.id, groups={"bookings"}
        ),
        "ix_ledger_subject_kind_subject_id",
    ),
    "what somebody may see of a project": (
        lambda session, _room, request, _founder, manager: visible_groups(
            session, manager, request.project, make.NOON
        ),
        "ix_project_grant",
    ),
    "how many requests there were of late": (
        lambda session, _room, _request, _founder, _manager: figures.asked_between(
            session, [make.NOON - A_DAY, make.NOON]
        ),
        "ix_slot_request_submitted_at",
    ),
    "how long they waited": (
        lambda session, _room, _request, _founder, _manager: figures.waits(session, since=make.NOON - A_DAY),
        "ix_ledger_subject_kind_subject_id",
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_main_question_follows_an_index(session: Session, name: str) -> None:
    question, index = QUESTIONS[name]
    room = make.cleanroom(session)
    manager, founder = make.manager(session, room), make.founder(session)
    request = make.slot_request(session, room, WINDOW, by=founder)
    session.refresh(request.project)
    room.facility  # noqa: B018  (it is asked before, so that only the question itself is looked at)
    connection = session.connection()
    with listening(connection) as asked:
        question(session, room, request, founder, manager)
    plans = [plan_of(connection, statement, values) for statement, values in asked]
    assert any(index in line for plan in plans for line in plan), plans
    read_whole = [
        line
        for plan in plans
        for line in plan
        if any(f"{how}{table}" in line for table in LARGE for how in ("Seq Scan on ", "SCAN "))
        and not any(f"SCAN {table}_" in line for table in LARGE)
    ]
    assert read_whole == []


def test_a_question_that_follows_no_index_would_be_found(session: Session) -> None:
    connection = session.connection()
    (line,) = plan_of(connection, "SELECT id FROM booking WHERE title = 'Run'", ())[:1]
    assert line.strip().startswith(("SCAN booking", "Seq Scan on booking"))


@contextmanager
def listening(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Gather the questions that are asked meanwhile, with their values."""
    asked: list[tuple[str, Any]] = []

    def note(*context: Any) -> None:
        if context[2].lstrip().upper().startswith("SELECT"):
            asked.append((context[2], context[3]))

    event.listen(connection, "before_cursor_execute", note)
    yield asked
    event.remove(connection, "before_cursor_execute", note)


def plan_of(connection: Connection, statement: str, values: Any) -> list[str]:
    """Return how the engine would answer; PostgreSQL is told that the tables are large, for in tests they are not."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        return [str(row[3]) for row in rows]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values).all()
    return [str(row[0]) for row in rows]
