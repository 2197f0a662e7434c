"""`portal files`: prove that what was uploaded is there, unchanged."""

import sys

import click

from portal.cli.application import application
from portal.core import clock
from portal.files import keeping
from portal.files.storage import StoreUnreachable


@click.group()
def files() -> None:
    """Examine the uploaded files."""


@files.command("verify")
def verify_files() -> None:
    """Compare every uploaded file with its digest; exit code 1 if one is missing or changed, 2 if the store is unreachable."""
    with application().app_context():
        try:
            found = list(keeping.verify())
        except StoreUnreachable as error:
            raise click.UsageError(f"the store cannot be reached: {error}") from error
    for trouble in found:
        click.echo(f"{trouble.code}: {trouble.sha256} {', '.join(trouble.names)}".rstrip(), err=True)
    broken = [trouble for trouble in found if trouble.code != "unknown"]
    click.echo("every file is whole" if not broken else f"{len(broken)} contents are missing or changed")
    sys.exit(1 if broken else 0)


@files.command("sweep")
def sweep_files() -> None:
    """Forget contents that were uploaded more than a day ago and never used; `portal jobs` does so every hour."""
    with application().app_context():
        click.echo(f"{keeping.sweep(at=clock.now())} contents were forgotten")
