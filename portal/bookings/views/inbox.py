"""The manager's inbox: what waits for a decision at all their facilities, and everything that the decision needs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.bookings import desk, history, outlooks, queries, search, services, signing, words
from portal.bookings.forms.facility import (
    ApproveForm,
    DecisionForm,
    HandOverForm,
    OfferForm,
    SignedForm,
    WordsForm,
)
from portal.bookings.models import Booking, RequestState, SlotRequest
from portal.bookings.needs import need_of
from portal.bookings.outlooks import Outlook
from portal.bookings.roomtime import local_day
from portal.bookings.rules.decisions import REQUEST_STEPS
from portal.bookings.views import asked, judgement
from portal.bookings.views.blueprint import bp
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import Reason
from portal.facilities.models import Cleanroom
from portal.facilities.queries import holders_of
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export
from portal.web.filters import day, moment, window
from portal.web.making import in_pages
from portal.web.paging import page_number, pages_of
from portal.web.sheets import Value

ON_DUTY = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
FILTERS = ("facility", "room", "state")
PAGE = 30
STEPS = {
    "approve": ApproveForm,
    "offer": OfferForm,
    "waitlist": SignedForm,
    "ask": WordsForm,
    "reject": WordsForm,
    "hand_over": HandOverForm,
}


@bp.get("/inbox")
@for_roles(*ON_DUTY)
def inbox() -> ResponseReturnValue:
    """Show what waits, the longest first, and the first of it in full."""
    return _page(None, {})


@bp.get("/inbox.<any(csv, xlsx):kind>")
@for_roles(*ON_DUTY)
def inbox_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    session, actor, at = db.session(), current_actor(), clock.now()
    wanted = _wanted(desk.rooms_at(session, actor))

    def rows(offset: int, limit: int) -> list[list[Value]]:
        listed = desk.requests_at(session, actor, **wanted, offset=offset, limit=limit)
        found, _diaries = outlooks.outlooks(session, listed, at=at)
        known = desk.identified(session, actor, [one.project for one in listed], at=at)
        who = {one.id: asked.requester(one, known) for one in listed}
        holds = desk.holds_of(session, [one.id for one in listed])
        return [
            _exported(
                one,
                _item(one, found.get(one.id), holds.get(one.id), who, is_current=False, actor=actor, at=at),
            )
            for one in listed
        ]

    columns = [
        _("Request"),
        _("From whom"),
        _("State"),
        _("Waits for days"),
        _("Cleanroom"),
        _("Facility"),
        _("When"),
        _("What stands out"),
    ]
    count = sum(one.number for one in desk.waiting_at(session, actor, **wanted))
    return export(kind, "inbox", columns, in_pages(rows), count=count)


@bp.get("/inbox/<int:request_id>")
@for_roles(*ON_DUTY)
def in_inbox(request_id: int) -> ResponseReturnValue:
    """Show one request among what waits, with everything that a decision on it needs."""
    return _page(request_id, {})


@bp.post("/inbox/<int:request_id>/approve")
@for_roles(*ON_DUTY)
def approve(request_id: int) -> ResponseReturnValue:
    """Approve a request, perhaps on a condition, or show everything that stands in the way."""
    actor, at = current_actor(), clock.now()
    form = ApproveForm(flask.request.form, prefix="approve-")
    place = queries.place_to_decide(db.session(), actor, request_id)
    return _done(
        request_id,
        "approve",
        form,
        lambda session: services.approve_request(
            session,
            actor,
            request_id,
            note=form.note.data or "",
            condition=form.condition.data or "",
            condition_until=form.until(place.time_zone),
            acknowledged=form.acknowledged.data,
            proof=form.proof,
            shown_version=form.shown_version,
            at=at,
        ),
        lambda booking: _held(booking) if booking.condition else _booked(booking),
        signs=signing.needs_signature(place.kind, signs_pre_gmp=place.signs_pre_gmp),
    )


@bp.post("/inbox/<int:request_id>/offer")
@for_roles(*ON_DUTY)
def offer(request_id: int) -> ResponseReturnValue:
    """Offer another window and hold it, or show what stands in the way."""
    actor, at, session = current_actor(), clock.now(), db.session()
    form = OfferForm(flask.request.form, prefix="offer-")
    found = queries.request_to_decide(session, actor, request_id)
    rooms = _rooms_to_offer(session, found)
    form.offer((), rooms)
    place = _place_to_offer(form, rooms)
    if place is None or not form.validate():
        if place is None and not form.cleanroom.errors and not form.starts_on.errors:
            form.refuse(Reason("window_not_chosen", field="window"))
        return _page(request_id, {"offer": form}), 422
    room, start = place
    diary = search.diaries_of(session, [room], at=at)[room.id]
    slot = search.window_from(diary, need_of(found), start)
    return _done(
        request_id,
        "offer",
        form,
        lambda session: services.offer_window(
            session,
            actor,
            request_id,
            cleanroom_id=room.id,
            slot=slot,
            note=form.note.data or "",
            acknowledged=form.acknowledged.data,
            proof=form.proof,
            shown_version=form.shown_version,
            at=at,
        ),
        _held,
        signs=signing.is_signed(room),
    )


@bp.post("/inbox/<int:request_id>/waitlist")
@for_roles(*ON_DUTY)
def waitlist(request_id: int) -> ResponseReturnValue:
    """Put a request on the waiting list."""
    actor, at = current_actor(), clock.now()
    form = SignedForm(flask.request.form, prefix="waitlist-")
    return _done(
        request_id,
        "waitlist",
        form,
        lambda session: services.waitlist_request(
            session,
            actor,
            request_id,
            note=form.note.data or "",
            proof=form.proof,
            shown_version=form.shown_version,
            at=at,
        ),
        lambda _request: _("On the waiting list. The portal offers time by itself when it becomes free."),
    )


@bp.post("/inbox/<int:request_id>/ask")
@for_roles(*ON_DUTY)
def ask(request_id: int) -> ResponseReturnValue:
    """Ask the requester a question."""
    actor, at = current_actor(), clock.now()
    form = WordsForm(flask.request.form, prefix="ask-")
    return _done(
        request_id,
        "ask",
        form,
        lambda session: services.ask_for_information(
            session, actor, request_id, note=form.note.data or "", shown_version=form.shown_version, at=at
        ),
        lambda _request: _("Question sent. The request keeps its age while it waits for the answer."),
    )


@bp.post("/inbox/<int:request_id>/reject")
@for_roles(*ON_DUTY)
def reject(request_id: int) -> ResponseReturnValue:
    """Reject a request with a reason."""
    actor, at = current_actor(), clock.now()
    form = WordsForm(flask.request.form, prefix="reject-")
    return _done(
        request_id,
        "reject",
        form,
        lambda session: services.reject_request(
            session, actor, request_id, note=form.note.data or "", shown_version=form.shown_version, at=at
        ),
        lambda _request: _("Request rejected. What it showed of the project is closed."),
    )


@bp.post("/inbox/<int:request_id>/hand-over")
@for_roles(*ON_DUTY)
def hand_over(request_id: int) -> ResponseReturnValue:
    """Hand a request over to a colleague."""
    actor, at, session = current_actor(), clock.now(), db.session()
    form = HandOverForm(flask.request.form, prefix="hand_over-")
    form.colleague.offer(
        _colleagues(session, actor, queries.request_to_decide(session, actor, request_id), at)
    )
    return _done(
        request_id,
        "hand_over",
        form,
        lambda session: services.hand_over(
            session,
            actor,
            request_id,
            colleague_id=form.colleague.data or 0,
            note=form.note.data or "",
            shown_version=form.shown_version,
            at=at,
        ),
        lambda _request: _("Handed over."),
    )


def _done(
    request_id: int,
    step: str,
    form: DecisionForm,
    work: Callable[[Session], Any],
    told: Callable[[Any], str],
    *,
    signs: bool | None = None,
) -> ResponseReturnValue:
    """Do a step and go back to the request, or show it again with what stands in the way.

    A decision that gives a room away is signed first, where decisions about that room are. What is told is put into
    words within the unit of work, which has read everything.
    """
    if signs is None:
        place = queries.place_to_decide(db.session(), current_actor(), request_id)
        signs = signing.needs_signature(place.kind, signs_pre_gmp=place.signs_pre_gmp)
    is_ready = form.validate() and (not isinstance(form, SignedForm) or not signs or _sign(form, request_id))
    if is_ready and form.attempt(lambda session: told(work(session))):
        flash(form.result, "done")
        return back("bookings.in_inbox", request_id=request_id, **_filters())
    return _page(request_id, {step: form}), 422


def _sign(form: DecisionForm, request_id: int) -> bool:
    return isinstance(form, SignedForm) and form.sign(
        current_actor(), subject_kind=signing.SUBJECT, subject_id=request_id, at=clock.now()
    )


def _booked(booking: Booking) -> str:
    return _("Request approved. %(room)s is booked %(window)s.", **_where(booking))


def _held(booking: Booking) -> str:
    zone = booking.block.cleanroom.facility.time_zone
    return _(
        "%(room)s is held %(window)s until %(until)s.",
        **_where(booking),
        until=moment(booking.held_until, zone),
    )


def _where(booking: Booking) -> dict[str, str]:
    room = booking.block.cleanroom
    zone = room.facility.time_zone
    return {"room": room.code, "window": window(booking.block.starts_at, booking.block.ends_at, zone)}


def _address(request_id: int) -> str:
    page = flask.request.args.get("page")
    kept = _filters() if page is None else {**_filters(), "page": page}
    return url_for("bookings.in_inbox", request_id=request_id, **kept)


def _filters() -> dict[str, Any]:
    return {name: flask.request.args[name] for name in FILTERS if flask.request.args.get(name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A request in the list, as the macro draws it."""

    url: str
    waits: int
    title: str
    grade: str
    room: str
    words: str
    flags: list[tuple[str, str]]
    current: bool


