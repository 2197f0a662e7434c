"""Who sees what of a project, why and until when; showing an adviser more, and taking it back."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.projects import queries, services
from portal.projects.forms import AdviserForm, TakeBackForm
from portal.projects.queries import SeenProject
from portal.projects.views import shown
from portal.projects.views.blueprint import bp
from portal.store import db
from portal.web.actors import back, current_actor, signed_in


@bp.get("/projects/<int:project_id>/access")
@signed_in
def access(project_id: int) -> ResponseReturnValue:
    """Show the owner who sees what of their project."""
    return _page(project_id, _offering(AdviserForm(None)))


@bp.post("/projects/<int:project_id>/access")
@signed_in
def grant(project_id: int) -> ResponseReturnValue:
    """Show an adviser's organisation more than the teaser."""
    actor, at, form = current_actor(), clock.now(), _offering(AdviserForm(request.form))
    if form.validate() and form.attempt(
        lambda session: len(
            services.grant_to_adviser(
                session,
                actor,
                project_id,
                organisation_id=int(form.organisation_id.data or 0),
                groups=form.chosen_groups,
                until=form.until.data,
                at=at,
            )
        )
    ):
        flash(_("They can read it now."), "done")
        return back("projects.access", project_id=project_id)
    return _page(project_id, form), 422


@bp.post("/projects/<int:project_id>/access/take-back")
@signed_in
def take_back(project_id: int) -> ResponseReturnValue:
    """End an organisation's access to one field group, or to all, at once."""
    actor, at, form = current_actor(), clock.now(), TakeBackForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.take_back(
            session,
            actor,
            project_id,
            organisation_id=int(form.organisation_id.data or 0),
            group=form.chosen_group,
            at=at,
        )
    ):
        words = ngettext(
            "Access ended at once, to one thing.", "Access ended at once, to %(num)s things.", form.result
        )
        flash(words, "done")
        return back("projects.access", project_id=project_id)
    again = _offering(AdviserForm(None))
    again.refusals = [*form.refusals, *(error for field in form for error in field.errors)]
    return _page(project_id, again), 422


def _offering(form: AdviserForm) -> AdviserForm:
    form.offer((body.id, body.name) for body in queries.adviser_organisations(db.session()))
    return form


def _page(project_id: int, form: AdviserForm) -> str:
    actor, at = current_actor(), clock.now()
    project = queries.own_project(db.session(), actor, project_id, at=at)
    groups = queries.visible_groups(db.session(), actor, project, at)
    seen = SeenProject(project, groups, is_own=True, teaser=project.words)
    return render_template(
        "projects/access.html",
        form=form,
        audience=shown.teaser_audience(project),
        open_now=shown.grant_rows(queries.current_grants(db.session(), project, at=at)),
        ended=shown.grant_rows(queries.past_grants(db.session(), project, at=at)),
        has_advisers=len(form.organisation_id.choices or ()) > 1,
        **shown.frame(seen),
    )
