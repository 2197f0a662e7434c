"""The guide in the browser, and its pictures: taken here, so that they can't grow old."""

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize

from portal.help import guides
from tests.journeys.conftest import Visit, check_accessible
from tests.journeys.guide import SHOTS

pytestmark = pytest.mark.browser
FRAME: ViewportSize = {"width": 1200, "height": 800}


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("person", sorted({person for person, _ in SHOTS.values()}))
def test_the_guide_shows_the_portal_as_it_is(
    visit: Visit, request: pytest.FixtureRequest, tmp_path: Path, person: str, language: str
) -> None:
    kept = request.config.getoption("--pictures")
    folder = guides.ROOT / "pictures" / language if kept else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    page = visit(person, sv=language == "sv")
    page.set_viewport_size(FRAME)
    for name, (who, path) in SHOTS.items():
        if who == person:
            answer = page.goto(path)
            assert answer is not None
            assert answer.ok
            page.screenshot(path=folder / f"{name}.png")


@pytest.mark.parametrize("look", [{}, {"narrow": True, "dark": True}, {"sv": True}])
def test_a_reader_finds_the_way_through_the_guide(visit: Visit, look: dict[str, bool]) -> None:
    page = visit(**look)
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="Hjälp" if look.get("sv") else "Help").click()
    check_accessible(page)
    for name in guides.NAMES:
        page.goto(f"/help/{name}")
        check_accessible(page)