def _page(request_id: int | None, refused: Mapping[str, DecisionForm]) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    if refused:
        session.rollback()  # What was refused must not be seen as if it were stored.
    rooms = desk.rooms_at(session, actor)
    wanted = _wanted(rooms)
    waiting = desk.waiting_at(session, actor, **wanted)
    count = sum(one.number for one in waiting)
    page = page_number(count, PAGE)
    listed = desk.requests_at(session, actor, **wanted, offset=(page - 1) * PAGE, limit=PAGE)
    chosen = (
        desk.request_at_facility(session, actor, request_id)
        if request_id is not None
        else next((one for one in listed if one.state in desk.WAITING_FOR_FACILITY), next(iter(listed), None))
    )
    judged = listed if chosen is None or chosen in listed else [chosen, *listed]
    found, diaries = outlooks.outlooks(session, judged, at=at)
    others = [other for outlook in found.values() for other in outlook.competing]
    known = desk.identified(session, actor, [one.project for one in (*judged, *others)], at=at)
    who = {one.id: asked.requester(one, known) for one in (*judged, *others)}
    holds = desk.holds_of(session, [one.id for one in judged])

    def item(one: SlotRequest) -> Item:
        return _item(
            one, found.get(one.id), holds.get(one.id), who, is_current=chosen is one, actor=actor, at=at
        )

    longest = _("Longest wait first")
    groups = [
        (title, order, [item(one) for one in listed if one.state in states])
        for title, order, states in (
            (_("Waiting for you"), longest, desk.WAITING_FOR_FACILITY),
            (_("Waiting for others"), longest, desk.WAITING_FOR_OTHERS),
            (_("Decided"), _("Latest request first"), desk.DECIDED),
        )
    ]
    shown = None
    if chosen is not None:
        shown = asked.shown(session, actor, chosen, found, diaries, who, known, holds, at=at)
        shown["forms"] = _forms(session, actor, chosen, shown, refused, at=at)
        shown["since"] = _since(shown["history"], refused)
        shown["is_signed"] = _asks_for_password(session, chosen, refused)
        outlook = found.get(chosen.id)
        shown["warns"] = bool(outlook and outlook.warned)
        shown["refused"] = [form for step, form in refused.items() if step not in shown["forms"]]
    return flask.render_template(
        "bookings/facility/inbox.html",
        groups=[group for group in groups if group[-1]],
        count=count,
        page=page,
        pages=pages_of(count, PAGE),
        exports=[
            (label, url_for("bookings.inbox_file", kind=kind, **_filters()))
            for label, kind in (("CSV", "csv"), ("XLSX", "xlsx"))
        ],
        lead=_lead(waiting, at),
        manages=bool(actor.facilities_as(Role.FACILITY_MANAGER)),
        filters=_filters(),
        facilities=sorted(
            {(room.facility_id, room.facility.name) for room in rooms}, key=lambda pair: pair[1]
        ),
        rooms=[(room.id, f"{room.code} · {room.facility.name}") for room in rooms],
        states=[
            ("decided", _("Decided")),
            *(
                (state.value, asked.state_words(state))
                for state in RequestState
                if state is not RequestState.DRAFT
            ),
        ],
        chosen=shown,
        is_asked_for=request_id is not None,
        form=next(iter(refused.values()), None),
    )


