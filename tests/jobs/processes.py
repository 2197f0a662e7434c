"""Real `portal jobs` processes on a real database, for tests that kill them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, update
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.core import clock
from portal.store import Base, db, prepare_engine
from portal.work.models import Lease, Process
from tests.conftest import settings_for
from tests.engines import new_database

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Place:
    """A database of its own, and the jobs processes that work on it."""

    url: str
    folder: Path
    engine: Engine
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start a jobs process."""
        environment = {
            **os.environ,
            "PORTAL_MODE": "test",
            "DATABASE_URL": self.url,
            "PORTAL_INSTANCE": str(self.folder),
            "SECRET_KEY": "a secret for tests, and only for tests",
            "SECURITY_PASSWORD_SALT": "a salt for tests, and only for tests",
        }
        with (self.folder / "jobs.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", "jobs"],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def session(self) -> Session:
        """Return a session of the test's own."""
        return Session(self.engine)

    def let_time_pass(self) -> None:
        """Let what the killed processes held be over, as it would be twenty seconds later."""
        past = clock.now() - timedelta(seconds=21)
        with self.session() as session:
            session.execute(update(Lease).values(renewed_at=past, ends_at=past))
            session.execute(update(Process).values(seen_at=past))
            session.commit()

    def log(self) -> str:
        """Return what the processes said."""
        return (self.folder / "jobs.log").read_text()


@contextmanager
def place(engine_name: str, folder: Path) -> Iterator[Place]:
    """Open a place, and end whatever process was started in it."""
    url = new_database(engine_name, folder)
    app = create_app(settings_for(url, folder))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()
    engine = create_engine(url)
    prepare_engine(engine)
    here = Place(url, folder, engine)
    try:
        yield here
    finally:
        for process in here.running:
            process.kill()
            process.wait()
        engine.dispose()


def wait_for(question: Callable[[], bool], *, seconds: float, every: float = 0.05) -> float:
    """Wait until something holds and return how long that took; fails where it takes too long."""
    began = time.monotonic()
    while not question():
        assert time.monotonic() - began < seconds, "it took too long"
        time.sleep(every)
    return time.monotonic() - began
