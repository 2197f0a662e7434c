"""The bookings of a requester's organisation: the list, the record, cancelling, and moving to another window."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings import queries, search, services, words
from portal.bookings.belonging import belongings
from portal.bookings.blocks import work_of
from portal.bookings.estimates import Estimate, estimate, kept_estimate
from portal.bookings.forms.requests import CancelForm, MoveForm, NoteForm
from portal.bookings.history import happenings
from portal.bookings.models import Booking, MoveProposal, Side
from portal.bookings.needs import Need, need_of
from portal.bookings.rules.decisions import BOOKING_STEPS
from portal.bookings.services.bookings import fee_for_cancelling, must_ask
from portal.bookings.subsidies import share_agreed
from portal.bookings.views import choosing
from portal.bookings.views.blueprint import bp
from portal.bookings.views.checking import cost_rows
from portal.bookings.views.record import OWN_GROUPS, on_the_wall, parties
from portal.bookings.views.windows import offer_rooms, other_window
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason
from portal.core.slots import Slot
from portal.facilities import words as facility_words
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export
from portal.web.filters import moment, money, window
from portal.web.forms import ActionForm
from portal.web.making import in_pages
from portal.web.paging import page_number, pages_of

A_PAGE = 50
COMING, PAST = "coming", "past"


@bp.get("/my-bookings")
@for_roles(Role.FOUNDER)
def own_bookings() -> ResponseReturnValue:
    """Show the bookings of the reader's organisation: those to come, or those that are over."""
    actor, when, sort, at = current_actor(), _when(), _sort(), clock.now()
    number = queries.count_own_bookings(db.session(), actor, is_over=when == PAST, at=at)
    page = page_number(number, A_PAGE)
    found = _listed(actor, when, sort, offset=(page - 1) * A_PAGE, limit=A_PAGE, at=at)
    return render_template(
        "bookings/own_bookings/index.html",
        rows=[_row(booking) for booking in found],
        number=number,
        page=page,
        pages=pages_of(number, A_PAGE),
        when=when,
        sort=sort,
        exports=[
            (label, url_for("bookings.own_bookings_file", kind=kind, when=when, sort=sort))
            for label, kind in (("CSV", "csv"), ("XLSX", "xlsx"))
        ],
    )


@bp.get("/my-bookings.<any(csv, xlsx):kind>")
@for_roles(Role.FOUNDER)
def own_bookings_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    actor, when, sort, at = current_actor(), _when(), _sort(), clock.now()
    count = queries.count_own_bookings(db.session(), actor, is_over=when == PAST, at=at)
    columns = [
        _("Request"),
        _("Project"),
        _("Title"),
        _("State"),
        _("Cleanroom"),
        _("Facility"),
        _("From"),
        _("Until before"),
        _("Time zone"),
        _("Estimate without VAT"),
        _("Currency"),
    ]
    found = in_pages(lambda offset, limit: _listed(actor, when, sort, offset=offset, limit=limit, at=at))
    return export(kind, "bookings", columns, map(_exported, found), count=count)


@bp.get("/my-bookings/<int:booking_id>")
@for_roles(Role.FOUNDER)
def show_own_booking(booking_id: int) -> ResponseReturnValue:
    """Show a booking, what happened to it, and what its owner can do."""
    return _page(booking_id)


