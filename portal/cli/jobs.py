"""`portal jobs`: the clock, in a process of its own."""

import logging

import click

from portal.cli.application import application
from portal.demo.absence import refuse_demo_data
from portal.jobs.clock import serve


@click.command()
def jobs() -> None:
    """Do what happens without anybody asking: end holds, offer free time, send mail, seal the ledger."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    app = application()
    refuse_demo_data(app)
    serve(app)
