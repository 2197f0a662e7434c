"""Errors say no values; on PostgreSQL statements stay prepared between transactions, and what was written is undone all the same."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from portal.store import connect_arguments, prepare_engine
from tests.engines import ENGINES, new_database

NUMBERS = Table("number", MetaData(), Column("id", Integer, primary_key=True))
QUESTION = select(NUMBERS.c.id).order_by(NUMBERS.c.id)


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Engine]:
    """Return an engine with a table of one number."""
    address = new_database("postgresql", tmp_path)
    engine = create_engine(address, **connect_arguments(address))
    prepare_engine(engine)
    with engine.begin() as connection:
        NUMBERS.create(connection)
        connection.execute(insert(NUMBERS), [{"id": 1}])
    yield engine
    engine.dispose()


def stored(engine: Engine) -> list[int]:
    """Return the numbers that are stored."""
    with engine.connect() as connection:
        return list(connection.scalars(QUESTION))


def prepared(engine: Engine) -> int:
    """Return how many statements the server keeps prepared for the only connection."""
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM pg_prepared_statements")) or 0


def test_a_statement_stays_prepared_when_a_session_ends(postgresql: Engine) -> None:
    for _ in range(8):
        with Session(postgresql) as session:
            session.scalars(QUESTION).all()
            session.rollback()
    assert prepared(postgresql) > 0


def _by_insert(connection: Connection) -> None:
    connection.execute(insert(NUMBERS), {"id": 2})


def _by_many(connection: Connection) -> None:
    connection.execute(insert(NUMBERS), [{"id": 2}, {"id": 3}])


def _by_driver(connection: Connection) -> None:
    connection.exec_driver_sql("INSERT INTO number VALUES (2)")


def _within_a_select(connection: Connection) -> None:
    connection.execute(text("WITH new AS (INSERT INTO number VALUES (2) RETURNING id) SELECT id FROM new"))


def _within_a_savepoint(connection: Connection) -> None:
    with connection.begin_nested():
        _by_insert(connection)


@pytest.mark.parametrize("reads_before", [False, True])
@pytest.mark.parametrize("write", [_by_insert, _by_many, _by_driver, _within_a_select, _within_a_savepoint])
def test_what_was_written_is_undone_whatever_was_read_around_it(
    postgresql: Engine, write: Callable[[Connection], None], *, reads_before: bool
) -> None:
    for _ in range(2):  # The second time on a connection that has ended a transaction already.
        with postgresql.connect() as connection:
            if reads_before:
                connection.execute(QUESTION)
            write(connection)
            connection.execute(QUESTION)
            connection.rollback()
        assert stored(postgresql) == [1]


def test_a_connection_goes_on_after_a_statement_that_failed(postgresql: Engine) -> None:
    with postgresql.connect() as connection:
        connection.execute(QUESTION)
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT 1 / 0"))
        connection.rollback()
        assert list(connection.scalars(QUESTION)) == [1]


@pytest.mark.parametrize("name", ENGINES)
def test_an_error_says_nothing_of_what_a_statement_was_given(name: str, tmp_path: Path) -> None:
    address = new_database(name, tmp_path)
    engine = create_engine(address, **connect_arguments(address))
    with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text("SELECT :word FROM nowhere"), {"word": "confidential"})
    engine.dispose()
    assert "nowhere" in str(raised.value)
    assert "confidential" not in str(raised.value)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """Return an engine of a file with a table of no number."""
    address = f"sqlite:///{tmp_path}/one.sqlite"
    engine = create_engine(address, **connect_arguments(address))
    prepare_engine(engine)
    with engine.begin() as connection:
        NUMBERS.create(connection)
    yield engine
    engine.dispose()


def write(engine: Engine, number: int) -> None:
    with engine.connect().execution_options(portal_writes=True) as connection:
        connection.execute(insert(NUMBERS), [{"id": number}])
        connection.commit()


def test_who_wants_to_write_waits_until_nobody_else_does(sqlite: Engine) -> None:
    with sqlite.connect().execution_options(portal_writes=True) as first, ThreadPoolExecutor() as pool:
        first.execute(insert(NUMBERS), [{"id": 1}])
        others = [pool.submit(write, sqlite, number) for number in (2, 3)]
        assert wait(others, timeout=0.05).not_done == {*others}
        first.commit()
        for other in others:
            other.result()
    with sqlite.connect() as connection:
        assert connection.scalars(QUESTION).all() == [1, 2, 3]


def test_nobody_waits_for_ever_to_write(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.store.engine.BUSY_SECONDS", 0.02)
    with sqlite.connect().execution_options(portal_writes=True) as first:
        first.execute(insert(NUMBERS), [{"id": 1}])
        with pytest.raises(OperationalError, match="locked"):
            write(sqlite, 2)
        first.commit()
        write(sqlite, 3)
        assert first.scalars(QUESTION).all() == [1, 3]
