"""The record of one slot request, and what its owner does with it: answer, accept, decline, withdraw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings import queries, search, services, words
from portal.bookings.belonging import belongings
from portal.bookings.estimates import kept_estimate
from portal.bookings.forms.requests import AnswerForm, NoteForm, write_window
from portal.bookings.history import Happening, happenings
from portal.bookings.models import (
    Booking,
    BookingState,
    RequestMessage,
    RequestState,
    Side,
    SlotRequest,
)
from portal.bookings.needs import need_of
from portal.bookings.rules.decisions import REQUEST_STEPS
from portal.bookings.sentences import sentences_of
from portal.bookings.subsidies import share_agreed, share_foreseen
from portal.bookings.views import choosing
from portal.bookings.views.blueprint import bp
from portal.bookings.views.checking import cost_rows
from portal.bookings.views.signed import signatures_shown
from portal.bookings.views.wizard import needed_facts
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.words import priority
from portal.projects.models import FieldGroup
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import moment, window
from portal.web.forms import ActionForm
from portal.web.locale import HOME_ZONE, local

OWN_GROUPS = tuple(group.value for group in FieldGroup)
"""Everything of a project is its owner's to read."""
WAITING = frozenset({RequestState.SUBMITTED, RequestState.NEEDS_INFO, RequestState.WAITLISTED})
NEXT_WINDOWS = 3
FORMS: Mapping[str, type[ActionForm]] = {"answer": AnswerForm, "decline": NoteForm, "withdraw": NoteForm}


@bp.post("/requests/<int:request_id>/accept")
@for_roles(Role.FOUNDER)
def accept_offer(request_id: int) -> ResponseReturnValue:
    """Accept the offered window; the hold becomes a booking."""
    actor, at, form = current_actor(), clock.now(), ActionForm(flask.request.form)
    return _done(
        request_id,
        form,
        lambda session: (
            services.accept_offer(session, actor, request_id, shown_version=form.shown_version, at=at).id
        ),
        _("Accepted. The room is booked for you."),
    )


@bp.post("/requests/<int:request_id>/decline")
@for_roles(Role.FOUNDER)
def decline_offer(request_id: int) -> ResponseReturnValue:
    """Decline the offered window; the request waits for the facility again."""
    actor, at, form = current_actor(), clock.now(), NoteForm(flask.request.form)
    return _done(
        request_id,
        form,
        lambda session: (
            services.decline_offer(
                session,
                actor,
                request_id,
                note=form.note.data or "",
                shown_version=form.shown_version,
                at=at,
            ).id
        ),
        _("Declined. The room is free again, and the request waits for the facility."),
        shown="decline",
    )


@bp.post("/requests/<int:request_id>/withdraw")
@for_roles(Role.FOUNDER)
def withdraw_request(request_id: int) -> ResponseReturnValue:
    """Take the request back; what the facility was shown closes at once."""
    actor, at, form = current_actor(), clock.now(), NoteForm(flask.request.form)
    return _done(
        request_id,
        form,
        lambda session: (
            services.withdraw_request(
                session,
                actor,
                request_id,
                note=form.note.data or "",
                shown_version=form.shown_version,
                at=at,
            ).id
        ),
        _("Withdrawn. The facility sees nothing of the project because of it any more."),
        shown="withdraw",
    )


