"""What steps took beside the usual, how far a milestone has moved, and how an adviser reads both on one page."""

import re
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Role
from portal.projects.rules.phases import day_of
from portal.projects.rules.values import FieldGroup, GrantReason
from portal.projects.services import grant_group
from portal.roadmap import services
from portal.roadmap.rules.marks import Mark
from portal.roadmap.rules.typical import against_typical, moved_by
from portal.roadmap.rules.values import Actual, Duration, Milestone
from tests import make
from tests.client import PageClient

TODAY = date(2026, 6, 1)
USUAL = Duration(10, 20, 30)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_step_is_compared_with_the_longest_that_the_catalogue_states() -> None:
    actual = {
        "in_time": Actual(ago(50), ago(20)),
        "longer": Actual(ago(50), ago(15)),
        "running": Actual(ago(34), None),
        "young": Actual(ago(30), None),
        "no_start": Actual(None, ago(5)),
        "nobody_knows": Actual(ago(400), ago(1)),
    }
    durations = {name: None if name == "nobody_knows" else USUAL for name in actual}
    found = against_typical(actual, durations, today=TODAY)
    assert (found.measured, found.longer, found.running) == (2, {"longer": 5}, {"running": 4})


def test_a_milestone_is_compared_with_the_kept_plan_at_its_own_end() -> None:
    kept = {"trial": ["2026-05-01", "2026-09-01"]}
    assert moved_by(kept, Milestone("trial", at_finish=False), date(2026, 5, 11)) == 10
    assert moved_by(kept, Milestone("trial", at_finish=True), date(2026, 8, 31)) == -1
    assert moved_by(kept, Milestone("other", at_finish=True), TODAY) is None
    assert moved_by(None, Milestone("trial", at_finish=True), TODAY) is None


def test_an_adviser_reads_both_on_the_page_of_their_roadmaps(client: PageClient, session: Session) -> None:
    founder, at = make.founder(session), clock.now()
    project = make.project(session, session.get_one(Organisation, founder.organisation_id))
    today = day_of(at)
    with services.computed_at_the_end(session, at=at):
        services.make_roadmap(session, founder, project.id, at=at)
        services.set_baseline(session, founder, project.id, version=None, at=at)
        said = Mark(started=today - timedelta(days=3000), finished=today - timedelta(days=1))
        services.mark_step(session, founder, project.id, "qtpp", said, version=0, at=at)
    adviser = make.member(session, make.organisation(session), Role.ADVISER)
    grant_group(
        session,
        actor_id=None,
        project_id=project.id,
        organisation_id=adviser.organisation_id or 0,
        group=FieldGroup.ROADMAP,
        reason=GrantReason.CONSENT,
        reason_id=None,
        at=at - timedelta(days=1),
    )
    session.commit()
    client.sign_in(adviser)
    page = client.get("/roadmaps").text
    assert "1 of 1 finished steps took longer than the catalogue’s longest" in page
    assert "the plan kept on" in page
    client.sign_in(founder)
    page = client.get(f"/projects/{project.id}/roadmap").text
    assert re.search(r"took [\d,]+ days more than the longest", page)
