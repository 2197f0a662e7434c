"""Every page of the access matrix in a browser, in both languages: axe finds nothing, nothing scrolls sideways, no script or policy complains.

So do pages of errors, and forms that are shown again with what is wrong.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Never

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from portal.web.limits import limiter
from portal.web.locale import LANGUAGE_COOKIE
from tests.browser import PATIENCE, awake, served
from tests.house.access import TABLE, Who
from tests.house.sending import address_of, asked, who_may
from tests.house.walker import COOKIE, Walker, walking
from tests.house.world import Person
from tests.journeys.conftest import AXE, NARROW, WIDE, lay_down_bars, problems_on

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
Look = tuple[str, ViewportSize, Scheme, tuple[str, ...]]
LOOKS: dict[str, tuple[Look, ...]] = {
    "en": (
        ("wide and light", WIDE, "light", ()),
        ("wide and dark", WIDE, "dark", ("color-contrast",)),
    ),
    "sv": (
        ("narrow and dark", NARROW, "dark", ()),
        ("narrow and light", NARROW, "light", ("color-contrast",)),
    ),
}
"""How each page is looked at, and in which language; where only the colours are new, only what depends on them is asked again."""
PARTS = 8
"""Into how many tests all pages are dealt out, so that several processes share them."""
FORMS = (
    ("accounts.register", None),
    ("projects.register", None),
    ("projects.team", "project"),
    ("facilities.holidays", "facility"),
    ("facilities.new_cleanroom", "facility"),
    ("partners.enter", "for the investor"),
    ("matching.list_rounds", None),
    ("accounts.change_password", None),
)
"""Pages whose form is sent without anything in it."""
SENT_EMPTY = """() => {
  const form = [...document.querySelectorAll("main form[method=post]")].find(one => one.querySelector(
    "input:not([type=hidden]):not([type=checkbox]):not([type=radio]), textarea"));
  form.noValidate = true;
  for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) field.value = "";
  form.requestSubmit();
}"""
REFUSED = "responded with a status of 422"
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


def addresses_of(walker: Walker) -> list[tuple[Person, str]]:
    """Return the address of everything that can be fetched, with somebody who may."""
    found = {
        (reader, address_of(walker, line, walker.world.grounds[0]))
        for line in TABLE
        if line.method == "GET" and (reader := who_may(line)) is not None
    }
    return sorted(found)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_open_to_everybody(
    browser: Browser, walker: Walker, world_address: str, part: int
) -> None:
    pages = defaultdict(list)
    for reader, path in addresses_of(walker)[part::PARTS]:
        if walker.fetch(reader, path).is_page:
            pages[reader].append(path)
    wrong = [
        problem
        for person, paths in pages.items()
        for problem in browse(browser, world_address, walker.cookie_of(person), paths)
    ]
    assert not wrong, "\n".join(wrong)


def test_errors_and_refused_forms_are_open_to_everybody(
    browser: Browser, walker: Walker, world_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(walker.app.view_functions, "home.terms", broken)
    wrong = []
    for code, person, path in errors_of(walker):
        with reading(browser, world_address, walker.cookie_of(person)) as (page, _said):
            wrong += [f"{code}: {problem}" for problem in looked_at(page, path, code=code)]
    for endpoint, place in FORMS:
        line = next(one for one in TABLE if (one.endpoint, one.place) == (endpoint, place))
        path = walker.address(endpoint, walker.world.grounds[0].places.get(place or "", {}))
        reader = who_may(line)
        assert reader is not None
        with reading(browser, world_address, walker.cookie_of(reader)) as (page, said):
            problems = [*sent_empty(page, path + asked(line, walker.world.grounds[0])), *said]
            wrong += [f"{path} sent empty: {problem}" for problem in problems]
    assert not wrong, "\n".join(wrong)


def broken() -> Never:
    """Fail as a bug does."""
    raise RuntimeError("a bug")


def errors_of(walker: Walker) -> Iterator[tuple[int, Person, str]]:
    """Return the address of a page of each error, and who is shown it."""
    barred = next(
        line for line in TABLE if line.method == "GET" and Who.QP in line.barred and line.place == "operator"
    )
    yield 404, Person.VISITOR, "/nothing/is/here"
    yield 404, Person.FOUNDER, "/projects/1"
    yield 403, Person.QP, address_of(walker, barred, walker.world.grounds[0])
    yield 500, Person.FOUNDER, walker.address("home.terms", {})


def sent_empty(page: Page, path: str) -> Iterator[str]:
    """Send the form of a page without anything in it, and say what is wrong with what comes back."""
    for language, looks in LOOKS.items():
        speak(page, language)
        page.goto(path)
        awake(page)
        with page.expect_navigation() as answered:
            page.evaluate(SENT_EMPTY)
        if answered.value.status != 422:
            yield f"it is answered with {answered.value.status}"
            return
        lay_down_bars(page)
        yield from in_looks(page, looks)


def browse(browser: Browser, address: str, cookie: str, paths: list[str]) -> Iterator[str]:
    """Say everything that is wrong with the pages of one reader."""
    with reading(browser, address, cookie) as (page, said):
        for path in paths:
            said.clear()
            yield from (f"{path}: {problem}" for problem in [*looked_at(page, path), *said])


@contextmanager
def reading(browser: Browser, address: str, cookie: str) -> Iterator[tuple[Page, list[str]]]:
    """Give a page of somebody's browser, and what the browser complains of."""
    context = browser.new_context(
        base_url=address, locale="en-GB", service_workers="block", reduced_motion="reduce"
    )
    if cookie:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
    context.add_init_script(path=AXE)
    page, said = context.new_page(), list[str]()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: said.extend(complaints(message)))
    page.on("pageerror", lambda error: said.append(f"a script failed: {error}"))
    yield page, said
    context.close()


def looked_at(page: Page, path: str, *, code: int = 200) -> Iterator[str]:
    """Open a page in each language and say what is wrong with it in each look."""
    for language, looks in LOOKS.items():
        speak(page, language)
        answer = page.goto(path, wait_until="load")
        if answer is None or answer.status != code:
            yield "it does not open" if answer is None else f"it is answered with {answer.status}"
            return
        lay_down_bars(page)
        yield from (f"in {language}, {problem}" for problem in in_looks(page, looks))


def speak(page: Page, language: str) -> None:
    """Let pages be in a language from now on."""
    page.context.add_cookies(
        [{"name": LANGUAGE_COOKIE, "value": language, "domain": "127.0.0.1", "path": "/"}]
    )


def in_looks(page: Page, looks: Sequence[Look]) -> Iterator[str]:
    """Say what is wrong with the page that is open, in each of these looks."""
    for look, size, scheme, rules in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        yield from (f"{look}: {problem}" for problem in problems_on(page, rules))


def complaints(message: ConsoleMessage) -> list[str]:
    """Return what the browser complains of."""
    if message.type not in {"error", "warning"} or message.text == OF_PLAYWRIGHT or REFUSED in message.text:
        return []
    return [f"the browser says {message.text}"]
