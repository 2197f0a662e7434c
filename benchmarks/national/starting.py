"""How long `make run` takes from a clone to a page that answers, with a warm cache of packages."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.national import databases
from benchmarks.national.serving import wait_for


def seconds_to_first_page() -> dict[str, float]:
    """Return the seconds of each step: the clone, the packages, and the demo portal up to its first answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="portal-start-"))
    clone = folder / "portal"
    found: dict[str, float] = {}
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PORTAL"))}
    try:
        for name, command in (
            ("clone", ["git", "clone", "--quiet", str(databases.ROOT), str(clone)]),
            ("packages", ["make", "--quiet", "-C", str(clone), "setup"]),
        ):
            begin = time.perf_counter()
            subprocess.run(command, check=True, env=plain)  # noqa: S603
            found[name] = time.perf_counter() - begin
        begin = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603
            [str(clone / ".venv/bin/portal"), "run", "--port", str(port)],
            cwd=clone,
            env=plain,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port, path="/", seconds=600)
            found["demo data and first answer"] = time.perf_counter() - begin
        finally:
            process.terminate()
            process.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found
