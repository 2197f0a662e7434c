"""How long a roadmap's steps have taken beside the catalogue's longest durations, and how far its milestone has moved."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask import url_for

from portal.roadmap import words
from portal.roadmap.books import book_of
from portal.roadmap.instances import actual_of
from portal.roadmap.models import Roadmap, RoadmapPlan, StepMark
from portal.roadmap.queries import Laid
from portal.roadmap.rules.forecast import MILESTONES
from portal.roadmap.rules.typical import Typical, against_typical, moved_by


def compared(roadmap: Roadmap, marks: Collection[StepMark], *, today: date) -> Typical:
    """Return how long a roadmap's steps have taken beside the usual; days that nobody knows are left out."""
    durations = {step.id: step.duration for step in book_of(roadmap.catalogue).catalogue.steps}
    actual = {mark.step_id: actual_of(mark) for mark in marks if not mark.day_unknown}
    return against_typical(actual, durations, today=today)


def moved(roadmap: Roadmap, plan: RoadmapPlan) -> int | None:
    """Return by how many days the next milestone is likely to come later than in the plan that was kept."""
    target = plan.outlook["target"]
    if not target:
        return None
    likely = plan.outlook["milestones"][target]["likely"]
    return moved_by(roadmap.baseline, MILESTONES[target], date.fromisoformat(likely) if likely else None)


def against_the_usual(laid: Laid, *, today: date) -> dict[str, Any]:
    """Return the comparison for a roadmap's own page: in numbers, and step by step where it was longer."""
    found = compared(laid.roadmap, laid.marks.values(), today=today)
    return {
        "typical": found,
        "moved": moved(laid.roadmap, laid.plan),
        "kept_on": laid.roadmap.baseline_on,
        "running": _beyond(laid, found.running),
        "longer": _beyond(laid, found.longer),
    }


def _beyond(laid: Laid, days: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "name": words.name_in(laid.book, laid.marks, step),
            "url": url_for("roadmap.step_of_project", project_id=laid.roadmap.project_id, step_id=step),
            "days": words.days(beyond),
        }
        for step, beyond in sorted(days.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
