"""`portal catalogue`: bring the shipped facilities into the database."""

import click

from portal.cli.application import application
from portal.core import clock
from portal.facilities.services.load import load_catalogue
from portal.store import in_one_unit


@click.command()
def catalogue() -> None:
    """Load the real facilities with their sources; what was changed in the portal stays as it is."""
    with application().app_context():
        found = in_one_unit(lambda session: len(load_catalogue(session, clock.now())))
    click.echo(f"{found} facilities are in the catalogue")
