"""An adviser's roadmaps on one page: phase, what comes next, what is late, and where each project is weakest."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.core import clock
from portal.core.actors import Role
from portal.projects import wording
from portal.projects.models import Project
from portal.projects.queries import groups_of_each, visible_projects
from portal.projects.rules.phases import day_of
from portal.projects.rules.values import FieldGroup, Phase
from portal.reference import shipped
from portal.roadmap import queries, words
from portal.roadmap.books import read_books
from portal.roadmap.models import Roadmap, RoadmapPlan, StepMark
from portal.roadmap.rules.readiness import gap, weakest
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.readiness import expectations
from portal.roadmap.views.typical import compared, moved
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.exports import Kind, Value, export, file_links
from portal.web.sorting import in_order

MOST = 200
SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "name": lambda row: row["name"].casefold(),
    "phase": lambda row: row["phase_place"],
    "late": lambda row: row["late"],
    "next": lambda row: row["next_by"],
}


@bp.get("/roadmaps")
@for_roles(Role.ADVISER)
def portfolio() -> ResponseReturnValue:
    """Show every project whose roadmap the adviser may read, those with the most that is late first."""
    rows, sort = _listed()
    exports = file_links("roadmap.portfolio_file")
    return render_template("roadmap/portfolio.html", rows=rows, sort=sort, exports=exports, words=words)


@bp.get("/roadmaps.<any(csv, xlsx):kind>")
@for_roles(Role.ADVISER)
def portfolio_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows."""
    columns = [
        _("Project"),
        _("Organisation"),
        _("Phase"),
        _("Next milestone"),
        _("When"),
        _("Late steps"),
        _("Finished steps with both days known"),
        _("Of these longer than usual"),
        _("Under way for longer than usual"),
        _("Next step"),
        _("Wanted by"),
        _("Weakest readiness"),
        _("Level"),
    ]
    return export(kind, "roadmaps", columns, [_cells(row) for row in _listed()[0]])


def _cells(row: dict[str, Any]) -> list[Value]:
    typical = row["typical"]
    names = ("name", "organisation", "phase", "milestone", "range", "late")
    return [
        *(row[name] for name in names),
        *((typical.measured, len(typical.longer), len(typical.running)) if typical else (None, None, None)),
        *(row[name] for name in ("next", "next_by", "weakest", "weakest_level")),
    ]


def _listed() -> tuple[list[dict[str, Any]], str]:
    """Return the projects in the order that the address asks for, and that order."""
    session, actor, at = db.session(), current_actor(), clock.now()
    projects = session.scalars(
        select(Project)
        .where(
            visible_projects(actor, at=at, group=FieldGroup.ROADMAP),
            Project.archived_at.is_(None),
        )
        .options(joinedload(Project.organisation))
        .order_by(Project.id)
        .limit(MOST)
    ).all()
    groups = groups_of_each(session, actor, projects, at=at)
    ids = [project.id for project in projects]
    plans, levels = queries.ahead(session, ids), queries.levels_of(session, ids)
    said = queries.said_of(session, ids)
    read_books(session, (roadmap.catalogue for roadmap, _marks in said.values()))
    rows = [
        {
            **_row(project, groups[project.id], plans.get(project.id), levels.get(project.id, {})),
            **_compared(said.get(project.id), plans.get(project.id), today=day_of(at)),
        }
        for project in projects
    ]
    rows.sort(key=lambda row: (-row["late"], row["name"]))
    return in_order(rows, SORTS)


def _compared(
    said: tuple[Roadmap, list[StepMark]] | None, plan: RoadmapPlan | None, *, today: date
) -> dict[str, Any]:
    if said is None or plan is None:
        return {"typical": None, "moved": None}
    roadmap, marks = said
    return {
        "typical": compared(roadmap, marks, today=today),
        "moved": moved(roadmap, plan),
        "kept_on": roadmap.baseline_on,
    }


def _row(
    project: Project, groups: frozenset[FieldGroup], plan: RoadmapPlan | None, levels: dict[str, int]
) -> dict[str, Any]:
    named = FieldGroup.IDENTITY in groups
    outlook = plan.outlook if plan is not None else None
    target = outlook["target"] if outlook else None
    action = outlook["next"][0] if outlook and outlook["next"] else None
    expected = expectations(project.phase)
    weak = weakest(levels, expected)
    return {
        "name": project.name if named else wording.title_without_name(project),
        "organisation": project.organisation.name if named else None,
        "is_demo": project.is_demo,
        "phase": wording.phase(project.phase.value),
        "phase_place": list(Phase).index(project.phase),
        "url": url_for("roadmap.show", project_id=project.id),
        "milestone": str(words.MILESTONES[target]) if target else None,
        "range": words.span(outlook["milestones"][target]) if outlook and target else None,
        "late": len(outlook["late"]) if outlook else 0,
        "next": words.in_words(action["name"]) if action else None,
        "next_by": date.fromisoformat(action["by"]) if action and action["by"] else None,
        "next_url": url_for("roadmap.step_of_project", project_id=project.id, step_id=action["step"])
        if action
        else None,
        "weakest": words.in_words(shipped.record("readiness_dimensions", weak)["name"]) if weak else None,
        "weakest_level": levels[weak] if weak else None,
        "weakest_gap": gap(levels[weak], expected[weak]) if weak else 0,
        "is_made": plan is not None,
    }
