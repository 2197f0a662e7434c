"""Importing partners from a sheet: give it, look at every row, confirm it."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused
from portal.partners import queries, services, words
from portal.partners.forms import SheetForm
from portal.partners.queries import KINDS_OF
from portal.partners.rules import access
from portal.partners.rules.sheets import COLUMNS, MOST_ROWS, Row, Sheet, read_sheet
from portal.partners.views.blueprint import bp
from portal.partners.views.keeping import READERS
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.sentences import sentence


@bp.route("/partners/import", methods=["GET", "POST"])
@for_roles(*READERS)
def upload() -> ResponseReturnValue:
    """Take a sheet and show what it would bring; the second time, with everything right, bring it."""
    actor = current_actor()
    if request.method == "GET":
        return _page(SheetForm(None), None)
    given: MultiDict[str, Any] = CombinedMultiDict([request.files, request.form])
    form = SheetForm(given)
    text = form.sheet() if form.validate() else None
    if text is None:
        return _page(form, None), 422
    sheet = _read(actor, text)
    if sheet.is_clean and form.step.data == "import" and form.attempt(_importing(actor, sheet)):
        words_of = ngettext("%(num)s partner imported.", "%(num)s partners imported.", form.result)
        flash(words_of, "done")
        return back("partners.index")
    form.content.data, form.step.data = text, "import"
    refused = bool(form.refusals) or not sheet.is_clean
    return _page(form, sheet), 422 if refused else 200


def _importing(actor: Actor, sheet: Sheet) -> Any:
    at = clock.now()

    def work(session: Any) -> int:
        if not sheet.is_clean:
            raise Refused([Reason("partner_sheet_with_mistakes", {"mistakes": 1})])
        return services.import_partners(session, actor, sheet.rows, at=at)

    return work


def _read(actor: Actor, text: str) -> Sheet:
    bodies = queries.organisations_for_drafts(db.session())
    own = None
    if not access.may_draft(actor):
        body = db.session.get_one(Organisation, actor.organisation_id)
        own, bodies = body.name, [body]
    kinds = {body.name.casefold(): KINDS_OF[body.kind] for body in bodies if body.kind in KINDS_OF}
    return read_sheet(text, kinds, own=own)


def _page(form: SheetForm, sheet: Sheet | None) -> str:
    return render_template(
        "partners/import.html",
        form=form,
        rows=[_row(row) for row in sheet.rows] if sheet else [],
        mistakes=[sentence(reason) for reason in sheet.mistakes] if sheet else [],
        ready=bool(sheet and sheet.is_clean),
        looked_at=sheet is not None,
        columns=[(column, words.label(column)) for column in COLUMNS],
        most_rows=MOST_ROWS,
        is_adviser=access.may_draft(current_actor()),
    )


def _row(row: Row) -> dict[str, Any]:
    return {
        "number": row.number,
        "organisation": row.organisation,
        "name": row.values.get("name") or "",
        "mistakes": [(reason.field, sentence(reason)) for reason in row.mistakes],
    }