def _asks_for_password(
    session: Session, request: SlotRequest, refused: Mapping[str, DecisionForm]
) -> dict[str, bool]:
    """Return for each step that gives a room away whether its form asks for a signature."""
    here = request.cleanroom is not None and signing.is_signed(request.cleanroom)
    asked = {
        step: bool(getattr(form, "password", None) and form["password"].errors)
        for step, form in refused.items()
    }
    anywhere = any(signing.is_signed(room) for room in _rooms_to_offer(session, request))
    steps = {"approve": here, "waitlist": here, "offer": here or anywhere}
    return {step: needed or asked.get(step, False) for step, needed in steps.items()}


def _wanted(rooms: list[Cleanroom]) -> dict[str, Any]:
    args = flask.request.args
    facility_ids = {str(room.facility_id): room.facility_id for room in rooms}
    room_ids = {str(room.id): room.id for room in rooms}
    states: Collection[RequestState] = (*desk.WAITING_FOR_FACILITY, *desk.WAITING_FOR_OTHERS)
    if args.get("state") == "decided":
        states = desk.DECIDED
    elif args.get("state") in set(RequestState) - {RequestState.DRAFT}:
        states = (RequestState(args["state"]),)
    return {
        "facility_id": facility_ids.get(args.get("facility", "")),
        "cleanroom_id": room_ids.get(args.get("room", "")),
        "states": states,
    }


