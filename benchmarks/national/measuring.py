"""How things are measured: the best of several times, in wall time and in this process's own CPU time."""

import gc
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event


@dataclass(frozen=True, slots=True)
class Took:
    """What one thing took at its best: seconds of wall time and of CPU, and statements."""

    wall: float
    cpu: float
    statements: int

    @property
    def words(self) -> str:
        """Return both times in milliseconds."""
        return f"{1000 * self.wall:.1f} ms ({1000 * self.cpu:.1f} ms CPU), {self.statements} statements"


def best_of(times: int, work: Callable[[], object], engine: Engine) -> Took:
    """Do the work so many times after once for nothing, and return the best of each figure.

    Others load the machine, so that the least is nearest to what the work itself takes.
    """
    work()
    walls, cpus, asked = [], [], 0
    for _ in range(times):
        gc.collect()
        with counted(engine) as statements:
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        asked = len(statements)
    return Took(min(walls), min(cpus), asked)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Gather the statements that reach the database meanwhile."""
    statements: list[str] = []

    def note(*context: Any) -> None:
        statements.append(str(context[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def machine() -> str:
    """Return what the figures were measured on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, {platform.system()}"


def busy() -> float:
    """Return how many processes wanted a core in the last minute."""
    return os.getloadavg()[0]
