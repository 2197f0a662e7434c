"""Moving a booking from the facility's side: the page that answers before anything is saved, the move, and its undoing."""

from datetime import datetime, timedelta
from typing import Any

import flask
from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings import desk, history, moves, queries, services, words
from portal.bookings.forms.facility import MoveForm, MoveOwnForm, WhereToForm
from portal.bookings.models import Booking, MoveProposal
from portal.bookings.places import Place, place_before_move
from portal.bookings.roomtime import days_later, local_day
from portal.bookings.views import answers
from portal.bookings.views.answers import Answer
from portal.bookings.views.bars import booking_title
from portal.bookings.views.blueprint import bp
from portal.bookings.views.facility_bookings import may_take, since_shown
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import window
from portal.web.locale import local

ON_DUTY = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
PREFIX = "move-"


@bp.get("/bookings/<int:booking_id>/move")
@for_roles(*ON_DUTY)
def move_page(booking_id: int) -> ResponseReturnValue:
    """Show where a booking stands, and the form that asks what another place would mean."""
    booking = queries.booking_to_run(db.session(), current_actor(), booking_id)
    if not _can_move(booking, at=clock.now()):
        flash(_("This booking can’t be moved any more. This is where it stands."), "info")
        return back("bookings.show_booking", booking_id=booking_id)
    form = WhereToForm(data=_present(booking, flask.request.args.get("next", "")), prefix=PREFIX)
    return _page(booking, form, suggest=True)


@bp.post("/bookings/<int:booking_id>/move/ask")
@for_roles(*ON_DUTY)
def ask_move(booking_id: int) -> ResponseReturnValue:
    """Say what another place would mean for a booking, and change nothing."""
    session, at = db.session(), clock.now()
    booking = queries.booking_to_run(session, current_actor(), booking_id)
    form = WhereToForm(flask.request.form, prefix=PREFIX)
    if form.shown_version not in (None, booking.version):
        form.stale = True
        form.refuse(Reason("stale"))
        return _page(booking, form), 409
    place = _place(session, booking, form, at=at)
    if place is None:
        return _page(booking, form), 422
    answer = _answer(session, booking, form, *place, at=at)
    saving = _saving_form(booking, formdata=None)
    return _page(booking, form, answer, saving), 200 if answer.fits else 422


@bp.post("/bookings/<int:booking_id>/move")
@for_roles(*ON_DUTY)
def move_booking(booking_id: int) -> ResponseReturnValue:
    """Move a booking, or ask the other side for it, as the terms say; or show every reason against the new place."""
    actor, at, session = current_actor(), clock.now(), db.session()
    booking = queries.booking_to_run(session, actor, booking_id)
    form = _saving_form(booking, flask.request.form)
    place = _place(session, booking, form, at=at)
    if place is None:
        return _page(booking, form), 422
    room_id, slot = place[0].id, place[1]
    if not form.errors and form.attempt(
        lambda unit: services.propose_move(
            unit,
            actor,
            booking_id,
            cleanroom_id=room_id,
            slot=slot,
            why=form.note.data or "",
            acknowledged=form.acknowledged.data,
            shown_version=form.shown_version,
            at=at,
        )
    ):
        _tell(form.result)
        return _go_on(form, booking_id)
    session.rollback()
    booking = queries.booking_to_run(session, actor, booking_id)
    asking = WhereToForm(flask.request.form, prefix=PREFIX)
    answer = _answer(session, booking, asking, session.get_one(Cleanroom, room_id), slot, at=at)
    return _page(booking, asking, answer, form), 409 if form.stale else 422


