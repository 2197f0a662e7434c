"""A project's page: overview, facts and history, as far as the reader may see them."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.core import clock
from portal.core.errors import NotFound
from portal.projects import queries, wording
from portal.projects.queries import SeenProject
from portal.projects.rules.values import FieldGroup
from portal.projects.tabs import FACTS_SHOWN
from portal.projects.views import shown
from portal.projects.views.blueprint import bp
from portal.projects.views.happened import history_lines
from portal.store import db
from portal.web.actors import current_actor, signed_in
from portal.web.forms import ActionForm


def seen_by_reader(project_id: int) -> SeenProject:
    """Return a project as the reader sees it; raises `NotFound` where that is nothing."""
    return queries.seen_project(db.session(), current_actor(), project_id, at=clock.now())


@bp.get("/projects/<int:project_id>")
@signed_in
def show(project_id: int) -> ResponseReturnValue:
    """Show a project at a glance: its teaser, and what the reader may know besides."""
    return overview(seen_by_reader(project_id))


def overview(seen: SeenProject, form: ActionForm | None = None) -> str:
    """Return the page of a project at a glance, with what was refused on it, if anything was."""
    project = seen.project
    return render_template(
        "projects/show.html",
        form=form,
        funding=shown.funding_shown(seen),
        sees_funding=shown.sees_funding(seen),
        stages=shown.stage_lines(db.session(), project) if seen.shows(FieldGroup.ROADMAP) else [],
        since=project.phase_since if seen.shows(FieldGroup.ROADMAP) else None,
        unknown=shown.unknown_for_rooms(project) if seen.is_own else [],
        warnings=shown.warnings_about(project) if seen.is_own else [],
        audience=shown.teaser_audience(project) if seen.is_own else None,
        needs=wording.value_words("needs", project.needs) if seen.shows(FieldGroup.ROADMAP) else None,
        happened=history_lines(db.session(), seen, brief=True)[:6] if seen.shows(FieldGroup.IDENTITY) else [],
        **shown.frame(seen),
    )


@bp.get("/projects/<int:project_id>/facts")
@signed_in
def facts(project_id: int) -> ResponseReturnValue:
    """Show what is known of a project, and what each unknown costs."""
    seen = seen_by_reader(project_id)
    if not FACTS_SHOWN & seen.groups:
        raise NotFound
    project = seen.project
    return render_template(
        "projects/facts.html",
        process=shown.facts_of(seen, FieldGroup.PROCESS),
        roadmap=shown.facts_of(seen, FieldGroup.ROADMAP),
        sees_money=seen.shows(FieldGroup.MONEY),
        funding=wording.funding(project) if seen.shows(FieldGroup.MONEY) else None,
        **shown.frame(seen),
    )


@bp.get("/projects/<int:project_id>/history")
@signed_in
def history(project_id: int) -> ResponseReturnValue:
    """Show what happened to a project, from which value to which, as far as the reader may see it."""
    seen = seen_by_reader(project_id)
    if not seen.shows(FieldGroup.IDENTITY):
        raise NotFound
    return render_template(
        "projects/history.html", lines=history_lines(db.session(), seen), **shown.frame(seen)
    )
