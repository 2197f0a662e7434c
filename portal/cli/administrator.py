"""`portal administrator`: let a first person administer the portal."""

import click

from portal.accounts.letters import reset_password
from portal.accounts.services.founding import name_administrator
from portal.cli.application import application
from portal.core import clock
from portal.core.errors import Refused
from portal.mail.delivery import send_waiting
from portal.mail.services import post
from portal.store import in_one_unit


@click.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--organisation", required=True, help="The public body that runs the portal.")
def administrator(email: str, name: str, organisation: str) -> None:
    """Make a person administrator of the portal, and mail them a link to choose a password."""
    app = application()
    with app.app_context(), app.test_request_context():
        at = clock.now()
        try:
            in_one_unit(
                lambda session: post(
                    session,
                    reset_password(
                        name_administrator(session, email=email, name=name, organisation=organisation, at=at)
                    ),
                    at=at,
                )
            )
        except Refused as refused:
            raise click.ClickException(
                "; ".join(f"{reason.code} {dict(reason.values)}" for reason in refused.reasons)
            ) from refused
        send_waiting(at=at)
    click.echo(f"{email} may choose a password now: a link was mailed, or written to instance/mail")
