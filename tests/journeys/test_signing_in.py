"""Signing in as people do: with a code from an app, a passkey, a recovery code; where one is signed in; acting for somebody."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.accounts.passwords import hashed
from portal.core import clock
from portal.core.actors import Role
from portal.demo.cast import DOMAIN, PASSWORD
from portal.facilities.models import Cleanroom, RoomKind
from portal.signatures.models import Signature
from portal.signatures.rules import Method
from portal.store import db, in_one_unit
from tests import make
from tests.browser import PATIENCE
from tests.journeys.conftest import NARROW, WIDE, Visit, check_accessible, sign_in

pytestmark = pytest.mark.browser
Picture = Callable[[Page, str], None]
EMAIL, SIGNER = f"keys@{DOMAIN}", f"signs@{DOMAIN}"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def newcomer(demo: Flask) -> None:
    """Let there be a colleague of the demo's founder, with nothing but a password."""

    def work(session: Session) -> None:
        founder = session.scalars(select(User).where(User.email == f"founder@{DOMAIN}")).one()
        role = session.scalars(select(Membership).where(Membership.user_id == founder.id)).first()
        assert role is not None
        user = User(
            email=EMAIL,
            name="Kim Keys",
            password=founder.password,
            active=True,
            fs_uniquifier="keys",
            confirmed_at=clock.now(),
            created_at=clock.now(),
            current_organisation_id=role.organisation_id,
            is_demo=True,
        )
        session.add(user)
        session.flush()
        session.add(
            Membership(
                user_id=user.id, organisation_id=role.organisation_id, role=role.role, since=clock.now()
            )
        )

    with demo.app_context():
        if db.session().scalar(select(User.id).where(User.email == EMAIL)) is None:
            in_one_unit(work)


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Give a way to open a browser at an address with a name, as passkeys need it."""
    opened = []

    def opens(*, narrow: bool = False, dark: bool = False, locale: str = "en-GB") -> Page:
        context = browser.new_context(
            base_url=address.replace("127.0.0.1", "localhost"),
            viewport=NARROW if narrow else WIDE,
            color_scheme="dark" if dark else "light",
            locale=locale,
            timezone_id="Europe/Stockholm",
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        return page

    yield opens
    for context in opened:
        context.close()


def password_step(page: Page) -> None:
    """Type address and password."""
    page.goto("/login")
    page.locator("input[name=email]").fill(EMAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/login/second-step")


def sign_out(page: Page) -> None:
    """Leave, by the form of the header's menu."""
    with page.expect_navigation():
        page.locator("form[action='/logout'] button").first.evaluate("button => button.form.submit()")


@pytest.mark.usefixtures("newcomer")
def test_app_passkey_recovery_code_and_the_list_of_sign_ins(
    open_page: Callable[..., Page], picture: Picture
) -> None:
    page = open_page()
    app, codes = _sets_up_an_app(page, picture)
    _signs_in_with_a_code(page, app, picture)
    _makes_a_passkey_and_signs_in_with_it(page, picture)
    other = open_page(narrow=True, dark=True)
    _signs_in_with_a_recovery_code(other, codes[0], picture)
    _ends_the_other_sign_in(page, other, picture)


def _sets_up_an_app(page: Page, picture: Picture) -> tuple[TOTP, list[str]]:
    sign_in(page, EMAIL, PASSWORD)
    page.goto("/account")
    page.get_by_role("link", name="See how you sign in").click()
    check_accessible(page)

    page.get_by_role("link", name="Set up an app for codes").click()
    check_accessible(page)
    picture(page, "signing-in-1-app")
    page.get_by_text("No camera?").click()
    app = TOTP(key=page.locator("code").first.inner_text().replace("-", ""), format="base32")
    page.get_by_label("Code", exact=False).fill(app.generate().token)
    page.get_by_role("button", name="Ask for codes from now on").click()
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    check_accessible(page)
    picture(page, "signing-in-2-recovery-codes")
    codes = re.findall(r"(?:[a-z2-9]{4}-){5}[a-z2-9]{4}", page.locator("main").inner_text())
    assert len(codes) == 10
    return app, codes


def _signs_in_with_a_code(page: Page, app: TOTP, picture: Picture) -> None:
    sign_out(page)
    password_step(page)
    check_accessible(page)
    picture(page, "signing-in-3-second-step")
    later = clock.now().timestamp() + 30
    page.locator("input[name=code]").fill(app.generate(later).token)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)


