"""`portal migrate`: bring the database to this version's schema."""

import click
from alembic import command

from portal.cli.application import application
from portal.search.keeping import complete
from portal.store import db, in_one_unit
from portal.store.migrations import alembic_config


@click.command()
def migrate() -> None:
    """Bring the database to the schema of this version, and let the search find what it has learned to find.

    Running it again changes nothing.
    """
    app = application()
    with app.app_context():
        with db.engine.connect() as connection:
            command.upgrade(alembic_config(connection), "head")
        in_one_unit(complete)
