"""The long work of this room."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.projects import services
from portal.projects.rules.imports import Action
from portal.work.kinds import Kind, Outcome
from portal.work.task import Task

IMPORT_SHEET = "projects.import_sheet"


def import_sheet(task: Task) -> dict[str, Any]:
    """Do what the preview of a sheet showed, all of it or nothing, and return what it did."""
    sheet_id, digest = task.arguments["sheet_id"], task.arguments["digest"]

    def change(session: Session) -> dict[str, int]:
        actor = task.actor(session)
        sheet = services.import_projects(session, actor, sheet_id, digest=digest, at=task.at)
        return dict(sheet.outcome or {})

    return {"sheet_id": sheet_id, "rows": task.step(change, done=1)}


def _imported(outcome: Mapping[str, Any]) -> Outcome:
    rows = outcome["rows"]
    changed = rows.get(Action.REGISTER.value, 0) + rows.get(Action.EDIT.value, 0)
    return Outcome(
        sentence=ngettext(
            "%(num)s project was registered or changed.",
            "%(num)s projects were registered or changed.",
            changed,
        ),
        url=url_for("projects.preview", sheet_id=outcome["sheet_id"]),
        label=_("What it did"),
    )


WORK: Mapping[str, Kind] = {
    IMPORT_SHEET: Kind(
        work=import_sheet, title=lambda: _("Import of projects"), outcome=_imported, is_whole=True
    ),
}