def _lead(waiting: list[desk.Waiting], at: datetime) -> str:
    mine = [one for one in waiting if one.state in desk.WAITING_FOR_FACILITY]
    number = sum(one.number for one in mine)
    out = sum(one.number for one in waiting if one.state in (RequestState.OFFERED, RequestState.NEEDS_INFO))
    parts = [ngettext("%(num)s request waits for you", "%(num)s requests wait for you", number)]
    if mine:
        longest = max(_days(one.since, at, one.time_zone) for one in mine)
        parts.append(ngettext("the longest for %(num)s day", "the longest for %(num)s days", longest))
    if out:
        parts.append(ngettext("%(num)s offer or question is out", "%(num)s offers or questions are out", out))
    return " · ".join(parts)


def _waits(request: SlotRequest, at: datetime) -> int:
    since = request.waiting_since or request.decided_at or request.submitted_at or request.created_at
    zone = request.cleanroom.facility.time_zone if request.cleanroom else "UTC"
    return _days(since, at, zone)


def _days(since: datetime, at: datetime, zone: str) -> int:
    return max(0, (local_day(at, zone) - local_day(since, zone)).days)


def _item(
    request: SlotRequest,
    outlook: Outlook | None,
    hold: Booking | None,
    who: Mapping[int, str],
    *,
    is_current: bool,
    actor: Actor,
    at: datetime,
) -> Item:
    room, slot = request.cleanroom, request.slot
    return Item(
        url=_address(request.id),
        waits=_waits(request, at),
        title=who[request.id],
        grade=room.grade if room else "CNC",
        room=room.code if room else "",
        words=window(slot.start, slot.end, room.facility.time_zone) if room and slot else "",
        flags=list(_flags(request, outlook, hold, actor)),
        current=is_current,
    )


def _exported(request: SlotRequest, item: Item) -> list[Value]:
    return [
        request.reference,
        item.title,
        asked.state_words(request.state),
        item.waits,
        item.room,
        request.cleanroom.facility.name if request.cleanroom else "",
        item.words,
        "; ".join(sentence for _kind, sentence in item.flags),
    ]


