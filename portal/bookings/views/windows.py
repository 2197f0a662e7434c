"""The second step: a room and a window, for a draft or for a request that waits."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import flask
from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings import queries, search, services
from portal.bookings.forms.requests import WindowForm, write_window
from portal.bookings.models import RequestState, SlotRequest
from portal.bookings.needs import Need, need_of
from portal.bookings.rules.decisions import REQUEST_STEPS
from portal.bookings.sentences import sentences_of
from portal.bookings.views import choosing
from portal.bookings.views.blueprint import bp
from portal.bookings.views.choosing import Choice
from portal.bookings.views.wizard import lead, needed_facts, sent_already, steps
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import Reason
from portal.facilities.models import BookingUnit, Cleanroom
from portal.facilities.queries import bookable_cleanrooms
from portal.store import db
from portal.web.actors import back, current_actor, for_roles


@bp.get("/requests/<int:request_id>/window")
@for_roles(Role.FOUNDER)
def choose_window(request_id: int) -> ResponseReturnValue:
    """Show every room that fits with its first free windows, and the others with the reasons."""
    asked = queries.own_request(db.session(), current_actor(), request_id)
    if not _may_choose(asked):
        return sent_already(request_id)
    return window_page(asked, WindowForm(data={"version": str(asked.version)}))


@bp.post("/requests/<int:request_id>/window")
@for_roles(Role.FOUNDER)
def keep_window(request_id: int) -> ResponseReturnValue:
    """Keep the chosen window with the draft, or go on to the check for a request that waits already."""
    asked = queries.own_request(db.session(), current_actor(), request_id)
    if not _may_choose(asked):
        return sent_already(request_id)
    form, need, at = WindowForm(flask.request.form), need_of(asked), clock.now()
    go = flask.request.form.get("go", "continue")
    if go == "leave" and not form.window.data:
        return _left()
    offer_rooms(form, bookable_cleanrooms(db.session(), need.kind))
    choice = _choice(form, need, go, at=at) if form.validate() else None
    if choice is not None:
        if asked.state is not RequestState.DRAFT:
            return _go_to_change(asked, form, choice, at=at)
        room_id, slot = choice
        if form.attempt(
            lambda session: (
                services.choose_window(
                    session,
                    current_actor(),
                    request_id,
                    cleanroom_id=room_id,
                    slot=slot,
                    shown_version=form.shown_version,
                    at=at,
                ).id
            )
        ):
            return _kept(request_id, go)
    asked = queries.own_request(db.session(), current_actor(), request_id)
    if form.stale:
        form.version.data = str(asked.version)
    return window_page(asked, form, choice=choice), 409 if form.stale else 422


def window_page(asked: SlotRequest, form: WindowForm, *, choice: Choice | None = None) -> str:
    """Return the page of rooms and windows; `choice` is what was chosen now and refused."""
    at = clock.now()
    is_draft = asked.state is RequestState.DRAFT
    chosen = (asked.cleanroom_id, asked.slot) if asked.cleanroom_id and asked.slot else None
    found = choosing.choices(
        db.session(),
        need_of(asked),
        asked.organisation,
        at=at,
        chosen=chosen,
        everything=flask.request.args.get("rooms") == "all",
    )
    offer_rooms(form, [answer.cleanroom for answer in found.answers if answer.fits])
    return render_template(
        "bookings/requests/window.html",
        form=form,
        asked=asked,
        is_draft=is_draft,
        steps=steps(asked) if is_draft else None,
        lead=lead(asked),
        found=found,
        lost=sentences_of(found.lost) if choice is None else [],
        shown_reasons=choosing.SHOWN_REASONS,
        facts=needed_facts(asked),
    )


def offer_rooms(form: WindowForm, rooms: list[Cleanroom]) -> None:
    """Let a start of one's own be asked for in one of these rooms."""
    form.other_room.offer([(room.id, f"{room.name} · {choosing.place_of(room)}") for room in rooms])


def other_window(
    form: WindowForm, need: Need, *, at: datetime, ignored: tuple[int, ...] = ()
) -> Choice | None:
    """Return the window that begins where the form says, or None if room or day are missing."""
    if not form.validate_for_other():
        return None
    room = db.session.get(Cleanroom, form.other_room.data)
    if room is None or form.other_day.data is None:
        return None
    wall = datetime.combine(form.other_day.data, time(_hour(form, room)))
    start = wall.replace(tzinfo=ZoneInfo(room.facility.time_zone)).astimezone(UTC)
    diary = search.diaries_of(db.session(), [room], at=at, ignored_booking_ids=ignored)[room.id]
    return room.id, search.window_from(diary, need, start)


def _hour(form: WindowForm, room: Cleanroom) -> int:
    if room.unit is BookingUnit.DAY:
        return 0
    if form.other_hour.data is None:
        return room.opens_hour if room.unit is BookingUnit.HOUR else 0
    return int(form.other_hour.data)


def _choice(form: WindowForm, need: Need, go: str, *, at: datetime) -> Choice | None:
    choice = other_window(form, need, at=at) if go == "other" else form.choice
    if choice is None and go != "other":
        form.refuse(Reason("no_window_asked", field="window"))
    return choice


def _go_to_change(
    asked: SlotRequest, form: WindowForm, choice: Choice, *, at: datetime
) -> ResponseReturnValue:
    room = db.session.get(Cleanroom, choice[0])
    if room is None:
        form.refuse(Reason("no_window_asked", field="window"))
    elif (room.id, choice[1]) == (asked.cleanroom_id, asked.slot):
        flash(_("The request asks for this window already; nothing was changed."), "info")
        return back("bookings.show_request", request_id=asked.id)
    else:
        reasons = search.reasons_against(db.session(), room, need_of(asked), choice[1], at=at)
        if not reasons:
            return back("bookings.check_change", request_id=asked.id, window=write_window(room, choice[1]))
        form.refuse(*reasons)
    return window_page(asked, form, choice=choice), 422


def _kept(request_id: int, go: str) -> ResponseReturnValue:
    if go == "leave":
        return _left()
    return back("bookings.check_request", request_id=request_id)


def _left() -> ResponseReturnValue:
    flash(_("Saved as a draft. You find it in this list."), "done")
    return back("bookings.own_requests")


def _may_choose(asked: SlotRequest) -> bool:
    steps_from = REQUEST_STEPS["change_window"] | REQUEST_STEPS["submit"]
    return asked.state.value in steps_from
