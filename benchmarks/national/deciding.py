"""Decisions per second: in the service, by a bare driver that replays the same statements, and over HTTP.

Each decision approves, without a signature, a request for a free week of its own in one of the pre-GMP rooms that are booked by the day, far enough
ahead that nothing else is there. What the bare driver replays was recorded from such decisions, which were rolled back:
the same SQL with the same values, in a transaction each, with the ids that its own inserts give.
"""

import multiprocessing
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import create_engine, insert, make_url, select
from sqlalchemy.orm import Session

from benchmarks.national import databases
from benchmarks.national.places import ZONE
from portal.accounts.models import User
from portal.bookings.models import RequestState, RunKind, SlotRequest, WorkMode
from portal.bookings.roomtime import midnight
from portal.bookings.services import approve_request
from portal.core.actors import Actor, Duty, Role
from portal.facilities.models import BookingUnit, Cleanroom, DutyRecord, RoomKind, VectorLevel
from portal.facilities.opening import public_holidays
from portal.projects.models import Project
from portal.store import in_one_unit, prepare_engine

FIRST_ID = 10_000_000
"""Where the ids of the requests to decide begin, so that no other record has one of them."""

FIRST_WEEK, WEEKS = 44, 32
PATIENCE = 900
"""Seconds after which clients are given up."""

WARMING = 12
"""The first decisions of a client are not counted: they fill caches and prepare statements, as in a long-lived worker."""

Wanted = tuple[int, int]
"""A request to decide, and who decides it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast decisions are made: so many a second, and the seconds of CPU that one costs the clients and the server."""

    per_second: float
    cpu: float
    server: float

    @property
    def words(self) -> str:
        """Return the pace, and the milliseconds of CPU."""
        return f"{self.per_second:.0f}/s, {1000 * self.cpu:.1f} + {1000 * self.server:.1f} ms CPU"


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a decision; a value that an earlier insert of it gave is named by that insert's place."""

    statement: str
    values: Any
    given: dict[Any, int]
    fetches: bool


@dataclass(slots=True)
class Recorder:
    """What a driver was told, statement by statement, and the ids that came back."""

    steps: list[Step] = field(default_factory=list)
    ids: dict[int, int] = field(default_factory=dict)

    def note(self, statement: str, values: Any, cursor: Any, *, returned: int | None) -> None:
        """Keep one statement."""
        named = values.items() if isinstance(values, dict) else enumerate(values or ())
        given = {key: self.ids[value] for key, value in named if isinstance(value, int) and value in self.ids}
        self.steps.append(Step(statement, values, given, cursor.description is not None))
        if returned is not None:
            self.ids[returned] = len(self.steps) - 1


def prepare(database_url: str) -> list[Wanted]:
    """Put requests to decide into a copy, for a free week each, and return them with who decides them."""
    engine = databases.engine_of(database_url)
    with Session(engine) as session:
        rooms = session.scalars(
            select(Cleanroom)
            .where(Cleanroom.unit == BookingUnit.DAY, Cleanroom.kind == RoomKind.PRE_GMP)
            .order_by(Cleanroom.id)
        ).all()
        managers = dict(
            session.execute(
                select(DutyRecord.facility_id, DutyRecord.user_id)
                .where(DutyRecord.role == Role.FACILITY_MANAGER)
                .order_by(DutyRecord.id.desc())
            )
            .tuples()
            .all()
        )
        project = session.scalars(select(Project).where(Project.vector_level == "none").limit(1)).one()
        at = datetime.now(UTC)
        wanted: list[Wanted] = []
        rows = []
        for monday in _weeks(at):
            for room in rooms:
                number = FIRST_ID + len(rows)
                rows.append(_row(room, project, monday, number, at))
                wanted.append((number, managers[room.facility_id]))
        session.execute(insert(SlotRequest), rows)
        session.commit()
    engine.dispose()
    return wanted


def _weeks(at: datetime) -> Iterator[datetime]:
    """Yield the midnights of Mondays whose week has no public holiday."""
    monday = at.date() + timedelta(days=7 * FIRST_WEEK - at.weekday())
    for _ in range(WEEKS):
        days = [monday + timedelta(days=number) for number in range(5)]
        if not any(day in public_holidays("SE", day.year) for day in days):
            yield midnight(monday, ZONE)
        monday += timedelta(days=7)


def _row(room: Cleanroom, project: Project, monday: datetime, number: int, at: datetime) -> dict[str, Any]:
    day = monday.astimezone(UTC).date() + timedelta(days=1)
    every_day = len(room.open_weekdays) == 7
    return {
        "id": number,
        "project_id": project.id,
        "organisation_id": project.organisation_id,
        "requested_by_id": 1,
        "state": RequestState.SUBMITTED,
        "run_kind": RunKind.PROCESS_DEVELOPMENT,
        "kind": room.kind,
        "grade": room.grade,
        "bsl": 2,
        "vector_level": VectorLevel.NONE,
        "gmo_class": 0,
        "process_class": "nonviral_cell",
        "mode": WorkMode.CONTINUOUS if every_day else WorkMode.WORKING,
        "duration": 5,
        "duration_unit": BookingUnit.DAY,
        "earliest_start": at.date(),
        "cleanroom_id": room.id,
        "starts_at": monday,
        "ends_at": midnight(day + timedelta(days=5), ZONE),
        "created_at": at,
        "submitted_at": at,
        "waiting_since": at,
    }


