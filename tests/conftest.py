"""What tests share: the portal on both engines, a session that forgets, clients that check every page."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from playwright.sync_api import Browser
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from portal.app import create_app
from portal.config import Mode, Settings
from portal.store import Base, db
from tests.browser import chromium
from tests.client import PageClient
from tests.engines import ENGINES, new_database

settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("prove", deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    """Let properties try the same examples every time, and new ones under `make prove`; none is timed."""
    settings.load_profile("prove" if config.getoption("--prove") else "house")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run one process more than there are cores where no browser does: the proofs that kill processes mostly wait."""
    return None if config.getoption("markexpr") == "browser" else (os.cpu_count() or 1) + 1


SPLIT = frozenset({"tests/journeys/test_every_page.py"})
"""Files so long that one process would be busy with them when all others have done everything else."""


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist says no types
    """Each file as a whole in one process, except for those whose tests are each on their own."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return nodeid if file in SPLIT else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Give processes whole files, and single tests of the longest, where files are what they were to be given."""
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what was loaded: without this it is a tenth of the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch between the short form of the long proofs and their full length."""
    parser.addoption("--prove", action="store_true", help="run the long proofs in full")
    parser.addoption(
        "--pictures", action="store_true", help="keep the pictures of the journeys in docs/screenshots"
    )
    parser.addoption(
        "--write-docs", action="store_true", help="write what tests compare with the documentation into it"
    )


@pytest.fixture(scope="session")
def proving(request: pytest.FixtureRequest) -> bool:
    """Say whether long proofs run in full."""
    return bool(request.config.getoption("--prove"))


def settings_for(database_url: str, instance: Path) -> Settings:
    """Return settings for a portal under test."""
    return Settings(
        mode=Mode.TEST,
        secret_key="a secret for tests, and only for tests",
        password_salt="a salt for tests, and only for tests",
        database_url=database_url,
        instance=instance,
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one Chromium for all tests of a process: Playwright can't be started twice in it."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session", params=ENGINES)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return the portal on one engine, with empty tables."""
    folder = tmp_path_factory.mktemp(request.param)
    portal = create_app(settings_for(new_database(request.param, folder), folder))
    with portal.app_context():
        Base.metadata.create_all(db.engine)
    yield portal
    with portal.app_context():
        db.engine.dispose()


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    """Return the one connection of a test; whatever is committed on it is forgotten afterwards."""
    with app.app_context():
        engine = db.engine
    with engine.connect() as only:
        outer = only.begin()
        engines = db._app_engines[app]
        engines[None] = only  # type: ignore[assignment]
        try:
            yield only
        finally:
            engines[None] = engine
            outer.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """Return a session on the test's connection, free to commit."""
    with Session(connection, join_transaction_mode="create_savepoint") as fresh:
        yield fresh


@pytest.fixture
def client(app: Flask, session: Session) -> PageClient:
    """Return a visitor's browser, which checks every page that it is given."""
    return PageClient(app, session)
