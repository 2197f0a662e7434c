"""The pages of gates: the matrix, a gate, an item with its evidence, reviews and waivers, and checklists."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, OrganisationKind, User
from portal.accounts.passwords import hashed
from portal.core.actors import Actor, Role
from portal.core.clock import now
from portal.files.models import StoredFile
from portal.files.storage import EXTENSION, Folder
from portal.gates import checklists, queries, services
from portal.gates.models import Checklist, Evidence, GateItem
from portal.gates.rules import Gate, ItemState
from portal.gates.services import Given
from portal.gates.views import checklists as checklist_views
from portal.gates.views import matrix
from portal.projects.models import Grant
from portal.projects.rules.values import FieldGroup, GrantReason
from portal.signatures.models import Signature
from portal.store import db
from tests import make
from tests.client import PageClient
from tests.files import samples
from tests.gates.conftest import Scene, show_to

PASSWORD = "winter barley over the bridge"
ITEM = "gme_quality_agreement"


@pytest.fixture(autouse=True)
def _files_of_their_own(app: Flask, tmp_path: Path) -> Iterator[None]:
    before = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = Folder(tmp_path / "files")
    yield
    app.extensions[EXTENSION] = before


@pytest.fixture(scope="session")
def password_hash(app: Flask) -> Iterator[str]:
    """Return the hash of the password of these tests, made and compared with little effort."""
    security = app.extensions["security"]
    dear = security.pwd_context
    security.pwd_context = dear.copy(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    with app.app_context():
        made = hashed(PASSWORD)
    yield made
    security.pwd_context = dear


def page(scene: Scene, item: str = ITEM) -> str:
    return f"/gates/{scene.dossier.id}/items/{item}"


def upload(client: PageClient, scene: Scene, name: str, content: bytes, item: str = ITEM) -> tuple[int, str]:
    data = {"give-file": (io.BytesIO(content), name), "give-note": "As agreed.", "give-stated_version": "3"}
    answer = client.post(f"{page(scene, item)}/evidence", data, content_type="multipart/form-data")
    return answer.status_code, answer.text


def adviser_with_roadmap(session: Session, scene: Scene) -> Actor:
    """Store an adviser whom the founder showed the roadmap."""
    body = make.organisation(session, kind=OrganisationKind.PUBLIC_BODY)
    session.add(
        Grant(
            project_id=scene.project.id,
            organisation_id=body.id,
            field_group=FieldGroup.ROADMAP,
            reason=GrantReason.CONSENT,
            starts_at=make.NOON - timedelta(days=400),
        )
    )
    return make.member(session, body, Role.ADVISER)


def test_everybody_concerned_sees_the_matrix_and_nobody_else(
    client: PageClient, session: Session, scene: Scene
) -> None:
    for reader in (scene.founder, scene.manager, scene.qa, scene.qp):
        text = client.sign_in(reader).get("/gates").text
        assert scene.project.name in text
        assert f"/gates/{scene.dossier.id}/gmp_entry" in text
    adviser = adviser_with_roadmap(session, scene)
    text = client.sign_in(adviser).get("/gates").text
    assert f"/gates/{scene.dossier.id}/gmp_entry" in text
    assert scene.project.name not in text
    for stranger in (make.founder(session), make.manager(session, make.cleanroom(session))):
        text = client.sign_in(stranger).get("/gates").text
        assert f"/gates/{scene.dossier.id}" not in text
        assert client.get(f"/gates/{scene.dossier.id}/gmp_entry").status_code == 404
        assert client.get(page(scene)).status_code == 404


def test_a_gate_shows_each_item_where_it_belongs(client: PageClient, session: Session, scene: Scene) -> None:
    scene.project.animal_origin = False
    session.commit()
    text = client.sign_in(scene.founder).get(f"/gates/{scene.dossier.id}/pre_gmp_exit").text
    assert "What holds the gate" in text
    assert "What warns, and holds once QA has adopted the checklist" in text
    assert text.index("Not needed for this project") < text.index("Statements on animal origin")
    assert "Asked for because the project does not say" in text


def test_an_uploaded_file_is_given_reviewed_and_downloaded(
    client: PageClient, session: Session, scene: Scene
) -> None:
    client.sign_in(scene.founder)
    assert upload(client, scene, "Agreement.pdf", samples.PDF)[0] == 303
    evidence = session.scalars(select(Evidence)).one()
    file = session.scalars(select(StoredFile)).one()
    assert (evidence.sha256, evidence.title, evidence.stated_version) == (file.sha256, "Agreement.pdf", "3")
    text = client.sign_in(scene.qa).get(page(scene)).text
    assert "Agreement.pdf" in text
    assert "Review the evidence" in text
    answer = client.get(f"/gates/{scene.dossier.id}/evidence/{evidence.id}")
    assert answer.get_data() == samples.PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    version = session.scalars(select(GateItem)).one().version
    assert client.post(f"{page(scene)}/accept", {"review-version": str(version)}).status_code == 303
    assert session.scalars(select(GateItem)).one().state is ItemState.ACCEPTED
    assert "Accepted" in client.get(f"/gates/{scene.dossier.id}/gmp_entry").text


def test_evidence_is_downloaded_by_those_who_see_the_process_only(
    client: PageClient, session: Session, scene: Scene
) -> None:
    upload(client.sign_in(scene.founder), scene, "Agreement.pdf", samples.PDF)
    evidence_id = session.scalars(select(Evidence.id)).one()
    path = f"/gates/{scene.dossier.id}/evidence/{evidence_id}"
    for reader in (scene.founder, scene.manager, scene.qp):
        assert client.sign_in(reader).get(path).status_code == 200
    for reader in (adviser_with_roadmap(session, scene), make.founder(session), make.administrator(session)):
        assert client.sign_in(reader).get(path).status_code == 404
    assert client.sign_in(scene.founder).get(f"/gates/{scene.dossier.id}/evidence/99999").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("report.pdf", samples.PAGE, "is not a kind of file that is taken here"),
        ("report.png", samples.PDF, "but it holds a file of the kind .pdf"),
        ("report.pdf", b"", "is empty"),
    ],
)
def test_a_refused_file_is_told_beside_its_field_and_the_rest_kept(
    client: PageClient, session: Session, scene: Scene, name: str, content: bytes, sentence: str
) -> None:
    code, text = upload(client.sign_in(scene.founder), scene, name, content)
    assert code == 422
    assert sentence in text
    assert "As agreed." in text
    assert session.scalars(select(Evidence)).all() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Give a file or a link, and not both."),
        ({"give-url": "javascript:alert(1)"}, "A link begins with https://"),
        ({"give-url": "https://"}, "A link begins with https://"),
        ({"give-url": "https://files.example.org/1", "give-sha256": "abc"}, "A SHA-256 has 64 characters"),
    ],
)
def test_a_link_that_cannot_be_is_refused(
    client: PageClient, session: Session, scene: Scene, typed: dict[str, str], sentence: str
) -> None:
    answer = client.sign_in(scene.founder).post(f"{page(scene)}/evidence", typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalars(select(Evidence)).all() == []


def test_a_link_with_version_and_digest_is_evidence(client: PageClient, scene: Scene) -> None:
    typed = {
        "give-url": "https://files.example.org/agreement",
        "give-title": "Quality agreement",
        "give-stated_version": "1.2",
        "give-sha256": "AB" * 32,
    }
    assert client.sign_in(scene.founder).post(f"{page(scene)}/evidence", typed).status_code == 303
    text = client.get(page(scene)).text
    assert 'href="https://files.example.org/agreement"' in text
    assert "ab" * 8 in text


def test_returned_evidence_needs_words_and_shows_them(
    client: PageClient, session: Session, scene: Scene
) -> None:
    upload(client.sign_in(scene.founder), scene, "Agreement.pdf", samples.PDF)
    client.sign_in(scene.qa)
    nothing = client.post(f"{page(scene)}/return", {})
    assert nothing.status_code == 422
    assert "Say what is missing, so that it can be mended." in nothing.text
    assert client.post(f"{page(scene)}/return", {"review-note": "Page 4 is missing."}).status_code == 303
    assert "Page 4 is missing." in client.sign_in(scene.founder).get(page(scene)).text
    assert session.scalars(select(GateItem)).one().state is ItemState.RETURNED


def test_who_may_read_and_not_act_sees_no_form_and_is_told_so(
    client: PageClient, session: Session, scene: Scene
) -> None:
    upload(client.sign_in(scene.founder), scene, "Agreement.pdf", samples.PDF)
    for reader in (scene.founder, scene.manager, scene.qp, adviser_with_roadmap(session, scene)):
        client.sign_in(reader)
        text = client.get(page(scene)).text
        assert "Review the evidence" not in text
        assert client.post(f"{page(scene)}/accept", {}).status_code == 403
        assert client.post(f"{page(scene)}/waive", {}).status_code == 403
    for reader in (scene.manager, scene.qp):
        assert client.sign_in(reader).post(f"{page(scene)}/evidence", {}).status_code == 403


def test_qa_waives_with_a_signature_and_takes_it_back(
    client: PageClient, session: Session, scene: Scene, password_hash: str
) -> None:
    session.get_one(User, scene.qa.user_id).password = password_hash
    session.commit()
    client.sign_in(scene.qa)
    typed = {"waive-reason": "Signed in May.", "waive-until": (now() + timedelta(days=40)).date().isoformat()}
    unsigned = client.post(f"{page(scene)}/waive", typed)
    assert unsigned.status_code == 422
    assert "This is signed. To sign it, show once more that it is you" in unsigned.text
    assert "Signed in May." in unsigned.text
    assert session.scalars(select(Signature)).all() == []
    assert client.post(f"{page(scene)}/waive", {**typed, "waive-password": PASSWORD}).status_code == 303
    signature = session.scalars(select(Signature)).one()
    text = client.sign_in(scene.founder).get(page(scene)).text
    assert "Waiver in force" in text
    assert "Signed in May." in text
    pdf = client.get(f"{page(scene)}/signatures/{signature.id}.pdf")
    assert pdf.get_data().startswith(b"%PDF-")
    assert (
        client.get(f"{page(scene, 'gme_operators_trained')}/signatures/{signature.id}.pdf").status_code == 404
    )
    client.sign_in(scene.qa)
    assert client.post(f"{page(scene)}/end-waiver", {"end-note": "Signed now."}).status_code == 303
    assert "Waiver in force" not in client.get(page(scene)).text


def test_a_project_shows_its_gates_to_a_facility(client: PageClient, session: Session, scene: Scene) -> None:
    other = make.project(session, session.get_one(Organisation, scene.founder.organisation_id))
    client.sign_in(scene.founder)
    path = f"/projects/{other.id}/gates"
    assert "No gates are shown yet" in client.get(path).text
    assert client.post(path, {"facility": ""}).status_code == 422
    assert client.post(path, {"facility": "999999"}).status_code == 422
    assert client.post(path, {"facility": str(scene.facility.id)}).status_code == 303
    assert scene.facility.name in client.get(path).text
    assert client.sign_in(make.founder(session)).get(path).status_code == 404


def test_qa_adopts_and_changes_the_checklist_with_a_signature(
    client: PageClient, session: Session, scene: Scene, password_hash: str
) -> None:
    session.get_one(User, scene.qa.user_id).password = password_hash
    session.commit()
    path = f"/facilities/{scene.facility.slug}/checklists/gmp_entry"
    assert "Publish the next version" not in client.sign_in(scene.manager).get(path).text
    assert client.post(path, {}).status_code == 404
    client.sign_in(scene.qa)
    assert "Shipped, not adopted" in client.get(path).text
    ids = [row["id"] for row in checklists.base(Gate.GMP_ENTRY).rows]
    typed = {
        "version": "0",
        "used": ids[1:],
        "holding": ids[2:],
        "own_name": "Our own risk form",
        "own_evidence": "The signed form",
        "own_owner": "founder",
        "own_reviewer": "qa",
        "reason": "As agreed with our QP.",
    }
    unsigned = client.post(path, typed)
    assert unsigned.status_code == 422
    assert "Our own risk form" in unsigned.text
    assert client.post(path, {**typed, "password": PASSWORD}).status_code == 303
    published = session.scalars(select(Checklist)).one()
    assert [row["id"] for row in published.items] == [*ids[1:], "own_1"]
    text = client.get(path).text
    assert "Added: Our own risk form" in text
    assert "Taken out: Quality agreement signed" in text
    assert "no longer holds the gate" in text
    assert scene.project.name in text
    assert client.post(path, {**typed, "password": PASSWORD}).status_code == 409
    for stranger in (make.manager(session, make.cleanroom(session)), scene.founder):
        assert client.sign_in(stranger).get(path).status_code == 404


def test_the_matrix_asks_no_more_questions_of_many_dossiers_than_of_few(
    client: PageClient, session: Session, scene: Scene
) -> None:
    def asked() -> int:
        counted: list[str] = []

        def count(*_args: object) -> None:
            counted.append("")

        engine = db.engine
        event.listen(engine, "before_cursor_execute", count)
        client.get("/gates")
        event.remove(engine, "before_cursor_execute", count)
        return len(counted)

    client.sign_in(scene.founder)
    client.get("/gates")
    with client._client.application.app_context():
        few = asked()
    for _ in range(6):
        more = make.project(session, session.get_one(Organisation, scene.founder.organisation_id))
        dossier = services.open_dossier(session, scene.founder, more.id, scene.facility.id, at=make.NOON)
        services.give_evidence(
            session,
            scene.founder,
            dossier.id,
            ITEM,
            Given(title="A", url="https://files.example.org/a"),
            at=make.NOON,
        )
    session.commit()
    with client._client.application.app_context():
        assert asked() == few
    assert len(queries.dossiers_shown(session, scene.founder, at=make.NOON)) == 7


def test_the_matrix_comes_in_pages_in_the_order_asked_for_and_its_file_whole(
    client: PageClient, session: Session, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "PAGE", 2)
    scene.project.name = "Alpha"
    for name, given in (("Beta", 2), ("Gamma", 1)):
        more = make.project(session, session.get_one(Organisation, scene.founder.organisation_id), name=name)
        show_to(session, more, scene.facility.operator_id or 0, FieldGroup.PROCESS)
        dossier = services.open_dossier(session, scene.founder, more.id, scene.facility.id, at=make.NOON)
        settled = [row["id"] for row in checklists.base(Gate.GMP_ENTRY).rows if row["blocking"]][:given]
        for item in settled:
            session.add(GateItem(dossier_id=dossier.id, item=item, state=ItemState.ACCEPTED))
    session.commit()
    client.sign_in(scene.founder)
    first, second = client.get("/gates?sort=-name").text, client.get("/gates?sort=-name&page=2").text
    assert first.index("Gamma") < first.index("Beta")
    assert "Alpha" not in first
    assert ("Alpha" in second, "Beta" in second, "3 projects at facilities" in second) == (True, False, True)
    least = client.get("/gates?sort=gmp_entry").text
    assert least.index("Beta") < least.index("Gamma")
    assert "Alpha" in client.get("/gates?sort=gmp_entry&page=2").text
    most = client.get("/gates.csv?sort=-gmp_entry&page=2").text
    assert most.index("Alpha") < most.index("Gamma") < most.index("Beta")


def test_a_name_that_is_hidden_has_no_place_among_those_that_are_known(
    client: PageClient, session: Session, scene: Scene
) -> None:
    scene.project.name = "Zeta"
    hidden = make.project(
        session, session.get_one(Organisation, scene.founder.organisation_id), name="Aardvark"
    )
    show_to(session, hidden, scene.facility.operator_id or 0, FieldGroup.PROCESS)
    unnamed = services.open_dossier(session, scene.founder, hidden.id, scene.facility.id, at=make.NOON)
    session.commit()
    text = client.sign_in(scene.qa).get("/gates").text
    assert "Aardvark" not in text
    assert text.index("Zeta") < text.index(f"/gates/{unnamed.id}/")


def test_a_checklist_names_the_first_projects_that_it_holds_for_and_counts_the_others(
    client: PageClient, session: Session, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checklist_views, "MOST_NAMED", 1)
    scene.project.name = "Alpha"
    more = make.project(session, session.get_one(Organisation, scene.founder.organisation_id), name="Beta")
    show_to(session, more, scene.facility.operator_id or 0, FieldGroup.PROCESS, FieldGroup.IDENTITY)
    services.open_dossier(session, scene.founder, more.id, scene.facility.id, at=make.NOON)
    session.commit()
    client.sign_in(scene.manager)
    text = client.get(f"/facilities/{scene.facility.slug}/checklists/gmp_entry").text
    assert "holds at once for: Alpha, and 1 more." in text
    monkeypatch.setattr(checklist_views, "MOST_NAMED", 2)
    text = client.get(f"/facilities/{scene.facility.slug}/checklists/gmp_entry").text
    assert "holds at once for: Alpha, Beta." in text
