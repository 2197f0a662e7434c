"""A demo portal served on this machine, a browser for each person, and pictures of what they see."""

import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from portal.accounts.passwords import hashed
from portal.app import create_app
from portal.config import Mode, Settings
from portal.core import clock
from portal.demo import cast
from portal.demo.services import fill
from portal.jobs.deliveries import deliver_waiting
from portal.store import Base, db, in_one_unit
from tests.browser import PATIENCE, served
from tests.once import made_once

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
WIDE: ViewportSize = {"width": 1440, "height": 1000}
NARROW: ViewportSize = {"width": 360, "height": 740}
LIGHTNESS = """() => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d");
  pixel.fillStyle = getComputedStyle(document.body).backgroundColor;
  pixel.fillRect(0, 0, 1, 1);
  return Math.min(...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)) / 255;
}"""
"""How light the ground of the page is, from 0 to 1."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Visit = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _chromium_is_here() -> None:
    if shutil.which("chromium") is None:
        warnings.warn("NO CHROMIUM: no journey was tried in a browser", stacklevel=1)
        pytest.skip("NO CHROMIUM was found; on Debian: apt-get install -y chromium")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return the portal with the demo ecosystem in it, as `make run` gives it."""
    return portal_in(made_once(tmp_path_factory, "demo", tell))


def portal_in(folder: Path) -> Flask:
    """Return the demo portal whose database and files are in a folder."""
    return create_app(
        Settings(
            mode=Mode.DEMO,
            secret_key="a secret for tests, and only for tests",
            password_salt="a salt for tests, and only for tests",
            database_url=f"sqlite:///{folder / 'portal.sqlite'}",
            instance=folder,
        )
    )


def tell(folder: Path) -> None:
    """Fill a folder with the demo ecosystem, and leave its database closed, so that it can be copied."""
    app = portal_in(folder)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        secret, at = hashed(cast.PASSWORD), clock.now()
        in_one_unit(lambda session: fill(session, password_hash=secret, at=at))
    carry_messages(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def carry_messages(app: Flask) -> None:
    """Do once what the jobs process does all the time: tell people what happened."""
    with app.app_context():
        while deliver_waiting(in_one_unit, db.session(), at=clock.now()):
            pass


@pytest.fixture(scope="session")
def address(demo: Flask) -> Iterator[str]:
    """Give the address at which the demo is served."""
    with served(demo) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Give a way to open a browser of somebody's own, signed in as a demo person or not at all."""
    opened: list[BrowserContext] = []

    def open_browser(
        person: str | None = None, *, narrow: bool = False, dark: bool = False, sv: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=address,
            viewport=NARROW if narrow else WIDE,
            color_scheme="dark" if dark else "light",
            locale="sv-SE" if sv else "en-GB",
            timezone_id="Europe/Stockholm",
            reduced_motion="reduce",
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        if person is not None:
            sign_in(page, f"{person}@{cast.DOMAIN}", cast.PASSWORD)
        if sv:
            page.goto("/language/sv")
        return page

    yield open_browser
    for context in opened:
        context.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in as a person does."""
    page.goto("/login")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    assert "/login" not in page.url, page.locator("main").inner_text()


@pytest.fixture
def picture(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """Give a way to keep a picture: among the docs if `--pictures` is given, else with the test."""
    folder = PICTURES if request.config.getoption("--pictures") else tmp_path

    def take(page: Page, name: str) -> None:
        lay_down_bars(page)
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return take


def lay_down_bars(page: Page) -> None:
    """Let the bars that stay at the foot of the window lie at the foot of their form, so that they cover nothing."""
    page.evaluate(
        "() => document.querySelectorAll('.ap-decide').forEach(bar => bar.style.position = 'static')"
    )


def check_accessible(page: Page) -> None:
    """Fail with everything that axe finds on the page, and if the page scrolls sideways."""
    assert problems_on(page) == [], page.url


def check_paper(page: Page) -> None:
    """Fail if a printed page shows what only leads on from it, or is dark."""
    page.emulate_media(media="print")
    for chrome in (".ap-top", ".ap-year", ".ap-foot", ".ap-skip"):
        assert not page.locator(chrome).filter(visible=True).count(), f"{chrome} is printed"
    assert page.evaluate(LIGHTNESS) > 0.9, "the paper is dark"
    page.emulate_media(media="screen")


def problems_on(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Return everything that axe finds on the page, by these rules or by all, and by how much it scrolls sideways."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "asked => axe.run({runOnly: asked, resultTypes: ['violations']})",
        {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS},
    )
    problems = [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*problems, *([f"scrolls sideways by {wider} px"] if wider > 0 else [])]
