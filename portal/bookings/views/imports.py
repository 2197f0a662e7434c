"""Taking over a calendar that was kept elsewhere: choose a file, look at what each event becomes, and then do it."""

from datetime import datetime
from typing import Any

import flask
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField

from portal.bookings import queries
from portal.bookings.calendar_files import MOST_BYTES, decoded, read_calendar
from portal.bookings.forms.facility import ReadForm, UploadForm
from portal.bookings.handlers import IMPORT_CALENDAR
from portal.bookings.services.imports import (
    Action,
    Line,
    Plan,
    Target,
    check_import,
    import_calendar,
    plan_import,
)
from portal.bookings.views.blueprint import bp
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import Reason
from portal.facilities.models import Cleanroom
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import window
from portal.web.limits import limiter
from portal.web.sentences import sentence
from portal.work.services import ask

AT_ONCE = 40
"""A calendar with more events is taken over as a job."""


class ConfirmForm(ReadForm):
    """What the preview was made of, sent back to be done; it is read and judged anew."""

    content = HiddenField()
    room = HiddenField()
    room_column = HiddenField()
    process_class = HiddenField()
    digest = HiddenField()


@bp.get("/calendar/import")
@for_roles(Role.FACILITY_MANAGER)
def import_calendar_page() -> ResponseReturnValue:
    """Show the form for a calendar file."""
    rooms = queries.managed_rooms(db.session(), current_actor())
    form = UploadForm()
    form.offer(rooms)
    return _upload_page(form, rooms)


@bp.post("/calendar/import")
@for_roles(Role.FACILITY_MANAGER)
@limiter.limit("60 per hour")
def preview_calendar() -> ResponseReturnValue:
    """Show what each event of a file becomes, or what is wrong with the file; nothing is changed."""
    rooms = queries.managed_rooms(db.session(), current_actor())
    form = UploadForm(flask.request.form)
    form.file.data = flask.request.files.get("file")
    form.offer(rooms)
    is_read = form.validate()
    text = _text(form.file.data)
    if isinstance(text, Reason):
        form.refuse(Reason(text.code, text.values, field="file"))
    if not is_read or isinstance(text, Reason):
        return _upload_page(form, rooms), 422
    target = _target(form.room.data, rooms)
    file = read_calendar(text, room_column=form.room_column.data or "")
    plan = plan_import(
        db.session(), current_actor(), file, target, process_class=form.process_class.data, at=clock.now()
    )
    if plan.mistakes:
        form.refuse(*(Reason(one.reason.code, one.reason.values, field="file") for one in plan.mistakes))
        return _upload_page(form, rooms), 422
    confirm = ConfirmForm(
        data={
            "content": text,
            "room": form.room.data,
            "room_column": form.room_column.data or "",
            "process_class": form.process_class.data or "",
            "digest": plan.digest,
        }
    )
    return _preview_page(plan, confirm)


@bp.post("/calendar/import/confirm")
@for_roles(Role.FACILITY_MANAGER)
def confirm_calendar() -> ResponseReturnValue:
    """Enter what the preview showed, or show the preview anew with what has changed."""
    actor, form, at = current_actor(), ConfirmForm(flask.request.form), clock.now()
    rooms = queries.managed_rooms(db.session(), actor)
    upload = UploadForm(flask.request.form)
    upload.offer(rooms)
    content = flask.request.form.get("content", "")
    if upload.room.data not in upload.room.known or not content or len(content.encode()) > 2 * MOST_BYTES:
        upload.refuse(Reason("calendar_missing", field="file"))
        return _upload_page(upload, rooms), 422
    file = read_calendar(content, room_column=upload.room_column.data or "")
    target, process_class = _target(upload.room.data, rooms), upload.process_class.data
    digest = form.digest.data or ""
    if len(file.events) > AT_ONCE:
        arguments = {
            "content": content,
            "room_column": upload.room_column.data or "",
            "facility_id": target.facility_id,
            "cleanroom_id": target.cleanroom_id,
            "process_class": process_class,
        }
        if form.attempt(
            lambda session: _ask(
                session,
                actor,
                check_import(
                    session,
                    actor,
                    file,
                    target,
                    process_class=process_class,
                    digest=digest,
                    acknowledged=form.acknowledged.data,
                    at=at,
                ),
                arguments,
                at=at,
            )
        ):
            return back("jobs.show", job_id=form.result)
    elif form.attempt(
        lambda session: import_calendar(
            session,
            actor,
            file,
            target,
            process_class=process_class,
            digest=digest,
            acknowledged=form.acknowledged.data,
            at=at,
        )
    ):
        number = form.result.number(Action.ENTER)
        flash(ngettext("%(num)s booking is entered.", "%(num)s bookings are entered.", number), "done")
        return back("bookings.facility_bookings")
    plan = plan_import(db.session(), actor, file, target, process_class=process_class, at=at)
    form.content.data, form.digest.data = content, plan.digest
    return _preview_page(plan, form), 422


def _ask(session: Session, actor: Actor, plan: Plan, arguments: dict[str, Any], *, at: datetime) -> int:
    rows = [line.row for line in plan.lines if line.action is Action.ENTER]
    work = {**arguments, "rows": rows}
    return ask(session, IMPORT_CALENDAR, actor, work, total=len(rows), key=plan.digest, at=at).id


def _text(uploaded: Any) -> str | Reason:
    if not isinstance(uploaded, FileStorage) or not uploaded.filename:
        return Reason("calendar_missing")
    content = uploaded.stream.read(MOST_BYTES + 1)
    uploaded.close()
    return decoded(content)


def _target(chosen: str, rooms: list[Cleanroom]) -> Target:
    kind, _dash, number = chosen.partition("-")
    if kind == "facility":
        return Target(facility_id=int(number))
    room = next(room for room in rooms if room.id == int(number))
    return Target(facility_id=room.facility_id, cleanroom_id=room.id)


def _upload_page(form: UploadForm, rooms: list[Cleanroom]) -> str:
    return flask.render_template("bookings/facility/import.html", form=form, has_rooms=bool(rooms))


def _preview_page(plan: Plan, form: ConfirmForm) -> str:
    return flask.render_template(
        "bookings/facility/import_preview.html",
        form=form,
        lines=[_shown(line) for line in plan.lines],
        to_enter=plan.number(Action.ENTER),
        warns=bool(plan.warned),
        counts=[
            (words, plan.number(action))
            for action, words in (
                (Action.ENTER, _("to be entered")),
                (Action.KNOWN, _("there already")),
                (Action.REFUSED, _("not entered, see why")),
                (Action.LEFT_OUT, _("left out")),
            )
        ],
    )


def _shown(line: Line) -> dict[str, Any]:
    fields = {
        "title": _("Title"),
        "room": _("Cleanroom"),
        "start": _("Start"),
        "end": _("End"),
        "process_class": _("Process class"),
    }
    return {
        "row": line.row,
        "title": line.title,
        "room": line.room.code if line.room is not None else "",
        "when": window(line.slot.start, line.slot.end, line.room.facility.time_zone)
        if line.slot is not None and line.room is not None
        else "",
        "is_rounded": line.is_rounded,
        "badge": {
            Action.ENTER: ("firm", _("New booking")),
            Action.KNOWN: ("done", _("There already")),
            Action.REFUSED: ("no", _("Not entered")),
            Action.LEFT_OUT: ("asked", _("Left out")),
        }[line.action],
        "warned": [sentence(one) for one in line.warned],
        "mistakes": [(fields.get(one.field or "", ""), sentence(one.reason)) for one in line.mistakes],
    }
