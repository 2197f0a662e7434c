"""`portal demo`: fill the database with the demo ecosystem."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import click

from portal.accounts.passwords import hashed
from portal.cli.application import application
from portal.core import clock
from portal.demo import cast
from portal.demo.services import fill, is_empty
from portal.files.storage import current_store
from portal.store import db, in_one_unit


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Look for no garbage meanwhile: nearly all that is made stays to the end, and looking takes an eighth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.command()
@click.option("--if-empty", is_flag=True, help="Do nothing where somebody has an account already.")
@click.option("--sign-ins", is_flag=True, help="Only print the address and one sign-in for each role.")
@click.option("--address", default=None, help="The address to print instead of the one of the settings.")
def demo(*, if_empty: bool, sign_ins: bool, address: str | None) -> None:
    """Fill an empty database with real facilities and invented rooms, people, projects and half a year of work."""
    app = application()
    settings = app.extensions["portal_settings"]
    if not settings.demo:
        raise click.ClickException(
            "Demo data exists in demo mode only. Set PORTAL_MODE=demo, with a database of its own."
        )
    if not sign_ins:
        with app.app_context():
            if not is_empty(db.session()):
                if if_empty:
                    return
                raise click.ClickException(
                    "This database is not empty. Remove instance/portal.sqlite, or name another in DATABASE_URL."
                )
            click.echo("Filling the database with the demo ecosystem …")
            secret, put = hashed(cast.PASSWORD), current_store().put
            with _nothing_thrown_away():
                in_one_unit(lambda session: fill(session, password_hash=secret, at=clock.now(), put=put))
        return
    click.echo(
        f"\nThe portal is at {address or settings.base_url}\n\nSign in with the password {cast.PASSWORD}\n"
    )
    for role, mail in cast.sign_ins():
        click.echo(f"  {role.value.replace('_', ' '):<18} {mail}")
    click.echo("\nStop it with Ctrl-C.\n")
