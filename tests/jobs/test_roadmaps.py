"""All roadmaps are computed anew as one job, which goes on where it was left."""

from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.errors import NotAllowed
from portal.jobs.long_work import do_waiting
from portal.projects.models import Project
from portal.roadmap import handlers, services
from portal.roadmap.models import Roadmap, RoadmapPlan
from portal.work.models import Job, JobState
from tests import make
from tests.client import PageClient

MANY = 5


@pytest.fixture
def projects(session: Session) -> list[Project]:
    founder = make.founder(session)
    owner = session.get_one(Organisation, founder.organisation_id)
    found = [make.project(session, owner) for _number in range(MANY)]
    with services.computed_at_the_end(session, at=clock.now()):
        for project in found:
            services.make_roadmap(session, founder, project.id, at=clock.now())
    found[-1].archived_at = clock.now()
    for plan in session.scalars(select(RoadmapPlan)):
        plan.outlook = {"next": [], "milestones": {}, "target": None, "late": [], "open_steps": []}
    session.commit()
    return found


def computed(session: Session, projects: list[Project]) -> list[bool]:
    session.expire_all()
    rows = session.execute(
        select(Roadmap.project_id, RoadmapPlan.outlook).join(
            RoadmapPlan, RoadmapPlan.roadmap_id == Roadmap.id
        )
    ).all()
    outlooks = {row[0]: row[1] for row in rows}
    return [bool(outlooks[project.id]["milestones"]) for project in projects]


def test_an_administrator_has_every_roadmap_computed_and_sees_how_far_it_is(
    app: Flask,
    client: PageClient,
    session: Session,
    projects: list[Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handlers, "AT_ONCE", 3)
    client.sign_in(make.administrator(session))
    assert "Compute all roadmaps" in client.get("/steps/to-verify").text
    answer = client.post("/steps/compute")
    job = session.scalars(select(Job)).one()
    assert answer.location.split("/") == ["", "work", str(job.id)]
    assert client.post("/steps/compute").location == answer.location
    with app.app_context():
        do_waiting(app, "one", Event())
    assert computed(session, projects) == [True, True, True, True, False]
    assert (job.state, job.done, job.total) == (JobState.DONE, MANY - 1, MANY - 1)
    assert "4 roadmaps were computed anew." in client.get(answer.location).text


def test_it_goes_on_after_the_last_that_was_done(
    app: Flask, session: Session, projects: list[Project]
) -> None:
    job = services.ask_to_compute_all(session, make.administrator(session), at=clock.now())
    job.kept = {"last": projects[1].id, "done": 2}
    session.commit()
    with app.app_context():
        do_waiting(app, "one", Event())
    assert computed(session, projects) == [False, False, True, True, False]
    assert (job.done, job.total) == (4, 4)


def test_nobody_else_asks_for_it(session: Session) -> None:
    with pytest.raises(NotAllowed):
        services.ask_to_compute_all(session, make.founder(session), at=clock.now())
