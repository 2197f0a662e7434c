"""Roadmaps as an actor may see or change them, and what their plans are computed from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.models import Block, Booking, BookingState
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound
from portal.ledger import HistoryLine, history
from portal.projects.models import Grant, Project
from portal.projects.queries import SeenProject, seen_project
from portal.projects.queries.access import holds_at
from portal.projects.rules.phases import HOME_ZONE
from portal.projects.rules.values import FieldGroup, GrantReason
from portal.roadmap.books import Book, book_of
from portal.roadmap.instances import STEP_OF_RUN
from portal.roadmap.models import Roadmap, RoadmapPlan, StepMark

TAKES_TIME = (BookingState.HELD, BookingState.CONFIRMED, BookingState.IN_USE)


@dataclass(frozen=True, slots=True)
class Laid:
    """A roadmap with everything that its pages show of it."""

    roadmap: Roadmap
    book: Book
    marks: Mapping[str, StepMark]
    plan: RoadmapPlan


def seen_roadmap(session: Session, actor: Actor, project_id: int, *, at: datetime) -> SeenProject:
    """Return a project whose roadmap the actor may read.

    Raises `NotFound` for everybody else.
    """
    seen = seen_project(session, actor, project_id, at=at)
    if not seen.shows(FieldGroup.ROADMAP):
        raise NotFound
    return seen


def may_plan(session: Session, actor: Actor, seen: SeenProject, *, at: datetime) -> bool:
    """Say whether the actor may change a roadmap that they see: its founders, and advisers with their consent."""
    if seen.is_own:
        return True
    if Role.ADVISER not in actor.roles or not seen.shows(FieldGroup.ROADMAP):
        return False
    by_consent = select(Grant.id).where(
        Grant.project_id == seen.project.id,
        Grant.organisation_id == actor.organisation_id,
        Grant.field_group == FieldGroup.ROADMAP,
        Grant.reason == GrantReason.CONSENT,
        holds_at(at),
    )
    return session.scalar(by_consent.limit(1)) is not None


def project_to_plan(session: Session, actor: Actor, project_id: int, *, at: datetime) -> Project:
    """Return a project whose roadmap the actor may change.

    Raises `NotFound` where they may not read it, and `NotAllowed` where they only read it.
    """
    seen = seen_project(session, actor, project_id, at=at)
    if may_plan(session, actor, seen, at=at):
        return seen.project
    # Whoever sees anything of the project is told as much, as with every other change of it.
    raise NotAllowed


def roadmap_of(session: Session, project_id: int) -> Roadmap | None:
    """Return a project's roadmap, if it has one."""
    return session.scalars(
        select(Roadmap).where(Roadmap.project_id == project_id).options(joinedload(Roadmap.catalogue))
    ).one_or_none()


def roadmap_to_change(session: Session, project: Project) -> Roadmap:
    """Return a project's roadmap, locked, so that what is computed from it rests on everything that is said.

    Raises `NotFound` where there is none yet.
    """
    found = session.scalars(
        select(Roadmap)
        .where(Roadmap.project_id == project.id)
        .with_for_update(of=Roadmap)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def laid(session: Session, project: Project) -> Laid | None:
    """Return a project's roadmap with its plan, or None where none has been made."""
    roadmap = roadmap_of(session, project.id)
    if roadmap is None:
        return None
    marks = {mark.step_id: mark for mark in marks_of(session, roadmap)}
    return Laid(roadmap, book_of(roadmap.catalogue), marks, plan_of_roadmap(session, roadmap))


def marks_of(session: Session, roadmap: Roadmap) -> Sequence[StepMark]:
    """Return what the team says of its steps."""
    return session.scalars(
        select(StepMark).where(StepMark.roadmap_id == roadmap.id).order_by(StepMark.id)
    ).all()


def plan_of_roadmap(session: Session, roadmap: Roadmap) -> RoadmapPlan:
    """Return what was last computed of a roadmap."""
    return session.scalars(select(RoadmapPlan).where(RoadmapPlan.roadmap_id == roadmap.id)).one()


def booked_steps(session: Session, project_id: int) -> dict[str, date]:
    """Return the first day for which a cleanroom is booked or held for each step of a project."""
    rows = session.execute(
        select(Booking.run_kind, Block.starts_at)
        .join(Block, Block.id == Booking.block_id)
        .where(Booking.project_id == project_id, Booking.state.in_(TAKES_TIME))
        .order_by(Block.starts_at)
    )
    found: dict[str, date] = {}
    for run_kind, starts_at in rows:
        step = STEP_OF_RUN.get(run_kind)
        if step is not None:
            found.setdefault(step, starts_at.astimezone(HOME_ZONE).date())
    return found


def due_for_computing(session: Session, *, today: date, most: int) -> Sequence[Roadmap]:
    """Return some roadmaps whose plan is of an earlier day, those of projects that go on."""
    return session.scalars(
        select(Roadmap)
        .join(RoadmapPlan, RoadmapPlan.roadmap_id == Roadmap.id)
        .join(Project, Project.id == Roadmap.project_id)
        .where(RoadmapPlan.computed_on < today, Project.archived_at.is_(None))
        .order_by(RoadmapPlan.computed_on, Roadmap.id)
        .limit(most)
    ).all()


def projects_with_roadmaps(session: Session, *, after: int = 0) -> Sequence[int]:
    """Return the ids of the projects that go on and have a roadmap, in order, those after one id."""
    return session.scalars(
        select(Project.id)
        .join(Roadmap, Roadmap.project_id == Project.id)
        .where(Project.archived_at.is_(None), Project.id > after)
        .order_by(Project.id)
    ).all()


def ahead(session: Session, project_ids: Collection[int]) -> dict[int, RoadmapPlan]:
    """Return the outlook of each project that has a roadmap, by project; whoever calls has asked who may see it."""
    rows = session.execute(
        select(Roadmap.project_id, RoadmapPlan)
        .join(RoadmapPlan, RoadmapPlan.roadmap_id == Roadmap.id)
        .where(Roadmap.project_id.in_(project_ids))
    ).all()
    return {project_id: plan for project_id, plan in rows}  # noqa: C416  (rows are not pairs to mypy)


def said_of(session: Session, project_ids: Collection[int]) -> dict[int, tuple[Roadmap, list[StepMark]]]:
    """Return each project's roadmap with what its team says of its steps; whoever calls has asked who may see it."""
    roadmaps = session.scalars(
        select(Roadmap).where(Roadmap.project_id.in_(project_ids)).options(joinedload(Roadmap.catalogue))
    ).all()
    marks: dict[int, list[StepMark]] = {roadmap.id: [] for roadmap in roadmaps}
    for mark in session.scalars(select(StepMark).where(StepMark.roadmap_id.in_(marks)).order_by(StepMark.id)):
        marks[mark.roadmap_id].append(mark)
    return {roadmap.project_id: (roadmap, marks[roadmap.id]) for roadmap in roadmaps}


def roadmap_history(session: Session, project: Project, groups: Collection[str]) -> list[HistoryLine]:
    """Return what happened to a project's roadmap and readiness, newest first."""
    return history(session, "project_roadmap", project.id, groups=groups)