def _plugs_in_a_key(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def _makes_a_passkey_and_signs_in_with_it(page: Page, picture: Picture) -> None:
    _plugs_in_a_key(page)
    page.goto("/account/passkeys/new")
    page.get_by_label("Name").fill("Work laptop")
    check_accessible(page)
    picture(page, "signing-in-4-passkey")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/sign-in")
    expect(page.locator("#passkeys")).to_contain_text("Work laptop")

    sign_out(page)
    page.goto("/login")
    check_accessible(page)
    picture(page, "signing-in-5-sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/account/sign-in")
    expect(page.locator("#sign-ins")).to_contain_text("with a passkey")


def _signs_in_with_a_recovery_code(other: Page, code: str, picture: Picture) -> None:
    password_step(other)
    check_accessible(other)
    other.locator("input[name=code]").fill(code)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url("**/account/sign-in")
    expect(other.locator("main")).to_contain_text("9 codes are left.")
    check_accessible(other)
    picture(other, "signing-in-6-settings-narrow-dark")


def _ends_the_other_sign_in(page: Page, other: Page, picture: Picture) -> None:
    page.goto("/account/sign-in")
    check_accessible(page)
    picture(page, "signing-in-6-settings-wide")
    page.locator("#sign-ins li").filter(has_not=page.locator(".ap-state")).get_by_role(
        "button", name="Sign out this browser"
    ).click()
    page.wait_for_load_state()
    expect(page.locator("#sign-ins li")).to_have_count(1)
    other.goto("/account")
    assert "/login" in other.url, "it ended at once"

    page.goto("/language/sv")
    page.goto("/account/sign-in")
    check_accessible(page)
    picture(page, "signing-in-6-settings-sv")


def test_acting_for_somebody_is_said_on_every_page(visit: Visit, picture: Picture) -> None:
    page = visit("admin")
    page.goto("/admin/people?text=provider")
    page.locator("main tbody a").first.click()
    page.locator("#assist input[name='assist-reason']").fill("They called and asked for help.")
    page.locator("#assist button[type=submit]").click()
    page.wait_for_url(lambda url: "/admin/" not in url)
    for path in ("/", "/account", "/messages"):
        page.goto(path)
        expect(page.locator(".ap-assisting")).to_contain_text("Everything is recorded with both names.")
        check_accessible(page)
    page.goto("/account")
    picture(page, "acting-for-somebody")
    page.set_viewport_size(NARROW)
    check_accessible(page)
    page.set_viewport_size(WIDE)
    for closed in ("/account/sign-in", "/account/password"):
        response = page.goto(closed)
        assert response is not None
        assert response.status == 403
    page.locator(".ap-assisting button").click()
    page.wait_for_url("**/admin/people/*")
    expect(page.locator(".ap-assisting")).to_have_count(0)


@pytest.fixture
def signer(demo: Flask) -> str:
    """Let there be one more QA of the demo's GMP unit, with a password of their own, and return where they sign."""

    def work(session: Session) -> str:
        room = session.scalars(select(Cleanroom).where(Cleanroom.kind == RoomKind.GMP)).first()
        assert room is not None
        person = session.get_one(User, make.duty(session, room.facility, Role.QA).user_id)
        person.email, person.password = SIGNER, hashed(PASSWORD)
        session.commit()
        return f"/facilities/{room.facility.slug}/segregation/rooms/{room.slug}"

    with demo.app_context():
        return work(db.session())


def test_a_passkey_signs_what_stands_in_the_form(
    demo: Flask, signer: str, open_page: Callable[..., Page], picture: Picture
) -> None:
    page = open_page()
    sign_in(page, SIGNER, PASSWORD)
    _plugs_in_a_key(page)
    page.goto("/account/passkeys/new")
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator("h1")).to_have_text("Your recovery codes")

    page.goto(signer)
    page.get_by_label("Corridor group").fill("north")
    page.get_by_role("button", name="Sign with a passkey").click()
    expect(page.locator(".ap-errors")).to_contain_text("Reason")
    expect(page.get_by_label("Corridor group")).to_have_value("north")
    page.get_by_label("Reason").fill("The doors were measured.")
    check_accessible(page)
    picture(page, "signing-in-7-signature")
    page.get_by_role("button", name="Sign with a passkey").click()
    page.wait_for_url("**/segregation")
    page.goto(signer)
    expect(page.get_by_label("Corridor group")).to_have_value("north")
    with demo.app_context():
        newest = select(Signature.method).order_by(Signature.id.desc()).limit(1)
        assert db.session().scalar(newest) is Method.PASSKEY
