"""Closures of cleanrooms: the list, a new one, another time, and opening again."""

from datetime import timedelta

import flask
from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings import desk, moves, queries, services
from portal.bookings.forms.facility import (
    ClosureForm,
    MoveClosureForm,
    closure_kind,
    place_in,
    room_label,
    write_slot,
)
from portal.bookings.models import Closure, ClosureKind
from portal.bookings.roomtime import midnight
from portal.bookings.views import answers
from portal.bookings.views.answers import Answer
from portal.bookings.views.blueprint import bp
from portal.bookings.views.filtering import Asked, read_filters
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export, file_links
from portal.web.filters import window
from portal.web.forms import FIRST_DAY, LAST_DAY, ActionForm
from portal.web.locale import local
from portal.web.paging import page_number, pages_of

ON_DUTY = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
PAGE = 50


@bp.get("/closures")
@for_roles(*ON_DUTY)
def closures() -> ResponseReturnValue:
    """Show when the cleanrooms of the reader's facilities are closed."""
    asked, found = _listed()
    page = page_number(len(found), PAGE)
    managed = current_actor().facilities_as(Role.FACILITY_MANAGER)
    return flask.render_template(
        "bookings/facility/closures.html",
        asked=asked,
        lines=[
            (
                closure,
                closure_kind(closure.kind),
                _when(closure),
                closure.block.cleanroom.facility_id in managed,
            )
            for closure in found[(page - 1) * PAGE : page * PAGE]
        ],
        count=len(found),
        page=page,
        pages=pages_of(len(found), PAGE),
        kinds=[(kind.value, closure_kind(kind)) for kind in ClosureKind],
        manages=bool(managed),
        exports=file_links("bookings.closures_file"),
    )


@bp.get("/closures.<any(csv, xlsx):kind>")
@for_roles(*ON_DUTY)
def closures_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    columns = [_("When"), _("Facility"), _("Cleanroom"), _("Why"), _("Note")]
    rows = [
        [
            _when(closure),
            closure.block.cleanroom.facility.name,
            closure.block.cleanroom.code,
            str(closure_kind(closure.kind)),
            closure.note,
        ]
        for closure in _listed()[1]
    ]
    return export(kind, "closures", columns, rows)


def _listed() -> tuple[Asked, list[Closure]]:
    """Return what the address asks, and the closures that fit."""
    session, actor = db.session(), current_actor()
    asked = read_filters(
        flask.request.args,
        desk.rooms_at(session, actor),
        states=[kind.value for kind in ClosureKind],
        sorts=["start"],
        today=clock.now().date(),
    )
    found = [
        closure
        for closure in queries.closures_at(
            session,
            actor,
            since=asked.since or midnight(FIRST_DAY, asked.zone),
            until=asked.until or midnight(LAST_DAY, asked.zone),
            facility_id=asked.facility_id,
        )
        if asked.cleanroom_id in (None, closure.block.cleanroom_id)
        and asked.state in (None, closure.kind.value)
    ]
    return asked, found[::-1] if asked.sort.startswith("-") else found


@bp.get("/closures/new")
@for_roles(Role.FACILITY_MANAGER)
def new_closure() -> ResponseReturnValue:
    """Show the form that closes a cleanroom."""
    return _new_page(ClosureForm(data=place_in(flask.request.args, clock.now().date())))


@bp.post("/closures/new")
@for_roles(Role.FACILITY_MANAGER)
def close_cleanroom() -> ResponseReturnValue:
    """Close a cleanroom for a while, or name everything that is in the way."""
    actor, form, at = current_actor(), ClosureForm(flask.request.form), clock.now()
    rooms = {room.id: room for room in queries.managed_rooms(db.session(), actor)}
    form.cleanroom.offer((room.id, room_label(room)) for room in rooms.values())
    is_read = form.validate()
    room = rooms.get(form.cleanroom.data or 0)
    slot = form.slot_in(room) if room is not None and is_read else None
    if slot is not None and form.attempt(
        lambda session: services.close_cleanroom(
            session,
            actor,
            cleanroom_id=form.cleanroom.data or 0,
            slot=slot,
            kind=form.kind.data,
            note=form.reason.data or "",
            at=at,
        )
    ):
        flash(_("The cleanroom is closed for that time."), "done")
        return back("bookings.closures")
    return _new_page(form), 422


@bp.get("/closures/<int:closure_id>")
@for_roles(Role.FACILITY_MANAGER)
def show_closure(closure_id: int) -> ResponseReturnValue:
    """Show one closure, with the form that asks for another time and the button that lifts it."""
    closure = queries.closure_to_edit(db.session(), current_actor(), closure_id)
    form = MoveClosureForm(data={**_present(closure), "next": flask.request.args.get("next", "")})
    return _page(closure, form)


@bp.post("/closures/<int:closure_id>/ask")
@for_roles(Role.FACILITY_MANAGER)
def ask_closure(closure_id: int) -> ResponseReturnValue:
    """Say what another time would mean for a closure, and change nothing."""
    closure = queries.closure_to_edit(db.session(), current_actor(), closure_id)
    form = MoveClosureForm(flask.request.form)
    if form.shown_slot not in (None, closure.block.slot):
        form.stale = True
        form.refuse(Reason("stale"))
        return _page(closure, form), 409
    slot = form.slot_in(closure.block.cleanroom) if form.validate() else None
    if slot is None:
        return _page(closure, form), 422
    answer = _answer(closure, form, slot)
    return _page(closure, form, answer, MoveClosureForm(formdata=None)), 200 if answer.fits else 422


