"""The dated history of a project: phase, rest, and putting the last line right."""

from datetime import date

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.projects import queries, services, wording
from portal.projects.forms import CorrectionForm, PhaseForm, RestForm
from portal.projects.models import Project
from portal.projects.rules import phases
from portal.projects.views import shown
from portal.projects.views.blueprint import bp
from portal.projects.views.editing import refused_on_overview
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import ActionForm

NO_DAY = date.min


@bp.route("/projects/<int:project_id>/phase", methods=["GET", "POST"])
@signed_in
def phase(project_id: int) -> ResponseReturnValue:
    """Note that a project has reached another phase."""
    actor, at = current_actor(), clock.now()
    project = queries.own_project(db.session(), actor, project_id, at=at)
    if request.method == "GET":
        form = PhaseForm(data={"since": phases.day_of(at), "version": project.version})
        return _page("projects/phase.html", project, form)
    form = PhaseForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.change_phase(
                session,
                actor,
                project_id,
                phase=form.chosen_phase,
                since=form.since.data or NO_DAY,
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("The new phase is noted."), "done")
        return back("projects.show", project_id=project_id)
    return _refused("projects/phase.html", project_id, form)


@bp.route("/projects/<int:project_id>/phase/correct", methods=["GET", "POST"])
@signed_in
def correct_phase(project_id: int) -> ResponseReturnValue:
    """Put the last line of a project's history right."""
    actor, at = current_actor(), clock.now()
    project = queries.own_project(db.session(), actor, project_id, at=at)
    if request.method == "GET":
        lines = queries.phase_history(db.session(), project)
        form = CorrectionForm.of(project, lines[-1].since if lines else project.phase_since)
        return _page("projects/correct_phase.html", project, form)
    form = CorrectionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.correct_last_stage(
                session,
                actor,
                project_id,
                phase=form.chosen_phase,
                since=form.since.data,
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Corrected."), "done")
        return back("projects.show", project_id=project_id)
    return _refused("projects/correct_phase.html", project_id, form)


@bp.post("/projects/<int:project_id>/phase/withdraw")
@signed_in
def withdraw_phase(project_id: int) -> ResponseReturnValue:
    """Take out the last line of a project's history, which had not happened."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.withdraw_last_stage(session, actor, project_id, version=form.shown_version, at=at).id
        )
    ):
        flash(_("The last change is taken out."), "done")
        return back("projects.show", project_id=project_id)
    return refused_on_overview(project_id, form)


@bp.route("/projects/<int:project_id>/rest", methods=["GET", "POST"])
@signed_in
def rest(project_id: int) -> ResponseReturnValue:
    """Put a project on hold; it keeps its phase."""
    actor, at = current_actor(), clock.now()
    project = queries.own_project(db.session(), actor, project_id, at=at)
    if request.method == "GET":
        form = RestForm(data={"since": phases.day_of(at), "version": project.version})
        return _page("projects/rest.html", project, form)
    form = RestForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.put_on_hold(
                session, actor, project_id, since=form.since.data or NO_DAY, version=form.shown_version, at=at
            ).id
        )
    ):
        flash(_("On hold."), "done")
        return back("projects.show", project_id=project_id)
    return _refused("projects/rest.html", project_id, form)


@bp.route("/projects/<int:project_id>/resume", methods=["GET", "POST"])
@signed_in
def resume(project_id: int) -> ResponseReturnValue:
    """Let a project that is on hold go on in the phase that it has."""
    actor, at = current_actor(), clock.now()
    project = queries.own_project(db.session(), actor, project_id, at=at)
    if request.method == "GET":
        form = RestForm(data={"since": phases.day_of(at), "version": project.version})
        return _page("projects/resume.html", project, form)
    form = RestForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.resume(
                session, actor, project_id, since=form.since.data or NO_DAY, version=form.shown_version, at=at
            ).id
        )
    ):
        flash(_("The project goes on."), "done")
        return back("projects.show", project_id=project_id)
    return _refused("projects/resume.html", project_id, form)


def _refused(template: str, project_id: int, form: ActionForm) -> ResponseReturnValue:
    project = queries.own_project(db.session(), current_actor(), project_id, at=clock.now())
    if form.stale:
        form.version.data = str(project.version)
    return _page(template, project, form), 409 if form.stale else 422


def _page(template: str, project: Project, form: ActionForm) -> str:
    return render_template(
        template,
        project=project,
        form=form,
        title=project.name,
        phase_words=wording.phase(project.phase.value),
        stages=shown.stage_lines(db.session(), project),
        is_rest=phases.is_rest(queries.stages(queries.phase_history(db.session(), project))),
        today=phases.day_of(clock.now()),
    )
