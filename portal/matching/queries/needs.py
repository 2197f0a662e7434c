"""What a project asks for in detail, and what its roadmap calls for next."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.matching.models import StatedNeed
from portal.matching.rules.needs import Step
from portal.projects.models import Project
from portal.reference.queries import effective_records
from portal.roadmap import queries as roadmaps
from portal.roadmap.books import STEPS


def stated_needs(session: Session, project_id: int) -> Mapping[str, StatedNeed]:
    """Return the details of a project's needs, by kind; whoever calls has asked who may see them."""
    rows = session.scalars(select(StatedNeed).where(StatedNeed.project_id == project_id)).all()
    return {row.kind: row for row in rows}


def needs_of_each(session: Session, project_ids: Collection[int]) -> Mapping[int, Mapping[str, StatedNeed]]:
    """Return the details of the needs of several projects; whoever calls has asked who may see them."""
    found: dict[int, dict[str, StatedNeed]] = {}
    for row in session.scalars(select(StatedNeed).where(StatedNeed.project_id.in_(project_ids))):
        found.setdefault(row.project_id, {})[row.kind] = row
    return found


def next_steps(session: Session, project: Project) -> list[Step]:
    """Return the steps of a project's roadmap that come next, the most urgent first; none without a roadmap."""
    plan = roadmaps.ahead(session, [project.id]).get(project.id)
    if plan is None or not plan.outlook["next"]:
        return []
    tracks = {fact.record_id: fact.record["track"] for fact in effective_records(session, STEPS)}
    return [
        Step(
            track=tracks[action["step"]],
            name=action["name"] or {},
            by=date.fromisoformat(action["by"]) if action["by"] else None,
        )
        for action in plan.outlook["next"]
        if action["step"] in tracks
    ]
