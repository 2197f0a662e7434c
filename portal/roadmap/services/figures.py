"""Counting over all roadmaps once a day, so that no page does it and no two counts of a day can be held side by side."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.projects.models import Phase
from portal.projects.rules.phases import day_of
from portal.reference import shipped
from portal.roadmap import queries
from portal.roadmap.books import book_of
from portal.roadmap.models import RoadmapFigures
from portal.roadmap.rules.figures import figures_of
from portal.roadmap.rules.forecast import MILESTONES


def figures_due(session: Session, *, at: datetime) -> dict[str, Any] | None:
    """Return the figures of today, or None where they are kept already, or some roadmap is still to be computed."""
    today = day_of(at)
    kept = session.scalar(select(RoadmapFigures.id).where(RoadmapFigures.counted_on == today))
    version = queries.latest_version(session)
    if kept is not None or version is None or queries.due_for_computing(session, today=today, most=1):
        return None
    return figures_of(
        list(queries.counted_roadmaps(session)),
        phases=[phase.value for phase in Phase],
        targets=list(MILESTONES),
        steps=list(book_of(version).steps),
        dimensions=[dimension["id"] for dimension in shipped.records("readiness_dimensions")],
    )


def keep_figures(session: Session, content: dict[str, Any], *, at: datetime) -> RoadmapFigures:
    """Keep the figures of a day; of a day that has some already those stay."""
    today = day_of(at)
    kept = session.scalars(select(RoadmapFigures).where(RoadmapFigures.counted_on == today)).one_or_none()
    if kept is None:
        kept = RoadmapFigures(counted_on=today, counted_at=at, content=content)
        session.add(kept)
        session.flush()
    return kept
