"""How alembic reaches the database: the caller's connection, or the address in the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine

import portal.app  # noqa: F401  (it knows all rooms, and so loads every table)
from portal.store import Base, prepare_engine

GUARDS = {"block_takes_the_room", "block_leaves_changeover"}


@contextmanager
def keys_unwatched(connection: Connection) -> Iterator[None]:
    """Let SQLite drop a table that others point to: it changes a table by making it anew and dropping the old one.

    What the others point to is looked at after each migration instead, before it is committed.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys = OFF")  # SQLite takes no notice of it inside a transaction
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def check_keys(**about: Any) -> None:
    """Raise `RuntimeError` if a migration left a row that points to nothing; then it is taken back."""
    connection: Connection = about["ctx"].connection
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise RuntimeError(f"{len(lost)} rows would point to nothing, the first in {lost[0][0]}")


def migrate(connection: Connection) -> None:
    """Run the migrations on a connection, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
        on_version_apply=check_keys,
        include_object=lambda _object, name, _kind, _reflected, _to: name not in GUARDS,
    )
    with keys_unwatched(connection), context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = create_engine(os.environ["DATABASE_URL"])
    prepare_engine(engine)
    with engine.connect() as connection:
        migrate(connection)
        connection.commit()
    engine.dispose()
