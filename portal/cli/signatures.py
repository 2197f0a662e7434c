"""`portal signatures`: prove that every signature is as it was given."""

import sys

import click

from portal.cli.application import application
from portal.signatures.services import verify
from portal.store import db


@click.group()
def signatures() -> None:
    """Examine the signatures."""


@signatures.command("verify")
def verify_signatures() -> None:
    """Compare every signature with its digest and with the ledger; exit code 1 if one was changed or is missing."""
    with application().app_context():
        found = list(verify(db.session()))
    for trouble in found:
        click.echo(f"{trouble.code}: signature {trouble.signature_id}", err=True)
    click.echo("every signature is as it was given" if not found else f"{len(found)} signatures are not")
    sys.exit(1 if found else 0)
