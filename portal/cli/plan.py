"""Commands about planning: the best plan for all open requests at once."""

from pathlib import Path

import click

from portal.cli.exchange import input_file, output_file, read_file, refuse, write_result
from portal.core.errors import Reason, Refused
from portal.planning.casefile import read_instance, written_plan
from portal.planning.rules.planner import Effort
from portal.planning.rules.planner import plan as best_plan

LOCK_SENTENCES = {
    "lock_is_no_stay": "{request} cannot be in {room} from that day: by its dates, the room, or its closures",
    "lock_without_predecessor": "{request} has to come first, and finds no place before what is locked",
    "changeover_too_short": "{before} and {after} need {days} days of changeover between them",
    "too_soon_after_predecessor": "{request} starts too soon after {predecessor}",
    "cap_exceeded": "{org} would occupy {kind} for {days} days, and may for {most}",
    "exclusive_at_once": "{before} and {after} may not run at the same time",
}
"""Why locks cannot be kept, in words; the way out is to lift one of those named."""


@click.group()
def plan() -> None:
    """Plan campaigns over rooms."""


@plan.command()
@click.argument("instance", metavar="INSTANCE.json", type=input_file)
@click.option("--output", metavar="PLAN.json", type=output_file, help="Write the plan to this file.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.0, max=86400.0),
    default=60.0,
    show_default=True,
    help="Search for so long at most.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    help="Search so many rounds instead: the same instance then always gives the same plan.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**31 - 1),
    default=1,
    show_default=True,
    help="Start chance here.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=64),
    default=2,
    show_default=True,
    help="Threads of the solver.",
)
def solve(
    instance: Path, output: Path | None, seconds: float, rounds: int | None, seed: int, workers: int
) -> None:
    """Find the best plan in the given time, and say why each request without a place has none."""
    read = read_file(instance, read_instance)
    effort = Effort(seconds=seconds, rounds=rounds, seed=seed, workers=workers)
    try:
        found = best_plan(read, effort)
    except Refused as refused:
        refuse(f"locked: {lock_sentence(reason)}" for reason in refused.reasons)
    write_result(written_plan(read, found), output)


def lock_sentence(reason: Reason) -> str:
    """Return why a lock cannot be kept, in words."""
    values = {
        name: "what was last in the room" if value is None else value for name, value in reason.values.items()
    }
    return LOCK_SENTENCES[reason.code].format(**values)