@bp.post("/requests/<int:request_id>/answer")
@for_roles(Role.FOUNDER)
def answer_question(request_id: int) -> ResponseReturnValue:
    """Answer the facility's question; the request waits for the facility again, as old as it was."""
    actor, at, form = current_actor(), clock.now(), AnswerForm(flask.request.form)
    return _done(
        request_id,
        form,
        lambda session: (
            services.answer_question(
                session,
                actor,
                request_id,
                note=form.note.data or "",
                shown_version=form.shown_version,
                at=at,
            ).id
        ),
        _("Your answer is sent."),
        shown="answer",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The window that a facility offers: where, when, what it costs, until when it is held."""

    booking: Booking
    room: str
    place: str
    grade: str
    window: str
    held_until: str
    has_lapsed: bool
    cost: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """That the window asked for can no longer be had: why, and the next ones that could."""

    reasons: list[str]
    windows: list[tuple[str, str]]
    """The address of the check, and the words."""


def request_page(
    actor: Actor, request_id: int, *, form: ActionForm | None = None, shown: str | None = None
) -> ResponseReturnValue:
    """Return the page of a request; `form` is what was refused, in the dialog that `shown` names."""
    session, at = db.session(), clock.now()
    asked = queries.own_request(session, actor, request_id)
    booking = queries.bookings_of(session, [request_id]).get(request_id)
    room, slot = asked.cleanroom, asked.slot
    zone = room.facility.time_zone if room else HOME_ZONE
    places = queries.places_on_waiting_lists(session, [asked])
    offer = _offer(asked, booking, at=at)
    forms = {name: _form(kind, name, asked, form if shown == name else None) for name, kind in FORMS.items()}
    return render_template(
        "bookings/requests/show.html",
        form=form,
        shown=shown,
        forms=forms,
        asked=asked,
        title=asked.title or words.run_kind(asked.run_kind),
        lead=_lead(asked),
        badge=words.request_badge(
            asked.state, hold=booking, place=places.get(asked.id), sent_at=asked.submitted_at
        ),
        steps_possible={step for step, states in REQUEST_STEPS.items() if asked.state.value in states},
        room=room,
        place=choosing.place_of(room) if room else None,
        window=window(slot.start, slot.end, zone) if slot else None,
        offer=offer,
        lost=_lost(asked, at=at) if asked.state in WAITING else None,
        booking=booking if booking is not None and asked.state is RequestState.APPROVED else None,
        condition_until=_condition_until(booking, zone),
        condition=words.condition(booking) if booking is not None else None,
        waiting_place=places.get(asked.id),
        priority=priority(room.facility.priority) if room else None,
        facts=needed_facts(asked),
        cost=_cost(session, asked, booking) if asked.estimate else [],
        history=_history(session, asked, zone),
        signatures=signatures_shown(session, asked, booking),
        thread=_thread(session, asked, zone),
        related=belongings(session, actor, asked, None),
        handled_by=asked.handled_by.name if asked.handled_by else None,
    )


def _lead(asked: SlotRequest) -> str:
    work = [words.run_kind(asked.run_kind)] if asked.title else []
    length = words.length(asked.duration, asked.duration_unit, asked.mode)
    return " · ".join([asked.project.name, *work, length, asked.reference])


def _form(kind: type[ActionForm], name: str, asked: SlotRequest, refused: ActionForm | None) -> ActionForm:
    """Return a form of a page that has several: no id stands twice, and it carries the version that is shown."""
    form = refused or kind(formdata=None)
    form.version.data = str(asked.version)
    for field in form:
        field.id = f"{name}-{field.id}"
    return form


def on_the_wall(at: datetime, zone: str) -> datetime:
    """Return a moment as the facility's clock shows it, for a file."""
    return local(at, zone).replace(tzinfo=None)


def parties(asked: SlotRequest, facility: Facility | None) -> list[int]:
    """Return the organisations that take part in a request, whose people may be named in it."""
    operator = facility.operator_id if facility else None
    return [asked.organisation_id, *([operator] if operator else [])]


def _done(
    request_id: int,
    form: ActionForm,
    work: Callable[[Session], int],
    sentence: str,
    *,
    shown: str | None = None,
) -> ResponseReturnValue:
    actor = current_actor()
    queries.own_request(db.session(), actor, request_id)
    if form.validate() and form.attempt(work):
        flash(sentence, "done")
        return back("bookings.show_request", request_id=request_id)
    page = request_page(actor, request_id, form=form, shown=shown)
    return flask.make_response(page, 409 if form.stale else 422)


def _offer(asked: SlotRequest, booking: Booking | None, *, at: datetime) -> Offer | None:
    if asked.state is not RequestState.OFFERED or booking is None or booking.held_until is None:
        return None
    room = booking.block.cleanroom
    zone = room.facility.time_zone
    return Offer(
        booking=booking,
        room=room.name,
        place=choosing.place_of(room),
        grade=room.grade.value,
        window=window(booking.block.starts_at, booking.block.ends_at, zone),
        held_until=moment(booking.held_until, zone),
        has_lapsed=booking.held_until <= at,
        cost=cost_rows(
            kept_estimate(booking.estimate),
            share_agreed(db.session(), booking)
            or share_foreseen(
                db.session(), booking.estimate, booking.slot, room, asked.organisation, asked.project_id
            ),
            is_agreed=False,
        ),
    )


def _cost(session: Session, asked: SlotRequest, booking: Booking | None) -> list[tuple[str, str]]:
    """Return what the window asked for costs, and what a programme pays of it, or would if it were approved now."""
    agreed = kept_estimate(asked.estimate)
    if booking is not None and asked.state is RequestState.APPROVED:
        return cost_rows(agreed, share_agreed(session, booking))
    room, slot = asked.cleanroom, asked.slot
    if room is None or slot is None or asked.state not in WAITING:
        return cost_rows(agreed)
    share = share_foreseen(session, asked.estimate, slot, room, asked.organisation, asked.project_id)
    return cost_rows(agreed, share, is_agreed=False)


def _lost(asked: SlotRequest, *, at: datetime) -> Lost | None:
    """Return why the window asked for can no longer be had, if it can't, and the next free ones."""
    room, slot, session = asked.cleanroom, asked.slot, db.session()
    if room is None or slot is None:
        return None
    need = need_of(asked)
    reasons = search.reasons_against(session, room, need, slot, at=at)
    reasons = [reason for reason in reasons if reason.code != "notice_too_short"]
    if not reasons:
        return None
    found = search.answers(session, need, at=at, count=NEXT_WINDOWS)
    choices = [(slot, answer.cleanroom) for answer in found for slot in answer.windows]
    choices.sort(key=lambda choice: (choice[0], choice[1].id))
    return Lost(
        reasons=sentences_of(reasons),
        windows=[_next_window(asked, room, slot) for slot, room in choices[:NEXT_WINDOWS]],
    )


def _next_window(asked: SlotRequest, room: Cleanroom, slot: Any) -> tuple[str, str]:
    url = url_for("bookings.check_change", request_id=asked.id, window=write_window(room, slot))
    stretch = window(slot.start, slot.end, room.facility.time_zone)
    return url, f"{room.name}, {room.facility.name}: {stretch}"


def _condition_until(booking: Booking | None, zone: str) -> str | None:
    if booking is None or booking.state is not BookingState.HELD or booking.condition is None:
        return None
    return moment(booking.held_until, zone)


def _history(session: Session, asked: SlotRequest, zone: str) -> list[Happening]:
    facility = asked.cleanroom.facility if asked.cleanroom else None
    return happenings(
        session,
        "slot_request",
        asked.id,
        groups=OWN_GROUPS,
        organisation_ids=parties(asked, facility),
        zone=zone,
    )


def _thread(session: Session, asked: SlotRequest, zone: str) -> list[dict[str, str]]:
    return [_said(message, zone) for message in queries.thread(session, asked.id)]


def _said(message: RequestMessage, zone: str) -> dict[str, str]:
    side = _("the facility") if message.side is Side.FACILITY else _("your organisation")
    return {
        "who": _("%(name)s, %(side)s", name=message.author.name, side=side),
        "when": moment(message.written_at, zone),
        "iso": message.written_at.isoformat(),
        "text": message.text,
    }
