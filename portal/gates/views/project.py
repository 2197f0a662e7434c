"""A project's gates, at each facility to which they are shown."""

import flask
from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.errors import NotFound
from portal.gates import queries, services, words
from portal.gates.forms import OpenForm
from portal.gates.rules import Gate
from portal.gates.views.blueprint import bp
from portal.gates.views.matrix import cell
from portal.projects.queries import own_project
from portal.projects.rules.values import FieldGroup
from portal.projects.tabs import Tab
from portal.projects.views import shown
from portal.projects.views.pages import seen_by_reader
from portal.store import db
from portal.web.actors import back, current_actor, signed_in

SHOWN_WITH = frozenset({FieldGroup.PROCESS, FieldGroup.ROADMAP})
"""The field groups of which a reader must see one."""

TAB = Tab(_l("Gates"), "gates.project", SHOWN_WITH)


@bp.get("/projects/<int:project_id>/gates")
@signed_in
def project(project_id: int) -> ResponseReturnValue:
    """Show a project's gates at each facility, and let its founder show them to another."""
    return _page(project_id, OpenForm(None))


@bp.post("/projects/<int:project_id>/gates")
@signed_in
def open_dossier(project_id: int) -> ResponseReturnValue:
    """Show a project's gates to a facility."""
    actor, at, form = current_actor(), clock.now(), OpenForm(flask.request.form)
    own_project(db.session(), actor, project_id, at=at)
    _offer(form)
    if (
        form.validate()
        and form.facility.data
        and form.attempt(
            lambda session: (
                services.open_dossier(session, actor, project_id, form.facility.data or 0, at=at).id
            )
        )
    ):
        flash(
            _("The facility’s gates stand here now. It reads them once it sees the project’s process facts."),
            "done",
        )
        return back("gates.project", project_id=project_id)
    return _page(project_id, form), 422


def _offer(form: OpenForm) -> None:
    form.facility.offer((one.id, one.name) for one in queries.facilities_with_gates(db.session()))


def _page(project_id: int, form: OpenForm) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    seen = seen_by_reader(project_id)
    dossiers = queries.dossiers_shown(session, actor, at=at, project_id=project_id)
    if not seen.is_own and not seen.groups & SHOWN_WITH:
        raise NotFound
    found = queries.stands(session, dossiers, today=at.date())
    _offer(form)
    return render_template(
        "gates/project.html",
        form=form,
        gates=[words.gate(gate) for gate in Gate],
        rows=[(one.facility.name, [cell(found[one.id, gate]) for gate in Gate]) for one in dossiers],
        **shown.frame(seen),
    )
