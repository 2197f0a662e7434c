"""Pages as each role meets them, wide or narrow and dark, and homes in Swedish: axe finds nothing, nothing scrolls."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from portal.demo.cast import SIGN_INS
from tests.journeys.conftest import Visit, check_accessible

pytestmark = pytest.mark.browser

NAMES = [name for _, name, _ in SIGN_INS]
LOOKS = {"wide": {}, "narrow-dark": {"narrow": True, "dark": True}, "sv": {"sv": True}}
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


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_each_roles_home(visit: Visit, picture: Callable[[Page, str], None], name: str, look: str) -> None:
    page = visit(name, **LOOKS[look])
    page.goto("/")
    check_accessible(page)
    picture(page, f"home-{name}-{look}")


@pytest.mark.parametrize("look", ["wide", "narrow-dark"])
def test_public_pages(visit: Visit, picture: Callable[[Page, str], None], look: str) -> None:
    page = visit(**LOOKS[look])
    for path in PUBLIC:
        page.goto(path)
        check_accessible(page)
        picture(page, f"public{path.replace('/', '-')}-{look}")


@pytest.mark.parametrize("look", ["wide", "narrow-dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_of_each_role(visit: Visit, name: str, look: str) -> None:
    page = visit(name, **LOOKS[look])
    for path in PAGES[name]:
        page.goto(path)
        check_accessible(page)
