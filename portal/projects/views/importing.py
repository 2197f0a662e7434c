"""Importing projects from a sheet: give it, look at what it would change, confirm it."""

from datetime import datetime
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.projects import queries, services, wording
from portal.projects.forms import ImportForm, UploadForm
from portal.projects.handlers import IMPORT_SHEET
from portal.projects.models import ProjectSheet
from portal.projects.rules import sheets
from portal.projects.rules.fields import FIRST_FIELDS
from portal.projects.rules.imports import Action, Line, Plan
from portal.projects.views.blueprint import bp
from portal.projects.views.lists import sheet_response
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.sentences import sentence
from portal.work.services import ask

AT_ONCE = 40
"""A sheet with more rows is imported as a job."""


@bp.route("/projects/import", methods=["GET", "POST"])
@for_roles(Role.FOUNDER)
def upload() -> ResponseReturnValue:
    """Take a sheet, without changing anything yet."""
    actor, at = current_actor(), clock.now()
    if request.method == "GET":
        return _upload_page(UploadForm(None))
    given: MultiDict[str, Any] = CombinedMultiDict([request.files, request.form])
    form = UploadForm(given)
    text = form.sheet() if form.validate() else None
    if text is not None and form.attempt(
        lambda session: services.upload_sheet(session, actor, text, at=at).id
    ):
        return back("projects.preview", sheet_id=form.result)
    return _upload_page(form), 422


@bp.get("/projects/import/template.csv")
@for_roles(Role.FOUNDER)
def template() -> ResponseReturnValue:
    """Send an empty sheet with the names of all columns."""
    return sheet_response([], kind="csv", name="projects-template")


@bp.get("/projects/import/<int:sheet_id>")
@for_roles(Role.FOUNDER)
def preview(sheet_id: int) -> ResponseReturnValue:
    """Show what a sheet would change, row by row, or everything that stands in its way."""
    return _preview_page(sheet_id, ImportForm(None))


@bp.post("/projects/import/<int:sheet_id>")
@for_roles(Role.FOUNDER)
def confirm(sheet_id: int) -> ResponseReturnValue:
    """Do what the preview showed, all or nothing, and once."""
    actor, at, form = current_actor(), clock.now(), ImportForm(request.form)
    if queries.sheet_rows(db.session(), actor, sheet_id) > AT_ONCE:
        if form.validate() and form.attempt(lambda session: _ask(session, actor, sheet_id, form, at=at)):
            return back("jobs.show", job_id=form.result)
    elif form.validate() and form.attempt(
        lambda session: (
            services.import_projects(
                session, actor, sheet_id, digest=form.digest.data or "", at=at
            ).imported_at
            == at
        )
    ):
        flash(
            _("Imported.") if form.result else _("This sheet was imported before; nothing was done."), "done"
        )
        return back("projects.preview", sheet_id=sheet_id)
    return _preview_page(sheet_id, form), 409 if form.stale else 422


def _ask(session: Session, actor: Actor, sheet_id: int, form: ImportForm, *, at: datetime) -> int:
    digest = form.digest.data or ""
    services.check_sheet(session, actor, sheet_id, digest=digest, at=at)
    work = {"sheet_id": sheet_id, "digest": digest}
    return ask(session, IMPORT_SHEET, actor, work, key=str(sheet_id), at=at).id


def _upload_page(form: UploadForm) -> str:
    return render_template(
        "projects/upload.html",
        form=form,
        columns=[(column, wording.label(column)) for column in sheets.COLUMNS],
        most_rows=sheets.MOST_ROWS,
        most_kibibytes=sheets.MOST_BYTES // 1024,
    )


def _preview_page(sheet_id: int, form: ImportForm) -> str:
    actor, at = current_actor(), clock.now()
    sheet = queries.own_sheet(db.session(), actor, sheet_id)
    if sheet.imported_at is not None:
        return render_template("projects/imported.html", form=None, sheet=sheet, outcome=_outcome(sheet))
    plan = queries.sheet_plan(db.session(), actor, sheet, at=at)
    ready = plan.is_clean and plan.number(Action.UNCHANGED) < len(plan.lines)
    form.digest.data = plan.digest if ready else ""
    return render_template(
        "projects/preview.html",
        form=form,
        sheet=sheet,
        mistakes=[_mistake(mistake) for mistake in plan.mistakes],
        rows=[_row(line) for line in plan.lines],
        counts=[(str(wording.ACTIONS[action]), plan.number(action)) for action in Action],
        ready=ready,
        changed=plan.number(Action.REGISTER) + plan.number(Action.EDIT),
        refused=_standing_in_the_way(plan),
    )


def _standing_in_the_way(plan: Plan) -> int:
    return len(plan.mistakes) + sum(len(line.mistakes) for line in plan.lines)


def _outcome(sheet: ProjectSheet) -> list[tuple[str, int]]:
    return [(str(wording.ACTIONS[Action(name)]), number) for name, number in (sheet.outcome or {}).items()]


def _mistake(mistake: sheets.Mistake) -> dict[str, Any]:
    return {
        "row": mistake.row,
        "column": mistake.column,
        "label": wording.label(mistake.column) if mistake.column else None,
        "sentence": sentence(mistake.reason),
    }


def _row(line: Line) -> dict[str, Any]:
    kinds = {Action.REGISTER: "asked", Action.EDIT: "held", Action.UNCHANGED: "done", Action.REFUSED: "no"}
    return {
        "number": line.row,
        "name": line.name or _("no name"),
        "reference": line.reference,
        "kind": kinds[line.action],
        "action": str(wording.ACTIONS[line.action]),
        "summary": _summary(line) if line.action is Action.REGISTER else None,
        "changes": _changes(line) if line.action is Action.EDIT else [],
        "mistakes": [_mistake(mistake) for mistake in line.mistakes],
        "warnings": [sentence(reason) for reason in line.warnings] if not line.mistakes else [],
    }


def _summary(line: Line) -> str:
    """Return a new project in a few words, with how many more facts the row states."""
    stated = line.values
    few = [
        wording.product_class(stated["product_class"]),
        wording.area(stated["indication_area"]),
        wording.phase(line.phase),
    ]
    more = sum(value not in (None, "", []) for name, value in stated.items() if name not in FIRST_FIELDS)
    if more:
        few.append(ngettext("%(num)s more fact", "%(num)s more facts", more))
    return " · ".join(few)


def _changes(line: Line) -> list[tuple[str, str, str]]:
    currency = line.values.get("funding_currency")
    found = [
        (
            wording.label(field),
            wording.value_words(field, before, currency=currency) or _("unknown"),
            wording.value_words(field, after, currency=currency) or _("unknown"),
        )
        for changes in line.changes.values()
        for field, (before, after) in changes.items()
    ]
    if line.moves:
        found.append((wording.label("phase"), wording.phase(line.phase_before), wording.phase(line.phase)))
    if line.rests_or_resumes:
        found.append(
            (wording.label("on_hold"), wording.truth(line.on_hold_before), wording.truth(line.on_hold))
        )
    return found
