"""Named questions about the catalogue of steps, roadmaps and readiness; each hides what the actor may not see."""

from portal.roadmap.queries.catalogue import (
    content_now,
    latest_version,
    steps_in_use,
    version_named,
)
from portal.roadmap.queries.readiness import assessments, latest_assessments, levels_of
from portal.roadmap.queries.roadmaps import (
    Laid,
    ahead,
    booked_steps,
    due_for_computing,
    laid,
    marks_of,
    may_plan,
    plan_of_roadmap,
    project_to_plan,
    roadmap_history,
    roadmap_of,
    roadmap_to_change,
    seen_roadmap,
)

__all__ = [
    "Laid",
    "ahead",
    "assessments",
    "booked_steps",
    "content_now",
    "due_for_computing",
    "laid",
    "latest_assessments",
    "latest_version",
    "levels_of",
    "marks_of",
    "may_plan",
    "plan_of_roadmap",
    "project_to_plan",
    "roadmap_history",
    "roadmap_of",
    "roadmap_to_change",
    "seen_roadmap",
    "steps_in_use",
    "version_named",
]
