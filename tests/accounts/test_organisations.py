"""Pages of an organisation: facts, members, invitations, asking for a role."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.models import (
    Invitation,
    Membership,
    Organisation,
    OrganisationKind,
    RoleRequest,
    User,
)
from portal.core.actors import Actor, Role
from portal.mail.models import OutgoingMail
from tests import make
from tests.accounts.conftest import link_in
from tests.client import PageClient

Mail = Callable[[], list[OutgoingMail]]
FACTS = {
    "name": "Lund Cells AB",
    "legal_name": "Lund Cells Aktiebolag",
    "number": "556036-0793",
    "vat_number": "se 556036079301",
    "invoice_reference": "R&D 12",
    "is_sme": "y",
    "country": "SE",
    "city": "Lund",
    "website": "https://cells.example/",
}


@pytest.fixture
def home(session: Session) -> Organisation:
    return make.organisation(session, name="Lund Cells AB")


@pytest.fixture
def founder(session: Session, home: Organisation) -> Actor:
    return make.member(session, home, Role.FOUNDER, name="Eva Lind")


@pytest.fixture
def qa(session: Session) -> Actor:
    operator = make.organisation(session, kind=OrganisationKind.FACILITY_OPERATOR)
    make.member(session, operator, Role.FACILITY_MANAGER)
    return make.member(session, operator, Role.QA)


def membership_of(session: Session, actor: Actor) -> Membership:
    return session.scalars(select(Membership).where(Membership.user_id == actor.user_id)).one()


class TestFacts:
    def test_a_founder_states_them(self, client: PageClient, home: Organisation, founder: Actor) -> None:
        path = f"/organisations/{home.id}"
        client.sign_in(founder)
        assert "not stated" in client.get(path).text
        form = client.get(f"{path}/edit")
        assert 'value="Lund Cells AB"' in form.text
        assert client.post(f"{path}/edit", {**FACTS, "version": home.version}).status_code == 303
        page = client.get(path).text
        for shown in ("5560360793", "SE556036079301", "R&amp;D 12", "Sweden", "Facts changed"):
            assert shown in page

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"number": "5560360794"}, "is not a Swedish organisation number"),
            ({"vat_number": "556036079301"}, "is not a VAT number"),
            ({"website": "javascript:alert(1)"}, "begins with https://"),
            ({"name": ""}, "This is needed"),
            ({"name": "Taken AB"}, "Another organisation is called Taken AB"),
            ({"country": "XX"}, "Not a valid choice"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self,
        client: PageClient,
        session: Session,
        home: Organisation,
        founder: Actor,
        wrong: dict[str, str],
        sentence: str,
    ) -> None:
        make.organisation(session, name="Taken AB")
        form = {**FACTS, "version": home.version, **wrong}
        answer = client.sign_in(founder).post(f"/organisations/{home.id}/edit", form)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "R&amp;D 12" in answer.text
        session.refresh(home)
        assert home.city is None

    def test_a_stale_page_overwrites_nothing(
        self, client: PageClient, session: Session, home: Organisation, founder: Actor
    ) -> None:
        form = {**FACTS, "version": home.version}
        path = f"/organisations/{home.id}/edit"
        client.sign_in(founder).post(path, form)
        answer = client.post(path, {**form, "city": "Malmö"})
        assert answer.status_code == 422
        assert "changed this since your page was made" in answer.text
        session.refresh(home)
        assert home.city == "Lund"

    def test_a_member_who_does_not_manage_reads_and_does_not_change(
        self, client: PageClient, qa: Actor
    ) -> None:
        client.sign_in(qa)
        path = f"/organisations/{qa.organisation_id}"
        assert client.get(path).status_code == 200
        assert client.get(f"{path}/edit").status_code == 403
        assert client.post(f"{path}/edit", FACTS).status_code == 403
        assert client.get(f"{path}/invite").status_code == 403

    @pytest.mark.parametrize("page", ["", "/edit", "/invite"])
    def test_a_stranger_learns_nothing(
        self, client: PageClient, session: Session, home: Organisation, page: str
    ) -> None:
        client.sign_in(make.founder(session))
        for path in (f"/organisations/{home.id}{page}", f"/organisations/999999{page}"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert "Lund Cells" not in answer.text


class TestInvitations:
    def test_inviting_sending_again_and_taking_back(
        self, client: PageClient, session: Session, home: Organisation, founder: Actor, mail: Mail
    ) -> None:
        path = f"/organisations/{home.id}"
        client.sign_in(founder)
        assert client.get(f"{path}/invite").status_code == 200
        form = {"email": "new@example.org", "role": "founder"}
        assert client.post(f"{path}/invite", form).headers["Location"] == path
        offer = session.scalars(select(Invitation)).one()
        assert "new@example.org" in client.get(path).text
        assert client.post(f"/invitations/{offer.id}/send-again").status_code == 303
        first, second = (link_in(letter) for letter in mail())
        assert first != second
        client.post("/logout")
        assert client.get(first).status_code == 404
        assert client.get(second).status_code == 200
        client.sign_in(founder)
        assert client.post(f"/invitations/{offer.id}/revoke").status_code == 303
        assert client.post(f"/invitations/{offer.id}/revoke").status_code == 404
        client.post("/logout")
        assert client.get(second).status_code == 410

    def test_the_mail_says_who_invites_and_why_it_came(
        self, client: PageClient, home: Organisation, founder: Actor, mail: Mail
    ) -> None:
        form = {"email": "new@example.org", "role": "founder"}
        client.sign_in(founder).post(f"/organisations/{home.id}/invite", form)
        (letter,) = mail()
        assert letter.subject == "Eva Lind invites you to Lund Cells AB"
        assert "Why you get this: Eva Lind named this address" in (letter.text or "")

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"email": "nonsense", "role": "founder"}, "not an e-mail address"),
            ({"email": "new@example.org", "role": "administrator"}, "Not a valid choice"),
            ({"email": "new@example.org", "role": ""}, "Not a valid choice"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self,
        client: PageClient,
        home: Organisation,
        founder: Actor,
        mail: Mail,
        form: dict[str, str],
        sentence: str,
    ) -> None:
        answer = client.sign_in(founder).post(f"/organisations/{home.id}/invite", form)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert mail() == []

    def test_sent_twice_it_invites_once(
        self, client: PageClient, home: Organisation, founder: Actor, mail: Mail
    ) -> None:
        form = {"email": "new@example.org", "role": "founder"}
        client.sign_in(founder).post(f"/organisations/{home.id}/invite", form)
        again = client.post(f"/organisations/{home.id}/invite", form)
        assert again.status_code == 422
        assert "has an open invitation" in again.text
        assert len(mail()) == 1

    def test_whether_an_address_has_an_account_is_not_told(
        self, client: PageClient, session: Session, home: Organisation, founder: Actor
    ) -> None:
        make.user(session, email="known@example.org")
        client.sign_in(founder)
        answers = [
            client.post(f"/organisations/{home.id}/invite", {"email": email, "role": "founder"})
            for email in ("known@example.org", "unknown@example.org")
        ]
        assert answers[0].status_code == answers[1].status_code == 303

    def test_a_stranger_does_nothing_to_it(
        self, client: PageClient, session: Session, home: Organisation, founder: Actor, mail: Mail
    ) -> None:
        form = {"email": "new@example.org", "role": "founder"}
        client.sign_in(founder).post(f"/organisations/{home.id}/invite", form)
        offer = session.scalars(select(Invitation)).one()
        client.sign_in(make.founder(session))
        assert client.post(f"/invitations/{offer.id}/send-again").status_code == 404
        assert client.post(f"/invitations/{offer.id}/revoke").status_code == 404
        assert len(mail()) == 1

    def test_inviting_is_slowed_down(self, client: PageClient, home: Organisation, founder: Actor) -> None:
        client.sign_in(founder)
        codes = [client.post(f"/organisations/{home.id}/invite", {}).status_code for _ in range(31)]
        assert codes == [422] * 30 + [429]


class TestMemberships:
    def end(self, client: PageClient, membership: Membership, reason: str = "done") -> int:
        form = {f"end-{membership.id}-reason": reason}
        return client.post(f"/memberships/{membership.id}/end", form).status_code

    def test_a_colleague_ends_one(
        self, client: PageClient, session: Session, home: Organisation, founder: Actor
    ) -> None:
        other = make.member(session, home, Role.FOUNDER, name="Nils Berg")
        client.sign_in(founder)
        assert self.end(client, membership_of(session, other)) == 303
        page = client.get(f"/organisations/{home.id}").text
        assert "Nils Berg is no longer Developer of Lund Cells AB" in page
        client.sign_in(other)
        assert client.get(f"/organisations/{home.id}").status_code == 404

    def test_the_last_founder_stays_and_is_told_why(
        self, client: PageClient, session: Session, founder: Actor
    ) -> None:
        membership = membership_of(session, founder)
        client.sign_in(founder)
        answer = client.post(
            f"/memberships/{membership.id}/end", {f"end-{membership.id}-reason": "I am tired"}
        )
        assert answer.status_code == 422
        assert "Give the role to a colleague first" in answer.text
        assert "I am tired" in answer.text
        assert membership_of(session, founder).ended_at is None

    def test_ending_needs_a_reason(self, client: PageClient, session: Session, qa: Actor) -> None:
        client.sign_in(qa)
        assert self.end(client, membership_of(session, qa), reason=" ") == 422
        assert self.end(client, membership_of(session, qa)) == 303

    def test_a_stranger_and_a_colleague_without_the_role_do_not(
        self, client: PageClient, session: Session, founder: Actor, qa: Actor
    ) -> None:
        manager = session.scalars(select(Membership).where(Membership.role == Role.FACILITY_MANAGER)).one()
        client.sign_in(qa)
        assert self.end(client, manager) == 403
        assert self.end(client, membership_of(session, founder)) == 404
        client.sign_in(founder)
        assert self.end(client, membership_of(session, qa)) == 404
        assert client.post("/memberships/999999/end").status_code == 404


class TestAskingForARole:
    def test_a_manager_asks_and_administrators_are_told(
        self, client: PageClient, session: Session, mail: Mail
    ) -> None:
        administrator = make.administrator(session)
        operator = make.organisation(session, kind=OrganisationKind.FACILITY_OPERATOR)
        manager = make.member(session, operator, Role.FACILITY_MANAGER)
        client.sign_in(manager)
        assert client.get("/request-role").status_code == 200
        form = {"role": "qa", "why": "Our QA has left."}
        assert client.post("/request-role", form).status_code == 303
        assert client.post("/request-role", form).status_code == 422
        assert session.scalars(select(RoleRequest.why)).all() == ["Our QA has left."]
        (letter,) = mail()
        assert letter.recipient == session.get_one(User, administrator.user_id).email
        assert link_in(letter) == "/admin/role-requests"
        assert "You asked to be Quality assurance" in client.get(f"/organisations/{operator.id}").text

    @pytest.mark.parametrize(
        "form", [{"role": "administrator", "why": "x"}, {"role": "", "why": "x"}, {"role": "qa"}]
    )
    def test_what_cannot_be_is_refused(self, client: PageClient, qa: Actor, form: dict[str, str]) -> None:
        assert client.sign_in(qa).post("/request-role", form).status_code == 422


def test_a_page_shows_no_history_of_others(
    client: PageClient, session: Session, home: Organisation, founder: Actor
) -> None:
    make.founder(session, make.organisation(session, name="Secret AB"))
    assert "Secret AB" not in client.sign_in(founder).get(f"/organisations/{home.id}").text
    assert queries.organisations_of(session, founder.user_id)[0][0].id == home.id


def test_who_is_put_out_is_told_by_mail_and_who_leaves_is_not(
    client: PageClient, session: Session, home: Organisation, founder: Actor, mail: Mail
) -> None:
    other, third = make.founder(session, home), make.founder(session, home)
    for actor, membership in (
        (founder, membership_of(session, other)),
        (third, membership_of(session, third)),
    ):
        client.sign_in(actor)
        client.post(f"/memberships/{membership.id}/end", {f"end-{membership.id}-reason": "A new start."})
    (letter,) = mail()
    assert letter.recipient == session.get_one(User, other.user_id).email
    assert letter.subject == "You are no longer Developer of Lund Cells AB"
    assert "A new start." in (letter.text or "")
