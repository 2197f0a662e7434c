"""A process that does one thing after another and says so, killed while it works."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from portal.core.actors import Actor


def run_and_kill(
    module: str, url: str, manager: Actor, ids: Sequence[int], folder: Path, *, answers: int, then: float
) -> tuple[dict[int, int], bool]:
    """Let a module decide as a manager about each of these, kill it some seconds after so many answers, and return what it said.

    The second value tells whether it was killed before it was done.
    """
    work = folder / "ids.txt"
    work.write_text(" ".join(map(str, ids)))
    duty = next(iter(manager.duties))
    who = [manager.user_id, manager.organisation_id, duty.facility_id]
    process = subprocess.Popen(
        [sys.executable, "-m", module, url, *map(str, who), str(work)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    lines = [process.stdout.readline().rstrip("\n") for _ in range(answers)]
    time.sleep(then)
    process.kill()
    lines += process.stdout.read().split("\n")[:-1]
    process.stdout.close()
    process.wait()
    said = [line.split() for line in lines if line != "done"]
    return {int(one): int(answer) for one, answer in said}, "done" not in lines
