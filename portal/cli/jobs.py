"""`portal jobs`: the clock, in a process of its own."""

import logging

import click
from flask import Flask

from portal.cli.application import application
from portal.core import clock
from portal.demo.absence import refuse_demo_data
from portal.jobs.clock import serve
from portal.jobs.health import what_is_wrong
from portal.store import db
from portal.web.sentences import sentence


@click.command()
@click.option("--check", is_flag=True, help="Only say whether a process keeps the clock; exit code 1 if not.")
def jobs(*, check: bool) -> None:
    """Do what happens without anybody asking: end holds, offer free time, send mail, seal the ledger."""
    app = application()
    if check:
        _check(app)
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    refuse_demo_data(app)
    serve(app)


def _check(app: Flask) -> None:
    with app.test_request_context():
        wrong = [sentence(reason) for reason in what_is_wrong(db.session(), at=clock.now())]
    click.echo("\n".join(wrong) or "ok")
    if wrong:
        raise SystemExit(1)
