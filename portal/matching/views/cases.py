"""Who looks after a project: taken on from the desk or the project's matches, and handed over with a reason."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.matching import services
from portal.matching.forms import CaseForm
from portal.matching.views.blueprint import bp
from portal.matching.views.matches import matches_page
from portal.web.actors import back, current_actor, for_roles


@bp.post("/projects/<int:project_id>/adviser")
@for_roles(Role.ADVISER)
def assign(project_id: int) -> ResponseReturnValue:
    """Let an adviser look after a project from now on."""
    actor, at, form = current_actor(), clock.now(), CaseForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.assign_case(
                session,
                actor,
                project_id,
                adviser_id=form.adviser_id.data,
                reason=form.reason.data or "",
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Noted. Whoever it concerns is told."), "done")
        return back("matching.matches", project_id=project_id, _anchor="adviser")
    return matches_page(project_id, form), 409 if form.stale else 422
