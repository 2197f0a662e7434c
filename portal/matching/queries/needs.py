"""What a project asks for in detail, and what its roadmap calls for next."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.matching.models import StatedNeed
from portal.matching.rules.needs import NO_WAY, PlannedStep, Step, Way
from portal.projects.models import Project
from portal.reference.queries import effective_records
from portal.roadmap import queries as roadmaps
from portal.roadmap.books import STEPS
from portal.roadmap.queries import Laid


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
            id=action["step"],
            track=tracks[action["step"]],
            name=action["name"] or {},
            by=date.fromisoformat(action["by"]) if action["by"] else None,
        )
        for action in plan.outlook["next"]
        if action["step"] in tracks
    ]


def way_of(session: Session, project: Project) -> Way:
    """Return a project's roadmap as its needs look at it; one without steps where there is no roadmap."""
    laid = roadmaps.laid(session, project)
    if laid is None:
        return NO_WAY
    plan = laid.plan.plan
    found = [_planned(laid, step) for step in plan["steps"]]
    steps = sorted((step for step in found if step is not None), key=lambda step: (step.start, step.id))
    return Way(steps=tuple(steps), target=plan["target"], path=tuple(plan["path"]))


def _planned(laid: Laid, step: Mapping[str, Any]) -> PlannedStep | None:
    """Return a step of a plan with its words; None where neither the catalogue nor the team has it any more."""
    step_id, mark = step["id"], laid.marks.get(step["id"])
    known = laid.book.steps.get(step_id) or (mark.own if mark else None)
    if known is None:
        return None
    name = known["name"]
    return PlannedStep(
        id=step_id,
        track=known["track"],
        name=name if isinstance(name, dict) else {"en": name, "sv": name},
        start=date.fromisoformat(step["earliest_start"]),
        finish=date.fromisoformat(step["earliest_finish"]),
        is_done=mark is not None and mark.finished is not None,
    )
