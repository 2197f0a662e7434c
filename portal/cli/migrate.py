"""`portal migrate`: bring the database to this version's schema."""

import click
from alembic import command

from portal.cli.application import application
from portal.store import db
from portal.store.migrations import alembic_config


@click.command()
def migrate() -> None:
    """Bring the database to the schema of this version; running it again changes nothing."""
    app = application()
    with app.app_context(), db.engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
