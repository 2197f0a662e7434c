"""Commands about good manufacturing practice."""

from pathlib import Path

import click

from portal.cli.exchange import input_file, output_file, read_file, write_result
from portal.segregation.casefile import read_case, written_verdict
from portal.segregation.rules import judge as verdict_of
from portal.segregation.shipped import shipped_ruleset


@click.group()
def gmp() -> None:
    """Judge by the rules of good manufacturing practice."""


@gmp.command()
@click.argument("case", metavar="CASE.json", type=input_file)
@click.option("--output", metavar="VERDICT.json", type=output_file, help="Write the verdict to this file.")
def judge(case: Path, output: Path | None) -> None:
    """Say whether two pieces of work may share what they share, and which changeover lies between them."""
    read, ruleset = read_file(case, lambda text: read_case(text, shipped_ruleset()))
    write_result(written_verdict(read, verdict_of(read, ruleset)), output)
