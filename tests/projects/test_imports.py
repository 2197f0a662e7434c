"""Importing a sheet: looked at first, then done once, all of it or nothing."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.accounts.models import Organisation
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.ledger import Entry
from portal.projects import queries, services
from portal.projects.models import Project, ProjectSheet
from portal.projects.rules.imports import Action
from portal.projects.rules.sheets import cells_of, write_sheet
from portal.projects.rules.values import Phase
from tests import make
from tests.client import PageClient

LATER = make.NOON + timedelta(hours=1)
HEADER = "name;product_class;modality;indication_area;phase;phase_since;on_hold;orphan;teaser"
TWO = f'{HEADER}\nA;GTMP;aav;neurology;discovery;;;ja;"Säger ""hej"" 🧬\nigen"\nB;TEP;msc;bone;phase_1;2026-06-01;yes;;'


def upload(session: Session, actor: Actor, text: str) -> tuple[ProjectSheet, str]:
    sheet = services.upload_sheet(session, actor, text, at=make.NOON)
    return sheet, queries.sheet_plan(session, actor, sheet, at=LATER).digest


def number_of_projects(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Project)) or 0


def exported(session: Session, actor: Actor) -> str:
    return write_sheet(
        cells_of(known) for known in queries.known_projects(session, actor) if not known.archived
    )


def test_an_import_registers_what_the_preview_showed(session: Session) -> None:
    actor = make.founder(session)
    sheet, digest = upload(session, actor, TWO)
    assert number_of_projects(session) == 0
    services.import_projects(session, actor, sheet.id, digest=digest, at=LATER)
    first, second = session.scalars(select(Project).order_by(Project.name)).all()
    assert (first.name, first.orphan, first.teaser) == ("A", True, 'Säger "hej" 🧬\nigen')
    assert (second.phase, second.phase_since, second.on_hold) == (Phase.PHASE_1, date(2026, 6, 1), True)
    assert sheet.outcome == {"register": 2, "edit": 0, "unchanged": 0}
    assert sheet.content is None, "confidential values are not kept longer than needed"
    assert session.scalars(select(Entry.name).order_by(Entry.id)).all() == [
        "project.registered",
        "project.registered",
        "project.put_on_hold",
    ]


def test_the_same_confirmation_twice_imports_once(session: Session) -> None:
    actor = make.founder(session)
    sheet, digest = upload(session, actor, TWO)
    services.import_projects(session, actor, sheet.id, digest=digest, at=LATER)
    entries = session.scalar(select(func.count()).select_from(Entry))
    again = services.import_projects(session, actor, sheet.id, digest=digest, at=LATER + timedelta(hours=1))
    assert again.imported_at == LATER
    assert number_of_projects(session) == 2
    assert session.scalar(select(func.count()).select_from(Entry)) == entries


def test_an_export_of_what_is_stored_changes_nothing(session: Session) -> None:
    actor = make.founder(session)
    sheet, digest = upload(session, actor, TWO)
    services.import_projects(session, actor, sheet.id, digest=digest, at=LATER)
    home = session.get_one(Organisation, actor.organisation_id)
    make.project(
        session, home, name="=SUM(A1)", teaser="'quoted', “curly”; \"straight\"\n\n- list", needs=["team"]
    )
    again, digest = upload(session, actor, exported(session, actor))
    plan = queries.sheet_plan(session, actor, again, at=LATER)
    assert [line.action for line in plan.lines] == [Action.UNCHANGED] * 3
    with pytest.raises(Refused) as error:
        services.import_projects(session, actor, again.id, digest=digest, at=LATER)
    assert [reason.code for reason in error.value.reasons] == ["sheet_changes_nothing"]


def test_rows_with_a_reference_change_those_projects(session: Session) -> None:
    actor = make.founder(session)
    home = session.get_one(Organisation, actor.organisation_id)
    project = make.project(session, home, phase_since=date(2026, 1, 1))
    text = f"reference,phase,phase_since,bsl,on_hold\n{project.reference},phase_1,2026-06-01,3,yes"
    sheet, digest = upload(session, actor, text)
    services.import_projects(session, actor, sheet.id, digest=digest, at=LATER)
    assert (project.bsl, project.phase, project.on_hold) == (3, Phase.PHASE_1, True)
    assert sheet.outcome == {"register": 0, "edit": 1, "unchanged": 0}
    assert session.scalars(select(Entry.name).order_by(Entry.id)).all() == [
        "project.edited",
        "project.phase_changed",
        "project.put_on_hold",
    ]


def test_a_phase_is_not_imported_for_a_day_before_a_rest(session: Session) -> None:
    actor = make.founder(session)
    home = session.get_one(Organisation, actor.organisation_id)
    project = make.project(session, home, phase_since=date(2026, 1, 1))
    for verb, day in ((services.put_on_hold, date(2026, 5, 1)), (services.resume, date(2026, 6, 1))):
        verb(session, actor, project.id, since=day, version=project.version, at=LATER)
    text = f"reference;phase;phase_since\n{project.reference};phase_1;2026-03-01"
    sheet, _ = upload(session, actor, text)
    plan = queries.sheet_plan(session, actor, sheet, at=LATER)
    assert [mistake.reason.code for mistake in plan.lines[0].mistakes] == ["project_day_before_last"]


def test_a_reference_of_another_organisation_is_as_unknown_as_any(session: Session) -> None:
    actor, foreign = make.founder(session), make.project(session)
    for reference in (foreign.reference, "ZZZZ-ZZZZ"):
        sheet, digest = upload(session, actor, f"reference;bsl\n{reference};3")
        plan = queries.sheet_plan(session, actor, sheet, at=LATER)
        assert [
            mistake.reason.code for mistake in plan.lines[0].mistakes if mistake.column == "reference"
        ] == ["sheet_reference_unknown"]
        assert plan.lines[0].name == ""
        with pytest.raises(Refused):
            services.import_projects(session, actor, sheet.id, digest=digest, at=LATER)
    assert foreign.bsl == 2


def test_one_mistake_stops_all_rows(session: Session) -> None:
    actor = make.founder(session)
    sheet, digest = upload(session, actor, TWO + "\nC;GTMP;aav;neurology;tomorrow;;;;")
    with pytest.raises(Refused) as error:
        services.import_projects(session, actor, sheet.id, digest=digest, at=LATER)
    assert [(reason.code, reason.values) for reason in error.value.reasons] == [
        ("sheet_with_mistakes", {"rows": 1})
    ]
    assert number_of_projects(session) == 0


def test_a_preview_of_what_has_changed_since_is_stale(session: Session) -> None:
    actor = make.founder(session)
    home = session.get_one(Organisation, actor.organisation_id)
    project = make.project(session, home)
    sheet, digest = upload(session, actor, f"reference;bsl\n{project.reference};3")
    services.edit_project(session, actor, project.id, {"bsl": 1}, version=project.version, at=LATER)
    with pytest.raises(Stale):
        services.import_projects(session, actor, sheet.id, digest=digest, at=LATER)
    assert project.bsl == 1
    with pytest.raises(Stale):
        services.import_projects(session, actor, sheet.id, digest="", at=LATER)


def test_a_sheet_is_kept_for_a_day_and_for_its_uploader(session: Session) -> None:
    actor = make.founder(session)
    home = session.get_one(Organisation, actor.organisation_id)
    sheet, digest = upload(session, actor, TWO)
    colleague = make.founder(session, home)
    for other in (colleague, make.founder(session)):
        with pytest.raises(NotFound):
            services.import_projects(session, other, sheet.id, digest=digest, at=LATER)
    with pytest.raises(Refused) as error:
        services.import_projects(session, actor, sheet.id, digest=digest, at=make.NOON + timedelta(hours=25))
    assert [reason.code for reason in error.value.reasons] == ["sheet_expired"]
    newer, _ = upload(session, actor, TWO)
    assert session.scalars(select(ProjectSheet.id)).all() == [newer.id]


def test_only_founders_upload(session: Session) -> None:
    with pytest.raises(NotAllowed):
        services.upload_sheet(
            session, make.member(session, make.organisation(session), Role.ADVISER), TWO, at=make.NOON
        )


@pytest.mark.parametrize(
    ("text", "code"), [("x" * (1024 * 1024 + 1), "sheet_too_big"), ("name\x00", "sheet_unprintable")]
)
def test_what_cannot_be_kept_is_refused(session: Session, text: str, code: str) -> None:
    with pytest.raises(Refused) as error:
        services.upload_sheet(session, make.founder(session), text, at=make.NOON)
    assert [reason.code for reason in error.value.reasons] == [code]


def send(client: PageClient, **data: Any) -> TestResponse:
    """Send a sheet, as `(content, file name)` or pasted."""
    sent = {
        name: FileStorage(io.BytesIO(value[0]), value[1], name) if isinstance(value, tuple) else value
        for name, value in data.items()
    }
    boundary, body = encode_multipart(sent)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post("/projects/import", input_stream=io.BytesIO(body), content_type=kind)


def digest_on(page: str) -> str:
    found = re.search(r'name="digest"[^>]*value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_a_file_is_looked_at_and_then_imported_once(client: PageClient, session: Session) -> None:
    client.sign_in(make.founder(session))
    assert client.get("/projects/import").status_code == 200
    answer = send(client, file=(TWO.encode("utf-8-sig"), "projects.csv"), content="")
    assert answer.status_code == 303
    preview = client.get(answer.location)
    assert "Nothing has changed yet" in preview.text
    assert number_of_projects(session) == 0
    data = {"digest": digest_on(preview.text)}
    assert client.post(answer.location, data).status_code == 303
    assert client.post(answer.location, data, follow_redirects=True).status_code == 200
    assert number_of_projects(session) == 2
    assert "The sheet is imported" in client.get(answer.location).text


def test_pasted_rows_with_mistakes_are_told_row_by_row_and_cannot_be_confirmed(
    client: PageClient, session: Session
) -> None:
    client.sign_in(make.founder(session))
    text = f"{HEADER}\n<b>X</b>;GTMP;aav;heart;discovery;1890-01-01;;perhaps;"
    answer = client.post("/projects/import", {"content": text})
    preview = client.get(answer.location).text
    assert "3 things have to be put right" in preview
    assert "&lt;b&gt;X&lt;/b&gt;" in preview
    for said in ("has no answer “heart”", "lies before", "is yes, no or unknown, not “perhaps”"):
        assert said in preview
    assert not re.search(r"[0-9a-f]{64}", preview)
    refused = client.post(answer.location, {"digest": "0" * 64})
    assert refused.status_code == 409
    assert client.post(answer.location, {}).status_code == 409
    assert number_of_projects(session) == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose a file, or paste"),
        ({"content": "   "}, "Choose a file, or paste"),
        ({"content": "name" + "x" * (2 * 1024 * 1024)}, "at most 1,024 KiB"),
        ({"file": (b"name;\xe5", "a.csv")}, "is not text in UTF-8"),
        ({"file": (b"\xff\xfen\x00a\x00", "a.csv")}, "is not text in UTF-8"),
        ({"file": (b"name\x00", "a.csv")}, "NUL character"),
        ({"file": (b"x" * (10 * 1024 * 1024), "a.csv")}, "10,240 KiB"),
        ({"file": (b"name", "a.csv"), "content": "name"}, "Take one of them away"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_sentence(
    client: PageClient, session: Session, data: dict[str, Any], said: str
) -> None:
    client.sign_in(make.founder(session))
    answer = send(client, **data)
    assert answer.status_code == 422
    assert said in answer.text
    assert session.scalars(select(ProjectSheet)).all() == []


@pytest.mark.parametrize("text", ["", HEADER, "a;b\n1;2", '"', f'{HEADER}\n"', "\ufeff"])
def test_a_sheet_that_cannot_be_read_is_previewed_with_what_is_wrong(
    client: PageClient, session: Session, text: str
) -> None:
    actor = make.founder(session)
    sheet = services.upload_sheet(session, actor, text, at=make.NOON)
    client.sign_in(actor)
    preview = client.get(f"/projects/import/{sheet.id}")
    assert preview.status_code == 200
    assert "1 thing has to be put right" in preview.text


def test_strangers_find_no_sheet(client: PageClient, session: Session) -> None:
    actor = make.founder(session)
    sheet, digest = upload(session, actor, TWO)
    client.sign_in(make.founder(session))
    assert client.get(f"/projects/import/{sheet.id}").status_code == 404
    assert client.post(f"/projects/import/{sheet.id}", {"digest": digest}).status_code == 404
    assert number_of_projects(session) == 0


def test_the_exported_file_can_be_changed_and_imported_again(client: PageClient, session: Session) -> None:
    actor = make.founder(session)
    home = session.get_one(Organisation, actor.organisation_id)
    project = make.project(session, home, teaser="Old words", bsl=None)
    client.sign_in(actor)
    content = client.get("/projects/export.csv").data.replace(b"Old words", "=Nya åäö 🧬".encode())
    answer = send(client, file=(content, "a.csv"))
    preview = client.get(answer.location).text
    assert "<del>Old words</del>" in re.sub(r"\s+", " ", preview)
    assert client.post(answer.location, {"digest": digest_on(preview)}).status_code == 303
    session.refresh(project)
    assert (project.teaser, project.bsl) == ("=Nya åäö 🧬", None)


def test_the_template_can_be_filled_in(client: PageClient, session: Session) -> None:
    client.sign_in(make.founder(session))
    template = client.get("/projects/import/template.csv")
    assert template.mimetype == "text/csv"
    assert template.data.decode("utf-8-sig").startswith("reference,name,product_class")
