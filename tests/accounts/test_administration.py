"""Administrators' pages, and acting for somebody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import queries, services
from portal.accounts.models import Membership, Organisation, OrganisationKind, RoleRequest, SignIn, User
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.ledger.models import Entry
from portal.mail.models import OutgoingMail
from tests import make
from tests.accounts.conftest import PASSWORD
from tests.client import PageClient

Mail = Callable[[], list[OutgoingMail]]
PAGES = [
    "/admin/people",
    "/admin/people/export.csv",
    "/admin/organisations",
    "/admin/organisations/export.xlsx",
    "/admin/organisations/new",
    "/admin/role-requests",
]
POSTS = [
    "/admin/people/1/roles",
    "/admin/people/1/deactivate",
    "/admin/people/1/reactivate",
    "/admin/people/1/assist",
    "/admin/organisations/new",
    "/admin/role-requests/1/approve",
    "/admin/role-requests/1/refuse",
]


@pytest.fixture
def administrator(session: Session) -> Actor:
    home = make.organisation(session, name="Region", kind=OrganisationKind.PUBLIC_BODY)
    return make.member(session, home, Role.ADMINISTRATOR, name="Ada Admin")


@pytest.fixture
def eva(session: Session, password_hash: str) -> Actor:
    home = make.organisation(session, name="Lund Cells AB")
    return make.member(
        session, home, Role.FOUNDER, name="Eva Lind", email="eva@example.org", password=password_hash
    )


class TestDoors:
    @pytest.mark.parametrize("path", [*PAGES, "/admin/people/1"])
    def test_only_administrators_see_them(
        self, client: PageClient, session: Session, administrator: Actor, path: str
    ) -> None:
        assert client.get(path).status_code == 302
        client.sign_in(make.founder(session))
        assert client.get(path).status_code == 404
        client.sign_in(administrator)
        assert client.get(path).status_code == (404 if path.endswith("/1") and not _first(session) else 200)

    @pytest.mark.parametrize("path", POSTS)
    def test_nobody_else_does_anything(self, client: PageClient, session: Session, path: str) -> None:
        assert client.post(path).status_code == 302
        client.sign_in(make.founder(session))
        assert client.post(path).status_code == 404


def _first(session: Session) -> bool:
    return session.get(User, 1) is not None


class TestSearching:
    @pytest.mark.parametrize("path", ["/admin/people", "/admin/organisations"])
    def test_what_no_database_can_hold_is_left_out(
        self, client: PageClient, administrator: Actor, path: str
    ) -> None:
        client.sign_in(administrator)
        assert client.get(f"{path}?text=%00{chr(0x1F9EA)}").status_code == 200


class TestPeople:
    @pytest.mark.usefixtures("eva")
    def test_the_list_is_filtered_by_its_address(
        self, client: PageClient, session: Session, administrator: Actor
    ) -> None:
        make.user(session, name="Nils Berg", confirmed_at=None)
        client.sign_in(administrator)
        assert "Eva Lind" in client.get("/admin/people").text
        found = client.get("/admin/people?text=cells").text
        assert "eva@example.org" in found
        assert "Nils Berg" not in found
        assert "Nils Berg" in client.get("/admin/people?state=unconfirmed").text
        assert "Nobody fits" in client.get("/admin/people?text=nobody&role=qp").text
        assert client.get("/admin/people?page=x&role=x&state=x").status_code == 200

    @pytest.mark.usefixtures("eva")
    def test_it_is_sorted_and_sent_as_a_file_with_what_it_shows(
        self, client: PageClient, session: Session, administrator: Actor
    ) -> None:
        make.user(session, name="=HYPERLINK(1)", email="nils@example.org")
        client.sign_in(administrator)
        page = client.get("/admin/people?sort=-name&text=example").text
        assert page.index("Eva Lind") < page.index("=HYPERLINK(1)")
        assert "/admin/people/export.csv?sort=-name&amp;text=example" in page
        sheet = client.get("/admin/people/export.csv?sort=-name&text=cells").text
        assert sheet.splitlines()[1].startswith("Eva Lind,eva@example.org,Lund Cells AB (Developer),Active")
        assert len(sheet.splitlines()) == 2
        assert "\n'=HYPERLINK(1)," in client.get("/admin/people/export.csv").text.replace("\r", "")
        assert client.get("/admin/people/export.xlsx").data.startswith(b"PK")
        assert client.get("/admin/people/export.pdf").status_code == 404
        assert client.get("/admin/people?sort=password").status_code == 200

    def test_a_page_says_what_is_known_of_a_person(
        self, client: PageClient, administrator: Actor, eva: Actor
    ) -> None:
        page = client.sign_in(administrator).get(f"/admin/people/{eva.user_id}").text
        for shown in ("Eva Lind", "eva@example.org", "Lund Cells AB", "Developer since"):
            assert shown in page
        assert client.get("/admin/people/999999").status_code == 404

    def test_a_role_is_given_and_the_person_told(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor, mail: Mail
    ) -> None:
        fund = make.organisation(session, name="Lund Fund", kind=OrganisationKind.INVESTOR)
        form = {"give-organisation_id": fund.id, "give-role": "investor", "give-reason": "Met her."}
        path = f"/admin/people/{eva.user_id}"
        client.sign_in(administrator)
        assert client.post(f"{path}/roles", form).status_code == 303
        assert queries.roles_held(session, eva.user_id, fund.id) == {Role.INVESTOR}
        assert "Met her." in client.get(path).text
        assert [letter.subject for letter in mail()] == ["You are now Investor of Lund Fund"]
        assert client.post(f"{path}/roles", form).status_code == 422, "sent twice"

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"give-role": "analyst"}, "has no Analyst"),
            ({"give-role": "king"}, "Not a valid choice"),
            ({"give-organisation_id": "999999"}, "Not a valid choice"),
            ({"give-organisation_id": "x"}, "Invalid Choice"),
            ({"give-organisation_id": "0"}, "There is no such organisation"),
            ({"give-reason": ""}, "This is needed"),
        ],
    )
    def test_a_role_that_cannot_be_is_refused(
        self,
        client: PageClient,
        session: Session,
        administrator: Actor,
        eva: Actor,
        wrong: dict[str, str],
        sentence: str,
    ) -> None:
        fund = make.organisation(session, kind=OrganisationKind.INVESTOR)
        form = {"give-organisation_id": str(fund.id), "give-role": "investor", "give-reason": "x"}
        answer = client.sign_in(administrator).post(f"/admin/people/{eva.user_id}/roles", {**form, **wrong})
        assert answer.status_code == 422
        assert sentence in answer.text

    def test_shutting_out_and_letting_in(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        path = f"/admin/people/{eva.user_id}"
        client.sign_in(administrator)
        assert client.post(f"{path}/deactivate", {"state-reason": ""}).status_code == 422
        assert client.post(f"{path}/deactivate", {"state-reason": "Has left."}).status_code == 303
        assert session.get_one(User, eva.user_id).active is False
        assert "Has left." in client.get(path).text
        assert client.post(f"{path}/deactivate", {"state-reason": "again"}).status_code == 404
        assert client.post(f"{path}/reactivate", {"state-reason": "Is back."}).status_code == 303
        assert session.get_one(User, eva.user_id).active is True

    def test_nobody_shuts_themselves_out(
        self, client: PageClient, session: Session, administrator: Actor
    ) -> None:
        path = f"/admin/people/{administrator.user_id}/deactivate"
        answer = client.sign_in(administrator).post(path, {"state-reason": "x"})
        assert answer.status_code == 422
        assert session.get_one(User, administrator.user_id).active is True

    def test_the_reason_for_shutting_out_is_for_administrators(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        services.deactivate(session, administrator, eva.user_id, reason="A rumour.", at=make.NOON)
        session.get_one(User, eva.user_id).active = True
        page = client.sign_in(eva).get(f"/organisations/{eva.organisation_id}").text
        assert "rumour" not in page


class TestOrganisations:
    def test_one_of_any_kind_is_added_and_its_first_member_invited(
        self, client: PageClient, session: Session, administrator: Actor, mail: Mail
    ) -> None:
        form = {"name": "Lund Fund", "kind": "investor", "country": "SE"}
        client.sign_in(administrator)
        path = client.post("/admin/organisations/new", form).headers["Location"]
        assert client.get(path).status_code == 200
        invited = client.post(f"{path}/invite", {"email": "new@example.org", "role": "investor"})
        assert invited.status_code == 303
        assert len(mail()) == 1
        assert client.post("/admin/organisations/new", form).status_code == 422
        fund = session.scalars(select(Organisation).where(Organisation.name == "Lund Fund")).one()
        assert fund.kind is OrganisationKind.INVESTOR

    @pytest.mark.usefixtures("eva")
    def test_the_list_is_filtered_by_its_address(self, client: PageClient, administrator: Actor) -> None:
        client.sign_in(administrator)
        page = client.get("/admin/organisations?kind=company&_scheme=x").text
        assert "Lund Cells AB" in page
        assert "/admin/organisations/export.csv?kind=company" in page
        assert "Lund Cells AB" not in client.get("/admin/organisations?kind=investor").text
        assert "No organisation fits" in client.get("/admin/organisations?text=nothing").text
        sheet = client.get("/admin/organisations/export.csv?sort=kind&kind=company").text
        assert sheet.splitlines()[1:] == ["Lund Cells AB,Company,,1"]

    def test_an_administrator_changes_facts_and_ends_memberships(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        home = session.get_one(Organisation, eva.organisation_id)
        make.founder(session, home)
        form = {"name": "Lund Cells AB", "country": "SE", "city": "Lund", "version": home.version}
        client.sign_in(administrator)
        assert client.post(f"/organisations/{home.id}/edit", form).status_code == 303
        own = session.scalars(select(Membership).where(Membership.user_id == eva.user_id)).one()
        ended = client.post(f"/memberships/{own.id}/end", {f"end-{own.id}-reason": "asked for it"})
        assert ended.headers["Location"] == f"/organisations/{home.id}"


class TestRoleRequests:
    @pytest.fixture
    def request_id(self, session: Session) -> int:
        operator = make.organisation(session, kind=OrganisationKind.FACILITY_OPERATOR)
        manager = make.member(session, operator, Role.FACILITY_MANAGER, name="Mia Manager")
        asked = services.request_role(session, manager, role=Role.QA, why="We have none.", at=make.NOON)
        return asked.id

    @pytest.mark.parametrize(
        ("verb", "state", "subject"),
        [("approve", "approved", "You are now"), ("refuse", "refused", "Your request to be")],
    )
    def test_it_is_answered_with_a_reason_and_by_mail(
        self,
        client: PageClient,
        session: Session,
        administrator: Actor,
        mail: Mail,
        request_id: int,
        verb: str,
        state: str,
        subject: str,
    ) -> None:
        client.sign_in(administrator)
        assert "We have none." in client.get("/admin/role-requests").text
        path = f"/admin/role-requests/{request_id}/{verb}"
        assert client.post(path, {f"request-{request_id}-reason": ""}).status_code == 422
        form = {f"request-{request_id}-reason": "Checked by telephone."}
        assert client.post(path, form).status_code == 303
        assert session.get_one(RoleRequest, request_id).state.value == state
        assert mail()[-1].subject.startswith(subject)
        assert "Checked by telephone." in (mail()[-1].text or "")
        assert "No request waits" in client.get("/admin/role-requests").text
        assert "Checked by telephone." in client.get(f"/admin/role-requests?state={state}").text
        again = client.post(path, form)
        assert again.status_code == 422
        assert "already" in again.text

    def test_an_unknown_one_is_not_found(self, client: PageClient, administrator: Actor) -> None:
        client.sign_in(administrator)
        answer = client.post("/admin/role-requests/999/approve", {"request-999-reason": "x"})
        assert answer.status_code == 404


class TestAssisting:
    def begin(self, client: PageClient, person: Actor, reason: str = "She called.") -> int:
        form = {"assist-reason": reason}
        return client.post(f"/admin/people/{person.user_id}/assist", form).status_code

    def test_every_page_says_so_and_the_ledger_knows_both(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        client.sign_in(administrator)
        assert self.begin(client, eva) == 303
        for path in ("/account", f"/organisations/{eva.organisation_id}", "/nothing/here"):
            assert "Ada Admin acts for Eva Lind until" in client.get(path).text
        home = session.get_one(Organisation, eva.organisation_id)
        form = {"name": home.name, "country": "SE", "city": "Lund", "version": home.version}
        assert client.post(f"/organisations/{home.id}/edit", form).status_code == 303
        edited = session.scalars(select(Entry).where(Entry.name == "organisation.edited")).one()
        assert (edited.actor_id, edited.assisted_by_id) == (eva.user_id, administrator.user_id)
        assert "Ada Admin for Eva Lind" in client.get(f"/organisations/{home.id}").text
        assert client.get("/admin/people").status_code == 404

        ended = client.post("/assistance/end")
        assert ended.headers["Location"] == f"/admin/people/{eva.user_id}"
        page = client.get(ended.headers["Location"]).text
        assert "acts for Eva Lind until" not in page
        assert "She called." in page
        told = session.scalars(select(Entry.name).where(Entry.name.startswith("person.assist"))).all()
        assert set(told) == {"person.assistance_began", "person.assistance_ended"}
        assert client.post("/assistance/end").status_code == 404

    def test_the_person_is_told_by_mail(
        self, client: PageClient, administrator: Actor, eva: Actor, mail: Mail
    ) -> None:
        client.sign_in(administrator)
        self.begin(client, eva)
        (letter,) = mail()
        assert (letter.recipient, letter.subject) == ("eva@example.org", "An administrator acts for you")
        assert "She called." in (letter.text or "")

    def test_it_needs_a_reason(self, client: PageClient, administrator: Actor, eva: Actor) -> None:
        client.sign_in(administrator)
        assert self.begin(client, eva, reason="  ") == 422
        assert "acts for" not in client.get("/account").text

    def test_nobody_acts_for_administrators_or_themselves(
        self, client: PageClient, session: Session, administrator: Actor
    ) -> None:
        client.sign_in(administrator)
        assert self.begin(client, administrator) == 422
        assert self.begin(client, make.administrator(session)) == 422

    def test_it_ends_after_an_hour(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        client.sign_in(administrator)
        self.begin(client, eva)
        row = session.scalars(select(SignIn).where(SignIn.assisted_id == eva.user_id)).one()
        assert row.assisted_until is not None
        assert timedelta(minutes=59) < row.assisted_until - clock.now() <= timedelta(hours=1)
        row.assisted_until = clock.now() - timedelta(seconds=1)
        home = session.get_one(Organisation, eva.organisation_id)
        form = {"name": home.name, "country": "SE", "city": "Lund", "version": home.version}
        answer = client.post(f"/organisations/{home.id}/edit", form)
        assert answer.headers["Location"] == f"/admin/people/{eva.user_id}"
        assert "the hour is over" in client.get(answer.headers["Location"]).text
        session.refresh(home)
        assert home.city is None

    def test_it_ends_when_the_administrator_is_none_any_more(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        client.sign_in(administrator)
        self.begin(client, eva)
        own = select(Membership).where(Membership.user_id == administrator.user_id)
        session.scalars(own).one().ended_at = make.NOON
        assert client.get("/account").headers["Location"] == "/"
        page = client.get("/account").text
        assert "Ada Admin" in page, "they go on as who they are"
        assert "Eva Lind" not in page

    def test_it_ends_when_the_person_is_shut_out(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        client.sign_in(administrator)
        self.begin(client, eva)
        services.deactivate(session, make.administrator(session), eva.user_id, reason="left", at=make.NOON)
        assert client.get("/account").headers["Location"] == f"/admin/people/{eva.user_id}"
        assert "Ada Admin" in client.get("/account").text

    @pytest.mark.parametrize(
        ("verb", "path"),
        [
            ("get", "/account/password"),
            ("post", "/account/password"),
            ("get", "/account/sign-in"),
            ("get", "/account/app"),
            ("post", "/account/app/remove"),
            ("get", "/account/passkeys/new"),
            ("post", "/account/recovery-codes"),
            ("get", "/account/address"),
            ("post", "/account/address"),
            ("get", "/verify"),
            ("post", "/verify"),
            ("post", "/passkeys/add"),
            ("post", "/passkeys/prove"),
            ("get", "/account/second-factor"),
            ("post", "/account/sign-out-everywhere"),
            ("get", "/organisations/{home}/invite"),
            ("get", "/join/guess"),
        ],
    )
    def test_what_is_the_persons_alone_stays_closed(
        self, client: PageClient, administrator: Actor, eva: Actor, verb: str, path: str
    ) -> None:
        client.sign_in(administrator)
        self.begin(client, eva)
        answer = getattr(client, verb)(path.format(home=eva.organisation_id))
        assert answer.status_code == 403

    def test_signing_out_ends_both(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        client.sign_in(administrator)
        self.begin(client, eva)
        client.post("/logout")
        assert client.get("/account").status_code == 302
        form = {"email": "eva@example.org", "password": PASSWORD}
        assert client.post("/login", form).status_code == 302
        assert "acts for" not in client.get("/account").text
        assert client.post("/assistance/end").status_code == 404
        ended = select(Entry.id).where(Entry.name == "person.assistance_ended")
        assert session.scalars(ended).all(), "the ledger says when it ended"

    def test_it_ends_with_the_administrators_own_sign_in(
        self, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        client.sign_in(administrator)
        self.begin(client, eva)
        services.sign_out_everywhere(session, administrator, at=clock.now())
        assert client.get("/account").headers["Location"].startswith("/login")

    def test_it_outlives_the_persons_own_sign_ins_and_ends_none_of_them(
        self, app: Flask, client: PageClient, session: Session, administrator: Actor, eva: Actor
    ) -> None:
        hers = PageClient(app, session).sign_in(eva)
        client.sign_in(administrator)
        self.begin(client, eva)
        client.post("/logout")
        assert hers.get("/account").status_code == 200
