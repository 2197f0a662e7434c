"""How good a plan is after some seconds, beside plain greedy insertion, on the sample instances.

    python benchmarks/planning_solve.py [--seconds 20]

Prints one row of a table for each size: the cost of the greedy plan and of the plan found, whether it is proven to be the best, and
how many requests have a place. The time counts as it passes on the wall, so a busy machine finds less.
"""

import argparse
import sys
from pathlib import Path

from portal.planning.casefile import read_instance
from portal.planning.rules.planner import Effort, finished, plan
from portal.planning.rules.search import first_plan
from portal.planning.rules.terrain import lay_out
from portal.planning.rules.verdict import judge

SAMPLES = Path(__file__).parent.parent / "tests" / "planning" / "samples"


def main() -> None:
    """Plan each sample in the given time."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=20.0)
    seconds = arguments.parse_args().seconds
    for size in (12, 50, 100, 200, 400):
        instance = read_instance((SAMPLES / f"sample-{size}.json").read_bytes())
        greedy = judge(instance, finished(first_plan(lay_out(instance)))).objective
        found = plan(instance, Effort(seconds=seconds))
        proven = "proven best" if found.proven else "not proven"
        sys.stdout.write(
            f"| {size} requests, {len(instance.rooms)} rooms, {seconds:.0f} s | cost {judge(instance, found).objective}, "
            f"{proven}, {len(found.assignments)} placed | greedy {greedy} |\n"
        )


if __name__ == "__main__":
    main()
