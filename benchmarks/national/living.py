"""What the services of the portal make once the rows are written: roadmaps with what is said of them, and a chain of drafts."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.bookings.models import RunKind, WorkMode
from portal.campaigns import services as campaigns
from portal.core.actors import Actor, Role
from portal.facilities.models import BookingUnit, Grade, RoomKind, VectorLevel
from portal.jobs.long_files import LONG_FILE
from portal.ledger import Waiting
from portal.projects.models import Grant, GrantReason, Project
from portal.roadmap import services as roadmap
from portal.roadmap.rules.market import MarketFacts
from portal.roadmap.rules.marks import Mark, OwnStep
from portal.work import services as work

OWN_STEP, MARKED_STEP = "own_1", "qtpp"
CHAIN = "A chain of drafts"


def live(session: Session, facts: dict[str, int], *, at: datetime) -> int:
    """Plan the way of the first developer's projects and of those that an adviser was shown; return how many."""
    adviser = session.get_one(User, facts["adviser"])
    shown = select(Grant.project_id).where(
        Grant.reason == GrantReason.CONSENT, Grant.organisation_id == adviser.current_organisation_id
    )
    projects = session.scalars(
        select(Project)
        .where(
            or_(Project.organisation_id == facts["developer"], Project.id.in_(shown)),
            Project.archived_at.is_(None),
        )
        .order_by(Project.id)
    ).all()
    for project in projects:
        roadmap.make_roadmap(session, _founder_of(session, project), project.id, at=at)
    own = [project for project in projects if project.organisation_id == facts["developer"]]
    for project in own:
        _say(session, _founder_of(session, project), project.id, at=at)
    _draft_a_chain(session, _founder_of(session, own[0]), own[0], at=at)
    _take_a_list_along(session, facts["founder"], facts["developer"], at=at)
    session.execute(delete(Waiting))  # what the story tells was delivered long ago
    session.commit()
    return len(projects)


def _founder_of(session: Session, project: Project) -> Actor:
    membership = session.scalars(
        select(Membership)
        .where(Membership.organisation_id == project.organisation_id, Membership.role == Role.FOUNDER)
        .order_by(Membership.id)
        .limit(1)
    ).one()
    return Actor(
        user_id=membership.user_id,
        organisation_id=project.organisation_id,
        roles=frozenset({Role.FOUNDER}),
    )


def _say(session: Session, founder: Actor, project_id: int, *, at: datetime) -> None:
    """Mark a step, add one of the team's own, and state what somebody will pay."""
    today = at.date()
    with roadmap.computed_at_the_end(session, at=at):
        said = Mark(started=today - timedelta(days=30), owner="A colleague")
        roadmap.mark_step(session, founder, project_id, MARKED_STEP, said, version=0, at=at)
        own = OwnStep(name="Move into the new laboratory", track="cmc", least=2, likely=4, most=9)
        roadmap.add_own_step(session, founder, project_id, own, at=at)
    roadmap.assess(session, founder, project_id, "technology", level=4, evidence="A report", at=at)
    market = MarketFacts(value_story="Fewer days in hospital", patients=40)
    roadmap.state_market_access(session, founder, project_id, market, version=0, at=at)


def _take_a_list_along(session: Session, founder_id: int, organisation_id: int, *, at: datetime) -> None:
    """Let the founder have asked for a long file that was cancelled, so that long work has a page to show."""
    founder = Actor(user_id=founder_id, organisation_id=organisation_id, roles=frozenset({Role.FOUNDER}))
    arguments = {"address": "/requests.xlsx", "name": "slot-requests.xlsx", "language": "en"}
    job = work.ask(session, LONG_FILE, founder, arguments, at=at)
    work.cancel(session, founder, job.id, at=at)


def _draft_a_chain(session: Session, founder: Actor, project: Project, *, at: datetime) -> None:
    campaign = campaigns.begin_campaign(session, founder, project.id, name=CHAIN, at=at)
    values = {
        "project_id": project.id,
        "run_kind": RunKind.PROCESS_DEVELOPMENT,
        "title": "Runs",
        "kind": RoomKind.PRE_GMP,
        "grade": Grade.CNC,
        "bsl": 2,
        "vector_level": VectorLevel(project.vector_level or "none"),
        "gmo_class": project.gmo_class,
        "process_class": project.process_class,
        "equipment": [],
        "mode": WorkMode.WORKING,
        "duration": 3,
        "duration_unit": BookingUnit.DAY,
        "earliest_start": at.date() + timedelta(days=40),
        "latest_end": None,
        "acceptable_facility_ids": None,
        "remark": "",
        "cleanroom_id": None,
        "starts_at": None,
        "ends_at": None,
    }
    campaigns.add_links(session, founder, campaign.id, values, ["One", "Two", "Three"], at=at)


__all__ = ["CHAIN", "MARKED_STEP", "OWN_STEP", "live"]
