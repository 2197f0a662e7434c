"""The third step: everything at a glance, the cost, the facility's terms, and who will read what; then it is sent."""

from dataclasses import dataclass, replace
from datetime import datetime

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings import queries, search, services, words
from portal.bookings.estimates import Estimate, estimate
from portal.bookings.forms.requests import CheckForm, WindowForm, read_window, write_window
from portal.bookings.models import RequestState, SlotRequest
from portal.bookings.needs import need_of
from portal.bookings.roomtime import local_day
from portal.bookings.services.sharing import SHOWN_TO_FACILITY
from portal.bookings.subsidies import Share, share_foreseen
from portal.bookings.views import choosing
from portal.bookings.views.blueprint import bp
from portal.bookings.views.windows import window_page
from portal.bookings.views.wizard import lead, needed_facts, sent_already, steps
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound, Reason
from portal.core.slots import Slot
from portal.facilities import words as facility_words
from portal.facilities.models import Cleanroom
from portal.facilities.queries import holders_of
from portal.projects import wording as project_words
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import money, window
from portal.web.sentences import sentence

READERS = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
"""Who at a facility has a duty that lets them read what is asked of it."""


@bp.get("/requests/<int:request_id>/check")
@for_roles(Role.FOUNDER)
def check_request(request_id: int) -> ResponseReturnValue:
    """Show a draft as it would be sent, with cost and terms."""
    asked = queries.own_request(db.session(), current_actor(), request_id)
    if asked.state is not RequestState.DRAFT:
        return sent_already(request_id)
    if asked.cleanroom is None or asked.slot is None:
        flash(_("Choose a room and a window first."), "info")
        return back("bookings.choose_window", request_id=request_id)
    return _check_page(asked, asked.cleanroom, asked.slot)


