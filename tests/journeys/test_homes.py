"""Pages as each role meets them, wide or narrow and dark, and homes in Swedish: axe finds nothing, nothing scrolls."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from portal.demo.cast import SIGN_INS
from tests.browser import awake
from tests.journeys.conftest import NARROW, WIDE, Visit, check_accessible, check_paper

pytestmark = pytest.mark.browser

NAMES = [name for _, name, _ in SIGN_INS]
LOOKS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "wide": (WIDE, "light"),
    "narrow-dark": (NARROW, "dark"),
    "sv": (WIDE, "light"),
}
WIDTHS = (360, 620, 821, 1000, 1280, 1440, 1920, 2560)
OUTSIDE = """() => [...document.querySelectorAll(".ap-top a, .ap-top summary, .ap-top input")]
  .filter((one) => one.checkVisibility())
  .filter((one, at, all) => {
    const box = one.getBoundingClientRect(), frame = one.closest(".ap-top__in").getBoundingClientRect();
    const covers = (other) => {
      const its = other.getBoundingClientRect();
      return its.left < box.right - 1 && box.left < its.right - 1 && its.top < box.bottom - 1 && box.top < its.bottom - 1;
    };
    return box.left < 0 || box.right > innerWidth || box.bottom > frame.bottom + 1 || all.slice(at + 1).some(covers);
  })
  .map((one) => one.textContent.trim() || one.getAttribute("aria-label"))"""
"""What of the header sticks out of it, or lies on something else in it."""
PUBLIC = (
    "/",
    "/facilities",
    "/facilities/lund_pre_gmp",
    "/facilities/lund_pre_gmp/demo_lund_pre_gmp_p3",
    "/facilities/lund_pre_gmp/calendar",
    "/pipeline",
    "/login",
    "/register",
    "/reset",
    "/accessibility",
    "/privacy",
    "/terms",
    "/contact",
    "/no-such-page",
)
PAGES = {
    "founder": (
        "/projects",
        "/projects/register",
        "/projects/import",
        "/requests",
        "/requests/new",
        "/messages",
        "/account",
    ),
    "manager": (
        "/inbox",
        "/bookings",
        "/bookings/new",
        "/closures",
        "/closures/new",
        "/calendar/import",
        "/facilities/lund_pre_gmp/calendar",
        "/facilities/lund_pre_gmp/edit",
        "/facilities/lund_pre_gmp/terms",
        "/facilities/lund_pre_gmp/people",
        "/facilities/lund_pre_gmp/holidays",
        "/facilities/lund_pre_gmp/demo_lund_pre_gmp_p3/edit",
        "/facilities/lund_pre_gmp/demo_lund_pre_gmp_p3/rates",
        "/facilities/lund_pre_gmp/demo_lund_pre_gmp_p3/changeover",
        "/organisation",
    ),
    "admin": ("/admin/people", "/admin/organisations", "/admin/role-requests", "/admin/facilities"),
    "adviser": ("/projects/teasers",),
}

SHOWN: dict[str, dict[str, tuple[str, str | None]]] = {
    "founder": {
        "campaign": ("/search?q=laboratory+first+batch&kind=campaigns", "/campaigns/"),
        "gate": ("/gates", "/gates/"),
        "run": ("/search?q=run&kind=runs", "/runs/"),
        "messages": ("/messages", None),
        "search": ("/search?q=sickle", None),
    },
    "manager": {"charges": ("/facilities/lund_pre_gmp/charges", None)},
    "qa": {"gates": ("/gates", None)},
    "adviser": {"roadmaps": ("/roadmaps", None)},
}
"""Further pages worth a picture, by whom: an address, and how the first link there begins that leads on to them."""


@pytest.mark.parametrize("name", NAMES)
def test_each_roles_home(visit: Visit, picture: Callable[[Page, str], None], name: str) -> None:
    page = visit(name)
    for look in LOOKS:
        take_on(page, look)
        page.goto("/language/sv?next=/" if look == "sv" else "/")
        check_accessible(page)
        picture(page, f"home-{name}-{look}")
        if look == "narrow-dark":
            check_paper(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(OUTSIDE) == [], f"the header at {width} pixels"


def test_public_pages(visit: Visit, picture: Callable[[Page, str], None]) -> None:
    page = visit()
    for path in PUBLIC:
        page.goto(path)
        for look in ("wide", "narrow-dark"):
            take_on(page, look)
            check_accessible(page)
            picture(page, f"public{path.replace('/', '-')}-{look}")


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_each_role(visit: Visit, name: str) -> None:
    page = visit(name)
    for path in PAGES[name]:
        page.goto(path)
        for look in ("wide", "narrow-dark"):
            take_on(page, look)
            check_accessible(page)


@pytest.mark.parametrize("name", SHOWN)
def test_pages_worth_a_picture(
    request: pytest.FixtureRequest, visit: Visit, picture: Callable[[Page, str], None], name: str
) -> None:
    if not request.config.getoption("--pictures"):
        pytest.skip("only takes pictures; other tests look at these pages")
    page = visit(name)
    for look in LOOKS:
        take_on(page, look)
        page.goto("/language/sv?next=/" if look == "sv" else "/language/en?next=/")
        for shown, (path, leads_on) in SHOWN[name].items():
            page.goto(path)
            if leads_on is not None:
                page.locator(f'main a[href^="{leads_on}"]').first.click()
            awake(page)
            picture(page, f"{name}-{shown}-{look}")


def take_on(page: Page, look: str) -> None:
    """Look at the page from here on in a width and a colour scheme."""
    size, scheme = LOOKS[look]
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)


def test_a_manager_reads_what_becomes_unbookable_and_how_many_runs_go_at_once(visit: Visit) -> None:
    manager = visit("manager")
    expect(manager.locator("main")).to_contain_text("Runs out within 90 days")
    expect(manager.locator("main")).to_contain_text("can’t be booked after")
    manager.goto("/facilities/lund_pre_gmp/run-limits")
    expect(manager.locator("main")).to_contain_text("Demo: Christmas, fewer people on duty")
    manager.goto("/facilities/lund_pre_gmp/calendar?kind=barred")
    expect(manager.locator("main table")).to_contain_text("is not qualified: no work that needs it")
    check_accessible(manager)