@bp.post("/closures/<int:closure_id>/move")
@for_roles(Role.FACILITY_MANAGER)
def move_closure(closure_id: int) -> ResponseReturnValue:
    """Give a closure another time, or name everything that is in the way."""
    actor, form, at = current_actor(), MoveClosureForm(flask.request.form), clock.now()
    closure = queries.closure_to_edit(db.session(), actor, closure_id)
    slot = form.slot_in(closure.block.cleanroom) if form.validate() else None
    if slot is None:
        return _page(closure, form), 422
    if form.attempt(
        lambda session: services.move_closure(
            session, actor, closure_id, slot=slot, shown_slot=form.shown_slot, at=at
        )
    ):
        flash(_("The closure has another time now."), "done")
        return _go_on(form, closure_id)
    return _refused(closure_id, form, slot)


@bp.post("/closures/<int:closure_id>/undo")
@for_roles(Role.FACILITY_MANAGER)
def undo_closure_move(closure_id: int) -> ResponseReturnValue:
    """Give a closure the time back that it had before its last move, or name everything that is in the way."""
    actor, at = current_actor(), clock.now()
    queries.closure_to_edit(db.session(), actor, closure_id)
    form = MoveClosureForm(flask.request.form)
    if form.attempt(lambda session: services.undo_closure_move(session, actor, closure_id, at=at)):
        flash(_("The closure has its old time again."), "done")
        return _go_on(form, closure_id)
    return _refused(closure_id, form)


@bp.post("/closures/<int:closure_id>/lift")
@for_roles(Role.FACILITY_MANAGER)
def lift_closure(closure_id: int) -> ResponseReturnValue:
    """Open a closed cleanroom again; the time is offered to the waiting list."""
    actor, at = current_actor(), clock.now()
    form = ActionForm(flask.request.form)
    if form.attempt(lambda session: services.lift_closure(session, actor, closure_id, at=at)):
        flash(_("The cleanroom is open again."), "done")
    return back("bookings.closures")


def _when(closure: Closure) -> str:
    block = closure.block
    return window(block.starts_at, block.ends_at, block.cleanroom.facility.time_zone)


def _new_page(form: ClosureForm) -> str:
    rooms = queries.managed_rooms(db.session(), current_actor())
    form.cleanroom.offer((room.id, room_label(room)) for room in rooms)
    return flask.render_template("bookings/facility/new_closure.html", form=form)


def _refused(closure_id: int, form: MoveClosureForm, slot: Slot | None = None) -> ResponseReturnValue:
    """Show the closure as it is stored, and why nothing was changed."""
    session = db.session()
    session.rollback()
    closure = queries.closure_to_edit(session, current_actor(), closure_id)
    asking = MoveClosureForm(flask.request.form if slot else None, data=_present(closure))
    asking.next.data = form.next.data
    if slot is None or not form.stale:
        asking.refusals, asking.stale = form.refusals, form.stale
        return _page(closure, asking), 422
    return _page(closure, asking, _answer(closure, asking, slot), form), 409


def _present(closure: Closure) -> dict[str, object]:
    block, zone = closure.block, closure.block.cleanroom.facility.time_zone
    first, last = local(block.starts_at, zone), local(block.ends_at, zone)
    whole_days = last.hour == 0
    return {
        "starts_on": first.date(),
        "starts_hour": first.hour,
        "ends_on": (last - timedelta(days=1)).date() if whole_days else last.date(),
        "ends_hour": 24 if whole_days else last.hour,
    }


def _answer(closure: Closure, form: MoveClosureForm, slot: Slot) -> Answer:
    outlook = moves.outlook_of_closure(db.session(), closure, slot, at=clock.now())
    named = (form.starts_on, form.starts_hour, form.ends_on, form.ends_hour)
    fields = [(one.name, "" if one.data is None else str(one.data)) for one in named]
    return answers.answer_to_closure(closure.block.cleanroom, slot, outlook, fields=fields)


def _go_on(form: MoveClosureForm, closure_id: int) -> ResponseReturnValue:
    page = url_for("bookings.show_closure", closure_id=closure_id)
    return flask.redirect(answers.way_back(form.next.data, page, f"closure-{closure_id}"), code=303)


def _page(
    closure: Closure,
    form: MoveClosureForm,
    answer: Answer | None = None,
    saving: MoveClosureForm | None = None,
) -> str:
    room = closure.block.cleanroom
    for one in (form, saving):
        if one is not None:
            one.shown.data, one.next.data = write_slot(closure.block.slot), form.next.data
    answers.apart(saving)
    return flask.render_template(
        "bookings/facility/closure.html",
        closure=closure,
        room=room,
        kind=closure_kind(closure.kind),
        when=_when(closure),
        form=form,
        answer=answer,
        saving=saving,
        has_hours=room.unit is not BookingUnit.DAY,
        go_back=answers.way_back(form.next.data, url_for("bookings.show_closure", closure_id=closure.id)),
    )
