"""How the two engines are opened: SQLite for one machine, PostgreSQL beyond it."""

from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_SECONDS = 30


def connect_arguments(url: str) -> dict[str, Any]:
    """Return the engine options for a database address.

    Pool sizes count connections of one process: gunicorn's threads and a little more.
    """
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    return {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True}


def prepare_engine(engine: Engine) -> None:
    """Make SQLite honour foreign keys, write ahead, and begin transactions when told, not when it likes.

    Raises nothing for PostgreSQL and changes nothing there.
    """
    if engine.dialect.name != "sqlite":
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
    writes = connection.get_execution_options().get("portal_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
