"""The weights of the ranking: turned on a project's matches, and kept for all of them."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import Refused
from portal.matching import services
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.views.blueprint import bp
from portal.matching.views.matches import misread, weights_in
from portal.store import in_one_unit
from portal.web.actors import back, current_actor, for_roles
from portal.web.sentences import sentence


@bp.post("/projects/<int:project_id>/weights")
@for_roles(Role.ADVISER)
def keep_weights(project_id: int) -> ResponseReturnValue:
    """Keep the weights that were tried on a project for every ranking and round of the adviser's."""
    actor, at = current_actor(), clock.now()
    weights, typed = weights_in(request.form, DEFAULT_WEIGHTS), request.form.to_dict()
    if misread(typed):
        tried = {name: value for name, value in typed.items() if name.startswith("w_")}
        return back("matching.matches", project_id=project_id, _anchor="weights", **tried)
    try:
        in_one_unit(lambda session: services.keep_weights(session, actor, weights, at=at))
    except Refused as refused:
        for reason in refused.reasons:
            flash(sentence(reason), "refused")
        tried = {f"w_{name}": f"{weight:g}" for name, weight in weights.items()}
        return back("matching.matches", project_id=project_id, **tried)
    flash(_("Kept. Your rankings and rounds follow these weights from now on."), "done")
    return back("matching.matches", project_id=project_id)


@bp.post("/projects/<int:project_id>/weights/reset")
@for_roles(Role.ADVISER)
def reset_weights(project_id: int) -> ResponseReturnValue:
    """Go back to the weights that are shipped."""
    actor, at = current_actor(), clock.now()
    in_one_unit(lambda session: services.keep_weights(session, actor, {}, at=at))
    flash(_("Your rankings follow the shipped weights again."), "done")
    return back("matching.matches", project_id=project_id)
