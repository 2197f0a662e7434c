"""A project's team."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.errors import NotFound
from portal.projects import queries, services
from portal.projects.forms import TeamMemberForm
from portal.projects.rules.values import FieldGroup
from portal.projects.views import shown
from portal.projects.views.blueprint import bp
from portal.projects.views.pages import seen_by_reader
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import ActionForm


@bp.get("/projects/<int:project_id>/team")
@signed_in
def team(project_id: int) -> ResponseReturnValue:
    """Show who is in a project's team."""
    return _page(project_id, TeamMemberForm(None))


@bp.post("/projects/<int:project_id>/team")
@signed_in
def add_member(project_id: int) -> ResponseReturnValue:
    """Add a person to a project's team."""
    actor, at, form = current_actor(), clock.now(), TeamMemberForm(request.form)
    queries.own_project(db.session(), actor, project_id, at=at)
    if form.validate() and form.attempt(
        lambda session: services.add_team_member(session, actor, project_id, form.stated, at=at).id
    ):
        flash(_("%(name)s is in the team.", name=form.stated.name), "done")
        return back("projects.team", project_id=project_id)
    return _page(project_id, form), 422


@bp.route("/projects/<int:project_id>/team/<int:member_id>", methods=["GET", "POST"])
@signed_in
def edit_member(project_id: int, member_id: int) -> ResponseReturnValue:
    """Change what is known of a member of a project's team."""
    actor, at = current_actor(), clock.now()
    project = queries.own_project(db.session(), actor, project_id, at=at)
    member = queries.team_member(db.session(), project, member_id)
    if request.method == "GET":
        return render_template("projects/member.html", project=project, form=TeamMemberForm.of(member))
    form = TeamMemberForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.edit_team_member(
                session, actor, project_id, member_id, form.stated, version=form.shown_version, at=at
            ).id
        )
    ):
        flash(_("Saved."), "done")
        return back("projects.team", project_id=project_id)
    project = queries.own_project(db.session(), actor, project_id, at=at)
    if form.stale:
        form.version.data = str(queries.team_member(db.session(), project, member_id).version)
    code = 409 if form.stale else 422
    return render_template("projects/member.html", project=project, form=form), code


@bp.post("/projects/<int:project_id>/team/<int:member_id>/remove")
@signed_in
def remove_member(project_id: int, member_id: int) -> ResponseReturnValue:
    """Take a person out of a project's team."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.remove_team_member(
            session, actor, project_id, member_id, version=form.shown_version, at=at
        )
    ):
        flash(_("Taken out of the team. The history keeps that they were in it."), "done")
        return back("projects.team", project_id=project_id)
    again = TeamMemberForm(None)
    again.refusals = form.refusals
    return _page(project_id, again), 409 if form.stale else 422


def _page(project_id: int, form: TeamMemberForm) -> str:
    seen = seen_by_reader(project_id)
    if not seen.shows(FieldGroup.IDENTITY):
        raise NotFound
    return render_template(
        "projects/team.html", form=form, team=queries.team(db.session(), seen.project), **shown.frame(seen)
    )
