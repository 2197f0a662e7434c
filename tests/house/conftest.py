"""What the tests of the whole house share: one world on each engine, made when it is first walked in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.engines import ENGINES
from tests.house.walker import Walker, walking

Worlds = Callable[[str], Walker]


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Return what lets somebody walk through the world on an engine."""
    with ExitStack() as open_worlds:
        yield cache(
            lambda name: open_worlds.enter_context(walking(name, tmp_path_factory.mktemp(f"house-{name}")))
        )


@pytest.fixture(params=ENGINES)
def walker(request: pytest.FixtureRequest, worlds: Worlds) -> Walker:
    """Return somebody who walks through a world, on each engine."""
    return worlds(request.param)


@pytest.fixture
def sqlite_walker(worlds: Worlds) -> Walker:
    """Return somebody who walks through the world on SQLite, for what does not depend on the engine."""
    return worlds("sqlite")
