"""How alembic reaches the database: the caller's connection, or the address in the environment."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine

import portal.app  # noqa: F401  (it knows all rooms, and so loads every table)
from portal.store import Base, prepare_engine

GUARDS = {"block_takes_the_room", "block_leaves_changeover"}


def migrate(connection: Connection) -> None:
    """Run the migrations on a connection, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
        include_object=lambda _object, name, _kind, _reflected, _to: name not in GUARDS,
    )
    with context.begin_transaction():
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
