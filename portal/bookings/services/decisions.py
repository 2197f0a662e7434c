"""What a facility manager decides about a slot request."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import blocks, gating, queries, search, signing, subsidies
from portal.bookings.events import (
    ConditionMet,
    InformationAsked,
    RequestApproved,
    RequestHandedOver,
    RequestRejected,
    RequestWaitlisted,
)
from portal.bookings.models import (
    Block,
    Booking,
    BookingState,
    RequestMessage,
    RequestState,
    Side,
    SlotRequest,
)
from portal.bookings.needs import need_of
from portal.bookings.rules.decisions import (
    BOOKING_STEPS,
    reasons_against_deciding,
    reasons_against_step,
)
from portal.bookings.separation import UNSTATED
from portal.bookings.services.holds import make_offer, release_expired
from portal.bookings.services.locking import lock_booking, lock_facilities, lock_request
from portal.bookings.services.sharing import close_for_request
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.facilities.queries import holders_of
from portal.ledger import record
from portal.signatures.rules import Proof

WAIVED_BY_OFFER = frozenset(
    {"before_earliest_start", "after_latest_end", "notice_too_short", "facility_not_acceptable"}
)
"""What a facility may offer against: the requester accepts it or not."""

WAIVED_BY_APPROVAL = frozenset({"notice_too_short"})
"""What a facility asks for its own sake, and so may waive."""


def approve_request(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    note: str = "",
    condition: str = "",
    condition_until: datetime | None = None,
    acknowledged: bool = False,
    proof: Proof | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> Booking:
    """Turn a request into a confirmed booking, or into a hold until a condition is met, changeover included.

    Before the gate of its run is met, it can only be held until a date: with no other condition the hold is confirmed by
    itself once the gate is met. It is signed where decisions about the room are; `proof` is that the actor has just shown who they are. Raises
    `NotFound` if the actor may not decide on it, `Stale` if it has changed since it was shown, and `Refused`, with every
    reason at once, if the rules stand in the way. Competing requests stay, and are told.
    """
    request, room = _locked(session, actor, request_id, shown_version=shown_version, at=at)
    slot = request.slot
    reasons = _reasons_against(actor, request, "approve", note)
    reasons += signing.reasons_against(actor, room, request, proof, at=at)
    gate = gating.before(session, request, room, at=at)
    waits_for_gate = gate is not None and not gate.verdict.met and condition_until is not None
    written = condition.strip() or (gating.CONDITIONS[gate.gate] if gate and waits_for_gate else "")
    if written and (condition_until is None or not at < condition_until):
        reasons.append(Reason("condition_needs_a_date", field="condition_until"))
    if not waits_for_gate:
        reasons += gating.reasons_against(gate, field="condition_until")
    warned: list[Reason] = []
    around: blocks.Surroundings | None = None
    if slot is None:
        reasons.append(Reason("no_window_asked"))
    else:
        found, warned, around = _judged(session, room, request, slot, at=at)
        reasons += _standing(found, WAIVED_BY_APPROVAL) + unread(warned, acknowledged=acknowledged)
    if reasons or slot is None:
        raise Refused(reasons)
    competing = queries.ids_of_competing_requests(session, request)
    _decided(request, actor, RequestState.APPROVED, note, at=at)
    booking = blocks.take(
        session,
        room,
        slot,
        state=BookingState.HELD if written else BookingState.CONFIRMED,
        around=around,
        held_until=min(condition_until, slot.start) if written and condition_until else None,
        condition=written or None,
        awaits_gate=gate.gate.value if gate and waits_for_gate and not condition.strip() else None,
        request_id=request.id,
        project_id=request.project_id,
        organisation_id=request.organisation_id,
        title=request.title,
        run_kind=request.run_kind,
        process_class=request.process_class,
        estimate=request.estimate,
        created_at=at,
        created_by_id=actor.user_id,
        is_demo=room.is_demo,
    )
    subsidies.take_units(session, booking, actor_id=actor.user_id, at=at)
    signing.sign_decision(
        session,
        actor,
        proof,
        request,
        room,
        step="approve",
        slot=slot,
        note=note,
        condition=booking.condition,
        until=booking.held_until,
        gate=gating.signed_as(gate),
        warned=warned,
        at=at,
    )
    record(
        session,
        RequestApproved(
            actor_id=actor.user_id,
            request_id=request.id,
            project_id=request.project_id,
            booking_id=booking.id,
            cleanroom_id=room.id,
            starts_at=slot.start,
            ends_at=slot.end,
            competing_request_ids=competing,
            condition_until=booking.held_until,
            note=note,
        ),
        at=at,
    )
    return booking


def offer_window(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    cleanroom_id: int,
    slot: Slot,
    note: str = "",
    acknowledged: bool = False,
    proof: Proof | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> Booking:
    """Offer another window, in a cleanroom of the actor's facilities, and hold it until the requester answers.

    It is signed as an approval is: the requester's acceptance turns it into a booking.

    Raises `NotFound` if the actor may not decide on it or does not manage the room, `Stale`, and `Refused`.
    """
    queries.room_of_request_to_decide(session, actor, request_id)
    rooms = blocks.lock_cleanrooms(session, [cleanroom_id])
    room = rooms.get(cleanroom_id)
    if room is None or not actor.holds(Role.FACILITY_MANAGER, room.facility_id):
        raise NotFound
    release_expired(session, rooms, at=at)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = _reasons_against(actor, request, "offer", note)
    reasons += signing.reasons_against(actor, room, request, proof, at=at)
    found, warned, _around = _judged(session, room, request, slot, at=at)
    reasons += _standing(found, WAIVED_BY_OFFER) + unread(warned, acknowledged=acknowledged)
    if reasons:
        raise Refused(reasons)
    booking = make_offer(session, request, room, slot, actor_id=actor.user_id, note=note, at=at)
    signing.sign_decision(
        session,
        actor,
        proof,
        request,
        room,
        step="offer",
        slot=slot,
        note=note,
        until=booking.held_until,
        warned=warned,
        at=at,
    )
    return booking


def waitlist_request(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    note: str = "",
    proof: Proof | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Put a request on the facility's waiting list, which offers by itself when time becomes free.

    It is signed where approvals are, since nobody is asked again before a window is offered and accepted.
    """
    queries.room_of_request_to_decide(session, actor, request_id)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = _reasons_against(actor, request, "waitlist", note)
    if request.cleanroom is not None:
        reasons += signing.reasons_against(actor, request.cleanroom, request, proof, at=at)
    if reasons:
        raise Refused(reasons)
    _decided(request, actor, RequestState.WAITLISTED, note, at=at)
    request.waitlisted_at = request.waitlisted_at or at
    request.waiting_since = at
    if request.cleanroom is not None:
        signing.sign_decision(
            session, actor, proof, request, request.cleanroom, step="waitlist", slot=None, note=note, at=at
        )
    record(
        session,
        RequestWaitlisted(
            actor_id=actor.user_id, request_id=request.id, project_id=request.project_id, note=note
        ),
        at=at,
    )
    return request


