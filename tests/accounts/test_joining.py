"""Registering, confirming, a new password and accepting an invitation, as a visitor's browser sees them."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import links, queries, services
from portal.accounts.models import Organisation, User
from portal.accounts.passwords import is_password_of
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.mail.models import OutgoingMail
from tests import make
from tests.accounts.conftest import PASSWORD, link_in
from tests.client import PageClient

Person = Callable[..., User]
Mail = Callable[[], list[OutgoingMail]]
REGISTRATION = {
    "name": "Eva Lind",
    "email": "Eva@example.org",
    "password": PASSWORD,
    "organisation_name": "Lund  Cells AB",
    "kind": "company",
    "country": "SE",
    "language": "sv",
}


def invite(session: Session, actor: Actor, email: str, role: Role = Role.FOUNDER) -> str:
    """Invite somebody now, and return the path of the link."""
    assert actor.organisation_id is not None
    _offer, token = services.invite(
        session, actor, actor.organisation_id, email=email, role=role, at=clock.now()
    )
    session.commit()
    return f"/join/{token}"


class TestRegistering:
    def test_from_the_form_to_the_first_sign_in(
        self, client: PageClient, session: Session, mail: Mail
    ) -> None:
        assert client.get("/register").status_code == 200
        answer = client.post("/register", REGISTRATION)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/register/sent")
        assert client.get("/register/sent").status_code == 200
        (letter,) = mail()
        assert letter.recipient == "eva@example.org"
        link = link_in(letter)
        sign_in = {"email": "eva@example.org", "password": PASSWORD}
        assert client.post("/login", sign_in).status_code == 422
        assert client.get(link).status_code == 200
        assert client.post("/login", sign_in).status_code == 422, "opening the link must not confirm"
        assert client.post(link).headers["Location"] == "/login"
        assert client.post("/login", sign_in).status_code == 302
        assert "Lund Cells AB" in client.get("/account").text
        user = queries.person_by_email(session, "eva@example.org")
        assert user is not None
        assert user.language == "sv"

    def test_a_known_address_gets_the_same_answer_and_a_mail_that_tells_its_owner(
        self, client: PageClient, session: Session, person: Person, mail: Mail
    ) -> None:
        person(email="eva@example.org", name="Eva")
        known = client.post("/register", REGISTRATION)
        new = client.post(
            "/register", {**REGISTRATION, "email": "new@example.org", "organisation_name": "Other AB"}
        )
        assert (known.status_code, known.headers["Location"], known.text) == (
            new.status_code,
            new.headers["Location"],
            new.text,
        )
        told, confirms = mail()
        assert told.recipient == "eva@example.org"
        assert link_in(told) == "/reset"
        assert link_in(confirms).startswith("/confirm/")
        assert queries.organisation_named(session, "Lund Cells AB") is not None, "a second try must not tell"

    def test_who_is_shut_out_gets_no_mail_and_the_same_answer(
        self, client: PageClient, person: Person, mail: Mail
    ) -> None:
        person(email="eva@example.org", active=False)
        assert client.post("/register", REGISTRATION).headers["Location"] == "/register/sent"
        assert mail() == []

    def test_sent_twice_it_makes_one_account(self, client: PageClient, session: Session, mail: Mail) -> None:
        client.post("/register", REGISTRATION)
        again = client.post("/register", REGISTRATION)
        assert again.status_code == 422
        assert "uses the portal already" in again.text
        assert session.scalar(select(func.count(User.id))) == 1
        assert len(mail()) == 1

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"email": "eva at example"}, "not an e-mail address"),
            ({"email": "eva@example.org\r\nBcc: all@example.org"}, "not an e-mail address"),
            ({"email": ""}, "This is needed"),
            ({"password": "short"}, "at least 12 characters"),
            ({"password": "lundcellsab1"}, "easy to guess"),
            ({"name": ""}, "This is needed"),
            ({"name": "x" * 121}, "At most 120 characters"),
            ({"organisation_name": "x" * 201}, "At most 200 characters"),
            ({"kind": "investor"}, "Not a valid choice"),
            ({"kind": ""}, "This is needed"),
            ({"country": "XX"}, "Not a valid choice"),
            ({"language": "tlh"}, "Not a valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
        self, client: PageClient, session: Session, wrong: dict[str, str], sentence: str
    ) -> None:
        answer = client.post("/register", {**REGISTRATION, **wrong})
        assert answer.status_code == 422
        assert sentence in answer.text
        if "organisation_name" not in wrong:
            assert "Lund  Cells AB" in answer.text
        assert PASSWORD not in answer.text
        assert session.scalar(select(func.count(User.id))) == 0

    def test_a_known_organisation_shows_the_way_and_no_member(
        self, client: PageClient, session: Session
    ) -> None:
        home = make.organisation(session, name="Lund Cells AB")
        make.member(session, home, Role.FOUNDER, name="Secret Person", email="secret@example.org")
        answer = client.post("/register", REGISTRATION)
        assert answer.status_code == 422
        assert "ask a colleague there to invite you" in answer.text
        assert "ecret" not in answer.text

    def test_a_text_of_ten_megabytes_is_refused(self, client: PageClient, session: Session) -> None:
        answer = client.post("/register", {**REGISTRATION, "name": "x" * 10_000_000})
        assert answer.status_code == 422
        assert session.scalar(select(func.count(Organisation.id))) == 0

    def test_registering_again_and_again_is_slowed_down(self, client: PageClient) -> None:
        codes = [client.post("/register", {}).status_code for _ in range(31)]
        assert codes == [422] * 30 + [429]

    def test_who_is_signed_in_has_no_need(self, client: PageClient, session: Session) -> None:
        assert client.sign_in(make.founder(session)).get("/register").status_code == 302


class TestLinks:
    @pytest.mark.parametrize("path", ["/confirm", "/reset"])
    def test_every_address_gets_the_same_answer(
        self, client: PageClient, person: Person, mail: Mail, path: str
    ) -> None:
        person(email="open@example.org", confirmed_at=None)
        person(email="out@example.org", confirmed_at=None, active=False)
        assert client.get(path).status_code == 200
        answers = [
            client.post(path, {"email": email})
            for email in ("open@example.org", "out@example.org", "nobody@example.org")
        ]
        assert {(a.status_code, a.headers["Location"], a.text) for a in answers} == {
            (303, "/register/sent", answers[0].text)
        }
        assert [letter.recipient for letter in mail()] == ["open@example.org"]

    def test_who_has_confirmed_gets_no_second_link(
        self, client: PageClient, person: Person, mail: Mail
    ) -> None:
        client.post("/confirm", {"email": person().email})
        assert mail() == []

    @pytest.mark.parametrize("path", ["/confirm", "/reset"])
    def test_nobody_floods_a_mailbox(self, client: PageClient, person: Person, mail: Mail, path: str) -> None:
        user = person(confirmed_at=None)
        codes = [client.post(path, {"email": user.email}).status_code for _ in range(7)]
        assert codes == [303] * 5 + [429] * 2
        assert len(mail()) == 5
        unknown = [client.post(path, {"email": "nobody@example.org"}).status_code for _ in range(7)]
        assert unknown == codes

    @pytest.mark.parametrize("path", ["/confirm/guess", "/reset/guess", "/confirm/W10.x.y"])
    def test_a_guessed_link_leads_to_the_form_for_a_new_one(self, client: PageClient, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 303
        assert "This link was used already" in client.get(answer.headers["Location"]).text

    def test_a_confirmation_link_is_good_for_two_days(
        self, app: Flask, client: PageClient, person: Person, mail: Mail
    ) -> None:
        client.post("/confirm", {"email": person(confirmed_at=None).email})
        link = link_in(mail()[0])
        app.config["SECURITY_CONFIRM_EMAIL_WITHIN"] = timedelta(seconds=-1)
        try:
            assert client.get(link).status_code == 303
        finally:
            app.config["SECURITY_CONFIRM_EMAIL_WITHIN"] = timedelta(days=2)
        assert client.get(link).status_code == 200

    def test_a_new_password_by_link(
        self, client: PageClient, session: Session, person: Person, mail: Mail
    ) -> None:
        user = person(confirmed_at=None)
        client.post("/reset", {"email": user.email})
        link = link_in(mail()[0])
        assert client.get(link).status_code == 200
        assert client.post(link, {"password": "short"}).status_code == 422
        new = "another harvest under the bridge"
        assert client.post(link, {"password": new}).headers["Location"] == "/login"
        session.refresh(user)
        assert user.confirmed_at is not None
        assert client.post("/login", {"email": user.email, "password": PASSWORD}).status_code == 422
        assert client.post("/login", {"email": user.email, "password": new}).status_code == 302
        assert client.get(link).status_code == 303, "a link works once"
        assert mail()[-1].subject == "Your password is another one"

    def test_a_reset_signs_out_whoever_was_signed_in(
        self, app: Flask, client: PageClient, session: Session, person: Person, mail: Mail
    ) -> None:
        user = person()
        client.post("/login", {"email": user.email, "password": PASSWORD})
        elsewhere = PageClient(app, session)
        elsewhere.post("/reset", {"email": user.email})
        elsewhere.post(link_in(mail()[0]), {"password": "another harvest under the bridge"})
        assert client.get("/account").status_code == 302

    def test_a_link_names_the_portals_own_address_whatever_the_request_claims(
        self, client: PageClient, person: Person, mail: Mail
    ) -> None:
        client.post("/reset", {"email": person().email}, headers={"Host": "evil.example"})
        assert link_in(mail()[0]).startswith("/reset/")

    def test_mail_leaves_when_the_answer_has(
        self, app: Flask, client: PageClient, person: Person, mail: Mail
    ) -> None:
        answer = client.post("/reset", {"email": person().email})
        assert mail()[0].sent_at is None
        answer.close()
        assert mail()[0].sent_at is not None
        assert mail()[0].text is None
        assert list(Path(app.instance_path, "mail").glob(f"*-{mail()[0].id}.eml"))

    def test_mails_speak_the_language_of_their_reader(
        self, app: Flask, client: PageClient, person: Person, mail: Mail
    ) -> None:
        client.post("/reset", {"email": person(language="sv").email})
        text = mail()[0].text
        assert text is not None
        assert "Hej" in text or not Path(app.root_path, "translations/sv/LC_MESSAGES/messages.mo").exists()


class TestTime:
    def test_a_link_is_made_so_fast_that_time_does_not_tell_who_is_known(
        self, app: Flask, person: Callable[..., User]
    ) -> None:
        somebody = person()
        begin = time.process_time()
        with app.test_request_context():
            for _ in range(20):
                links.reset_token(somebody)
                links.confirmation_token(somebody)
        assert time.process_time() - begin < 2, "slow digests took half a second each"


class TestInvitations:
    def test_a_new_person_accepts_and_is_signed_in(self, client: PageClient, session: Session) -> None:
        founder = make.founder(session)
        link = invite(session, founder, "new@example.org")
        assert client.get(link).status_code == 200
        answer = client.post(link, {"name": "Nils", "password": PASSWORD, "language": "en"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert client.get(f"/organisations/{founder.organisation_id}").status_code == 200
        user = queries.person_by_email(session, "new@example.org")
        assert user is not None
        assert is_password_of_in(client, user, PASSWORD)
        used = client.get(link)
        assert used.status_code == 410
        assert "was accepted already" in used.text

    def test_what_is_wrong_is_said(self, client: PageClient, session: Session) -> None:
        link = invite(session, make.founder(session), "new@example.org")
        answer = client.post(link, {"name": "", "password": "short", "language": "en"})
        assert answer.status_code == 422
        assert queries.person_by_email(session, "new@example.org") is None

    def test_who_has_an_account_signs_in_first(
        self, client: PageClient, session: Session, person: Person
    ) -> None:
        user = person(email="new@example.org")
        founder = make.founder(session)
        link = invite(session, founder, user.email)
        asked = client.get(link).headers["Location"]
        assert asked.startswith("/login?next=")
        assert client.post(asked, {"email": user.email, "password": PASSWORD}).headers["Location"] == link
        assert client.get(link).status_code == 200
        joined = client.post(link).headers["Location"]
        assert joined == f"/organisations/{founder.organisation_id}"
        assert client.get(joined).status_code == 200

    def test_it_is_for_nobody_else(self, client: PageClient, session: Session) -> None:
        other = make.founder(session)
        link = invite(session, make.founder(session), "new@example.org")
        client.sign_in(other)
        assert "The invitation was sent to new@example.org" in client.get(link).text
        assert client.post(link).status_code == 422
        assert len(queries.organisations_of(session, other.user_id)) == 1

    def test_a_guessed_link_is_not_found(self, client: PageClient) -> None:
        assert client.get("/join/guess").status_code == 404

    def test_an_expired_one_says_so(self, client: PageClient, session: Session) -> None:
        founder = make.founder(session)
        assert founder.organisation_id is not None
        _offer, token = services.invite(
            session,
            founder,
            founder.organisation_id,
            email="new@example.org",
            role=Role.FOUNDER,
            at=clock.now() - timedelta(days=15),
        )
        session.commit()
        for answer in (
            client.get(f"/join/{token}"),
            client.post(f"/join/{token}", {"name": "N", "password": PASSWORD, "language": "en"}),
        ):
            assert answer.status_code == 410
        assert queries.person_by_email(session, "new@example.org") is None


def is_password_of_in(client: PageClient, user: User, password: str) -> bool:
    app: Any = client._client.application
    with app.app_context():
        return is_password_of(user, password)