@bp.post("/my-bookings/<int:booking_id>/cancel")
@for_roles(Role.FOUNDER)
def cancel_own_booking(booking_id: int) -> ResponseReturnValue:
    """Cancel a booking for the fee that the page showed; another fee by now is shown first."""
    actor, at, form = current_actor(), clock.now(), CancelForm(flask.request.form)
    queries.own_booking(db.session(), actor, booking_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.cancel_booking(
                session,
                actor,
                booking_id,
                note=form.note.data or "",
                agreed_fee=form.agreed_fee,
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Cancelled. The time is free again, and the facility is told."), "done")
        return back("bookings.show_own_booking", booking_id=booking_id)
    return flask.make_response(_page(booking_id, form=form, shown="cancel"), 409 if form.stale else 422)


@bp.route("/my-bookings/<int:booking_id>/move", methods=["GET", "POST"])
@for_roles(Role.FOUNDER)
def move_own_booking(booking_id: int) -> ResponseReturnValue:
    """Propose another window for a booking; the facility is asked, unless its terms let it be moved at once."""
    actor, at = current_actor(), clock.now()
    booking = queries.own_booking(db.session(), actor, booking_id)
    need = _need_to_move(booking, at=at)
    if need is None or booking.state.value not in BOOKING_STEPS["move"]:
        flash(_("This booking can’t be moved any more. This is where it stands."), "info")
        return back("bookings.show_own_booking", booking_id=booking_id)
    if flask.request.method == "GET":
        return _move_page(booking, need, MoveForm(data={"version": str(booking.version)}))
    form = MoveForm(flask.request.form)
    offer_rooms(form, queries.rooms_of(db.session(), booking.block.cleanroom.facility_id))
    if not form.validate():
        return _move_page(booking, need, form), 422
    is_other = flask.request.form.get("go") == "other"
    choice = other_window(form, need, at=at, ignored=(booking.id,)) if is_other else form.choice
    if choice is None:
        if not is_other:
            form.refuse(Reason("no_window_asked", field="window"))
        return _move_page(booking, need, form), 422
    room_id, slot = choice

    def propose(session: Session) -> bool:
        done = services.propose_move(
            session,
            actor,
            booking_id,
            cleanroom_id=room_id,
            slot=slot,
            why=form.why.data or "",
            acknowledged=form.acknowledged.data,
            shown_version=form.shown_version,
            at=at,
        )
        return isinstance(done, MoveProposal)

    if form.attempt(propose):
        flash(
            _("The facility is asked. Until it agrees the booking stays where it is.")
            if form.result
            else _("Moved. The facility is told."),
            "done",
        )
        return back("bookings.show_own_booking", booking_id=booking_id)
    booking = queries.own_booking(db.session(), actor, booking_id)
    if form.stale:
        form.version.data = str(booking.version)
    return _move_page(booking, need, form), 409 if form.stale else 422


@bp.post("/my-bookings/<int:booking_id>/moves/<int:proposal_id>/<any(accept, decline):answer>")
@for_roles(Role.FOUNDER)
def answer_move_of_own_booking(booking_id: int, proposal_id: int, answer: str) -> ResponseReturnValue:
    """Accept or decline the facility's proposal to move a booking."""
    actor, at, form = current_actor(), clock.now(), NoteForm(flask.request.form)
    _proposal(actor, booking_id, proposal_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.answer_move(
                session, actor, proposal_id, accept=answer == "accept", note=form.note.data or "", at=at
            ).id
        )
    ):
        flash(
            _("Accepted. The booking has its new window.")
            if answer == "accept"
            else _("Declined. The booking stays where it is."),
            "done",
        )
        return back("bookings.show_own_booking", booking_id=booking_id)
    return flask.make_response(_page(booking_id, form=form), 409 if form.stale else 422)


@bp.post("/my-bookings/<int:booking_id>/moves/<int:proposal_id>/withdraw")
@for_roles(Role.FOUNDER)
def withdraw_move_of_own_booking(booking_id: int, proposal_id: int) -> ResponseReturnValue:
    """Take back one's own proposal to move a booking."""
    actor, at, form = current_actor(), clock.now(), ActionForm(flask.request.form)
    _proposal(actor, booking_id, proposal_id)
    if form.attempt(lambda session: services.withdraw_move(session, actor, proposal_id, at=at).id):
        flash(_("Taken back. The booking stays where it is."), "done")
        return back("bookings.show_own_booking", booking_id=booking_id)
    return flask.make_response(_page(booking_id, form=form), 409 if form.stale else 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal to move a booking that waits for an answer."""

    id: int
    is_own: bool
    place: str
    window: str
    cost: str
    why: str
    when: str


def _page(booking_id: int, *, form: ActionForm | None = None, shown: str | None = None) -> str:
    session, at = db.session(), clock.now()
    booking = queries.own_booking(session, current_actor(), booking_id)
    room = booking.block.cleanroom
    facility, zone = room.facility, room.facility.time_zone
    fee, currency = fee_for_cancelling(booking, by=Side.REQUESTER, at=at)
    cancel_form = form if isinstance(form, CancelForm) else CancelForm(formdata=None)
    cancel_form.version.data = str(booking.version)
    cancel_form.fee.data = "" if fee is None else str(fee)
    state = booking.state.value
    return render_template(
        "bookings/own_bookings/show.html",
        form=form,
        shown=shown,
        cancel_form=cancel_form,
        booking=booking,
        title=booking.title or words.run_kind(booking.run_kind),
        badge=words.booking_badge(booking),
        room=room,
        place=choosing.place_of(room),
        window=window(booking.block.starts_at, booking.block.ends_at, zone),
        held_until=moment(booking.held_until, zone) if booking.held_until else None,
        condition=words.condition(booking),
        run=words.run_kind(booking.run_kind),
        cost=cost_rows(kept_estimate(booking.estimate), share_agreed(session, booking)),
        can_cancel=state in BOOKING_STEPS["cancel"] and booking.block.ends_at > at,
        can_move=state in BOOKING_STEPS["move"] and booking.block.starts_at > at,
        fee=_fee_words(fee, currency),
        charged=words.charged(booking),
        related=belongings(session, current_actor(), booking.request, booking),
        terms=facility_words.cancellation(facility.cancellation_steps),
        proposals=[_shown(one, booking, at=at) for one in queries.open_proposals(session, [booking.id])],
        history=happenings(
            session,
            "booking",
            booking.id,
            groups=OWN_GROUPS,
            organisation_ids=parties(booking.request, facility) if booking.request else [],
            zone=zone,
        ),
    )


def _fee_words(fee: int | None, currency: str | None) -> str:
    if fee is None:
        return _("A share of the price, which is not published. Ask the facility what it would be.")
    if fee == 0:
        return _("Cancelling now is free of charge.")
    return _("Cancelling now costs %(fee)s without VAT.", fee=money(fee, currency))


def _shown(proposal: MoveProposal, booking: Booking, *, at: datetime) -> Proposal:
    room, slot = proposal.cleanroom, Slot(proposal.starts_at, proposal.ends_at)
    zone = room.facility.time_zone
    diary = search.diary_around(db.session(), room, slot, at=at, ignored_booking_ids=[booking.id])
    cost = estimate(db.session(), _organisation(booking), diary, slot, work_of(booking))
    return Proposal(
        id=proposal.id,
        is_own=proposal.side is Side.REQUESTER,
        place=f"{room.name}, {room.facility.name}",
        cost=_cost(cost),
        window=window(proposal.starts_at, proposal.ends_at, zone),
        why=proposal.why,
        when=moment(proposal.proposed_at, zone),
    )


def _cost(cost: Estimate | None) -> str:
    amount, note = choosing.cost_words(cost)
    return _("%(amount)s without VAT (%(note)s)", amount=amount, note=note) if amount else note


def _need_to_move(booking: Booking, *, at: datetime) -> Need | None:
    """Return what a booking needs wherever it is moved to: the same work, at the same facility, from today on."""
    if booking.request is None:
        return None
    facility_id = booking.block.cleanroom.facility_id
    return replace(
        need_of(booking.request),
        facility_ids=frozenset({facility_id}),
        earliest_start=at.date(),
        latest_end=None,
    )


def _move_page(booking: Booking, need: Need, form: MoveForm) -> str:
    at = clock.now()
    room = booking.block.cleanroom
    found = choosing.choices(
        db.session(), need, _organisation(booking), at=at, ignored=[booking.id], everything=True
    )
    offer_rooms(form, queries.rooms_of(db.session(), room.facility_id))
    return render_template(
        "bookings/own_bookings/move.html",
        form=form,
        booking=booking,
        title=booking.title or words.run_kind(booking.run_kind),
        found=found,
        now=window(booking.block.starts_at, booking.block.ends_at, room.facility.time_zone),
        room=room,
        place=choosing.place_of(room),
        asks=must_ask(booking, at=at),
        days_ahead=room.facility.moves_without_asking_days,
    )


def _organisation(booking: Booking) -> Any:
    if booking.organisation is None:
        raise NotFound
    return booking.organisation


def _proposal(actor: Actor, booking_id: int, proposal_id: int) -> None:
    """Raise `NotFound` unless the proposal is about this booking, and the booking is the actor's."""
    session = db.session()
    queries.own_booking(session, actor, booking_id)
    proposal = session.get(MoveProposal, proposal_id)
    if proposal is None or proposal.booking_id != booking_id:
        raise NotFound


def _when() -> str:
    asked = flask.request.args.get("when", COMING)
    return asked if asked in (COMING, PAST) else COMING


def _sort() -> str:
    """Return the order that the address asks for; at first what comes next stands first, and what ended last."""
    asked = flask.request.args.get("sort", "")
    usual = "-when" if _when() == PAST else "when"
    return asked if asked.removeprefix("-") in queries.BOOKING_SORTS else usual


def _listed(actor: Actor, when: str, sort: str, *, offset: int, limit: int, at: datetime) -> list[Booking]:
    return queries.own_bookings(
        db.session(), actor, is_over=when == PAST, at=at, sort=sort, offset=offset, limit=limit
    )


def _row(booking: Booking) -> dict[str, Any]:
    room = booking.block.cleanroom
    estimate = booking.estimate
    return {
        "booking": booking,
        "title": booking.title or words.run_kind(booking.run_kind),
        "url": url_for("bookings.show_own_booking", booking_id=booking.id),
        "room": room.code,
        "facility": room.facility.name,
        "grade": room.grade.value,
        "when": window(booking.block.starts_at, booking.block.ends_at, room.facility.time_zone),
        "badge": words.booking_badge(booking),
        "cost": money(estimate["amount"], estimate["currency"]) if estimate else None,
    }


def _exported(booking: Booking) -> list[Any]:
    room, estimate = booking.block.cleanroom, booking.estimate
    zone = room.facility.time_zone
    return [
        booking.request.reference if booking.request else None,
        booking.project.name if booking.project else None,
        booking.title,
        words.booking_state(booking.state),
        room.name,
        room.facility.name,
        on_the_wall(booking.block.starts_at, zone),
        on_the_wall(booking.block.ends_at, zone),
        zone,
        estimate["amount"] / 100 if estimate else None,
        estimate["currency"] if estimate else None,
    ]