def reject_request(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    note: str,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Reject a request, with a reason that the requester reads; what the facility was shown closes at once."""
    request = _request_alone(session, actor, request_id, "reject", note, shown_version=shown_version)
    _decided(request, actor, RequestState.REJECTED, note, at=at)
    close_for_request(session, request, actor_id=actor.user_id, at=at)
    record(
        session,
        RequestRejected(
            actor_id=actor.user_id, request_id=request.id, project_id=request.project_id, note=note
        ),
        at=at,
    )
    return request


def ask_for_information(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    note: str,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Ask the requester a question; the request waits for the answer, and keeps its age."""
    request = _request_alone(session, actor, request_id, "ask", note, shown_version=shown_version)
    request.state, request.waiting_since = RequestState.NEEDS_INFO, at
    session.add(
        RequestMessage(
            request_id=request.id, side=Side.FACILITY, author_id=actor.user_id, text=note, written_at=at
        )
    )
    record(
        session,
        InformationAsked(
            actor_id=actor.user_id, request_id=request.id, project_id=request.project_id, note=note
        ),
        at=at,
    )
    return request


def hand_over(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    colleague_id: int,
    note: str = "",
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Hand a request over to a colleague who manages the same facility."""
    request = _request_alone(session, actor, request_id, "hand_over", note, shown_version=shown_version)
    facility_id = request.cleanroom.facility_id if request.cleanroom else 0
    managers = holders_of(session, facility_id, Role.FACILITY_MANAGER, today=at.date())
    if colleague_id not in {person.id for person in managers}:
        raise Refused([Reason("no_such_colleague", field="colleague")])
    previous, request.handled_by_id = request.handled_by_id, colleague_id
    record(
        session,
        RequestHandedOver(
            actor_id=actor.user_id,
            request_id=request.id,
            project_id=request.project_id,
            colleague_id=colleague_id,
            previous_colleague_id=previous,
            note=note,
        ),
        at=at,
    )
    return request


def confirm_condition(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    note: str = "",
    proof: Proof | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> Booking:
    """Confirm a conditional approval: what it depended on is met. It is signed where approvals are.

    Raises `Refused` if the booking is not a hold under a condition, or its time has passed.
    """
    found = queries.booking_to_run(session, actor, booking_id)
    rooms = lock_facilities(session, [found.block.cleanroom.facility_id])
    release_expired(session, rooms, at=at)
    booking = lock_booking(session, booking_id, shown_version=shown_version)
    reasons = reasons_against_step("confirm", booking.state.value, steps=BOOKING_STEPS)
    if booking.condition is None or booking.request_id is None:
        reasons.append(Reason("no_condition"))
    room, request = booking.block.cleanroom, booking.request
    if request is not None:
        reasons += signing.reasons_against(actor, room, request, proof, at=at)
        reasons += gating.reasons_against(gating.before(session, request, room, at=at))
    if reasons or booking.request_id is None or booking.project_id is None:
        raise Refused(reasons)
    blocks.change_state(session, booking, BookingState.CONFIRMED, actor_id=actor.user_id, at=at)
    if request is not None:
        signing.sign_decision(
            session, actor, proof, request, room, step="confirm", slot=booking.slot, note=note, at=at
        )
    record(
        session,
        ConditionMet(
            actor_id=actor.user_id,
            request_id=booking.request_id,
            project_id=booking.project_id,
            booking_id=booking.id,
            cleanroom_id=booking.block.cleanroom_id,
            note=note,
        ),
        at=at,
    )
    return booking


def confirm_at_gate(session: Session, booking_id: int, *, at: datetime) -> Booking | None:
    """Confirm a hold that waited for nothing but its gate; None where it is no hold any more, or the gate is not met.

    Who approved it has signed that the gate was the only condition, so nobody is asked again.
    """
    room_id = session.scalar(
        select(Block.cleanroom_id).join(Booking, Booking.block_id == Block.id).where(Booking.id == booking_id)
    )
    if room_id is None:
        return None
    rooms = blocks.lock_cleanrooms(session, [room_id])
    release_expired(session, rooms, at=at)
    booking = lock_booking(session, booking_id, shown_version=None)
    request = booking.request
    if booking.state is not BookingState.HELD or booking.awaits_gate is None or request is None:
        return None
    found = gating.before(session, request, booking.block.cleanroom, at=at)
    if found is not None and not found.verdict.met:
        return None
    blocks.change_state(session, booking, BookingState.CONFIRMED, at=at)
    record(
        session,
        ConditionMet(
            actor_id=None,
            request_id=request.id,
            project_id=request.project_id,
            booking_id=booking.id,
            cleanroom_id=booking.block.cleanroom_id,
        ),
        at=at,
    )
    return booking


def settle_condition(session: Session, booking_id: int, *, at: datetime) -> Booking | None:
    """Take a hold's condition away that somebody else's decision has met; its cleanroom is locked already.

    It is confirmed, or waits for its gate alone. None where it is no hold under a condition any more. Who approved it has
    signed the condition, so nobody is asked again.
    """
    booking = lock_booking(session, booking_id, shown_version=None)
    request = booking.request
    if booking.state is not BookingState.HELD or booking.condition is None or request is None:
        return None
    found = gating.before(session, request, booking.block.cleanroom, at=at)
    if found is not None and not found.verdict.met:
        booking.condition, booking.awaits_gate = gating.CONDITIONS[found.gate], found.gate.value
        return booking
    blocks.change_state(session, booking, BookingState.CONFIRMED, at=at)
    record(
        session,
        ConditionMet(
            actor_id=None,
            request_id=request.id,
            project_id=request.project_id,
            booking_id=booking.id,
            cleanroom_id=booking.block.cleanroom_id,
        ),
        at=at,
    )
    return booking


def _locked(
    session: Session, actor: Actor, request_id: int, *, shown_version: int | None, at: datetime
) -> tuple[SlotRequest, Cleanroom]:
    cleanroom_id = queries.room_of_request_to_decide(session, actor, request_id)
    rooms = blocks.lock_cleanrooms(session, [cleanroom_id])
    release_expired(session, rooms, at=at)
    request = lock_request(session, request_id, shown_version=shown_version)
    if request.cleanroom_id not in rooms:
        raise Stale({"cleanroom": request.cleanroom_id})
    return request, rooms[request.cleanroom_id]


def _request_alone(
    session: Session, actor: Actor, request_id: int, step: str, note: str, *, shown_version: int | None
) -> SlotRequest:
    queries.room_of_request_to_decide(session, actor, request_id)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = _reasons_against(actor, request, step, note)
    if reasons:
        raise Refused(reasons)
    return request


def _reasons_against(actor: Actor, request: SlotRequest, step: str, note: str) -> list[Reason]:
    return reasons_against_deciding(
        actor,
        step=step,
        state=request.state.value,
        requesting_organisation_id=request.organisation_id,
        note=note,
    )


def _judged(
    session: Session, room: Cleanroom, request: SlotRequest, slot: Slot, *, at: datetime
) -> tuple[list[Reason], list[Reason], blocks.Surroundings | None]:
    """Return what stands against a window, of what the rules only warn there, and what lies beside it."""
    need = need_of(request)
    diary = search.diary_around(session, room, slot, at=at)
    against = search.reasons_against_room(room, need) + search.reasons_in_diary(diary, need, slot, at=at)
    return against, search.warnings_in_diary(diary, need, slot), diary.around


def unread(warned: list[Reason], *, acknowledged: bool) -> list[Reason]:
    """Return that warnings were not acknowledged, beside the box for it, and first what is asked for by name."""
    if acknowledged or not warned:
        return []
    rules = [reason.values["rule"] for reason in warned]
    asked = [replace(reason, field="process_class") for reason in warned if reason.code == UNSTATED]
    return [
        *asked[:1],
        Reason("segregation_not_acknowledged", {"rules": rules}, field="acknowledged"),
    ]


def _standing(reasons: Iterable[Reason], waived: frozenset[str]) -> list[Reason]:
    return [reason for reason in reasons if reason.code not in waived]


def _decided(request: SlotRequest, actor: Actor, state: RequestState, note: str, *, at: datetime) -> None:
    request.state, request.decision_note = state, note.strip() or None
    request.decided_at, request.decided_by_id, request.waiting_since = at, actor.user_id, None
