"""Registering a project, editing what is stated of it, archiving and restoring it."""

from typing import Any

import flask
from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.projects import queries, services, wording
from portal.projects.forms import ProjectForm, RegisterForm
from portal.projects.models import Project
from portal.projects.rules import facts
from portal.projects.rules.fields import same
from portal.projects.rules.values import Phase
from portal.projects.views import shown
from portal.projects.views.blueprint import bp
from portal.projects.views.pages import overview, seen_by_reader
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in
from portal.web.forms import ActionForm
from portal.web.sentences import sentence


@bp.route("/projects/register", methods=["GET", "POST"])
@for_roles(Role.FOUNDER)
def register() -> ResponseReturnValue:
    """Register a project with the few facts that it cannot be without, then go on to the others."""
    actor, at = current_actor(), clock.now()
    form = RegisterForm(request.form if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: (
                services.register_project(
                    session,
                    actor,
                    form.values,
                    phase=Phase(form.phase.data or ""),
                    phase_since=form.phase_since.data,
                    at=at,
                ).id
            )
        )
    ):
        flash(
            _("Registered. Complete the facts now, or whenever you know them: unknown is an answer."), "done"
        )
        return back("projects.edit", project_id=form.result)
    code = 422 if request.method == "POST" else 200
    return render_template("projects/register.html", form=form), code


@bp.route("/projects/<int:project_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(project_id: int) -> ResponseReturnValue:
    """Edit everything that is stated of a project; what was typed survives a refusal and a stale page."""
    actor, at = current_actor(), clock.now()
    project = queries.own_project(db.session(), actor, project_id, at=at)
    if request.method == "GET":
        return _edit_page(project, ProjectForm.of(project))
    form = ProjectForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.edit_project(
                session, actor, project_id, form.values, version=form.shown_version, at=at
            ).id
        )
    ):
        flash(_("Saved."), "done")
        _warn(actor, project_id)
        return back("projects.facts", project_id=project_id)
    project = queries.own_project(db.session(), actor, project_id, at=at)
    differing = []
    if form.stale:
        differing = _differing(project, form)
        form.version.data = str(project.version)
    return _edit_page(project, form, differing=differing), 409 if form.stale else 422


@bp.post("/projects/<int:project_id>/archive")
@signed_in
def archive(project_id: int) -> ResponseReturnValue:
    """Put a project away."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.archive_project(session, actor, project_id, version=form.shown_version, at=at).id
        )
    ):
        flash(_("Archived. You find it under Archived in your list of projects."), "done")
        return back("projects.show", project_id=project_id)
    return refused_on_overview(project_id, form)


@bp.post("/projects/<int:project_id>/restore")
@signed_in
def restore(project_id: int) -> ResponseReturnValue:
    """Fetch back a project that was put away."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.restore_project(session, actor, project_id, version=form.shown_version, at=at).id
        )
    ):
        flash(_("Restored."), "done")
        return back("projects.show", project_id=project_id)
    return refused_on_overview(project_id, form)


def refused_on_overview(project_id: int, form: ActionForm) -> ResponseReturnValue:
    """Return the project's page with what stands in the way of what was tried on it."""
    return overview(seen_by_reader(project_id), form), 409 if form.stale else 422


def _edit_page(project: Project, form: ProjectForm, *, differing: list[dict[str, str]] | None = None) -> str:
    form.tell_costs(facts.costs_of_unknown(queries.stated_values(project)), sentence)
    return render_template(
        "projects/edit.html", project=project, form=form, differing=differing or [], title=project.name
    )


def _differing(project: Project, form: ProjectForm) -> list[dict[str, str]]:
    """Return each field in which what is stored now is not what was typed, with both in words."""
    stored = queries.stated_values(project)
    return [
        {
            "label": wording.label(name),
            "stored": _in_words(name, stored[name]),
            "typed": _in_words(name, typed),
        }
        for name, typed in form.values.items()
        if not same(stored[name] or None, typed or None) and stored[name] != typed
    ]


def _in_words(name: str, value: Any) -> str:
    return wording.value_words(name, value) or _("unknown")


def _warn(actor: Actor, project_id: int) -> None:
    project = queries.own_project(db.session(), actor, project_id, at=clock.now())
    for words in shown.warnings_about(project):
        flask.flash(words, "info")