@bp.post("/bookings/<int:booking_id>/move/undo")
@for_roles(*ON_DUTY)
def undo_move(booking_id: int) -> ResponseReturnValue:
    """Move a booking back to where it was, by the rules of any move.

    What stands in the way is said where it is moved; what only warns is asked there, for the place where it was.
    """
    actor, at, session = current_actor(), clock.now(), db.session()
    booking = queries.booking_to_run(session, actor, booking_id)
    form = WhereToForm(flask.request.form)
    if form.attempt(
        lambda unit: services.undo_move(
            unit,
            actor,
            booking_id,
            why=_("The move before is taken back."),
            shown_version=form.shown_version,
            at=at,
        )
    ):
        _tell(form.result, undone=True)
        return _go_on(form, booking_id)
    session.rollback()
    booking = queries.booking_to_run(session, actor, booking_id)
    before = None if form.stale else place_before_move(session, booking)
    if before is not None:
        return _back_asked(session, booking, before, form.next.data or "", at=at)
    asking = WhereToForm(data=_present(booking, form.next.data or ""), prefix=PREFIX)
    asking.refusals, asking.stale = form.refusals, form.stale
    return _page(booking, asking), 409 if form.stale else 422


def _back_asked(
    session: Session, booking: Booking, before: Place, next_page: str, *, at: datetime
) -> ResponseReturnValue:
    """Show what the place means where a booking was, with what has to be acknowledged before it goes back there."""
    room = session.get_one(Cleanroom, before.cleanroom_id)
    stood = _standing(before.slot, room, next_page, ends=booking.request is None)
    asking, saving = WhereToForm(data=stood, prefix=PREFIX), _saving_form(booking, formdata=None)
    saving.note.data = _("The move before is taken back.")
    answer = _answer(session, booking, asking, room, before.slot, at=at)
    return _page(booking, asking, answer, saving), 200 if answer.fits else 422


def _can_move(booking: Booking, *, at: datetime) -> bool:
    return may_take("move", booking, local_day(at, booking.block.cleanroom.facility.time_zone), at)


def _place(
    session: Session, booking: Booking, form: WhereToForm, *, at: datetime
) -> tuple[Cleanroom, Slot] | None:
    """Return the cleanroom and the time that a form names, or None, with what is wrong as its errors."""
    rooms = {room.id: room for room in _rooms(session, booking)}
    form.cleanroom.offer((room.id, f"{room.code} · {room.name}") for room in rooms.values())
    form.validate()
    room = rooms.get(form.cleanroom.data or 0)
    typed = (form.starts_on, form.starts_hour, form.ends_on, form.ends_hour)
    if room is None or any(one.errors for one in typed):
        return None
    if booking.request is None or form.ends_on.data is not None:
        slot = form.whole_slot_in(room)
    else:
        start = form.start_in(room)
        slot = moves.slot_for_work(session, booking, booking.request, room, start, at=at) if start else None
    return None if slot is None else (room, slot)


def _rooms(session: Session, booking: Booking) -> list[Cleanroom]:
    """Return the cleanrooms to which a booking may be moved: those that can be booked, and its own."""
    rooms = desk.rooms_of(session, booking.block.cleanroom.facility_id)
    return [room for room in rooms if room.is_bookable or room.id == booking.block.cleanroom_id]


def _answer(
    session: Session, booking: Booking, form: WhereToForm, room: Cleanroom, slot: Slot, *, at: datetime
) -> Answer:
    outlook = moves.outlook_of_move(session, booking, room, slot, at=at)
    named = (form.cleanroom, form.starts_on, form.starts_hour, form.ends_on, form.ends_hour)
    fields = [(one.name, "" if one.data is None else str(one.data)) for one in named]
    return answers.answer_to_move(booking, room, slot, outlook, fields=fields)


def _saving_form(booking: Booking, formdata: Any) -> MoveForm | MoveOwnForm:
    make = MoveForm if booking.request_id is not None else MoveOwnForm
    return make(formdata, prefix=PREFIX)


def _present(booking: Booking, next_page: str) -> dict[str, Any]:
    """Return where a booking stands, as the form has it; the end of one with a request follows from its work."""
    return _standing(booking.slot, booking.block.cleanroom, next_page, ends=booking.request_id is None)


def _standing(slot: Slot, room: Cleanroom, next_page: str, *, ends: bool) -> dict[str, Any]:
    zone = room.facility.time_zone
    first, last = local(slot.start, zone), local(slot.end, zone)
    whole_days = last.hour == 0
    until = {"ends_on": (last - timedelta(days=1)).date() if whole_days else last.date()}
    return {
        "cleanroom": room.id,
        "starts_on": first.date(),
        "starts_hour": first.hour,
        "ends_hour": 24 if whole_days else last.hour,
        "next": next_page,
        **(until if ends else {}),
    }


