"""Commands about matching: who fits whom, and the best round of all at once."""

from pathlib import Path

import click

from portal.cli.exchange import input_file, output_file, read_file, write_result
from portal.matching.casefile import read_case, written_ranking, written_round
from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.outcome import best_round, rankings


@click.group()
def match() -> None:
    """Rank partners for projects, or propose a whole round."""


@match.command()
@click.argument("instance", metavar="INSTANCE.json", type=input_file)
@click.option("--output", metavar="RANKING.json", type=output_file, help="Write the ranking to this file.")
def rank(instance: Path, output: Path | None) -> None:
    """Say for each project which partners fit, how well and why, and what stands against the others."""
    case = read_file(instance, read_case)
    write_result(written_ranking(case, rankings(case, shipped_lexicon())), output)


@match.command("round")
@click.argument("instance", metavar="INSTANCE.json", type=input_file)
@click.option("--output", metavar="ROUND.json", type=output_file, help="Write the round to this file.")
def propose_round(instance: Path, output: Path | None) -> None:
    """Propose which projects and partners are to meet, under everyone's capacity."""
    case = read_file(instance, read_case)
    write_result(written_round(case, *best_round(case, shipped_lexicon())), output)
