"""`portal audit`: prove that the ledger is whole."""

import sys

import click

from portal.cli.application import application
from portal.core import clock
from portal.ledger import seal_waiting, verify
from portal.ledger.chain import head
from portal.store import db, in_one_unit


@click.group()
def audit() -> None:
    """Examine the ledger."""


@audit.command("verify")
def verify_ledger() -> None:
    """Seal what waits, then check every entry and every seal; exit code 1 if anything was changed or is missing."""
    with application().app_context():
        while in_one_unit(lambda session: seal_waiting(session, at=clock.now())):
            pass
        problems = verify(db.session())
        digest, entries = head(db.session())
    for problem in problems:
        where = " ".join(
            f"{name} {value}"
            for name, value in (
                ("entry", problem.entry_id),
                ("seal", problem.seal_id),
                ("field", problem.field),
            )
            if value is not None
        )
        click.echo(f"{problem.code}: {where}", err=True)
    click.echo(f"{entries} entries sealed, head {digest}")
    sys.exit(1 if problems else 0)
