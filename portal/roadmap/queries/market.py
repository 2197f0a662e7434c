"""What is stated of how a product will be paid for and of its rights, for those to whom both money and roadmap are open."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.ledger import HistoryLine, history
from portal.projects.models import Project
from portal.projects.queries import SeenProject, seen_project, visible_projects
from portal.projects.rules.values import FieldGroup
from portal.roadmap.models import FreedomToOperate, MarketAccess, Right

CONFIDENTIAL = frozenset({FieldGroup.ROADMAP, FieldGroup.MONEY})
"""What has to be open to a reader, both of it."""


def seen_confidential(session: Session, actor: Actor, project_id: int, *, at: datetime) -> SeenProject:
    """Return a project whose market access and rights the actor may read.

    Raises `NotFound` for everybody else.
    """
    seen = seen_project(session, actor, project_id, at=at)
    if not seen.groups >= CONFIDENTIAL:
        raise NotFound
    return seen


def shows_confidential(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Project` that holds for those whose market access and rights the actor may read."""
    return and_(*(visible_projects(actor, at=at, group=group) for group in sorted(CONFIDENTIAL)))


def market_access_of(session: Session, project: Project) -> MarketAccess | None:
    """Return what is stated of how a product will be paid for; whoever calls has asked who may see it."""
    return session.scalars(select(MarketAccess).where(MarketAccess.project_id == project.id)).one_or_none()


def freedom_of(session: Session, project: Project) -> FreedomToOperate | None:
    """Return what is stated of a project's freedom to operate; whoever calls has asked who may see it."""
    found = select(FreedomToOperate).where(FreedomToOperate.project_id == project.id)
    return session.scalars(found).one_or_none()


def rights_of(session: Session, project: Project) -> Sequence[Right]:
    """Return the rights of a project, by kind and title; whoever calls has asked who may see them."""
    return session.scalars(
        select(Right).where(Right.project_id == project.id).order_by(Right.kind, Right.title, Right.id)
    ).all()


def right_of(session: Session, project: Project, right_id: int) -> Right:
    """Return one right of a project.

    Raises `NotFound` where it is not the project's.
    """
    right = session.get(Right, right_id)
    if right is None or right.project_id != project.id:
        raise NotFound
    return right


def rights_coming_up(session: Session, *, first: date, last: date) -> Sequence[Right]:
    """Return the rights of projects that go on of which a day lies between two days."""
    return session.scalars(
        select(Right)
        .join(Project, Project.id == Right.project_id)
        .where(
            Project.archived_at.is_(None),
            or_(Right.due_on.between(first, last), Right.until.between(first, last)),
        )
        .order_by(Right.id)
    ).all()


def confidential_history(session: Session, project: Project) -> list[HistoryLine]:
    """Return what happened to a project's market access and rights, newest first."""
    return history(session, "project_rights", project.id, groups={FieldGroup.MONEY.value})
