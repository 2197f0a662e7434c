"""Signing in and out, and what a visitor learns from it."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_security.core import _get_pwd_context
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.core import clock
from tests import make
from tests.accounts.conftest import PASSWORD
from tests.client import PageClient

Person = Callable[..., User]


def signs_in(client: PageClient, email: str, password: str = PASSWORD, path: str = "/login") -> str | None:
    """Try to sign in, and return where the answer leads."""
    return client.post(path, {"email": email, "password": password}).headers.get("Location")


def test_the_right_password_signs_in(client: PageClient, session: Session, person: Person) -> None:
    user = person()
    assert signs_in(client, user.email) == "/"
    assert client.get("/account").status_code == 200
    session.refresh(user)
    assert user.signed_in_at is not None


def test_an_address_is_one_however_it_is_written(client: PageClient, person: Person) -> None:
    person(email="eva@example.org")
    assert signs_in(client, "  Eva@Example.ORG ") == "/"


def test_a_password_is_taken_as_typed_in_any_form_of_unicode(
    client: PageClient, session: Session, app: Flask
) -> None:
    from portal.accounts.passwords import hashed

    composed, decomposed = " räksmörgås på bryggan ", " räksmörgås på bryggan "
    with app.app_context():
        user = make.user(session, password=hashed(composed))
    assert signs_in(client, user.email, decomposed) == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("eva@example.org", "another barley over the bridge"),
        ("nobody@example.org", PASSWORD),
        ("out@example.org", PASSWORD),
        ("not an address", PASSWORD),
    ],
)
def test_a_refusal_never_says_which_part_was_wrong(
    client: PageClient, person: Person, email: str, password: str
) -> None:
    person(email="eva@example.org")
    person(email="out@example.org", active=False)
    answer = client.post("/login", {"email": email, "password": password})
    assert answer.status_code == 422
    assert "Address and password do not belong together" in answer.text
    assert client.get("/account").status_code == 302


def test_who_has_not_confirmed_the_address_is_told_only_with_the_right_password(
    client: PageClient, person: Person
) -> None:
    user = person(confirmed_at=None)
    told = client.post("/login", {"email": user.email, "password": PASSWORD})
    assert told.status_code == 422
    assert "Confirm your e-mail address first" in told.text
    wrong = client.post("/login", {"email": user.email, "password": "something else altogether"})
    assert "Confirm your e-mail address first" not in wrong.text


def test_signing_in_leads_back_to_the_page_that_asked(client: PageClient, person: Person) -> None:
    user = person()
    asked = client.get("/account?from=mail")
    assert asked.headers["Location"].startswith("/login?next=")
    assert signs_in(client, user.email, path=asked.headers["Location"]) == "/account?from=mail"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "/\t/evil.example",
        "%2F%2Fevil.example",
        "javascript:alert(1)",
    ],
)
def test_signing_in_leads_to_no_page_of_others(client: PageClient, person: Person, elsewhere: str) -> None:
    user = person()
    form = {"email": user.email, "password": PASSWORD, "next": elsewhere}
    answers = [client.post("/login", form), client.post(f"/login?{urlencode({'next': elsewhere})}", form)]
    for answer in answers:
        target = answer.headers.get("Location", "/")
        assert target.startswith("/")
        assert not target.startswith(("//", "/\\"))


def test_signing_out_needs_a_post_and_ends_the_session(client: PageClient, session: Session) -> None:
    client.sign_in(make.founder(session))
    assert client.get("/logout").status_code == 405
    assert client.get("/account").status_code == 200
    assert client.post("/logout").status_code == 302
    assert client.get("/account").status_code == 302


def test_who_is_shut_out_is_signed_out_at_once(client: PageClient, session: Session) -> None:
    actor = make.founder(session)
    client.sign_in(actor)
    session.get_one(User, actor.user_id).active = False
    assert client.get("/account").status_code == 302


def test_guessing_is_slowed_down_for_one_address(client: PageClient, person: Person) -> None:
    user = person()
    codes = [
        client.post("/login", {"email": user.email, "password": f"guess {n}"}).status_code for n in range(7)
    ]
    assert codes == [422] * 5 + [429] * 2
    assert client.post("/login", {"email": person().email, "password": PASSWORD}).status_code == 302


def test_signing_in_well_is_not_counted(client: PageClient, person: Person) -> None:
    user = person()
    for _ in range(12):
        assert signs_in(client, user.email) == "/"
        client.post("/logout")


def test_a_week_old_sign_in_ends(client: PageClient, session: Session) -> None:
    client.sign_in(make.founder(session), began_at=clock.now() - timedelta(days=7))
    answer = client.get("/account")
    assert answer.headers["Location"].startswith("/login?next=")
    assert "for a week" in client.get(answer.headers["Location"]).text
    assert client.get("/account").status_code == 302


def test_a_sign_in_that_nobody_uses_ends(client: PageClient, session: Session) -> None:
    client.sign_in(make.founder(session), seen_at=clock.now() - timedelta(hours=12))
    answer = client.get("/account")
    assert "nothing happened for twelve hours" in client.get(answer.headers["Location"]).text
    assert client.get("/account").status_code == 302


def test_json_is_no_way_in(client: PageClient, person: Person) -> None:
    user = person()
    answer = client._client.post("/login", json={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 422
    assert client.get("/account").status_code == 302


def test_showing_the_password_again_needs_the_right_one(client: PageClient, person: Person) -> None:
    user = person()
    signs_in(client, user.email)
    wrong = client.post("/verify", {"proof_password": "something else altogether"})
    assert wrong.status_code == 422
    assert "This is not your password" in wrong.text
    assert client.post("/verify", {"proof_password": PASSWORD}).status_code == 303


def test_a_form_needs_its_token(app: Flask, client: PageClient, person: Person) -> None:
    user = person()
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/login", {"email": user.email, "password": PASSWORD})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400


def test_passwords_are_hashed_with_argon2_at_its_recommended_cost(app: Flask) -> None:
    from portal.accounts.passwords import hashed

    security = app.extensions["security"]
    cheap = security.pwd_context
    security.pwd_context = _get_pwd_context(app)
    try:
        with app.app_context():
            assert hashed(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    finally:
        security.pwd_context = cheap
