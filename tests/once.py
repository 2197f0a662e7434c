"""What is made once for a whole test run, however many processes it has."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a copy, of this process's own, of a folder that the first process of the test run has filled.

    The others wait for it. What failed to be made is made anew by whoever asks next.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_TESTRUNUID" in os.environ else base
    kept, done = shared / f"once-{name}", shared / f"once-{name}.done"
    with (shared / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir()
            make(kept)
            done.touch()
    return shutil.copytree(kept, factory.mktemp(name) / "copy")
