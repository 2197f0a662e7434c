"""Codes of an app, passkeys and recovery codes: setting them up, signing in with them, losing them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_security import Totp
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import codes, queries
from portal.accounts.models import Authenticator, Passkey, RecoveryCode, SignIn, SignInMeans, User
from portal.core import clock
from portal.core.actors import Actor
from portal.ledger.models import Entry
from portal.mail.models import OutgoingMail
from tests import make
from tests.accounts.conftest import PASSWORD
from tests.accounts.keys import SoftwareKey
from tests.client import PageClient

Person = Callable[..., User]
Mail = Callable[[], list[OutgoingMail]]


class App:
    """An app for codes that has read the key of a page."""

    def __init__(self, page: str) -> None:
        """Read the key as a person does who has no camera."""
        found = re.search(r"<code>([A-Z2-7-]{20,})</code>", page)
        assert found is not None
        from passlib.totp import TOTP

        self._totp = TOTP(key=found[1].replace("-", ""), format="base32")

    def code(self, *, later: int = 0) -> str:
        """Return the code of now, or of so many half minutes later."""
        return str(self._totp.generate(clock.now() + timedelta(seconds=30 * later)).token)


@pytest.fixture
def eva(person: Person) -> User:
    """Return a person with a password and nothing else."""
    return person(email="eva@example.org", name="Eva Lind")


def with_password(client: PageClient, user: User) -> str:
    """Show address and password, and return where that leads."""
    return client.post("/login", {"email": user.email, "password": PASSWORD}).headers["Location"]


def with_app(client: PageClient) -> tuple[App, list[str]]:
    """Set an app up for who is signed in, and return it with the recovery codes that are shown."""
    app = App(client.get("/account/app").text)
    answer = client.post("/account/app", {"code": app.code()})
    assert answer.status_code == 200, answer.text
    return app, recovery_codes(answer.text)


def recovery_codes(page: str) -> list[str]:
    """Return the recovery codes on a page."""
    return re.findall(r"<code>((?:[a-z2-9]{4}-){5}[a-z2-9]{4})</code>", page)


def question(client: PageClient, purpose: str) -> dict[str, Any]:
    """Return what the portal asks a browser for a passkey."""
    found: dict[str, Any] = json.loads(client.post(f"/passkeys/{purpose}").get_data(as_text=True))
    return found


def with_passkey(client: PageClient, **values: Any) -> tuple[SoftwareKey, list[str]]:
    """Add a passkey for who is signed in, and return it with the recovery codes that are shown."""
    key = SoftwareKey(**values)
    answer = client.post(
        "/account/passkeys/new", {"name": "Blue key", "passkey": key.made(question(client, "add"))}
    )
    return key, recovery_codes(answer.text)


def is_signed_in(client: PageClient) -> bool:
    """Say whether a browser is signed in."""
    return client.get("/account").status_code == 200


class TestApp:
    def test_from_the_square_code_to_signing_in_with_it(
        self, app: Flask, client: PageClient, session: Session, eva: User, mail: Mail
    ) -> None:
        with_password(client, eva)
        page = client.get("/account/app").text
        assert 'src="data:image/svg+xml' in page
        phone, made = with_app(client)
        assert len(set(made)) == 10
        assert [letter.subject for letter in mail()] == ["How you sign in has changed"]

        other = PageClient(app, session)
        assert with_password(other, eva) == "/login/second-step"
        assert not is_signed_in(other)
        assert other.post("/login/second-step", {"code": phone.code(later=1)}).headers["Location"] == "/"
        assert is_signed_in(other)
        row = session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
        assert row is not None
        assert (row.means, row.is_strong) == (SignInMeans.CODE, True)

    def test_the_secret_is_stored_encrypted(self, client: PageClient, session: Session, eva: User) -> None:
        with_password(client, eva)
        key = re.findall(r"<code>([A-Z2-7-]{20,})</code>", client.get("/account/app").text)[0]
        with_app(client)
        stored = session.scalars(select(Authenticator)).one().secret
        assert "enckey" in stored
        assert key.replace("-", "") not in stored.replace("-", "")

    def test_a_code_is_taken_once(self, app: Flask, client: PageClient, session: Session, eva: User) -> None:
        with_password(client, eva)
        phone, _ = with_app(client)
        used = phone.code(later=1)
        for expected in (302, 422):
            other = PageClient(app, session)
            with_password(other, eva)
            assert other.post("/login/second-step", {"code": used}).status_code == expected

    def test_the_code_that_set_it_up_signs_nobody_in(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        first = App(client.get("/account/app").text).code()
        client.post("/account/app", {"code": first})
        other = PageClient(app, session)
        with_password(other, eva)
        assert other.post("/login/second-step", {"code": first}).status_code == 422

    @pytest.mark.parametrize(
        "typed", ["", "000000", "12345", "abcdef", "٣٣٣٣٣٣", "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa"]
    )
    def test_a_wrong_code_lets_nobody_in(
        self, app: Flask, client: PageClient, session: Session, eva: User, typed: str
    ) -> None:
        with_password(client, eva)
        with_app(client)
        other = PageClient(app, session)
        with_password(other, eva)
        assert other.post("/login/second-step", {"code": typed}).status_code == 422
        assert not is_signed_in(other)

    def test_guessing_codes_is_slowed_down(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        phone, _ = with_app(client)
        other = PageClient(app, session)
        with_password(other, eva)
        answers = [other.post("/login/second-step", {"code": "000000"}).status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]
        assert other.post("/login/second-step", {"code": phone.code(later=1)}).status_code == 429

    def test_the_second_step_needs_the_first(self, client: PageClient) -> None:
        for answer in (
            client.get("/login/second-step"),
            client.post("/login/second-step", {"code": "123456"}),
        ):
            assert answer.headers["Location"].startswith("/login")

    def test_the_second_step_follows_within_ten_minutes_or_not_at_all(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        phone, _ = with_app(client)
        other = PageClient(app, session)
        with_password(other, eva)
        with other._client.session_transaction() as cookie:
            cookie["half"] = {**cookie["half"], "at": clock.now().timestamp() - 600}
        answer = other.post("/login/second-step", {"code": phone.code(later=1)})
        assert answer.headers["Location"].startswith("/login")
        assert not is_signed_in(other)

    def test_a_new_password_ends_a_half_sign_in(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        phone, _ = with_app(client)
        other = PageClient(app, session)
        with_password(other, eva)
        client.post("/account/password", {"present": PASSWORD, "password": "seven green lamps on ice"})
        answer = other.post("/login/second-step", {"code": phone.code(later=1)})
        assert answer.headers["Location"].startswith("/login")

    def test_setting_it_up_needs_the_right_code(
        self, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        client.get("/account/app")
        answer = client.post("/account/app", {"code": "000000"})
        assert answer.status_code == 422
        assert session.scalars(select(Authenticator)).all() == []

    def test_it_ends_every_other_sign_in(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        other = PageClient(app, session)
        with_password(other, eva)
        with_password(client, eva)
        with_app(client)
        assert is_signed_in(client)
        assert not is_signed_in(other)

    def test_doing_without_it_again(
        self, app: Flask, client: PageClient, session: Session, eva: User, mail: Mail
    ) -> None:
        with_password(client, eva)
        with_app(client)
        assert client.post("/account/app/remove").status_code == 303
        assert session.scalars(select(RecoveryCode)).all() == []
        assert "The app for codes was removed." in (mail()[-1].text or "")
        other = PageClient(app, session)
        assert with_password(other, eva) == "/"
        assert client.post("/account/app/remove").status_code == 404


class TestRecoveryCodes:
    def test_each_signs_in_once_however_it_is_typed(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        _, made = with_app(client)
        for typed, expected in ((made[0].upper().replace("-", " "), 303), (made[0], 422), (made[1], 303)):
            other = PageClient(app, session)
            with_password(other, eva)
            assert other.post("/login/second-step", {"code": typed}).status_code == expected
        used = select(Entry.name).where(Entry.name == "person.recovery_code_used")
        assert len(session.scalars(used).all()) == 2

    def test_they_are_kept_as_digests_and_shown_once(
        self, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        _, made = with_app(client)
        stored = " ".join(session.scalars(select(RecoveryCode.digest)))
        assert all(code not in stored and code.replace("-", "") not in stored for code in made)
        assert recovery_codes(client.get("/account/sign-in").text) == []

    def test_new_ones_void_the_old(
        self, app: Flask, client: PageClient, session: Session, eva: User, mail: Mail
    ) -> None:
        with_password(client, eva)
        _, old = with_app(client)
        new = recovery_codes(client.post("/account/recovery-codes").text)
        assert len(new) == 10
        assert set(new).isdisjoint(old)
        assert "the old ones are void" in (mail()[-1].text or "")
        other = PageClient(app, session)
        with_password(other, eva)
        assert other.post("/login/second-step", {"code": old[0]}).status_code == 422

    def test_nobody_signs_in_with_those_of_somebody_else(
        self, app: Flask, client: PageClient, session: Session, eva: User, person: Person
    ) -> None:
        with_password(client, eva)
        with_app(client)
        other = PageClient(app, session)
        stranger = person()
        with_password(other, stranger)
        _, theirs = with_app(other)
        mine = PageClient(app, session)
        with_password(mine, eva)
        assert mine.post("/login/second-step", {"code": theirs[0]}).status_code == 422

    def test_without_a_factor_there_are_none(self, client: PageClient, eva: User) -> None:
        with_password(client, eva)
        assert client.post("/account/recovery-codes").status_code == 404


class TestPasskeys:
    def test_from_making_it_to_signing_in_with_it_alone(
        self, app: Flask, client: PageClient, session: Session, eva: User, mail: Mail
    ) -> None:
        with_password(client, eva)
        key, made = with_passkey(client)
        assert len(made) == 10
        assert "A passkey was added." in (mail()[-1].text or "")
        other = PageClient(app, session)
        asked = question(other, "sign-in")
        assert asked.get("allowCredentials", []) == [], "the question names nobody"
        answer = other.post("/login/passkey", {"passkey": key.shown(asked), "next": "/account"})
        assert answer.headers["Location"] == "/account"
        assert is_signed_in(other)
        row = session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
        assert row is not None
        assert (row.means, row.is_strong) == (SignInMeans.PASSKEY, True)

    def test_as_the_second_step(self, app: Flask, client: PageClient, session: Session, eva: User) -> None:
        with_password(client, eva)
        key, _ = with_passkey(client)
        other = PageClient(app, session)
        assert with_password(other, eva) == "/login/second-step"
        answer = other.post("/login/second-step", {"passkey": key.shown(question(other, "second"))})
        assert answer.headers["Location"] == "/"
        assert is_signed_in(other)

    def test_an_answer_is_good_once(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        key, _ = with_passkey(client)
        other = PageClient(app, session)
        answer = key.shown(question(other, "sign-in"))
        kept = other._client.get_cookie("session")
        assert kept is not None
        assert other.post("/login/passkey", {"passkey": answer}).status_code == 302
        thief = PageClient(app, session)
        thief._client.set_cookie("session", kept.value)
        assert thief.post("/login/passkey", {"passkey": answer}).status_code == 422
        assert not is_signed_in(thief)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda _key, _asked: "",
            lambda _key, _asked: "{}",
            lambda _key, _asked: "[" * 3000,
            lambda _key, _asked: '{"rawId": "x", "response": {}}',
            lambda _key, _asked: json.dumps(
                {"rawId": "AAAA", "id": "AAAA", "type": "public-key", "response": {}}
            ),
            lambda key, asked: key.shown({**asked, "challenge": "AAAA"}),
            lambda key, asked: key.shown({**asked, "rpId": "evil.example"}),
            lambda _key, asked: SoftwareKey().shown(asked),
        ],
    )
    def test_what_is_no_true_answer_lets_nobody_in(
        self,
        app: Flask,
        client: PageClient,
        session: Session,
        eva: User,
        spoil: Callable[[SoftwareKey, dict[str, Any]], str],
    ) -> None:
        with_password(client, eva)
        key, _ = with_passkey(client)
        other = PageClient(app, session)
        answer = other.post("/login/passkey", {"passkey": spoil(key, question(other, "sign-in"))})
        assert answer.status_code == 422
        assert "The passkey was not taken." in answer.text
        assert not is_signed_in(other)

    def test_an_answer_from_another_site_is_none(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        key, _ = with_passkey(client)
        key.origin = "https://evil.example"
        other = PageClient(app, session)
        assert (
            other.post("/login/passkey", {"passkey": key.shown(question(other, "sign-in"))}).status_code
            == 422
        )

    def test_a_key_that_has_not_verified_its_holder_is_not_taken(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        assert with_passkey(client, verifies=False)[1] == []
        assert session.scalars(select(Passkey)).all() == []
        key, _ = with_passkey(client)
        key.flags = 0x01
        other = PageClient(app, session)
        assert (
            other.post("/login/passkey", {"passkey": key.shown(question(other, "sign-in"))}).status_code
            == 422
        )

    def test_a_copied_key_is_noticed_by_its_count(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        key, _ = with_passkey(client)
        for expected in (302, 422):
            other = PageClient(app, session)
            key.count = 5
            code = other.post(
                "/login/passkey", {"passkey": key.shown(question(other, "sign-in"))}
            ).status_code
            assert code == expected

    def test_nobody_signs_in_who_is_shut_out_or_not_confirmed(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        key, _ = with_passkey(client)
        for change in ({"active": False}, {"active": True, "confirmed_at": None}):
            for name, value in change.items():
                setattr(session.get_one(User, eva.id), name, value)
            other = PageClient(app, session)
            answer = other.post("/login/passkey", {"passkey": key.shown(question(other, "sign-in"))})
            assert answer.status_code == 422

    def test_the_same_key_is_not_kept_twice(self, client: PageClient, session: Session, eva: User) -> None:
        with_password(client, eva)
        key, _ = with_passkey(client)
        again = client.post(
            "/account/passkeys/new", {"name": "Same", "passkey": key.made(question(client, "add"))}
        )
        assert again.status_code == 422
        assert len(session.scalars(select(Passkey)).all()) == 1

    def test_removing_one_of_two_keeps_the_other(
        self, app: Flask, client: PageClient, session: Session, eva: User
    ) -> None:
        with_password(client, eva)
        first, _ = with_passkey(client)
        second, none_again = with_passkey(client)
        assert none_again == []
        stored = session.scalars(select(Passkey).where(Passkey.credential_id == first.id)).one()
        assert client.post(f"/account/passkeys/{stored.id}/remove").status_code == 303
        assert queries.factors_of(session, eva.id).codes_left == 10
        for key, expected in ((first, 422), (second, 302)):
            other = PageClient(app, session)
            answer = other.post("/login/passkey", {"passkey": key.shown(question(other, "sign-in"))})
            assert answer.status_code == expected

    def test_nobody_removes_somebody_elses(
        self, app: Flask, client: PageClient, session: Session, eva: User, person: Person
    ) -> None:
        other = PageClient(app, session)
        with_password(other, person())
        with_passkey(other)
        theirs = session.scalars(select(Passkey.id)).one()
        with_password(client, eva)
        assert client.post(f"/account/passkeys/{theirs}/remove").status_code == 404

    def test_guessing_is_slowed_down(self, client: PageClient) -> None:
        answers = [client.post("/login/passkey", {"passkey": "{}"}).status_code for _ in range(21)]
        assert answers == [422] * 20 + [429]


class TestNeeding:
    """A second factor that a role or an organisation asks for."""

    @pytest.fixture
    def member(self, session: Session, password_hash: str) -> Actor:
        """Return a founder with a password."""
        actor = make.founder(session)
        user = session.get_one(User, actor.user_id)
        user.password, user.email = password_hash, "founder@example.org"
        home = queries.organisations_of(session, user.id)[0][0]
        home.requires_second_factor = True
        session.commit()
        return actor

    def test_who_has_none_is_led_to_set_one_up_and_then_goes_on(
        self, client: PageClient, session: Session, member: Actor
    ) -> None:
        user = session.get_one(User, member.user_id)
        assert with_password(client, user) == "/"
        for path in (
            "/account",
            "/organisation",
            "/projects",
            "/account/sign-in",
            f"/organisations/{member.organisation_id}",
        ):
            assert client.get(path).headers["Location"] == "/account/second-factor"
        assert "A second factor is needed" in client.get("/account/second-factor").text
        with_app(client)
        assert is_signed_in(client), "this sign-in has shown both"

    def test_a_sign_in_that_has_shown_one_goes_everywhere(self, client: PageClient, member: Actor) -> None:
        client.sign_in(member, is_strong=True)
        assert client.get("/account").status_code == 200

    def test_the_only_one_is_not_removed(self, client: PageClient, member: Actor) -> None:
        client.sign_in(member, is_strong=True)
        with_app(client)
        answer = client.post("/account/app/remove")
        assert answer.status_code == 422
        assert "this is your only one" in answer.text
        with_passkey(client)
        assert client.post("/account/app/remove").status_code == 303

    def test_the_organisation_decides_it_on_its_page(self, client: PageClient, session: Session) -> None:
        actor = make.founder(session)
        client.sign_in(actor)
        home = queries.organisations_of(session, actor.user_id)[0][0]
        form = {"name": home.name, "country": "SE", "version": home.version, "requires_second_factor": "y"}
        assert client.post(f"/organisations/{home.id}/edit", form).status_code == 303
        session.refresh(home)
        assert home.requires_second_factor
        assert client.get("/account").headers["Location"] == "/account/second-factor"


class TestLosing:
    """An administrator takes the second factor off somebody who has lost it."""

    def test_the_person_signs_in_with_the_password_again_and_is_told(
        self, app: Flask, client: PageClient, session: Session, eva: User, mail: Mail
    ) -> None:
        hers = PageClient(app, session)
        with_password(hers, eva)
        with_app(hers)
        client.sign_in(make.administrator(session))
        path = f"/admin/people/{eva.id}/drop-second-factor"
        assert client.post(path, {"factor-reason": " "}).status_code == 422
        assert client.post(path, {"factor-reason": "Lost in a lake"}).status_code == 303
        assert not is_signed_in(hers)
        assert "Lost in a lake" in (mail()[-1].text or "")
        assert with_password(hers, eva) == "/"
        assert client.post(path, {"factor-reason": "Once more"}).status_code == 422

    def test_nobody_drops_their_own(self, client: PageClient, session: Session) -> None:
        actor = make.administrator(session)
        client.sign_in(actor)
        with_app(client)
        answer = client.post(f"/admin/people/{actor.user_id}/drop-second-factor", {"factor-reason": "Easier"})
        assert answer.status_code == 422


def test_codes_are_those_of_the_standard(app: Flask) -> None:
    """RFC 6238, appendix B, cut to six digits: the key is the ASCII text 12345678901234567890."""
    with app.app_context():
        factory = codes._codes()
        secret = json.dumps({"type": "totp", "v": 1, "key": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"})
        assert isinstance(factory, Totp)
        totp = factory._totp.from_source(secret)
        for second, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
            assert totp.generate(datetime.fromtimestamp(second, UTC)).token == code