def _tell(done: MoveProposal | Booking, *, undone: bool = False) -> None:
    if isinstance(done, MoveProposal):
        flash(_("The requester is asked. The booking stays where it is until the answer."), "done")
    elif undone:
        flash(_("The move is taken back."), "done")
    else:
        flash(_("The booking is moved."), "done")


def _go_on(form: WhereToForm, booking_id: int) -> ResponseReturnValue:
    page = url_for("bookings.show_booking", booking_id=booking_id)
    return flask.redirect(answers.way_back(form.next.data, page, f"booking-{booking_id}"), code=303)


def _page(
    booking: Booking,
    form: WhereToForm,
    answer: Answer | None = None,
    saving: MoveForm | MoveOwnForm | None = None,
    *,
    suggest: bool = False,
) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    room = booking.block.cleanroom
    zone = room.facility.time_zone
    rooms = _rooms(session, booking)
    form.cleanroom.offer((one.id, f"{one.code} · {one.name}") for one in rooms)
    known = desk.identified(session, actor, [booking.project], at=at)
    lines = history.happenings(
        session, "booking", booking.id, groups=(), organisation_ids=[actor.organisation_id or 0], zone=zone
    )
    shown = [one for one in (form, saving) if one is not None]
    since = since_shown(lines, [one for one in shown if one.stale])
    for one in shown:
        one.next.data = form.next.data
        one.version.data, one.seen.data = str(booking.version), lines[0].iso if lines else ""
    answers.apart(saving)
    return flask.render_template(
        "bookings/facility/move.html",
        booking=booking,
        title=booking_title(booking, known),
        room=room,
        calendar_from=local_day(booking.block.starts_at, zone).isoformat(),
        now=window(booking.block.starts_at, booking.block.ends_at, zone),
        badge=words.booking_badge(booking),
        form=form,
        saving=saving,
        answer=answer,
        has_hours=any(one.unit is not BookingUnit.DAY for one in rooms),
        suggestions=_suggestions(session, booking, form, rooms, at=at) if suggest else [],
        since=since,
        go_back=answers.way_back(form.next.data, url_for("bookings.show_booking", booking_id=booking.id)),
    )


def _suggestions(
    session: Session, booking: Booking, form: WhereToForm, rooms: list[Cleanroom], *, at: datetime
) -> list[dict[str, Any]]:
    """Return what a week earlier and a week later would mean, and where the work is free first."""
    block, room = booking.block, booking.block.cleanroom
    zone = room.facility.time_zone
    found = []
    for label, days in ((_("One week earlier"), -7), (_("One week later"), 7)):
        slot = Slot(days_later(block.starts_at, days, zone), days_later(block.ends_at, days, zone))
        if booking.request is not None:
            slot = moves.slot_for_work(session, booking, booking.request, room, slot.start, at=at)
        against = moves.outlook_of_move(session, booking, room, slot, at=at).against
        found.append(_suggestion(label, booking, form, room, slot, answers.told(against)))
    for free, slot in moves.first_free(session, booking, rooms, at=at):
        label = _("First free in %(room)s", room=free.code)
        found.append(_suggestion(label, booking, form, free, slot, []))
    return found


def _suggestion(
    label: str, booking: Booking, form: WhereToForm, room: Cleanroom, slot: Slot, against: list[str]
) -> dict[str, Any]:
    """Return a place with what speaks against it, and what the form would send for it."""
    zone = room.facility.time_zone
    start, end = local(slot.start, zone), local(slot.end, zone)
    sent = {
        form.cleanroom.name: room.id,
        form.starts_on.name: start.date(),
        form.starts_hour.name: start.hour,
        form.next.name: form.next.data or "",
    }
    if booking.request is None:
        last_day = (end - timedelta(days=1)).date() if end.hour == 0 else end.date()
        sent |= {form.ends_on.name: last_day, form.ends_hour.name: end.hour or 24}
    return {
        "label": label,
        "when": window(slot.start, slot.end, zone),
        "against": against,
        "fields": sent,
    }
