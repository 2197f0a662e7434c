"""Commands about cleanroom slots."""

from pathlib import Path

import click

from portal.bookings.slot_windows import read_question, slot_windows
from portal.cli.exchange import input_file, output_file, read_file, write_result


@click.group()
def slots() -> None:
    """Search for free cleanroom slots."""


@slots.command()
@click.argument("instance", metavar="INSTANCE.json", type=input_file)
@click.option("--request", "request_id", metavar="ID", required=True, help="The request to find windows for.")
@click.option("--count", type=click.IntRange(min=1), default=3, show_default=True, help="How many windows.")
@click.option("--output", metavar="WINDOWS.json", type=output_file, help="Write the windows to this file.")
def find(instance: Path, request_id: str, count: int, output: Path | None) -> None:
    """Say which cleanrooms fit a request, why others do not, and when the request could first run."""
    given, request = read_file(instance, lambda text: read_question(text, request_id))
    write_result(slot_windows(given, request, count=count), output)
