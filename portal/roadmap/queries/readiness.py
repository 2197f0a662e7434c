"""Where projects stand in each dimension of readiness."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.projects.models import Project
from portal.roadmap.models import Assessment


def latest_assessments(session: Session, project: Project) -> dict[str, Assessment]:
    """Return the present assessment of each dimension."""
    newest = (
        select(func.max(Assessment.id))
        .where(Assessment.project_id == project.id)
        .group_by(Assessment.dimension)
    )
    rows = session.scalars(
        select(Assessment)
        .where(Assessment.id.in_(newest))
        .options(joinedload(Assessment.assessed_by), joinedload(Assessment.confirmed_by))
    ).all()
    return {row.dimension: row for row in rows}


def assessments(session: Session, project: Project) -> Sequence[Assessment]:
    """Return every assessment of a project, newest first."""
    return session.scalars(
        select(Assessment)
        .where(Assessment.project_id == project.id)
        .options(joinedload(Assessment.assessed_by), joinedload(Assessment.confirmed_by))
        .order_by(Assessment.assessed_at.desc(), Assessment.id.desc())
    ).all()


def levels_of(session: Session, project_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return the present levels of each project; whoever calls has asked who may see them."""
    newest = (
        select(func.max(Assessment.id))
        .where(Assessment.project_id.in_(project_ids))
        .group_by(Assessment.project_id, Assessment.dimension)
    )
    found: dict[int, dict[str, int]] = {}
    for row in session.scalars(select(Assessment).where(Assessment.id.in_(newest))):
        found.setdefault(row.project_id, {})[row.dimension] = row.level
    return found
