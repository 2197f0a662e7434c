"""Where somebody is signed in, how it ends, and what a request asks to know it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from portal.accounts import presence, queries, services
from portal.accounts.models import Device, SignIn, User
from portal.accounts.passwords import is_password
from portal.accounts.rules.signing_in import Browser, browser_of
from portal.accounts.tokens import digest_of
from portal.app import create_app
from portal.core import clock
from portal.core.actors import Role
from portal.ledger.models import Entry
from portal.mail.models import OutgoingMail
from portal.store import db
from tests import make
from tests.accounts.conftest import PASSWORD, link_in
from tests.client import PageClient
from tests.conftest import settings_for
from tests.engines import new_database

Person = Callable[..., User]
Mail = Callable[[], list[OutgoingMail]]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client: PageClient, user: User, **options: object) -> str:
    """Sign in, and return where that leads."""
    form = {"email": user.email, "password": PASSWORD}
    return client.post("/login", form, **options).headers["Location"]


def is_signed_in(client: PageClient) -> bool:
    """Say whether a browser is signed in."""
    return client.get("/account").status_code == 200


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """Collect what the database is asked."""
    found: list[str] = []

    def note(*context: object) -> None:
        found.append(str(context[2]))

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


class TestQuestions:
    def test_a_static_file_and_the_health_check_ask_for_nobody(
        self, client: PageClient, session: Session, connection: Connection
    ) -> None:
        client.sign_in(make.founder(session))
        with statements(connection) as asked:
            assert client.get("/static/css/portal.css").status_code == 200
            assert client.get("/healthz").status_code == 200
        assert [words for words in asked if "user" in words or "sign_in" in words] == []

    def test_a_page_asks_once_for_who_is_here(
        self, client: PageClient, session: Session, connection: Connection
    ) -> None:
        client.sign_in(make.founder(session))
        with statements(connection) as asked:
            assert client.get("/account/second-factor").status_code == 303
        found = [words for words in asked if "sign_in" in words]
        assert len(found) == 1
        assert [words for words in asked if words.startswith(("INSERT", "UPDATE", "DELETE"))] == []

    def test_that_it_is_used_is_noted_every_five_minutes(
        self, client: PageClient, session: Session, connection: Connection
    ) -> None:
        actor, now = make.founder(session), clock.now()
        client.sign_in(actor, seen_at=now - timedelta(minutes=6))
        for expected in (1, 0):
            with statements(connection) as asked:
                client.get("/account")
            assert len([words for words in asked if words.startswith("UPDATE sign_in")]) == expected
        row = session.scalars(select(SignIn).where(SignIn.user_id == actor.user_id)).one()
        assert row.seen_at >= now


class TestCookie:
    def test_it_changes_with_every_sign_in(self, client: PageClient, person: Person) -> None:
        user = person()
        client.get("/login")
        before = client._client.get_cookie("session")
        sign_in(client, user)
        first = client._client.get_cookie("session")
        client.post("/logout")
        sign_in(client, user)
        second = client._client.get_cookie("session")
        assert first is not None
        assert second is not None
        values = {first.value, second.value} | ({before.value} if before else set())
        assert len(values) == (3 if before else 2)

    def test_a_copy_of_it_is_worth_nothing_after_signing_out(
        self, app: Flask, client: PageClient, session: Session, person: Person
    ) -> None:
        sign_in(client, person())
        kept = client._client.get_cookie("session")
        assert kept is not None
        client.post("/logout")
        thief = PageClient(app, session)
        thief._client.set_cookie("session", kept.value)
        assert not is_signed_in(thief)

    def test_the_database_keeps_none_of_it(
        self, client: PageClient, session: Session, person: Person
    ) -> None:
        sign_in(client, person())
        with client._client.session_transaction() as cookie:
            token = cookie["_user_id"]
        device = client._client.get_cookie("device")
        assert device is not None
        rows = [*session.scalars(select(SignIn.token_digest)), *session.scalars(select(Device.token_digest))]
        assert token not in rows
        assert device.value not in rows

    def test_in_production_both_are_for_this_host_over_https_alone(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("production")
        settings = replace(
            settings_for(new_database("sqlite", folder), folder), base_url="https://portal.example.org"
        )
        app = create_app(settings)
        assert app.config["SESSION_COOKIE_NAME"] == "__Host-session"
        assert app.config["SESSION_COOKIE_SECURE"] is True
        assert app.config["SESSION_COOKIE_HTTPONLY"] is True
        assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
        with app.test_request_context():
            presence.remember_device("token")
            response = presence._send_device(app.response_class())
        header = response.headers["Set-Cookie"]
        assert header.startswith("__Host-device=token;")
        for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert word in header
        chosen = app.test_client().get("/language/sv", base_url="https://portal.example.org")
        assert chosen.headers["Set-Cookie"].startswith("__Host-language=sv;")


class TestList:
    def test_it_says_in_plain_words_where_one_is_signed_in(
        self, app: Flask, client: PageClient, session: Session, person: Person
    ) -> None:
        user = person()
        sign_in(PageClient(app, session), user, headers={"User-Agent": FIREFOX})
        sign_in(client, user)
        page = client.get("/account/sign-in").text
        assert "Firefox on Windows" in page
        assert "This browser" in page
        assert page.count("Place unknown") == 2

    def test_ending_one_ends_it_at_once_and_no_other(
        self, app: Flask, client: PageClient, session: Session, person: Person
    ) -> None:
        user = person()
        other, third = PageClient(app, session), PageClient(app, session)
        for browser in (other, third, client):
            sign_in(browser, user)
        first = session.scalars(select(SignIn.id).order_by(SignIn.id)).first()
        assert client.post(f"/account/sign-ins/{first}/end").status_code == 303
        assert [is_signed_in(browser) for browser in (other, third, client)] == [False, True, True]
        assert "person.sign_in_ended" in session.scalars(select(Entry.name)).all()
        assert client.post(f"/account/sign-ins/{first}/end").status_code == 404

    def test_ending_the_one_that_one_is_at(
        self, client: PageClient, session: Session, person: Person
    ) -> None:
        sign_in(client, person())
        own = session.scalars(select(SignIn.id)).one()
        assert client.post(f"/account/sign-ins/{own}/end").headers["Location"] == "/"
        assert not is_signed_in(client)

    def test_nobody_ends_somebody_elses(
        self, app: Flask, client: PageClient, session: Session, person: Person
    ) -> None:
        other = PageClient(app, session)
        sign_in(other, person())
        theirs = session.scalars(select(SignIn.id)).one()
        sign_in(client, person())
        assert client.post(f"/account/sign-ins/{theirs}/end").status_code == 404
        assert is_signed_in(other)

    @pytest.mark.parametrize(
        ("described", "browser"),
        [
            (FIREFOX, Browser("Firefox", "Windows")),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
                Browser("Safari", "macOS"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1",
                Browser("Safari", "iPhone"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/137.0 Safari/537.36 Edg/137.0",
                Browser("Edge", "Windows"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/137.0 Mobile Safari/537.36",
                Browser("Chrome", "Android"),
            ),
            ("", Browser(None, None)),
            ("<script>alert(1)</script>", Browser(None, None)),
        ],
    )
    def test_what_a_browser_says_of_itself(self, described: str, browser: Browser) -> None:
        assert browser_of(described) == browser


class TestNewDevice:
    def test_the_first_sign_in_is_no_news_and_a_known_browser_neither(
        self, client: PageClient, person: Person, mail: Mail
    ) -> None:
        user = person()
        for _ in range(2):
            sign_in(client, user)
            client.post("/logout")
        assert mail() == []

    def test_another_browser_is_told_by_mail(
        self, app: Flask, client: PageClient, session: Session, person: Person, mail: Mail
    ) -> None:
        user = person(language="sv")
        sign_in(client, user)
        sign_in(PageClient(app, session), user, headers={"User-Agent": FIREFOX})
        (letter,) = mail()
        assert letter.recipient == user.email
        assert "Firefox på Windows" in (letter.text or "")
        assert link_in(letter) == "/account/sign-in"

    def test_one_browser_may_be_known_to_several_people(
        self, client: PageClient, session: Session, person: Person, mail: Mail
    ) -> None:
        for user in (person(), person()):
            sign_in(client, user)
            client.post("/logout")
        assert len(session.scalars(select(Device)).all()) == 2
        assert mail() == []


class TestShowingItAgain:
    """What is sensitive asks for the password once more, and loses nothing that was typed."""

    @pytest.fixture
    def stale(self, client: PageClient, session: Session, password_hash: str) -> PageClient:
        """Return the browser of an administrator who has shown long ago who they are."""
        actor = make.administrator(session)
        session.get_one(User, actor.user_id).password = password_hash
        return client.sign_in(actor, proven_at=clock.now() - timedelta(minutes=16))

    @pytest.mark.parametrize("path", ["/account/app", "/account/passkeys/new", "/account/address"])
    def test_a_page_leads_to_the_question_and_back(self, stale: PageClient, path: str) -> None:
        asked = stale.get(path).headers["Location"]
        assert asked == f"/verify?next={path.replace('/', '%2F')}" or asked == f"/verify?next={path}"
        assert stale.post(asked, {"proof_password": PASSWORD, "next": path}).headers["Location"] == path
        assert stale.get(path).status_code == 200

    def test_a_form_goes_on_with_the_answer(self, stale: PageClient, session: Session) -> None:
        user, home = make.user(session), make.organisation(session)
        path = f"/admin/people/{user.id}/roles"
        form = {
            "give-organisation_id": str(home.id),
            "give-role": "founder",
            "give-reason": "Asked <b>kindly</b>",
        }
        asked = stale.post(path, form)
        assert asked.status_code == 422
        assert "Asked &lt;b&gt;kindly&lt;/b&gt;" in asked.text
        assert queries.roles_held(session, user.id, home.id) == frozenset()
        wrong = stale.post(path, {**form, "proof_password": "something else"})
        assert "This is not your password" in wrong.text
        assert "something else" not in wrong.text
        assert queries.roles_held(session, user.id, home.id) == frozenset()
        assert stale.post(path, {**form, "proof_password": PASSWORD}).status_code == 303
        assert queries.roles_held(session, user.id, home.id) == {Role.FOUNDER}
        assert stale.post(f"/admin/people/{user.id}/deactivate", {"state-reason": "left"}).status_code == 303

    def test_the_cookie_changes_with_the_answer(
        self, app: Flask, session: Session, stale: PageClient
    ) -> None:
        before = stale._client.get_cookie("session")
        assert before is not None
        stale.post("/verify", {"proof_password": PASSWORD})
        thief = PageClient(app, session)
        thief._client.set_cookie("session", before.value)
        assert not is_signed_in(thief)
        assert is_signed_in(stale)

    def test_guessing_it_is_slowed_down(self, stale: PageClient) -> None:
        codes = [stale.post("/verify", {"proof_password": f"guess {n}"}).status_code for n in range(6)]
        assert codes == [422] * 5 + [429]

    def test_what_is_sensitive_is_guarded(self, app: Flask) -> None:
        guarded = {name for name, view in app.view_functions.items() if _is(view, "only_proven")}
        assert guarded >= {
            *("accounts.add_authenticator", "accounts.remove_authenticator", "accounts.add_passkey"),
            *("accounts.remove_passkey", "accounts.make_recovery_codes", "accounts.change_address"),
            *("accounts.end_sign_in", "accounts.sign_out_everywhere", "accounts.end_membership"),
            *("accounts.give_role", "accounts.approve_role", "accounts.refuse_role", "accounts.assist"),
            *("accounts.deactivate", "accounts.reactivate", "accounts.drop_second_factor"),
            *("facilities.give_duty", "facilities.end_duty", "facilities.appoint", "facilities.dismiss"),
            "facilities.set_operator",
        }


def _is(view: object, word: str) -> bool:
    while view is not None:
        if getattr(view, word, False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


class TestAddress:
    def test_another_one_is_taken_by_a_link_and_both_are_told(
        self, app: Flask, client: PageClient, session: Session, person: Person, mail: Mail
    ) -> None:
        user = person(email="old@example.org")
        other = PageClient(app, session)
        sign_in(other, user)
        sign_in(client, user)
        mail()
        assert client.post("/account/address", {"email": "New@Example.org"}).status_code == 303
        letter = mail()[-1]
        assert letter.recipient == "new@example.org"
        link = link_in(letter)
        assert client.get(link).status_code == 200
        session.refresh(user)
        assert user.email == "old@example.org", "opening the link must not take it"
        assert client.post(link).headers["Location"] == "/login"
        session.refresh(user)
        assert user.email == "new@example.org"
        assert {told.recipient for told in mail()[-2:]} == {"old@example.org", "new@example.org"}
        assert not is_signed_in(client)
        assert not is_signed_in(other)
        assert client.get(link).headers["Location"].startswith("/login")
        assert sign_in(client, user) == "/"

    def test_somebody_elses_gets_the_same_answer_and_only_they_are_told(
        self, client: PageClient, session: Session, person: Person, mail: Mail
    ) -> None:
        person(email="taken@example.org")
        user = person(email="old@example.org")
        sign_in(client, user)
        answers = [
            client.post("/account/address", {"email": email})
            for email in ("free@example.org", "taken@example.org")
        ]
        assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
        letter = mail()[-1]
        assert (letter.recipient, letter.subject) == ("taken@example.org", "Your address was asked for")
        session.refresh(user)
        assert user.email == "old@example.org"

    def test_the_present_one_is_refused(self, client: PageClient, person: Person) -> None:
        user = person()
        sign_in(client, user)
        assert client.post("/account/address", {"email": user.email}).status_code == 422

    def test_a_link_is_good_for_a_day_and_the_last_one_only(
        self, client: PageClient, session: Session
    ) -> None:
        actor, at = make.founder(session), clock.now()
        first = services.ask_for_address(session, actor, "first@example.org", at=at)
        second = services.ask_for_address(session, actor, "second@example.org", at=at - timedelta(days=1))
        assert client.get(f"/address/{first}").status_code == 303
        assert client.get(f"/address/{second}").status_code == 303

    def test_an_address_that_somebody_has_by_now_is_not_taken(
        self, client: PageClient, session: Session, person: Person
    ) -> None:
        actor = make.founder(session)
        token = services.ask_for_address(session, actor, "new@example.org", at=clock.now())
        person(email="new@example.org")
        answer = client.post(f"/address/{token}")
        assert answer.status_code == 422
        assert "too old" in answer.text


def test_signing_in_voids_the_links_that_were_mailed_before(
    client: PageClient, person: Person, mail: Mail
) -> None:
    user = person()
    client.post("/reset", {"email": user.email})
    link = link_in(mail()[-1])
    assert client.get(link).status_code == 200
    sign_in(client, user)
    client.post("/logout")
    assert client.get(link).headers["Location"] == "/reset"


def test_a_password_is_compared_while_no_unit_of_work_is_open(
    client: PageClient, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite, a unit holds the one lock to write; comparing takes tenths of a second by design."""
    seen: list[bool] = []

    def watched(typed: str, stored: str | None) -> bool:
        options = db.session().connection().get_execution_options()
        seen.append(bool(options.get("portal_writes", False)))
        return is_password(typed, stored)

    monkeypatch.setattr("portal.accounts.views.signing_in.is_password", watched)
    assert sign_in(client, person()) == "/"
    assert seen == [False]


def test_a_hash_of_a_lower_cost_is_made_anew(
    app: Flask, client: PageClient, session: Session, person: Person
) -> None:
    user = person()
    before = user.password
    security = app.extensions["security"]
    cheap = security.pwd_context
    security.pwd_context = cheap.copy(argon2__time_cost=2)
    try:
        assert sign_in(client, user) == "/"
    finally:
        security.pwd_context = cheap
    session.refresh(user)
    assert user.password != before
    client.post("/logout")
    assert sign_in(client, user) == "/"


def test_old_sign_ins_and_links_are_forgotten(session: Session, person: Person) -> None:
    user, now = person(), clock.now()
    make.sign_in(session, user, ended_at=now - timedelta(days=91))
    make.sign_in(session, user, began_at=now - timedelta(days=98))
    lasting = make.sign_in(session, user)
    services.forget_old_sign_ins(session, at=now)
    kept = session.scalars(select(SignIn.token_digest)).all()
    assert kept == [digest_of(lasting)]
