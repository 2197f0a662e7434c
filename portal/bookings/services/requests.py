"""What a developer does with a slot request: submit, answer, choose again, accept, decline, withdraw."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings import blocks, gating, queries, search
from portal.bookings.estimates import estimate
from portal.bookings.events import (
    InformationGiven,
    OfferAccepted,
    OfferDeclined,
    RequestSubmitted,
    RequestWindowChanged,
    RequestWithdrawn,
)
from portal.bookings.models import (
    Booking,
    BookingState,
    RequestMessage,
    RequestState,
    Side,
    SlotRequest,
)
from portal.bookings.needs import need_of
from portal.bookings.rules.decisions import reasons_against_step
from portal.bookings.services.drafts import reasons_against_loosening, room_to_ask
from portal.bookings.services.holds import offer_waiting, release_expired
from portal.bookings.services.locking import lock_booking, lock_facilities, lock_request
from portal.bookings.services.sharing import close_for_request, open_for_request
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.ledger import record
from portal.projects.services.projects import reasons_against_archived


def submit_request(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    terms_accepted: bool,
    terms_version: int | None = None,
    agreed_amount: int | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Send a draft to the facility whose window it chose, and show the facility what it needs to decide.

    `terms_version` and `agreed_amount` are what the page showed. Raises `NotFound`, `Stale`, and `Refused` if the
    window is no longer free, the facility's confidentiality terms, where it has any, are not accepted, or these terms
    or the estimate are others by now.
    """
    queries.own_request(session, actor, request_id)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = reasons_against_step("submit", request.state.value)
    room, slot = _chosen(session, request)
    if room is None or slot is None:
        raise Refused([*reasons, Reason("no_window_asked", field="window")])
    reasons += reasons_against_archived(request.project)
    reasons += reasons_against_loosening(request.project, request)
    if not request.process_class:
        reasons.append(Reason("process_class_unknown", field="process_class"))
    reasons += _reasons_against_terms(room.facility, accepted=terms_accepted, shown_version=terms_version)
    reasons += search.reasons_against(session, room, need_of(request), slot, at=at)
    if not reasons:
        _price(session, request, room, slot, at=at)
        reasons += _reasons_against_price(request, agreed_amount)
    if reasons:
        raise Refused(reasons)
    request.state, request.submitted_at, request.waiting_since = RequestState.SUBMITTED, at, at
    _accept_terms(request, room.facility, at=at)
    open_for_request(session, request, room, actor_id=actor.user_id, at=at)
    gating.open_gates(session, request, room, actor_id=actor.user_id, at=at)
    record(
        session,
        RequestSubmitted(
            actor_id=actor.user_id,
            request_id=request.id,
            project_id=request.project_id,
            cleanroom_id=room.id,
            starts_at=slot.start,
            ends_at=slot.end,
            terms_version=request.terms_version,
            note=request.remark,
        ),
        at=at,
    )
    return request