@bp.post("/requests/<int:request_id>/check")
@for_roles(Role.FOUNDER)
def submit_request(request_id: int) -> ResponseReturnValue:
    """Send a draft to the facility, once; what stands in the way is said, and nothing is lost."""
    actor, form, at = current_actor(), CheckForm(flask.request.form), clock.now()
    asked = queries.own_request(db.session(), actor, request_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.submit_request(
                session,
                actor,
                request_id,
                terms_accepted=bool(form.terms.data),
                terms_version=form.shown_terms_version,
                agreed_amount=form.agreed_amount,
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Sent. The facility decides, and you are told."), "done")
        return back("bookings.show_request", request_id=request_id)
    asked = queries.own_request(db.session(), actor, request_id)
    if asked.state is not RequestState.DRAFT:
        flash(_("This request was sent already; nothing was sent twice."), "info")
        return back("bookings.show_request", request_id=request_id)
    if asked.cleanroom is None or asked.slot is None:
        return back("bookings.choose_window", request_id=request_id)
    return _refused(asked, form, asked.cleanroom, asked.slot, at=at)


@bp.get("/requests/<int:request_id>/change")
@for_roles(Role.FOUNDER)
def check_change(request_id: int) -> ResponseReturnValue:
    """Show what choosing another window would mean for a request that waits."""
    asked = queries.own_request(db.session(), current_actor(), request_id)
    room, slot = _chosen(flask.request.args.get("window", ""))
    return _check_page(asked, room, slot)


@bp.post("/requests/<int:request_id>/change")
@for_roles(Role.FOUNDER)
def change_window(request_id: int) -> ResponseReturnValue:
    """Ask for another window instead; the request keeps its place wherever it stays at the same facility."""
    actor, form, at = current_actor(), CheckForm(flask.request.form), clock.now()
    queries.own_request(db.session(), actor, request_id)
    room, slot = _chosen(form.window.data or "")
    if form.validate() and form.attempt(
        lambda session: (
            services.change_window(
                session,
                actor,
                request_id,
                cleanroom_id=room.id,
                slot=slot,
                terms_accepted=bool(form.terms.data),
                terms_version=form.shown_terms_version,
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("The request asks for this window now. The facility decides, and you are told."), "done")
        return back("bookings.show_request", request_id=request_id)
    asked = queries.own_request(db.session(), actor, request_id)
    room = db.session.get_one(Cleanroom, room.id)
    return _refused(asked, form, room, slot, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a facility's page of terms says before process facts reach it."""

    facility: str
    operator: str
    version: int
    confidentiality: str | None
    must_accept: bool
    public_records: str
    readers: list[str]
    opened: list[str]
    booking: str | None
    cancellation: list[str]


def terms_of(room: Cleanroom, *, must_accept: bool, at: datetime) -> Terms:
    """Return the terms of a room's facility, who would read what, and what a cancellation would cost."""
    facility = room.facility
    today = local_day(at, facility.time_zone)
    people = holders_of(db.session(), facility.id, *READERS, today=today)
    return Terms(
        facility=facility.name,
        operator=facility.operator.name if facility.operator else facility.operator_name,
        version=facility.confidentiality_version,
        confidentiality=facility.confidentiality_terms,
        must_accept=must_accept and bool(facility.confidentiality_terms),
        public_records=_public_records(facility.public_records),
        readers=[person.name for person in people],
        opened=[str(project_words.GROUPS[group]) for group in SHOWN_TO_FACILITY],
        booking=facility.booking_terms,
        cancellation=facility_words.cancellation(facility.cancellation_steps),
    )


def cost_rows(
    cost: Estimate | None, share: Share | None = None, *, is_agreed: bool = True
) -> list[tuple[str, str]]:
    """Return an estimate as rows: without VAT, what a programme pays of it, the VAT, the sum, and for whom the price holds."""
    if cost is None:
        return [(_("Cost"), _("Price not published. Ask the facility before you rely on it."))]
    amount, note = choosing.cost_words(cost)
    rate = facility_words.vat(cost.vat_basis_points)
    left = cost if share is None else replace(cost, amount=cost.amount - share.amount)
    return [
        (_("Without VAT"), f"{amount} ({note})"),
        *(words.subsidised(share, left.amount, is_agreed=is_agreed) if share is not None else []),
        (_("VAT, %(rate)s", rate=rate), money(left.vat, left.currency)),
        (_("With VAT"), money(left.amount + left.vat, left.currency)),
        (_("Price for"), facility_words.label("customer_kind", cost.customer_kind)),
    ]


def _public_records(bound: bool | None) -> str:  # noqa: FBT001  (an answer is what this is about)
    if bound is None:
        return _(
            "Whether the operator is bound by rules on public records is not known. Ask before you send."
        )
    if bound:
        return _(
            "The operator is bound by rules on public records: what you send may be handed out on request, "
            "unless secrecy protects it."
        )
    return _("The operator is not bound by rules on public records.")


def _check_page(
    asked: SlotRequest, room: Cleanroom, slot: Slot, form: CheckForm | None = None
) -> ResponseReturnValue:
    at = clock.now()
    session, need = db.session(), need_of(asked)
    is_draft = asked.state is RequestState.DRAFT
    elsewhere = asked.cleanroom is None or asked.cleanroom.facility_id != room.facility_id
    diary = search.diary_around(session, room, slot, at=at)
    cost = estimate(session, asked.organisation, diary, slot, need.work)
    share = share_foreseen(
        session, cost.as_json() if cost else None, slot, room, asked.organisation, asked.project_id
    )
    if form is None:
        reasons = search.reasons_against_room(room, need) + search.reasons_in_diary(diary, need, slot, at=at)
        if reasons and is_draft:
            return window_page(asked, WindowForm(data={"version": str(asked.version)}))
        if reasons:
            return _not_free(asked, reasons)
        form = CheckForm()
    elif form.shown_terms_version != room.facility.confidentiality_version:
        form.terms.data = False
    form.version.data = str(asked.version)
    form.window.data = write_window(room, slot)
    form.terms_version.data = str(room.facility.confidentiality_version)
    form.amount.data = str(cost.amount) if cost else ""
    return render_template(
        "bookings/requests/check.html",
        form=form,
        asked=asked,
        is_draft=is_draft,
        steps=steps(asked) if is_draft else None,
        lead=lead(asked),
        room=room,
        place=choosing.place_of(room),
        window=window(slot.start, slot.end, room.facility.time_zone),
        facts=needed_facts(asked),
        cost=cost_rows(cost, share, is_agreed=False),
        share=share,
        is_demo_price=bool(cost and cost.is_demo),
        terms=terms_of(room, must_accept=is_draft or elsewhere, at=at),
        run=words.run_kind(asked.run_kind),
        warnings=[sentence(reason) for reason in search.warnings_in_diary(diary, need, slot)],
        back_url=url_for("bookings.choose_window", request_id=asked.id),
    )


def _refused(
    asked: SlotRequest, form: CheckForm, room: Cleanroom, slot: Slot, *, at: datetime
) -> ResponseReturnValue:
    """Show the check again, or the rooms and windows where this window can no longer be had."""
    if form.stale:
        form.version.data = str(asked.version)
        return _with_code(_check_page(asked, room, slot, form), 409)
    reasons = search.reasons_against(db.session(), room, need_of(asked), slot, at=at)
    if reasons:
        return _not_free(asked, reasons)
    return _with_code(_check_page(asked, room, slot, form), 422)


def _not_free(asked: SlotRequest, reasons: list[Reason]) -> ResponseReturnValue:
    form = WindowForm(formdata=None, data={"version": str(asked.version)})
    form.refuse(*reasons)
    return window_page(asked, form, choice=(0, asked.slot) if asked.slot else None), 422


def _with_code(page: ResponseReturnValue, code: int) -> ResponseReturnValue:
    return page if isinstance(page, tuple) else flask.make_response(page, code)


def _chosen(written: str) -> tuple[Cleanroom, Slot]:
    choice = read_window(written)
    room = db.session.get(Cleanroom, choice[0]) if choice else None
    if choice is None or room is None:
        raise NotFound
    return room, choice[1]