def actors_for(session: Session, wanted: Iterable[Wanted]) -> dict[int, Actor]:
    """Return who decides, as actors with all their duties."""
    found = {}
    for number in {person for _, person in wanted}:
        duties = session.scalars(select(DutyRecord).where(DutyRecord.user_id == number)).all()
        found[number] = Actor(
            user_id=number,
            organisation_id=session.get_one(User, number).current_organisation_id,
            roles=frozenset({Role.FACILITY_MANAGER}),
            duties=frozenset(Duty(role=duty.role, facility_id=duty.facility_id) for duty in duties),
        )
    return found


def _approve(actor: Actor, request_id: int, session: Session) -> int:
    return approve_request(session, actor, request_id, acknowledged=True, at=datetime.now(UTC)).id


def in_service(database_url: str, wanted: list[Wanted], *, clients: int) -> Pace:
    """Return the pace of so many processes that approve through the service."""
    return _pace(partial(_serve, database_url), wanted, clients)


def by_driver(database_url: str, recorded: list[list[Step]], *, clients: int) -> Pace:
    """Return the pace of so many processes that replay recorded statements with the bare driver."""
    return _pace(partial(_replay, database_url), recorded, clients)


def _pace(work: Any, items: list[Any], clients: int) -> Pace:
    context = multiprocessing.get_context("fork")
    barrier, took = context.Barrier(clients + 1), context.Queue()
    processes = [
        context.Process(target=_client, args=(work, items[number::clients], barrier, took))
        for number in range(clients)
    ]
    for process in processes:
        process.start()
    server = databases.server_seconds()
    barrier.wait(timeout=PATIENCE)
    spans = [took.get(timeout=PATIENCE) for _ in processes]
    server = databases.server_seconds() - server
    for process in processes:
        process.join()
    begin, end = min(span[0] for span in spans), max(span[1] for span in spans)
    counted = len(items) - clients * WARMING
    return Pace(counted / (end - begin), sum(span[2] for span in spans) / counted, server / counted)


def _client(work: Any, items: list[Any], barrier: Any, took: Any) -> None:
    with work() as do:
        for item in items[:WARMING]:
            do(item)
        barrier.wait(timeout=PATIENCE)
        begin, cpu = time.monotonic(), time.process_time()
        for item in items[WARMING:]:
            do(item)
        took.put((begin, time.monotonic(), time.process_time() - cpu))


@contextmanager
def _serve(database_url: str) -> Iterator[Any]:
    engine = databases.engine_of(database_url)
    with Session(engine) as session:
        actors: dict[int, Actor] = {}

        def approve(item: Wanted) -> None:
            request_id, person = item
            if person not in actors:
                actors.update(actors_for(session, [item]))
            in_one_unit(partial(_approve, actors[person], request_id), session)

        yield approve
    engine.dispose()


@contextmanager
def _replay(database_url: str) -> Iterator[Any]:
    connection, on_sqlite = _bare(database_url)

    def replay(steps: list[Step]) -> None:
        cursor = connection.cursor()
        if on_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        given: list[int | None] = []
        for step in steps:
            values = step.values
            if step.given:
                values = _with(values, {key: given[place] for key, place in step.given.items()})
            cursor.execute(step.statement, values or ())
            rows = cursor.fetchall() if step.fetches else None
            if on_sqlite:
                given.append(cursor.lastrowid)
            else:
                given.append(rows[0][0] if rows else None)
        connection.commit()

    yield replay
    connection.close()


def _with(values: Any, named: dict[Any, int | None]) -> Any:
    if isinstance(values, dict):
        return {**values, **named}
    return tuple(named.get(place, value) for place, value in enumerate(values))


def _bare(database_url: str) -> tuple[Any, bool]:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(url.database), timeout=30, isolation_level=None)
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection, True
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain), False


def recorded(database_url: str, wanted: list[Wanted]) -> list[list[Step]]:
    """Return the statements of approvals, each of which was rolled back; the first ones warm everything up."""
    recorder = Recorder()
    engine = create_engine(database_url, connect_args=_listening(database_url, recorder), pool_size=1)
    prepare_engine(engine)
    found = []
    with Session(engine) as session:
        actors = actors_for(session, wanted)
        for request_id, person in wanted:
            session.rollback()
            session.expunge_all()
            session.connection(execution_options={"portal_writes": True})
            recorder.steps, recorder.ids = [], {}
            _approve(actors[person], request_id, session)
            found.append(recorder.steps)
            session.rollback()
    engine.dispose()
    return found


def _listening(database_url: str, recorder: Recorder) -> dict[str, Any]:
    """Return the arguments of a connection whose cursors tell the recorder."""
    if database_url.startswith("sqlite"):
        return {"factory": _sqlite_connection(recorder)}
    return {"cursor_factory": _postgresql_cursor(recorder)}


def _sqlite_connection(recorder: Recorder) -> type[sqlite3.Connection]:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = ()) -> "Cursor":
            super().execute(sql, parameters)
            if not sql.startswith(("PRAGMA", "BEGIN")):
                returned = self.lastrowid if sql.startswith("INSERT") else None
                recorder.note(sql, parameters, self, returned=returned)
            return self

        def executemany(self, sql: str, parameters: Any) -> "Cursor":
            for one in parameters:
                self.execute(sql, one)
            return self

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    return Connection


def _postgresql_cursor(recorder: Recorder) -> type[psycopg.Cursor[Any]]:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> "Cursor":
            super().execute(query, params, **more)
            returned = None
            if "RETURNING" in str(query) and str(query).startswith("INSERT"):
                returned = self.fetchone()[0]
                self.scroll(0, mode="absolute")
            recorder.note(str(query), params, self, returned=returned)
            return self

        def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:
            for one in params_seq:
                self.execute(query, one, **more)

    return Cursor