def change_window(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    cleanroom_id: int,
    slot: Slot,
    terms_accepted: bool,
    terms_version: int | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Choose another window for a request that waits, for instance because its own was given to somebody else.

    The request goes to the facility of the new window; where that is another one, the old one sees nothing any more,
    and the new one's confidentiality terms are to be accepted. Raises as `submit_request` does.
    """
    queries.own_request(session, actor, request_id)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = reasons_against_step("change_window", request.state.value)
    room = room_to_ask(session, cleanroom_id)
    old = session.get(Cleanroom, request.cleanroom_id) if request.cleanroom_id else None
    elsewhere = old is None or old.facility_id != room.facility_id
    if elsewhere:
        reasons += _reasons_against_terms(room.facility, accepted=terms_accepted, shown_version=terms_version)
    reasons += search.reasons_against(session, room, need_of(request), slot, at=at)
    if reasons:
        raise Refused(reasons)
    event = RequestWindowChanged(
        actor_id=actor.user_id,
        request_id=request.id,
        project_id=request.project_id,
        cleanroom_id=room.id,
        starts_at=slot.start,
        ends_at=slot.end,
        previous_cleanroom_id=request.cleanroom_id,
        previous_starts_at=request.starts_at,
        previous_ends_at=request.ends_at,
    )
    request.cleanroom_id, request.starts_at, request.ends_at = room.id, slot.start, slot.end
    request.state, request.waiting_since, request.handled_by_id = RequestState.SUBMITTED, at, None
    if elsewhere:
        close_for_request(session, request, actor_id=actor.user_id, at=at)
        _accept_terms(request, room.facility, at=at)
        request.waitlisted_at = None
        open_for_request(session, request, room, actor_id=actor.user_id, at=at)
    _price(session, request, room, slot, at=at)
    record(session, event, at=at)
    return request


def answer_question(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    note: str,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Answer the facility's question; the request waits for the facility again, as old as it was."""
    queries.own_request(session, actor, request_id)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = reasons_against_step("answer", request.state.value)
    if not note.strip():
        reasons.append(Reason("words_needed", {"step": "answer"}, field="note"))
    if reasons:
        raise Refused(reasons)
    request.state, request.waiting_since = RequestState.SUBMITTED, request.submitted_at or at
    session.add(
        RequestMessage(
            request_id=request.id, side=Side.REQUESTER, author_id=actor.user_id, text=note, written_at=at
        )
    )
    record(
        session,
        InformationGiven(
            actor_id=actor.user_id, request_id=request.id, project_id=request.project_id, note=note
        ),
        at=at,
    )
    return request


def accept_offer(
    session: Session, actor: Actor, request_id: int, *, shown_version: int | None = None, at: datetime
) -> Booking:
    """Accept the offered window: the hold becomes a confirmed booking.

    Raises `Refused` if the offer has lapsed, since the room may be somebody else's by now, or before its gate is met.
    """
    request, booking = _offered(session, actor, request_id, "accept", shown_version=shown_version, at=at)
    found = gating.before(session, request, booking.block.cleanroom, at=at)
    if found is not None and not found.verdict.met:
        values = {"gate": found.gate.value, "open": len(found.verdict.holding)}
        raise Refused([Reason("gate_before_acceptance", values)])
    blocks.change_state(session, booking, BookingState.CONFIRMED, actor_id=actor.user_id, at=at)
    request.state, request.waiting_since, request.decided_at = RequestState.APPROVED, None, at
    request.cleanroom_id = booking.block.cleanroom_id
    request.starts_at, request.ends_at = booking.block.starts_at, booking.block.ends_at
    request.estimate = booking.estimate
    record(
        session,
        OfferAccepted(
            actor_id=actor.user_id,
            request_id=request.id,
            project_id=request.project_id,
            booking_id=booking.id,
            cleanroom_id=booking.block.cleanroom_id,
        ),
        at=at,
    )
    return booking


def decline_offer(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    note: str = "",
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Decline the offered window: the room is free at once, and the request waits for the facility again."""
    request, booking = _offered(session, actor, request_id, "decline", shown_version=shown_version, at=at)
    room_id = booking.block.cleanroom_id
    blocks.change_state(session, booking, BookingState.CANCELLED, actor_id=actor.user_id, at=at)
    request.state, request.waiting_since = RequestState.SUBMITTED, at
    record(
        session,
        OfferDeclined(
            actor_id=actor.user_id,
            request_id=request.id,
            project_id=request.project_id,
            booking_id=booking.id,
            cleanroom_id=room_id,
            note=note,
        ),
        at=at,
    )
    _offer_freed(session, room_id, at=at)
    return request


def withdraw_request(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    note: str = "",
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Take a request back; a held window is free at once, and what the facility was shown closes."""
    found = queries.own_request(session, actor, request_id)
    if found.state is RequestState.OFFERED:
        _lock_offer(session, request_id, at=at)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = reasons_against_step("withdraw", request.state.value)
    if reasons:
        raise Refused(reasons)
    freed = None
    if request.state is RequestState.OFFERED:
        if found.state is not RequestState.OFFERED:
            raise Stale({"state": request.state.value})
        booking = queries.booking_of(session, request_id)
        if booking is not None and booking.state is BookingState.HELD:
            freed = booking.block.cleanroom_id
            blocks.change_state(session, booking, BookingState.CANCELLED, actor_id=actor.user_id, at=at)
    request.state, request.waiting_since = RequestState.WITHDRAWN, None
    close_for_request(session, request, actor_id=actor.user_id, at=at)
    record(
        session,
        RequestWithdrawn(
            actor_id=actor.user_id, request_id=request.id, project_id=request.project_id, note=note
        ),
        at=at,
    )
    if freed is not None:
        _offer_freed(session, freed, at=at)
    return request


def _offered(
    session: Session,
    actor: Actor,
    request_id: int,
    step: str,
    *,
    shown_version: int | None,
    at: datetime,
) -> tuple[SlotRequest, Booking]:
    queries.own_request(session, actor, request_id)
    _lock_offer(session, request_id, at=at)
    request = lock_request(session, request_id, shown_version=None)
    reasons = reasons_against_step(step, request.state.value)
    booking = queries.booking_of(session, request_id)
    if reasons or booking is None or booking.state is not BookingState.HELD:
        raise Refused([Reason("offer_lapsed", {"state": request.state.value})])
    if shown_version is not None and request.version != shown_version:
        raise Stale({"state": request.state.value})
    return request, lock_booking(session, booking.id, shown_version=None)


def _lock_offer(session: Session, request_id: int, *, at: datetime) -> None:
    booking = queries.booking_of(session, request_id)
    if booking is not None:
        room = session.get_one(Cleanroom, booking.block.cleanroom_id)
        rooms = lock_facilities(session, [room.facility_id])
        release_expired(session, rooms, at=at)


def _offer_freed(session: Session, cleanroom_id: int, *, at: datetime) -> None:
    facility_id = session.get_one(Cleanroom, cleanroom_id).facility_id
    rooms = lock_facilities(session, [facility_id])
    offer_waiting(session, [facility_id], rooms, at=at)


def _reasons_against_terms(facility: Facility, *, accepted: bool, shown_version: int | None) -> list[Reason]:
    if not facility.confidentiality_terms:
        return []
    if shown_version is not None and shown_version != facility.confidentiality_version:
        return [Reason("terms_have_changed", {"facility": facility.name}, field="terms")]
    return [] if accepted else [Reason("terms_not_accepted", {"facility": facility.name}, field="terms")]


def _accept_terms(request: SlotRequest, facility: Facility, *, at: datetime) -> None:
    has_terms = bool(facility.confidentiality_terms)
    request.terms_version = facility.confidentiality_version if has_terms else None
    request.terms_accepted_at = at if has_terms else None


def _reasons_against_price(request: SlotRequest, agreed_amount: int | None) -> list[Reason]:
    cost = request.estimate
    if agreed_amount is None or (cost is not None and cost["amount"] == agreed_amount):
        return []
    values = {"amount": cost["amount"] if cost else None, "currency": cost["currency"] if cost else None}
    return [Reason("estimate_has_changed", values)]


def _chosen(session: Session, request: SlotRequest) -> tuple[Cleanroom | None, Slot | None]:
    if request.cleanroom_id is None:
        return None, None
    room = session.scalars(
        select(Cleanroom).where(Cleanroom.id == request.cleanroom_id).options(joinedload(Cleanroom.facility))
    ).one()
    return room, request.slot


def _price(session: Session, request: SlotRequest, room: Cleanroom, slot: Slot, *, at: datetime) -> None:
    diary = search.diary_around(session, room, slot, at=at)
    cost = estimate(session, request.organisation, diary, slot, need_of(request).work)
    request.estimate = cost.as_json() if cost else None
