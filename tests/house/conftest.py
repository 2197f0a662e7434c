"""What the tests of the whole house share: one world on each engine."""

from collections.abc import Iterator

import pytest

from tests.engines import ENGINES
from tests.house.walker import Walker, walking


@pytest.fixture(scope="session", params=ENGINES)
def walker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    """Return somebody who walks through a world of their own, on one engine."""
    with walking(request.param, tmp_path_factory.mktemp(f"house-{request.param}")) as found:
        yield found


@pytest.fixture(scope="session")
def sqlite_walker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    """Return somebody who walks through a world on SQLite, for what does not depend on the engine."""
    with walking("sqlite", tmp_path_factory.mktemp("house-alone")) as found:
        yield found