def _flags(
    request: SlotRequest, outlook: Outlook | None, hold: Booking | None, actor: Actor
) -> list[tuple[str, str]]:
    flags: list[tuple[str, str]] = []
    if request.state is RequestState.OFFERED and hold is not None and hold.held_until is not None:
        zone = hold.block.cleanroom.facility.time_zone
        flags.append(("held", _("Offer lapses %(day)s", day=day(local_day(hold.held_until, zone), "d MMM"))))
    elif request.state in desk.WAITING_FOR_OTHERS or request.state in desk.DECIDED:
        flags.append((words.REQUEST_KINDS[request.state], asked.state_words(request.state)))
    if outlook is not None:
        if outlook.against:
            flags.append(("no", _("Not bookable any more") if _was_bookable(outlook) else _("Not bookable")))
        if outlook.competing:
            number = len(outlook.competing)
            flags.append(("late", ngettext("Overlaps %(num)s request", "Overlaps %(num)s requests", number)))
        if outlook.waived:
            flags.append(("late", _("Short notice")))
        if outlook.changeover_days:
            days = outlook.changeover_days
            flags.append(("wait", ngettext("Changeover %(num)s day", "Changeover %(num)s days", days)))
        if outlook.clear and request.state in desk.WAITING_FOR_FACILITY:
            flags.insert(0, ("done", _("Nothing in the way")))
    if request.handled_by is not None and request.handled_by_id != actor.user_id:
        flags.append(("wait", _("With %(name)s", name=request.handled_by.name)))
    return flags


def _was_bookable(outlook: Outlook) -> bool:
    """Say whether time has overtaken the request: it was free when it was sent, or it would not be here."""
    overtaken = {"slot_taken", "room_closed", "in_the_past", *judgement.NEIGHBOURS}
    return any(reason.code in overtaken for reason in outlook.against)


def _rooms_to_offer(session: Session, request: SlotRequest) -> list[Cleanroom]:
    if request.cleanroom is None:
        return []
    return [room for room in desk.rooms_of(session, request.cleanroom.facility_id) if room.is_bookable]


def _place_to_offer(form: OfferForm, rooms: list[Cleanroom]) -> tuple[Cleanroom, datetime] | None:
    by_id = {room.id: room for room in rooms}
    if form.chosen is not None:
        room_id, start = form.chosen
        return (by_id[room_id], start) if room_id in by_id else None
    room = by_id.get(form.cleanroom.data or 0)
    start_there = form.start_in(room) if room is not None else None
    return (room, start_there) if room is not None and start_there is not None else None


def _colleagues(session: Session, actor: Actor, request: SlotRequest, at: datetime) -> list[tuple[int, str]]:
    if request.cleanroom is None:
        return []
    zone = request.cleanroom.facility.time_zone
    managers = holders_of(
        session, request.cleanroom.facility_id, Role.FACILITY_MANAGER, today=local_day(at, zone)
    )
    return [(person.id, person.name) for person in managers if person.id != actor.user_id]


def _forms(
    session: Session,
    actor: Actor,
    request: SlotRequest,
    shown: Mapping[str, Any],
    refused: Mapping[str, DecisionForm],
    *,
    at: datetime,
) -> dict[str, DecisionForm]:
    """Return the forms of the steps that a request may take now; the refused one keeps what was typed."""
    forms: dict[str, DecisionForm] = {}
    if not shown["decides"]:
        return forms
    lines = shown["history"]
    for step, make in STEPS.items():
        is_of_use = request.state.value in REQUEST_STEPS[step] and not (
            step == "approve" and shown["is_barred"]
        )
        if not is_of_use and step not in refused:
            continue
        form = refused.get(step) or make(prefix=f"{step}-")
        form.version.data, form.seen.data = str(request.version), lines[0].iso if lines else ""
        if isinstance(form, HandOverForm):
            form.colleague.offer(_colleagues(session, actor, request, at))
            if not form.colleague.known - {""} and step not in refused:
                continue
        if isinstance(form, OfferForm):
            rooms = _rooms_to_offer(session, request)
            form.offer(outlooks.windows_to_offer(session, request, rooms, at=at), rooms)
        forms[step] = form
    return forms


def _since(lines: list[history.Happening], refused: Mapping[str, DecisionForm]) -> list[history.Happening]:
    """Return what has happened since the page of a stale form was made."""
    form = next(iter(refused.values()), None)
    if form is None or not form.stale:
        return []
    seen = (form.seen.raw_data or [""])[0] or ""
    return [line for line in lines if line.iso > str(seen)] or lines[:1]
