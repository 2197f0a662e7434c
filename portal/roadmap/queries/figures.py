"""What is counted over all roadmaps, and what was counted last."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.projects.models import Project
from portal.roadmap.models import Roadmap, RoadmapFigures, RoadmapPlan, StepMark
from portal.roadmap.queries.readiness import levels_of
from portal.roadmap.rules.figures import Counted, Part

AT_ONCE = 100


def latest_figures(session: Session) -> RoadmapFigures | None:
    """Return what was counted last, if anything was; whoever calls has asked who may read it."""
    return session.scalars(
        select(RoadmapFigures).order_by(RoadmapFigures.counted_on.desc()).limit(1)
    ).one_or_none()


def counted_roadmaps(session: Session) -> Iterator[Counted]:
    """Yield what the figures take of each project that goes on and has a roadmap, some at a time."""
    last = 0
    while True:
        rows = session.execute(
            select(
                Project.id,
                Project.phase,
                Roadmap.id,
                RoadmapPlan.computed_on,
                RoadmapPlan.outlook,
                RoadmapPlan.plan,
            )
            .join(Roadmap, Roadmap.project_id == Project.id)
            .join(RoadmapPlan, RoadmapPlan.roadmap_id == Roadmap.id)
            .where(Project.archived_at.is_(None), Project.id > last)
            .order_by(Project.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        begun = _begun(session, [row[2] for row in rows])
        levels = levels_of(session, [row[0] for row in rows])
        for project_id, phase, roadmap_id, computed_on, outlook, plan in rows:
            yield _counted(
                phase.value,
                computed_on,
                outlook,
                plan,
                begun=begun.get(roadmap_id, set()),
                levels=levels.get(project_id, {}),
            )


def _begun(session: Session, roadmap_ids: list[int]) -> dict[int, set[str]]:
    """Return the steps of each roadmap that have begun."""
    found: dict[int, set[str]] = {}
    for roadmap_id, step_id in session.execute(
        select(StepMark.roadmap_id, StepMark.step_id).where(
            StepMark.roadmap_id.in_(roadmap_ids), StepMark.started.is_not(None)
        )
    ):
        found.setdefault(roadmap_id, set()).add(step_id)
    return found


def _counted(
    phase: str,
    computed_on: date,
    outlook: Mapping[str, Any],
    plan: Mapping[str, Any],
    *,
    begun: set[str],
    levels: Mapping[str, int],
) -> Counted:
    late = {one["id"] for one in outlook["late"]}
    unfinished = set(outlook["open_steps"])
    steps = {step["id"]: step for step in plan["steps"]}
    parts = {step: _part(step, unfinished, begun, late) for step in steps}
    return Counted(
        phase=phase,
        target=outlook["target"],
        parts=parts,
        waits={
            step: max(0, (date.fromisoformat(steps[step]["earliest_start"]) - computed_on).days)
            for step in unfinished - begun
        },
        slacks={step: steps[step]["slack_days"] for step in unfinished},
        levels=levels,
    )


def _part(step: str, unfinished: set[str], begun: set[str], late: set[str]) -> Part:
    if step not in unfinished:
        return Part.DONE
    if step in late:
        return Part.LATE
    return Part.RUNNING if step in begun else Part.AHEAD
