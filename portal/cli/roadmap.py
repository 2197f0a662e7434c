"""Commands about roadmaps."""

from pathlib import Path

import click

from portal.cli.exchange import input_file, output_file, read_file, write_result
from portal.roadmap.catalogue import shipped_catalogue
from portal.roadmap.planfile import planned, read_instance, written_plan
from portal.roadmap.rules.planning import RUNS, SEED

MOST_RUNS = 1_000_000


@click.group()
def roadmap() -> None:
    """Compute roadmaps: steps, dates, slack and ranges."""


@roadmap.command()
@click.argument("instance", metavar="INSTANCE.json", type=input_file)
@click.option("--output", metavar="PLAN.json", type=output_file, help="Write the plan to this file.")
@click.option(
    "--runs", default=RUNS, show_default=True, type=click.IntRange(1, MOST_RUNS), help="Draws for the ranges."
)
@click.option(
    "--seed", default=SEED, show_default=True, type=click.IntRange(0), help="Where the draws begin."
)
def plan(instance: Path, output: Path | None, runs: int, seed: int) -> None:
    """Say which steps a project has before it, when, in what order, and how surely."""
    found = read_file(
        instance, lambda text: planned(read_instance(text, shipped_catalogue()), runs=runs, seed=seed)
    )
    write_result(written_plan(found), output)
