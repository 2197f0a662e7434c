"""Every page of the access matrix in a browser: axe finds nothing, nothing scrolls sideways, no script or policy complains."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from portal.web.limits import limiter
from tests.browser import served
from tests.house.access import TABLE
from tests.house.sending import address_of, who_may
from tests.house.walker import COOKIE, Walker, walking
from tests.house.world import Person
from tests.journeys.conftest import NARROW, WIDE, lay_down_bars, problems_on

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
LOOKS: dict[str, tuple[ViewportSize, Scheme, tuple[str, ...]]] = {
    "wide and light": (WIDE, "light", ()),
    "wide and dark": (WIDE, "dark", ("color-contrast",)),
    "narrow and dark": (NARROW, "dark", ()),
    "narrow and light": (NARROW, "light", ("color-contrast",)),
}
"""How each page is looked at; where only the colours are new, only what depends on them is asked again."""
OF_PLAYWRIGHT = "Service Worker registration blocked by Playwright"


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    with walking("sqlite", tmp_path_factory.mktemp("every-page")) as found:
        yield found


@pytest.fixture(scope="module")
def world_address(walker: Walker) -> Iterator[str]:
    limited, limiter.enabled = limiter.enabled, False
    with served(walker.app) as address:
        yield address
    limiter.enabled = limited


def pages_of(walker: Walker) -> dict[Person, list[str]]:
    """Return the address of every page under somebody who may open it."""
    ground, found = walker.world.grounds[0], defaultdict(set)
    for line in TABLE:
        reader = who_may(line)
        if line.method == "GET" and reader is not None:
            path = address_of(walker, line, ground)
            if walker.fetch(reader, path).is_page:
                found[reader].add(path)
    return {reader: sorted(paths) for reader, paths in found.items()}


def test_every_page_is_open_to_everybody(browser: Browser, walker: Walker, world_address: str) -> None:
    wrong = [
        problem
        for person, paths in pages_of(walker).items()
        for problem in browse(browser, world_address, walker.cookie_of(person), paths)
    ]
    assert not wrong, "\n".join(wrong)


def browse(browser: Browser, address: str, cookie: str, paths: list[str]) -> Iterator[str]:
    """Say everything that is wrong with the pages of one reader."""
    context = browser.new_context(
        base_url=address, locale="en-GB", service_workers="block", reduced_motion="reduce"
    )
    if cookie:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
    page, said = context.new_page(), list[str]()
    page.set_default_timeout(60_000)
    page.on("console", lambda message: said.extend(complaints(message)))
    page.on("pageerror", lambda error: said.append(f"a script failed: {error}"))
    for path in paths:
        said.clear()
        yield from (f"{path}: {problem}" for problem in [*looked_at(page, path), *said])
    context.close()


def looked_at(page: Page, path: str) -> Iterator[str]:
    """Open a page and say what is wrong with it in each look."""
    answer = page.goto(path, wait_until="load")
    if answer is None or not answer.ok:
        yield "it does not open"
        return
    lay_down_bars(page)
    for look, (size, scheme, rules) in LOOKS.items():
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        yield from (f"{look}: {problem}" for problem in problems_on(page, rules))


def complaints(message: ConsoleMessage) -> list[str]:
    """Return what the browser complains of."""
    if message.type not in {"error", "warning"} or message.text == OF_PLAYWRIGHT:
        return []
    return [f"the browser says {message.text}"]
