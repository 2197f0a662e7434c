"""`portal search`: look after the terms by which records are found."""

import click

from portal.cli.application import application
from portal.search.keeping import rebuild
from portal.store import in_one_unit


@click.group()
def search() -> None:
    """Look after what the search finds."""


@search.command("rebuild")
def rebuild_terms() -> None:
    """Write the terms of every record anew, for instance after records were written past the portal."""
    with application().app_context():
        count = in_one_unit(rebuild)
    click.echo(f"{count} records can be found")
