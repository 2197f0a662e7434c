"""One's own account: settings, password, signing out everywhere, acting for another organisation."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, OrganisationKind, User
from portal.core.actors import Actor, Role
from portal.mail.models import OutgoingMail
from tests import make
from tests.accounts.conftest import PASSWORD
from tests.client import PageClient

Person = Callable[..., User]
Mail = Callable[[], list[OutgoingMail]]
SETTINGS = {"name": "Eva Lind", "language": "sv", "time_zone": "Europe/Helsinki", "theme": "dark"}
NEW = "another harvest under the bridge"
CHANGE = {"present": PASSWORD, "password": NEW}


@pytest.fixture
def actor(session: Session, password_hash: str) -> Actor:
    return make.member(session, make.organisation(session), Role.FOUNDER, password=password_hash)


def test_settings_are_kept_and_hold_at_once(client: PageClient, session: Session, actor: Actor) -> None:
    client.sign_in(actor)
    assert client.get("/account").status_code == 200
    assert client.post("/account", SETTINGS).headers["Location"] == "/account"
    page = client.get("/account").text
    assert '<html lang="sv" data-theme="dark">' in page
    user = session.get_one(User, actor.user_id)
    assert (user.name, user.language, user.time_zone, user.theme) == (
        "Eva Lind",
        "sv",
        "Europe/Helsinki",
        "dark",
    )


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"language": "tlh"}, {"time_zone": "Moon/Sea"}, {"theme": "pink"}]
)
def test_what_cannot_be_is_refused(
    client: PageClient, session: Session, actor: Actor, wrong: dict[str, str]
) -> None:
    before = session.get_one(User, actor.user_id).name
    assert client.sign_in(actor).post("/account", {**SETTINGS, **wrong}).status_code == 422
    assert session.get_one(User, actor.user_id).name == before


def test_an_account_follows_the_person_to_another_browser(
    client: PageClient, app: Flask, session: Session, actor: Actor
) -> None:
    client.sign_in(actor).post("/account", SETTINGS)
    elsewhere = PageClient(app, session).sign_in(actor)
    assert '<html lang="sv" data-theme="dark">' in elsewhere.get("/account").text


def test_the_time_zone_holds_for_moments(client: PageClient, session: Session, actor: Actor) -> None:
    user = session.get_one(User, actor.user_id)
    user.time_zone, user.signed_in_at = "Asia/Tokyo", make.NOON
    assert "4 Jan 2027 21:00" in client.sign_in(actor).get("/account").text


class TestPassword:
    def test_a_new_one_signs_out_every_other_place(
        self, client: PageClient, app: Flask, session: Session, actor: Actor, mail: Mail
    ) -> None:
        elsewhere = PageClient(app, session).sign_in(actor)
        client.sign_in(actor)
        assert client.get("/account/password").status_code == 200
        assert client.post("/account/password", CHANGE).headers["Location"] == "/account"
        assert client.get("/account").status_code == 200
        assert elsewhere.get("/account").status_code == 302
        assert [letter.subject for letter in mail()] == ["Your password is another one"]
        client.post("/logout")
        user = session.get_one(User, actor.user_id)
        assert client.post("/login", {"email": user.email, "password": NEW}).status_code == 302

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"present": "something else altogether"}, "not your present password"),
            ({"present": ""}, "This is needed"),
            ({"password": "short"}, "at least 12 characters"),
        ],
    )
    def test_it_needs_the_present_one_and_a_good_one(
        self, client: PageClient, session: Session, actor: Actor, wrong: dict[str, str], sentence: str
    ) -> None:
        before = session.get_one(User, actor.user_id).password
        answer = client.sign_in(actor).post("/account/password", {**CHANGE, **wrong})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert session.get_one(User, actor.user_id).password == before

    def test_guessing_the_present_one_is_slowed_down(self, client: PageClient, actor: Actor) -> None:
        client.sign_in(actor)
        form = {**CHANGE, "present": "something else altogether"}
        codes = [client.post("/account/password", form).status_code for _ in range(6)]
        assert codes == [422] * 5 + [429]


def test_signing_out_everywhere(client: PageClient, app: Flask, session: Session, actor: Actor) -> None:
    elsewhere = PageClient(app, session).sign_in(actor)
    client.sign_in(actor)
    assert client.post("/account/sign-out-everywhere").status_code == 303
    assert client.get("/account").status_code == 302
    assert elsewhere.get("/account").status_code == 302


class TestSwitching:
    def test_a_person_acts_for_another_organisation(
        self, client: PageClient, session: Session, actor: Actor
    ) -> None:
        client.sign_in(actor)
        assert "/accounts/switch" not in client.get("/account").text
        fund = make.organisation(session, name="Lund Fund", kind=OrganisationKind.INVESTOR)
        session.add(
            Membership(user_id=actor.user_id, organisation_id=fund.id, role=Role.INVESTOR, since=make.NOON)
        )
        assert "Act for Lund Fund" in client.get("/accounts/switch").text
        assert client.post("/accounts/switch", {"organisation_id": fund.id}).status_code == 303
        assert client.get("/organisation").headers["Location"] == f"/organisations/{fund.id}"

    @pytest.mark.parametrize("chosen", ["", "x", "99999999999", "-1"])
    def test_what_is_no_organisation_is_not_found(
        self, client: PageClient, actor: Actor, chosen: str
    ) -> None:
        assert client.sign_in(actor).post("/accounts/switch", {"organisation_id": chosen}).status_code == 404

    def test_what_belongs_to_others_is_not_found(
        self, client: PageClient, session: Session, actor: Actor
    ) -> None:
        other = make.organisation(session)
        answer = client.sign_in(actor).post("/accounts/switch", {"organisation_id": other.id})
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/account", "/account/password", "/accounts/switch", "/organisation"])
def test_strangers_sign_in_first(client: PageClient, path: str) -> None:
    assert client.get(path).headers["Location"].startswith("/login?next=")


def test_who_belongs_nowhere_has_an_account_and_no_organisation(client: PageClient, session: Session) -> None:
    client.sign_in(Actor(user_id=make.user(session).id))
    assert "You belong to no organisation" in client.get("/account").text
    assert client.get("/organisation").status_code == 404
    assert client.get("/request-role").status_code == 404
