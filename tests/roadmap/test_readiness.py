"""Readiness: the team's own view with evidence, an adviser's agreement, the picture, and who reads how much of it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, Refused, Stale
from portal.projects.models import Project
from portal.projects.rules.values import FieldGroup, GrantReason, Phase, Visibility
from portal.projects.services import grant_group
from portal.reference import shipped, vocabulary
from portal.roadmap import queries, services
from portal.roadmap.rules.readiness import NEEDS_THAT_RAISE, STEPS_THAT_RAISE, Expected, gap, weakest
from portal.roadmap.views.readiness import expectations
from tests import make
from tests.client import PageClient


@pytest.fixture
def founder(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def project(session: Session, founder: Actor) -> Project:
    return make.project(session, session.get_one(Organisation, founder.organisation_id))


def adviser_of(session: Session, project: Project) -> Actor:
    adviser = make.member(session, make.organisation(session), Role.ADVISER)
    grant_group(
        session,
        actor_id=None,
        project_id=project.id,
        organisation_id=adviser.organisation_id or 0,
        group=FieldGroup.ROADMAP,
        reason=GrantReason.CONSENT,
        reason_id=None,
        at=clock.now() - timedelta(days=1),
    )
    session.commit()
    return adviser


def test_every_dimension_is_raised_by_steps_and_a_need_that_exist() -> None:
    dimensions = set(shipped.record_ids("readiness_dimensions"))
    assert set(STEPS_THAT_RAISE) == set(NEEDS_THAT_RAISE) == dimensions
    assert {step for steps in STEPS_THAT_RAISE.values() for step in steps} <= set(
        shipped.record_ids("roadmap_steps")
    )
    assert set(NEEDS_THAT_RAISE.values()) <= set(vocabulary.ids("need"))


def test_every_dimension_has_nine_levels_and_every_phase_expects_something() -> None:
    for dimension in shipped.record_ids("readiness_dimensions"):
        for level in range(1, 10):
            assert shipped.has_record("readiness_levels", f"{dimension}_{level}")
    for phase in Phase:
        assert set(expectations(phase)) == set(shipped.record_ids("readiness_dimensions"))


def test_the_weakest_is_the_furthest_below_what_is_usual() -> None:
    expected = {"ip": Expected(low=5, high=6), "team": Expected(low=2, high=3)}
    assert weakest({"ip": 4, "team": 2}, expected) == "ip"
    assert weakest({"ip": 5, "team": 2}, expected) == "team"
    assert weakest({}, expected) is None
    assert gap(2, Expected(low=5, high=6)) == 3
    assert gap(7, Expected(low=5, high=6)) == 0


def test_a_founder_assesses_and_the_earlier_view_stays(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    client.sign_in(founder)
    path = f"/projects/{project.id}/readiness"
    assert "not assessed" in client.get(path).get_data(as_text=True)
    assert client.get(f"{path}/ip").status_code == 200
    refused = client.post(f"{path}/ip", {"level": "3", "evidence": ""})
    assert refused.status_code == 422
    assert "Say what shows" in refused.get_data(as_text=True)
    assert client.post(f"{path}/ip", {"level": "3", "evidence": "Search report"}).status_code == 303
    assert client.post(f"{path}/ip", {"level": "3", "evidence": "Search report"}).status_code == 422
    assert client.post(f"{path}/ip", {"level": "5", "evidence": "Filed"}).status_code == 303
    assert client.post(f"{path}/ip", {"level": "12", "evidence": "Filed"}).status_code == 422
    assert client.post(f"{path}/nothing", {"level": "2", "evidence": "x"}).status_code == 404
    assert queries.levels_of(session, [project.id]) == {project.id: {"ip": 5}}
    page = client.get(path).get_data(as_text=True)
    assert "Weakest: " in page
    assert page.count("Intellectual property: level") == 2


def test_an_adviser_agrees_once_and_only_with_what_stands(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    at = clock.now()
    first = services.assess(session, founder, project.id, "ip", level=2, evidence="Notes", at=at)
    adviser = adviser_of(session, project)
    with pytest.raises(NotAllowed):
        services.confirm_assessment(session, founder, project.id, first.id, remark="", version=1, at=at)
    second = services.assess(session, founder, project.id, "ip", level=3, evidence="Search", at=at)
    with pytest.raises(Stale):
        services.confirm_assessment(session, adviser, project.id, first.id, remark="", version=1, at=at)
    session.commit()
    client.sign_in(adviser)
    path = f"/projects/{project.id}/readiness"
    assert "I agree" in client.get(path).get_data(as_text=True)
    typed = {f"agree-{second.id}-version": "1", f"agree-{second.id}-remark": "Read it"}
    assert client.post(f"{path}/{second.id}/agree", typed).status_code == 303
    assert "Read it" in client.get(path).get_data(as_text=True)
    with pytest.raises(Refused):
        services.confirm_assessment(
            session, adviser, project.id, second.id, remark="", version=second.version, at=at
        )


def test_an_investor_reads_the_levels_and_not_the_evidence(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    services.assess(session, founder, project.id, "ip", level=4, evidence="Secret report", at=clock.now())
    investor = make.member(session, make.organisation(session), Role.INVESTOR)
    client.sign_in(investor)
    path = f"/projects/{project.id}/readiness"
    assert client.get(path).status_code == 404
    project.visibility = Visibility.INVESTORS
    session.commit()
    page = client.get(path).get_data(as_text=True)
    assert "4 of 9" in page
    assert "Secret report" not in page
    assert "Weakest" not in page
    assert client.get(f"/projects/{project.id}/roadmap").status_code == 404
    client.sign_in(make.member(session, make.organisation(session), Role.ADVISER))
    assert client.get(path).status_code == 404


def test_an_adviser_sees_the_roadmaps_that_are_open_to_them_and_no_name_that_is_not(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    services.make_roadmap(session, founder, project.id, at=clock.now())
    services.assess(session, founder, project.id, "ip", level=1, evidence="Notes", at=clock.now())
    adviser = adviser_of(session, project)
    hidden = make.project(session, name="Hidden from advisers")
    client.sign_in(adviser)
    page = client.get("/roadmaps").get_data(as_text=True)
    assert f"/projects/{project.id}/roadmap" in page
    assert "First patient" in page
    assert "1 of 9" in page
    assert project.name not in page
    assert hidden.name not in page
    client.sign_in(make.member(session, make.organisation(session), Role.ADVISER))
    assert "No roadmap is open to you" in client.get("/roadmaps").get_data(as_text=True)
    client.sign_in(founder)
    assert client.get("/roadmaps").status_code == 404
