"""A project's rights: patent families, licences, their days, and the freedom to operate."""

from datetime import date
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.projects.queries import own_project, seen_project
from portal.projects.rules.phases import day_of
from portal.projects.views import shown
from portal.roadmap import queries, services, words
from portal.roadmap.forms import FreedomForm, RightForm
from portal.roadmap.models import Right
from portal.roadmap.rules.market import stage_of
from portal.roadmap.views import happened
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.market import history_of
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.exports import Kind, export
from portal.web.forms import ActionForm


@bp.get("/projects/<int:project_id>/rights")
@signed_in
def rights(project_id: int) -> ResponseReturnValue:
    """Show a project's rights and their days, to those who may read its money and its roadmap."""
    return _page(project_id, None)


@bp.get("/projects/<int:project_id>/rights.<any(csv, xlsx):kind>")
@signed_in
def download_rights(project_id: int, kind: Kind) -> ResponseReturnValue:
    """Hand out a project's rights as a table."""
    seen = queries.seen_confidential(db.session(), current_actor(), project_id, at=clock.now())
    columns = [
        _("Kind"),
        _("Title"),
        _("Number or reference"),
        _("Holder, or other party"),
        _("Filed, or in force from"),
        _("Expires"),
        _("Next day that must not be missed"),
        _("What is due then"),
        _("Remark"),
    ]
    lines = [
        [
            str(words.RIGHT_KINDS[right.kind]),
            right.title,
            right.reference,
            right.party,
            right.since,
            right.until,
            right.due_on,
            right.due_what,
            right.remark,
        ]
        for right in queries.rights_of(db.session(), seen.project)
    ]
    return export(kind, f"rights-{seen.project.reference}", columns, lines)


@bp.route("/projects/<int:project_id>/rights/freedom", methods=["GET", "POST"])
@signed_in
def state_freedom(project_id: int) -> ResponseReturnValue:
    """State what is known of the freedom to operate."""
    actor, at, session = current_actor(), clock.now(), db.session()
    project = own_project(session, actor, project_id, at=at)
    form = (
        FreedomForm(request.form)
        if request.method == "POST"
        else FreedomForm.of(queries.freedom_of(session, project))
    )
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda work: (
                services.state_freedom(
                    work, actor, project_id, form.stated, version=form.shown_version, at=at
                ).id
            )
        )
    ):
        flash(_("Saved. The earlier words stay in the history."), "done")
        return back("roadmap.rights", project_id=project_id)
    if form.stale:
        now = queries.freedom_of(db.session(), own_project(db.session(), actor, project_id, at=at))
        form.version.data = str(now.version if now else 0)
    return _form_page(project_id, form, _("Freedom to operate"))


@bp.route("/projects/<int:project_id>/rights/new", methods=["GET", "POST"])
@signed_in
def add_right(project_id: int) -> ResponseReturnValue:
    """Add a patent family, a licence or another right."""
    actor, at = current_actor(), clock.now()
    own_project(db.session(), actor, project_id, at=at)
    form = RightForm(request.form if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(lambda work: services.add_right(work, actor, project_id, form.stated, at=at).id)
    ):
        flash(_("“%(title)s” is in the list.", title=form.stated.title), "done")
        return back("roadmap.rights", project_id=project_id)
    return _form_page(project_id, form, _("Add a right"))


@bp.route("/projects/<int:project_id>/rights/<int:right_id>", methods=["GET", "POST"])
@signed_in
def edit_right(project_id: int, right_id: int) -> ResponseReturnValue:
    """Change what is stated of a right."""
    actor, at, session = current_actor(), clock.now(), db.session()
    right = queries.right_of(session, own_project(session, actor, project_id, at=at), right_id)
    form = RightForm(request.form) if request.method == "POST" else RightForm.of(right)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda work: (
                services.edit_right(
                    work, actor, project_id, right_id, form.stated, version=form.shown_version, at=at
                ).id
            )
        )
    ):
        flash(_("Saved. The earlier words stay in the history."), "done")
        return back("roadmap.rights", project_id=project_id)
    if form.stale:
        project = own_project(db.session(), actor, project_id, at=at)
        form.version.data = str(queries.right_of(db.session(), project, right_id).version)
    return _form_page(project_id, form, _("Change a right"))


@bp.post("/projects/<int:project_id>/rights/<int:right_id>/remove")
@signed_in
def remove_right(project_id: int, right_id: int) -> ResponseReturnValue:
    """Take a right out of the list."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda work: services.remove_right(
            work, actor, project_id, right_id, version=form.shown_version, at=at
        )
    ):
        flash(_("Removed. The history keeps that it was there."), "done")
        return back("roadmap.rights", project_id=project_id)
    return _page(project_id, form), 409 if form.stale else 422


def _page(project_id: int, refused: ActionForm | None) -> str:
    session, at = db.session(), clock.now()
    seen = queries.seen_confidential(session, current_actor(), project_id, at=at)
    rows = [_row(right, day_of(at)) for right in queries.rights_of(session, seen.project)]
    return render_template(
        "roadmap/rights.html",
        rows=rows,
        freedom=queries.freedom_of(session, seen.project),
        form=refused,
        may_state=seen.is_own and seen.project.archived_at is None,
        entries=history_of(seen, happened.RIGHTS),
        words=words,
        **shown.frame(seen),
    )


def _row(right: Right, today: date) -> dict[str, Any]:
    return {
        "right": right,
        "kind": str(words.RIGHT_KINDS[right.kind]),
        "due": _flag(right.due_on, today),
        "until": _flag(right.until, today),
    }


def _flag(day: date | None, today: date) -> tuple[str, str] | None:
    """Return the flag of a day that is near or past, or None."""
    if day is None:
        return None
    if day < today:
        return "late", _("has passed")
    if stage_of(day, today=today) is not None:
        return "wait", _("in %(days)s", days=words.days((day - today).days))
    return None


def _form_page(project_id: int, form: ActionForm, heading: str) -> ResponseReturnValue:
    seen = seen_project(db.session(), current_actor(), project_id, at=clock.now())
    page = render_template("roadmap/state_right.html", form=form, heading=heading, **shown.frame(seen))
    return page, (409 if form.stale else 422) if request.method == "POST" else 200
