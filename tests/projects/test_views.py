"""The pages: what works, what is refused with everything kept, and what strangers get."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.ledger import Entry
from portal.projects import queries, services
from portal.projects.models import Grant, Project, TeamMember
from portal.projects.rules.values import FieldGroup, GrantReason, Phase, Visibility
from tests import make
from tests.client import PageClient
from tests.sheets import cells_of, rows_of

FIRST = {
    "name": "Blå cellen",
    "product_class": "GTMP",
    "modality": "aav",
    "indication_area": "neurology",
    "phase": "discovery",
    "phase_since": "2026-05-01",
}


def projects(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Project)) or 0


def owned(session: Session, **values: Any) -> tuple[Actor, Project]:
    actor = make.founder(session)
    return actor, make.project(session, session.get_one(Organisation, actor.organisation_id), **values)


def whole_form(project: Project, **changes: Any) -> dict[str, Any]:
    """Return what the edit page sends for a project, with changes."""
    stored = queries.stated_values(project)
    truths = {True: "yes", False: "no", None: "unknown"}
    sent = {
        name: truths[value]
        if name in ("autologous", "cell_bank", "animal_origin", "device", "orphan", "paediatric")
        else value
        for name, value in stored.items()
    }
    sent = {name: "" if value is None else value for name, value in sent.items()}
    return {**sent, "version": project.version, **changes}


def test_a_founder_registers_a_project_and_goes_on_to_its_facts(client: PageClient, session: Session) -> None:
    actor = make.founder(session)
    page = client.sign_in(actor).get("/projects/register")
    assert page.status_code == 200
    answer = client.post("/projects/register", FIRST)
    project = session.scalars(select(Project)).one()
    assert answer.status_code == 303
    assert answer.location == f"/projects/{project.id}/edit"
    assert project.organisation_id == actor.organisation_id
    assert project.phase_since == date(2026, 5, 1)
    assert client.get(answer.location).status_code == 200


def test_a_form_sent_twice_registers_one_project(client: PageClient, session: Session) -> None:
    client.sign_in(make.founder(session))
    assert client.post("/projects/register", FIRST).status_code == 303
    again = client.post("/projects/register", FIRST)
    assert again.status_code == 422
    assert "already has a project called" in again.text
    assert projects(session) == 1


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("name", "", "This is needed"),
        ("name", "x" * 201, "At most 200 characters"),
        ("product_class", "", "Choose one"),
        ("product_class", "hocus", "Not a valid choice"),
        ("modality", "pocus", "Not a valid choice"),
        ("phase_since", "1890-01-01", "Check the year"),
        ("phase_since", "2999-01-01", "Check the year"),
        ("phase_since", "2099-12-31", "lies ahead"),
        ("phase_since", "31/12/2026", "Not a valid date"),
    ],
)
def test_what_cannot_be_registered_is_said_and_kept(
    client: PageClient, session: Session, field: str, written: str, said: str
) -> None:
    client.sign_in(make.founder(session))
    answer = client.post("/projects/register", {**FIRST, "indication_area": "oncology", field: written})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Error:" in answer.text
    assert '<option selected value="oncology">' in answer.text
    assert projects(session) == 0


def test_emoji_and_swedish_letters_are_names_and_nul_is_left_out(
    client: PageClient, session: Session
) -> None:
    client.sign_in(make.founder(session))
    assert client.post("/projects/register", {**FIRST, "name": "Åäö 🧬\x00 <b>"}).status_code == 303
    assert session.scalars(select(Project)).one().name == "Åäö 🧬 <b>"
    assert "Åäö 🧬 &lt;b&gt;" in client.get("/projects").text


def test_only_founders_reach_the_pages_of_founders(client: PageClient, session: Session) -> None:
    for path in ("/projects", "/projects/register", "/projects/import", "/projects/export.csv"):
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert "/sign-in" in answer.location or "login" in answer.location
    client.sign_in(make.member(session, make.organisation(session), Role.INVESTOR))
    for path in ("/projects", "/projects/register", "/projects/import", "/projects/export.csv"):
        assert client.get(path).status_code == 404, path


PAGES = (
    "",
    "/facts",
    "/team",
    "/access",
    "/history",
    "/edit",
    "/phase",
    "/phase/correct",
    "/rest",
    "/resume",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_no_page_of_a_project(client: PageClient, session: Session, page: str) -> None:
    owner, project = owned(session, visibility=Visibility.INVESTORS)
    client.sign_in(owner)
    assert client.get(f"/projects/{project.id}{page}").status_code == 200
    client.sign_in(make.founder(session))
    answer = client.get(f"/projects/{project.id}{page}")
    assert answer.status_code == 404
    assert project.name not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/edit",
        "/archive",
        "/restore",
        "/phase",
        "/phase/correct",
        "/phase/withdraw",
        "/rest",
        "/resume",
        "/team",
        "/team/1",
        "/team/1/remove",
        "/access",
        "/access/take-back",
    ],
)
def test_a_stranger_changes_nothing(client: PageClient, session: Session, path: str) -> None:
    _, project = owned(session)
    data = {
        "version": project.version,
        "since": "2026-12-01",
        "phase": "phase_1",
        "name": "A",
        "task": "B",
        "organisation_id": project.organisation_id,
        "groups": "identity",
    }
    client.sign_in(make.founder(session))
    answer = client.post(f"/projects/{project.id}{path}", {**whole_form(project), **data})
    assert answer.status_code == 404
    assert project.name not in answer.text
    session.refresh(project)
    assert (project.version, project.phase, project.archived_at) == (1, Phase.PRECLINICAL, None)
    assert session.scalars(select(Entry)).all() == []
    assert session.scalars(select(Grant)).all() == []


def test_facts_are_edited_and_shown_with_what_unknown_costs(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    changes = {
        "vector_level": "",
        "process_class": "",
        "gmo_class": "",
        "autologous": "yes",
        "shelf_life_hours": "72",
        "needs": ["capital", "manufacturing"],
        "funding_min": "5 000 000",
        "funding_currency": "SEK",
    }
    answer = client.post(f"/projects/{project.id}/edit", whole_form(project, **changes))
    assert answer.status_code == 303
    session.refresh(project)
    assert (project.vector_level, project.gmo_class, project.autologous) == (None, None, True)
    assert project.needs == ["manufacturing", "capital"]
    assert project.funding_min == 5_000_000
    facts = client.get(f"/projects/{project.id}/facts").text
    assert "“Replication-competent”" in facts
    assert "3 days" in facts
    assert "at least SEK" in facts
    overview = client.get(f"/projects/{project.id}").text
    assert "4 facts are unknown" in overview
    history = client.get(f"/projects/{project.id}/history").text
    assert re.search(r"Vector level:\s*<del>Lentiviral or retroviral</del>\s*<ins>unknown</ins>", history)


def test_a_refused_edit_keeps_everything_that_was_typed(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    sent = whole_form(
        project,
        name="Typed name",
        gmo_class="0",
        funding_min="9",
        funding_max="3",
        visibility="public",
        teaser="",
        orphan="no",
    )
    answer = client.post(f"/projects/{project.id}/edit", sent)
    assert answer.status_code == 422
    assert 'value="Typed name"' in answer.text
    for said in (
        "GMO class 0 says",
        "is less than the least",
        "An amount needs its currency",
        "no teaser in English",
    ):
        assert answer.text.count(said) == 2, f"{said}: on top and beside its field"
    assert re.search(r'name="orphan"\s+value="no" checked', answer.text)
    session.refresh(project)
    assert (project.gmo_class, project.orphan, project.version) == (2, None, 1)


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("funding_min", "5,5", "whole number without decimals"),
        ("funding_min", "-1", "whole number without decimals"),
        ("funding_min", "9" * 14, "Give an amount from 0"),
        ("funding_min", "9" * 5000, "whole number without decimals"),
        ("shelf_life_hours", "0", "Give a whole number from 1"),
        ("shelf_life_hours", "1e3", "Not a valid integer"),
        ("bsl", "7", "Not a valid choice"),
        ("bsl", "two", "Invalid Choice"),
        ("orphan", "perhaps", "Invalid Choice"),
        ("visibility", "everyone", "Not a valid choice"),
        ("needs", ["capital", "gold"], "gold"),
        ("teaser", "x" * 1201, "At most 1200 characters"),
    ],
)
def test_bad_input_is_refused_beside_its_field(
    client: PageClient, session: Session, field: str, written: Any, said: str
) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    answer = client.post(f"/projects/{project.id}/edit", whole_form(project, **{field: written}))
    assert answer.status_code == 422
    assert said in answer.text
    session.refresh(project)
    assert project.version == 1


def test_ten_megabytes_of_text_are_refused_with_a_sentence(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    answer = client.post(f"/projects/{project.id}/edit", whole_form(project, teaser="x" * (10 * 1024 * 1024)))
    assert answer.status_code == 422
    assert "At most 1200 characters" in answer.text[:200_000]
    session.refresh(project)
    assert project.version == 1


def test_a_page_that_asked_less_changes_less(client: PageClient, session: Session) -> None:
    owner, project = owned(session, needs=["capital"], orphan=True)
    client.sign_in(owner)
    few = {
        name: whole_form(project)[name]
        for name in ("product_class", "indication_area", "modality", "visibility")
    }
    answer = client.post(f"/projects/{project.id}/edit", {**few, "name": "New", "version": project.version})
    assert answer.status_code == 303
    session.refresh(project)
    assert (project.name, project.needs, project.orphan, project.gmo_class) == ("New", ["capital"], True, 2)


def test_a_stale_page_shows_both_and_saves_only_when_decided_again(
    client: PageClient, session: Session
) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    mine = whole_form(project, name="Mine", bsl="1")
    assert client.post(f"/projects/{project.id}/edit", whole_form(project, name="Theirs")).status_code == 303
    answer = client.post(f"/projects/{project.id}/edit", mine)
    assert answer.status_code == 409
    assert re.search(r"Stored now\W+>Theirs</td>", answer.text)
    assert re.search(r"You typed\W+>Mine</td>", answer.text)
    assert 'value="Mine"' in answer.text
    session.refresh(project)
    assert (project.name, project.bsl) == ("Theirs", 2)
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
    assert version is not None
    again = client.post(f"/projects/{project.id}/edit", {**mine, "version": version[1]})
    assert again.status_code == 303
    session.refresh(project)
    assert (project.name, project.bsl) == ("Mine", 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_page_without_a_version_is_stale(client: PageClient, session: Session, version: str) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    answer = client.post(f"/projects/{project.id}/edit", whole_form(project, name="X", version=version))
    assert answer.status_code == 409
    session.refresh(project)
    assert project.version == 1


def test_a_teaser_that_names_somebody_is_saved_with_a_warning(client: PageClient, session: Session) -> None:
    owner, project = owned(session, name="Blå cellen")
    client.sign_in(owner)
    sent = whole_form(project, teaser="We at BLÅ-cellen make cells.")
    answer = client.post(f"/projects/{project.id}/edit", sent, follow_redirects=True)
    assert answer.status_code == 200
    assert "The teaser names the project" in answer.text
    assert "The teaser names the project" in client.get(f"/projects/{project.id}").text


def test_a_phase_is_changed_corrected_and_taken_out(client: PageClient, session: Session) -> None:
    owner, project = owned(session, phase_since=date(2026, 1, 1))
    client.sign_in(owner)
    path = f"/projects/{project.id}"

    def send(where: str, **data: Any) -> int:
        session.refresh(project)
        return client.post(path + where, {"version": project.version, **data}).status_code

    assert send("/phase", phase="phase_1", since="2026-06-01") == 303
    assert send("/phase", phase="phase_2", since="2026-05-31") == 422
    assert send("/phase", phase="", since="") == 422
    assert send("/phase/correct", phase="phase_2", since="2026-05-31") == 303
    session.refresh(project)
    assert (project.phase, project.phase_since) == (Phase.PHASE_2, date(2026, 5, 31))
    assert send("/rest", since="2026-06-30") == 303
    assert send("/phase", phase="phase_3", since="2026-07-01") == 422
    assert client.get(path + "/phase/correct").status_code == 200
    assert send("/phase/correct", phase="phase_2", since="2026-06-29") == 303
    assert send("/resume", since="2026-07-01") == 303
    assert send("/resume", since="2026-07-01") == 422
    assert send("/phase/withdraw") == 303
    assert send("/phase/withdraw") == 303
    assert send("/phase/withdraw") == 303
    assert send("/phase/withdraw") == 422
    session.refresh(project)
    assert (project.phase, project.on_hold) == (Phase.PRECLINICAL, False)
    assert client.get(path).status_code == 200


def test_a_stale_phase_page_is_refused_and_can_be_sent_again(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    data = {"version": project.version + 1, "phase": "phase_1", "since": "2026-06-01"}
    answer = client.post(f"/projects/{project.id}/phase", data)
    assert answer.status_code == 409
    assert f'value="{project.version}"' in answer.text


def test_archiving_hides_and_restoring_brings_back(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    answer = client.post(f"/projects/{project.id}/archive", {"version": project.version})
    assert answer.status_code == 303
    assert project.name not in client.get("/projects").text
    assert project.name in client.get("/projects?archived=yes").text
    page = client.get(f"/projects/{project.id}")
    assert "Archived" in page.text
    session.refresh(project)
    assert client.post(f"/projects/{project.id}/edit", whole_form(project, name="X")).status_code == 422
    refused = client.post(f"/projects/{project.id}/archive", {"version": project.version})
    assert refused.status_code == 422
    assert "Restore it first" in refused.text
    assert client.post(f"/projects/{project.id}/restore", {"version": project.version}).status_code == 303
    assert project.name in client.get("/projects").text


def test_the_team_page_adds_changes_and_removes(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    path = f"/projects/{project.id}/team"
    assert "Nobody is named yet" in client.get(path).text
    data = {"name": "Åsa 🧪", "task": "QA", "email": "asa@example.org"}
    assert client.post(path, data).status_code == 303
    twice = client.post(path, data)
    assert twice.status_code == 422
    assert "already in the team" in twice.text
    assert client.post(path, {**data, "email": "no address"}).status_code == 422
    member = session.scalars(select(TeamMember)).one()
    changed = {"name": "Åsa", "task": "QP", "email": "", "version": member.version}
    assert client.get(f"{path}/{member.id}").status_code == 200
    assert client.post(f"{path}/{member.id}", {**changed, "task": ""}).status_code == 422
    assert client.post(f"{path}/{member.id}", changed).status_code == 303
    assert client.post(f"{path}/{member.id}", changed).status_code == 409
    assert client.post(f"{path}/{member.id}/remove", {"version": 1}).status_code == 409
    gone = f"{path}/{member.id}/remove"
    assert client.post(gone, {"version": member.version}).status_code == 303
    assert client.post(gone, {"version": 2}).status_code == 404
    assert session.scalars(select(TeamMember)).all() == []


def test_an_adviser_is_told_that_the_team_is_not_theirs_whatever_they_send(
    client: PageClient, session: Session
) -> None:
    _, project = owned(session)
    adviser = make.member(session, make.organisation(session), Role.ADVISER)
    client.sign_in(adviser)
    for sent in ({}, {"name": "Eve Newcomer", "task": "Analytics"}):
        assert client.post(f"/projects/{project.id}/team", sent).status_code == 403


def test_an_owner_shows_an_adviser_more_and_takes_it_back(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    incubator = make.organisation(session, name="Inkubatorn")
    adviser = make.member(session, incubator, Role.ADVISER)
    path = f"/projects/{project.id}/access"
    client.sign_in(owner)
    data = {"organisation_id": incubator.id, "groups": ["identity", "process"], "until": ""}
    assert client.post(path, {**data, "groups": []}).status_code == 422
    assert client.post(path, {**data, "organisation_id": owner.organisation_id}).status_code == 422
    assert client.post(path, {**data, "until": "2020-01-01"}).status_code == 422
    assert session.scalars(select(Grant)).all() == []
    assert client.post(path, data).status_code == 303
    page = client.get(path).text
    assert "Inkubatorn" in page
    assert "Because you said yes" in page
    assert "Opened to Inkubatorn" in client.get(f"/projects/{project.id}/history").text
    client.sign_in(adviser)
    facts = client.get(f"/projects/{project.id}/facts")
    assert facts.status_code == 200
    assert "Funding" not in facts.text
    assert client.get(path).status_code == 403, (
        "an adviser knows of the project and does not decide on access"
    )
    assert project.name in client.get("/projects/teasers").text
    history = client.get(f"/projects/{project.id}/history").text
    assert "Opened to" not in history, "who else sees it is the owner's business"
    client.sign_in(owner)
    back = {"organisation_id": incubator.id, "group": "process"}
    assert client.post(f"{path}/take-back", back).status_code == 303
    assert client.post(f"{path}/take-back", back).status_code == 404
    client.sign_in(adviser)
    assert client.get(f"/projects/{project.id}/facts").status_code == 404
    assert project.name in client.get(f"/projects/{project.id}").text
    client.sign_in(owner)
    assert client.post(f"{path}/take-back", {"organisation_id": incubator.id}).status_code == 303
    assert "Access that has ended" in client.get(path).text
    client.sign_in(adviser)
    after = client.get(f"/projects/{project.id}").text
    assert project.name not in after
    assert project.teaser in after


def test_an_export_holds_exactly_the_rows_that_are_shown(client: PageClient, session: Session) -> None:
    owner, project = owned(session, name="=cmd|' /C calc'!A0", indication_area="oncology")
    home = session.get_one(Organisation, owner.organisation_id)
    make.project(session, home, name="Other area")
    make.project(session, home, name="Put away", indication_area="oncology", archived_at=make.NOON)
    make.project(session, name="Foreign", indication_area="oncology")
    client.sign_in(owner)
    answer = client.get("/projects/export.csv?area=oncology")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["'=cmd|' /C calc'!A0"]
    assert rows[0]["reference"] == project.reference
    content = client.get("/projects/export.xlsx?area=oncology").data
    assert cells_of(content)["B2"] == "=cmd|' /C calc'!A0"
    assert len(rows_of(content)) == 2
    assert client.get("/projects/export.pdf").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "?phase=hocus&area=pocus&class=1&on_hold=x&archived=y&sort=-;drop&page=-1",
        "?page=99999999999999999999",
        "?page=99999",
        "?q=%00%ff%25_'\"\\",
        "?q=" + "å" * 3000,
        "?sort=-phase",
        "?sort=area",
        "?sort=-class&on_hold=no",
        "?sort=-updated&on_hold=yes",
    ],
)
def test_a_list_takes_any_address(client: PageClient, session: Session, address: str) -> None:
    owner, _ = owned(session)
    assert client.sign_in(owner).get("/projects" + address).status_code == 200
    client.sign_in(make.member(session, make.organisation(session), Role.ADVISER))
    assert client.get("/projects/teasers" + address).status_code == 200
    assert client.get("/pipeline" + address).status_code == 200


def test_a_list_is_filtered_and_sorted(client: PageClient, session: Session) -> None:
    owner, _ = owned(session, name="C resting", on_hold=True, phase=Phase.PHASE_3)
    home = session.get_one(Organisation, owner.organisation_id)
    make.project(session, home, name="A market", phase=Phase.ON_MARKET)
    make.project(session, home, name="B early", phase=Phase.DISCOVERY)
    client.sign_in(owner)

    def order(address: str) -> list[str]:
        return re.findall(r"(C resting|A market|B early)</a>", client.get("/projects" + address).text)

    assert order("") == ["A market", "B early", "C resting"]
    assert order("?sort=phase") == ["B early", "C resting", "A market"]
    assert order("?sort=-phase") == ["A market", "C resting", "B early"]
    assert order("?on_hold=yes") == ["C resting"]
    assert order("?phase=discovery") == ["B early"]
    assert order("?q=MARK") == ["A market"]
    assert order("?q=%25") == []
    assert "No project matches" in client.get("/projects?q=%25").text


def test_a_long_list_has_pages(client: PageClient, session: Session) -> None:
    owner, _ = owned(session, name="Project 000")
    home = session.get_one(Organisation, owner.organisation_id)
    for number in range(1, 52):
        make.project(session, home, name=f"Project {number:03}")
    client.sign_in(owner)
    first, second = client.get("/projects").text, client.get("/projects?page=2").text
    assert "52 projects" in first
    assert "Project 049" in first
    assert "Project 050" not in first
    assert "Project 051" in second


def test_an_investor_reads_what_is_shown_to_investors_and_no_name(
    client: PageClient, session: Session
) -> None:
    shown_to_investors = make.project(
        session,
        make.organisation(session, name="Hemliga bolaget"),
        name="Hemligt namn",
        visibility=Visibility.INVESTORS,
        funding_min=1_000_000,
        funding_max=2_000_000,
        funding_currency="EUR",
    )
    private = make.project(session, teaser="Something quite private.")
    client.sign_in(make.member(session, make.organisation(session), Role.INVESTOR))
    page = client.get("/projects/teasers").text
    assert shown_to_investors.teaser in page
    assert "EUR" in page
    assert private.teaser not in page
    record = client.get(f"/projects/{shown_to_investors.id}").text
    for text in (page, record):
        assert "Hemlig" not in text
        assert "lentiviral" not in text.lower()
    assert "1 teaser" in page
    for hidden in ("/facts", "/team", "/history"):
        assert client.get(f"/projects/{shown_to_investors.id}{hidden}").status_code == 404
    assert client.get("/projects/teasers?q=Hemlig").text.count("No teaser matches") == 1
    assert client.get(f"/projects/{private.id}").status_code == 404


def test_a_facility_sees_process_and_name_and_no_money(client: PageClient, session: Session) -> None:
    _, project = owned(session, funding_min=1_234_567, funding_currency="EUR", orphan=True)
    facility = make.facility(session)
    manager = make.manager(session, facility)
    client.sign_in(manager)
    assert client.get(f"/projects/{project.id}").status_code == 404
    for group in (FieldGroup.TEASER, FieldGroup.IDENTITY, FieldGroup.PROCESS, FieldGroup.BOOKINGS):
        services.grant_group(
            session,
            actor_id=None,
            project_id=project.id,
            organisation_id=facility.operator_id or 0,
            group=group,
            reason=GrantReason.REQUEST,
            reason_id=1,
            at=clock.now(),
        )
    for page in ("", "/facts", "/team", "/history"):
        answer = client.get(f"/projects/{project.id}{page}")
        assert answer.status_code == 200, page
        assert project.name in answer.text
        assert "1,234,567" not in answer.text
        assert "Orphan" not in answer.text
    assert "Lentiviral" in client.get(f"/projects/{project.id}/facts").text
    assert client.get(f"/projects/{project.id}/edit").status_code == 403


def test_anyone_reads_the_published_pipeline(client: PageClient, session: Session) -> None:
    published = make.project(
        session,
        make.organisation(session, name="Dolda bolaget"),
        name="Dolt namn",
        visibility=Visibility.PUBLIC,
        teaser="Published words.",
        teaser_sv="Publicerade ord.",
        indication_area="ophthalmology",
        phase=Phase.PHASE_3,
    )
    private = make.project(session, teaser="Private words.", indication_area="dermatology")
    page = client.get("/pipeline").text
    assert published.teaser in page
    assert "Dol" not in page
    assert private.teaser not in page
    assert re.search(r"Ophthalmology</th>.*?Phase III\">1\+</td>", page, re.DOTALL)
    assert "Dermatology" in page.split("Nothing can be shown for:")[1].split("</p>")[0]
    assert "Publicerade ord." in client.get("/pipeline", headers={"Accept-Language": "sv"}).text
    sheet = client.get("/pipeline/counts.csv")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(sheet.data.decode("utf-8-sig")))}
    assert rows["Ophthalmology"][-1] == "1+"
    assert "Dermatology" not in rows
    assert "No published teaser matches" in client.get("/pipeline?phase=discovery").text


def test_a_swedish_reader_reads_the_vocabulary_in_swedish(client: PageClient, session: Session) -> None:
    owner, project = owned(session)
    client.sign_in(owner)
    client.get("/language/sv")
    assert "Lentiviral eller retroviral" in client.get(f"/projects/{project.id}/facts").text
    assert "Hematologi" in client.get("/projects").text
    assert "Genterapiläkemedel" in client.get(f"/projects/{project.id}/edit").text
