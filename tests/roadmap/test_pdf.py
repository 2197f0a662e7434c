"""A roadmap on paper: every step and milestone, in the reader's language, for those who read the roadmap."""

import io
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.projects.models import Project
from portal.projects.rules.values import Phase
from portal.roadmap import queries, services
from portal.roadmap.rules.marks import Mark, OwnStep
from tests import make
from tests.client import PageClient

NAME = "Compass #1 *bold* $x$ <b>"


@pytest.fixture
def founder(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def project(session: Session, founder: Actor) -> Project:
    owner = session.get_one(Organisation, founder.organisation_id)
    found = make.project(session, owner, name=NAME, phase=Phase.PRECLINICAL)
    with services.computed_at_the_end(session, at=clock.now()):
        services.make_roadmap(session, founder, found.id, at=clock.now())
        done = Mark(started=date(2026, 1, 1), finished=date(2026, 2, 3))
        services.mark_step(session, founder, found.id, "qtpp", done, version=0, at=clock.now())
        own = OwnStep(name="Own #step $y$", track="cmc", least=1, likely=2, most=3)
        services.add_own_step(session, founder, found.id, own, at=clock.now())
    session.commit()
    return found


def written(body: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return " ".join(text.split())


def test_every_step_and_milestone_is_on_paper_and_marks_are_no_markup(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    client.sign_in(founder)
    assert f"/projects/{project.id}/roadmap.pdf" in client.get(f"/projects/{project.id}/roadmap").text
    answer = client.get(f"/projects/{project.id}/roadmap.pdf")
    assert answer.mimetype == "application/pdf"
    text = written(answer.data)
    laid = queries.laid(session, project)
    assert laid is not None
    names = [
        record["name"]["en"]
        for step in laid.plan.plan["steps"]
        if (record := laid.book.steps.get(step["id"]))
    ]
    names.append("Own #step $y$")
    missing = [name for name in names if name.replace(" ", "") not in text.replace(" ", "")]
    assert missing == []
    assert NAME in text
    assert "First patient" in text
    assert "3 Feb 2026" in text
    swedish = client.get(f"/projects/{project.id}/roadmap.pdf", headers={"Accept-Language": "sv"})
    assert swedish.status_code == 200


def test_who_may_not_read_the_roadmap_gets_no_paper(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    bare = make.project(session, session.get_one(Organisation, founder.organisation_id))
    client.sign_in(founder)
    assert client.get(f"/projects/{bare.id}/roadmap.pdf").status_code == 404
    client.sign_in(make.founder(session))
    assert client.get(f"/projects/{project.id}/roadmap.pdf").status_code == 404
