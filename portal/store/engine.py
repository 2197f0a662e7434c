"""How the two engines are opened: SQLite for one machine, PostgreSQL beyond it."""

import sqlite3
import time
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event

BUSY_SECONDS = 30
LOOK_EVERY = 0.002
"""Seconds after which somebody who waits to write into SQLite looks again whether nobody else does."""
PREPARED = 250
"""So many statements stay prepared in a connection: those of all pages that are asked for often."""


def connect_arguments(url: str) -> dict[str, Any]:
    """Return the engine options for a database address.

    Pool sizes count connections of one process: gunicorn's threads and a little more. What a statement was given
    never stands in an error, and so not in a log.
    """
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False},
        }
    return {"hide_parameters": True, "pool_size": 8, "max_overflow": 8, "pool_pre_ping": True}


def prepare_engine(engine: Engine) -> None:
    """Make SQLite honour foreign keys, write ahead, and begin transactions when told, not when it likes.

    On PostgreSQL, statements stay prepared from one request to the next.
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "do_connect", _connect_to_keep)
        event.listen(engine, "before_cursor_execute", _note_what_it_does)
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"busy_timeout = {BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("portal_writes", False):
        _begin_to_write(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_to_write(connection: Connection) -> None:
    """Begin a transaction that writes as soon as no other does.

    SQLite itself looks less and less often, in the end every tenth of a second, so that the file would lie idle while
    several wait for it. Raises what the driver raises if it is still not free after `BUSY_SECONDS`.
    """
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + BUSY_SECONDS
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while not _has_begun(driver):
            if time.monotonic() > until:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                break
            time.sleep(LOOK_EVERY)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _has_begun(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


class KeepingConnection(psycopg.Connection[Any]):
    """A connection that ends with COMMIT what has only read.

    The driver forgets every prepared statement at a ROLLBACK, with which a session ends whatever it did, so that the
    server would plan each statement of each request anew: half of what it did for a decision.
    """

    only_reads = False
    """Whether the present transaction is known to have run nothing but SELECT."""

    def rollback(self) -> None:
        """Undo the transaction; where there is nothing to undo, end it."""
        if self.only_reads and self.info.transaction_status is TransactionStatus.INTRANS:
            self.commit()
        else:
            super().rollback()


def _connect_to_keep(_dialect: Any, _record: Any, arguments: Any, named: Any) -> KeepingConnection:
    connection: KeepingConnection = KeepingConnection.connect(*arguments, **named)
    connection.prepared_max = PREPARED
    return connection


def _note_what_it_does(
    connection: Connection, _cursor: Any, statement: str, _values: Any, _context: Any, _many: Any
) -> None:
    kept: Any = connection.connection.dbapi_connection
    if isinstance(kept, KeepingConnection):
        begins = kept.info.transaction_status is TransactionStatus.IDLE
        kept.only_reads = (begins or kept.only_reads) and statement.startswith("SELECT ")
