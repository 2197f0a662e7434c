"""What happens to a booking: entered without a request, used, completed, moved, cancelled, or nobody came."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings import blocks, queries, search, subsidies
from portal.bookings.estimates import estimate, for_time_used, kept_estimate
from portal.bookings.events import (
    BookingCancelled,
    BookingCompleted,
    BookingMoved,
    BookingRecorded,
    BookingStarted,
    MoveDeclined,
    MoveProposed,
    NoShow,
)
from portal.bookings.models import (
    Booking,
    BookingState,
    MoveProposal,
    MoveState,
    RequestState,
    RunKind,
    Side,
    SlotRequest,
    WorkMode,
)
from portal.bookings.needs import Need, need_of, own_side
from portal.bookings.roomtime import RoomTime, local_day
from portal.bookings.rules.decisions import (
    BOOKING_STEPS,
    cancellation_fee,
    reasons_against_step,
)
from portal.bookings.rules.entering import reasons_against_entry
from portal.bookings.rules.timetables import Span
from portal.bookings.search import Diary
from portal.bookings.separation import CODES, FULL
from portal.bookings.services.decisions import WAIVED_BY_OFFER, unread
from portal.bookings.services.holds import offer_waiting, release_expired
from portal.bookings.services.locking import lock_booking, lock_facilities, lock_request
from portal.bookings.services.sharing import close_for_request
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.facilities.rules.terms import cancellation_percent
from portal.ledger import record


def record_booking(
    session: Session,
    actor: Actor,
    *,
    cleanroom_id: int,
    slot: Slot,
    title: str,
    process_class: str | None,
    run_kind: RunKind = RunKind.OTHER,
    import_key: str | None = None,
    acknowledged: bool = False,
    at: datetime,
) -> Booking:
    """Enter a booking without a request: the facility's own work, an existing booking, a walk-in.

    What takes the room counts against it: other bookings and holds, changeover on both sides, closures; and, unless it is
    over, what must not run beside or after it, and how many runs the facility carries at once. Opening days, notice and
    qualification don't, because it may be agreed elsewhere. Raises `NotFound`, `Refused`.
    """
    queries.room_to_manage(session, actor, cleanroom_id)
    rooms = blocks.lock_cleanrooms(session, [cleanroom_id])
    release_expired(session, rooms, at=at)
    room = rooms[cleanroom_id]
    diary = search.diary_around(session, room, slot, at=min(at, slot.start))
    reasons, warned = against_own_work(diary, plain_need(room, process_class, slot, run_kind), slot, at=at)
    reasons = [*reasons_against_entry(slot, at=at), *reasons, *unread(warned, acknowledged=acknowledged)]
    if reasons:
        raise Refused(reasons)
    return enter_booking(
        session,
        actor,
        rooms[cleanroom_id],
        slot,
        title=title,
        process_class=process_class,
        run_kind=run_kind,
        import_key=import_key,
        warned=warned,
        at=at,
    )


def against_own_work(
    diary: Diary, need: Need, slot: Slot, *, at: datetime
) -> tuple[list[Reason], list[Reason]]:
    """Return what stands against work without a request in a room's diary, and of what the rules of segregation only warn.

    Of what is over already only the time that it took is asked: it has happened, whatever a rule says now.
    """
    found = search.reasons_in_diary(diary, need, slot, at=min(at, slot.start))
    if slot.end <= at:
        return taken_only(found), []
    return [one for one in found if one.code in TAKEN | APART], search.warnings_in_diary(diary, need, slot)


def enter_booking(
    session: Session,
    actor: Actor,
    room: Cleanroom,
    slot: Slot,
    *,
    title: str,
    process_class: str | None,
    run_kind: RunKind,
    import_key: str | None,
    warned: Iterable[Reason] = (),
    at: datetime,
) -> Booking:
    """Write a booking without a request into a locked cleanroom and tell the ledger; the caller has asked the rules."""
    booking = blocks.take(
        session,
        room,
        slot,
        state=BookingState.COMPLETED if slot.end <= at else BookingState.CONFIRMED,
        organisation_id=actor.organisation_id,
        title=title,
        run_kind=run_kind,
        process_class=process_class,
        import_key=import_key,
        created_at=at,
        created_by_id=actor.user_id,
        is_demo=room.is_demo,
    )
    record(
        session,
        BookingRecorded(
            actor_id=actor.user_id,
            booking_id=booking.id,
            cleanroom_id=room.id,
            starts_at=slot.start,
            ends_at=slot.end,
            imported=import_key is not None,
            acknowledged_rules=_rules(warned),
            note=title,
        ),
        at=at,
    )
    return booking


def start_booking(
    session: Session, actor: Actor, booking_id: int, *, shown_version: int | None = None, at: datetime
) -> Booking:
    """Mark a booking as in use; not before the day it starts, nor after it has ended."""
    booking, _ = _to_run(session, actor, booking_id, "start", shown_version=shown_version, at=at)
    zone = booking.block.cleanroom.facility.time_zone
    if local_day(at, zone) < local_day(booking.block.starts_at, zone):
        raise Refused([Reason("starts_later", {"start": booking.block.starts_at, "zone": zone})])
    if booking.block.ends_at <= at:
        raise Refused([Reason("ended_before", {"end": booking.block.ends_at, "zone": zone})])
    blocks.change_state(session, booking, BookingState.IN_USE, actor_id=actor.user_id, at=at)
    record(session, BookingStarted(actor_id=actor.user_id, **_names(booking)), at=at)
    return booking


def complete_booking(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    note: str = "",
    shown_version: int | None = None,
    at: datetime,
) -> Booking:
    """Mark work as completed; what is left of the booking is free, is not charged, and is offered to the waiting list."""
    booking, rooms = _to_run(session, actor, booking_id, "complete", shown_version=shown_version, at=at)
    blocks.change_state(session, booking, BookingState.COMPLETED, actor_id=actor.user_id, at=at)
    freed = _end_early(session, booking, at=at)
    booking.actual = _charge_for_time_used(session, booking) if freed is not None else _kept(booking)
    subsidies.keep_used(session, booking, actor_id=actor.user_id, at=at)
    record(
        session,
        BookingCompleted(
            actor_id=actor.user_id, **_names(booking), ended_at=booking.block.ends_at, note=note
        ),
        at=at,
    )
    if freed is not None:
        offer_waiting(session, [booking.block.cleanroom.facility_id], rooms, at=at)
    return booking


def mark_no_show(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    note: str = "",
    shown_version: int | None = None,
    at: datetime,
) -> Booking:
    """Note that nobody came; the rest of the time is free, and offered to the waiting list.

    Not to come is charged as a cancellation on the day of the start, by the facility's terms.
    """
    booking, rooms = _to_run(session, actor, booking_id, "no_show", shown_version=shown_version, at=at)
    zone = booking.block.cleanroom.facility.time_zone
    if at < booking.block.starts_at:
        raise Refused([Reason("starts_later", {"start": booking.block.starts_at, "zone": zone})])
    booking.fee, booking.fee_currency = fee_for_cancelling(booking, by=Side.REQUESTER, at=at)
    blocks.change_state(session, booking, BookingState.NO_SHOW, actor_id=actor.user_id, at=at)
    booking.ended_reason = note.strip() or None
    freed = _end_early(session, booking, at=at)
    record(session, NoShow(actor_id=actor.user_id, **_names(booking), freed_from=freed, note=note), at=at)
    if freed is not None:
        offer_waiting(session, [booking.block.cleanroom.facility_id], rooms, at=at)
    return booking


def fee_for_cancelling(booking: Booking, *, by: Side, at: datetime) -> tuple[int | None, str | None]:
    """Return what a cancellation costs now, in minor units, and the currency; a facility's own costs nothing.

    None stands for an amount that the terms make depend on a price that is not published.
    """
    if by is Side.FACILITY or booking.estimate is None:
        percent = 0 if by is Side.FACILITY else _percent(booking, at=at)
        return cancellation_fee(None, percent), None
    fee = cancellation_fee(int(booking.estimate["amount"]), _percent(booking, at=at))
    return fee, str(booking.estimate["currency"])


def cancel_booking(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    note: str,
    agreed_fee: int | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> Booking:
    """Cancel a booking or hold by the facility's terms; the fee is charged as recorded, and the time is free at once.

    `agreed_fee` is the fee that the page showed; if it is another one by now, the answer is `Refused`, with the new
    fee. Raises `NotFound` for a stranger.
    """
    found = queries.booking_shown(session, actor, booking_id)
    facility = found.block.cleanroom.facility
    side = Side.FACILITY if actor.holds(Role.FACILITY_MANAGER, facility.id) else Side.REQUESTER
    if side is Side.REQUESTER and (
        found.organisation_id != actor.organisation_id or Role.FOUNDER not in actor.roles
    ):
        raise NotFound
    rooms = lock_facilities(session, [facility.id])
    release_expired(session, rooms, at=at)
    booking = lock_booking(session, booking_id, shown_version=shown_version)
    reasons = reasons_against_step("cancel", booking.state.value, steps=BOOKING_STEPS)
    if not note.strip():
        reasons.append(Reason("words_needed", {"step": "cancel"}, field="note"))
    if booking.block.ends_at <= at:
        reasons.append(Reason("ended_before", {"end": booking.block.ends_at, "zone": facility.time_zone}))
    fee, currency = fee_for_cancelling(booking, by=side, at=at)
    if agreed_fee is not None and fee is not None and fee != agreed_fee:
        reasons.append(Reason("fee_has_changed", {"fee": fee, "currency": currency}))
    if reasons:
        raise Refused(reasons)
    request = None
    if booking.request_id is not None:
        request = lock_request(session, booking.request_id, shown_version=None)
    blocks.change_state(session, booking, BookingState.CANCELLED, actor_id=actor.user_id, at=at)
    booking.ended_reason, booking.fee, booking.fee_currency = note, fee, currency
    if request is not None:
        if request.state is RequestState.OFFERED:
            request.state, request.waiting_since = RequestState.SUBMITTED, at
        else:
            request.state = RequestState.WITHDRAWN if side is Side.REQUESTER else RequestState.REJECTED
            request.decision_note = note if side is Side.FACILITY else request.decision_note
            close_for_request(session, request, actor_id=actor.user_id, at=at)
    record(
        session,
        BookingCancelled(
            actor_id=actor.user_id, **_names(booking), by=side.value, fee=fee, currency=currency, note=note
        ),
        at=at,
    )
    offer_waiting(session, [facility.id], rooms, at=at)
    return booking


def propose_move(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    cleanroom_id: int,
    slot: Slot,
    why: str,
    acknowledged: bool = False,
    shown_version: int | None = None,
    at: datetime,
) -> MoveProposal | Booking:
    """Move a booking to another time or cleanroom of the facility, or ask the other side for it.

    The other side is asked, unless there is none (the facility's own work), or the terms let a booking be moved so long
    ahead. Of what the rules warn there, whoever moves it says that they have read it. Raises `NotFound`, `Stale`, and
    `Refused` with every reason against the new window.
    """
    booking, rooms, side = _to_move(session, actor, booking_id, shown_version=shown_version, at=at)
    target = rooms.get(cleanroom_id)
    if target is None:
        raise NotFound
    reasons, warned = judged_move(session, booking, target, slot, at=at)
    reasons += unread(warned, acknowledged=acknowledged)
    if not why.strip():
        reasons.append(Reason("words_needed", {"step": "move"}, field="why"))
    if reasons:
        raise Refused(reasons)
    if not must_ask(booking, at=at):
        return _move(session, actor, booking, target, slot, rooms, warned, note=why, at=at)
    for older in queries.open_proposals(session, [booking.id]):
        older.state, older.answered_at = MoveState.WITHDRAWN, at
    proposal = MoveProposal(
        booking_id=booking.id,
        side=side,
        proposed_by_id=actor.user_id,
        proposed_at=at,
        cleanroom_id=target.id,
        starts_at=slot.start,
        ends_at=slot.end,
        why=why,
    )
    session.add(proposal)
    session.flush()
    record(
        session,
        MoveProposed(
            actor_id=actor.user_id,
            **_names(booking),
            proposal_id=proposal.id,
            by=side.value,
            to_cleanroom_id=target.id,
            starts_at=slot.start,
            ends_at=slot.end,
            acknowledged_rules=_rules(warned),
            note=why,
        ),
        at=at,
    )
    return proposal


def answer_move(
    session: Session,
    actor: Actor,
    proposal_id: int,
    *,
    accept: bool,
    note: str = "",
    acknowledged: bool = False,
    at: datetime,
) -> MoveProposal:
    """Accept or decline the other side's proposal; on acceptance the rules are asked again, for nothing was held.

    Of what they warn the facility says that it has read it, when it proposes or when it accepts. Raises `NotFound` for anyone but the other side, and `Refused` if the new window is taken by now.
    """
    proposal = _proposal(session, proposal_id)
    booking, rooms, side = _to_move(session, actor, proposal.booking_id, shown_version=None, at=at)
    session.refresh(proposal)
    if side is proposal.side:
        raise NotFound
    if proposal.state is not MoveState.OPEN:
        raise Refused([Reason("already_answered")])
    if accept:
        slot = Slot(proposal.starts_at, proposal.ends_at)
        target = rooms[proposal.cleanroom_id]
        reasons, warned = judged_move(session, booking, target, slot, at=at)
        if side is Side.FACILITY:
            reasons += unread(warned, acknowledged=acknowledged)
        if reasons:
            raise Refused(reasons)
        _move(session, actor, booking, target, slot, rooms, warned, note=proposal.why, at=at)
    else:
        record(
            session,
            MoveDeclined(
                actor_id=actor.user_id,
                **_names(booking),
                proposal_id=proposal.id,
                withdrawn=False,
                note=note,
            ),
            at=at,
        )
    proposal.state = MoveState.ACCEPTED if accept else MoveState.DECLINED
    proposal.answered_at, proposal.answer_note = at, note or None
    return proposal


def withdraw_move(session: Session, actor: Actor, proposal_id: int, *, at: datetime) -> MoveProposal:
    """Take one's own side's proposal back; raises `NotFound` for the other side."""
    proposal = _proposal(session, proposal_id)
    booking, _, side = _to_move(session, actor, proposal.booking_id, shown_version=None, at=at)
    session.refresh(proposal)
    if side is not proposal.side:
        raise NotFound
    if proposal.state is not MoveState.OPEN:
        raise Refused([Reason("already_answered")])
    proposal.state, proposal.answered_at = MoveState.WITHDRAWN, at
    record(
        session,
        MoveDeclined(actor_id=actor.user_id, **_names(booking), proposal_id=proposal.id, withdrawn=True),
        at=at,
    )
    return proposal


def _move(
    session: Session,
    actor: Actor,
    booking: Booking,
    target: Cleanroom,
    slot: Slot,
    rooms: dict[int, Cleanroom],
    warned: Iterable[Reason],
    *,
    note: str,
    at: datetime,
) -> Booking:
    previous_room_id, previous = booking.block.cleanroom_id, booking.slot
    blocks.move(session, booking, target, slot)
    request = session.get(SlotRequest, booking.request_id) if booking.request_id else None
    if booking.organisation is not None and booking.project_id is not None:
        diary = search.diary_around(session, target, slot, at=at)
        cost = estimate(session, booking.organisation, diary, slot, blocks.work_of(booking))
        booking.estimate = cost.as_json() if cost else None
    if request is not None and request.state is RequestState.APPROVED:
        request.cleanroom_id, request.starts_at, request.ends_at = target.id, slot.start, slot.end
        request.estimate = booking.estimate
    subsidies.take_units(session, booking, actor_id=actor.user_id, at=at)
    record(
        session,
        BookingMoved(
            actor_id=actor.user_id,
            **{**_names(booking), "cleanroom_id": target.id},
            starts_at=slot.start,
            ends_at=slot.end,
            previous_cleanroom_id=previous_room_id,
            previous_starts_at=previous.start,
            previous_ends_at=previous.end,
            acknowledged_rules=_rules(warned),
            note=note,
        ),
        at=at,
    )
    offer_waiting(session, [target.facility_id], rooms, at=at)
    return booking


def judged_move(
    session: Session, booking: Booking, target: Cleanroom, slot: Slot, *, at: datetime
) -> tuple[list[Reason], list[Reason]]:
    """Return what stands in the way of giving a booking another time or cleanroom of its facility, and what only warns."""
    reasons = reasons_against_step("move", booking.state.value, steps=BOOKING_STEPS)
    if (target.id, slot) == (booking.block.cleanroom_id, booking.slot):
        reasons.append(Reason("nothing_to_move"))
    request = session.get(SlotRequest, booking.request_id) if booking.request_id else None
    ignored = [booking.id]
    if request is None:
        own = plain_need(target, booking.process_class, slot, booking.run_kind)
        diary = search.diary_around(
            session, target, slot, at=min(at, slot.start), ignored_booking_ids=ignored
        )
        found, warned = against_own_work(diary, own, slot, at=at)
        return [*reasons, *reasons_against_entry(slot, at=at), *found], warned
    diary = search.diary_around(session, target, slot, at=at, ignored_booking_ids=ignored)
    need = need_of(request)
    found = search.reasons_against_room(target, need) + search.reasons_in_diary(diary, need, slot, at=at)
    reasons += [reason for reason in found if reason.code not in WAIVED_BY_OFFER]
    return reasons, search.warnings_in_diary(diary, need, slot)


def must_ask(booking: Booking, *, at: datetime) -> bool:
    """Say whether a booking is moved only when the other side agrees."""
    facility = booking.block.cleanroom.facility
    if booking.request_id is None:
        return False
    if facility.moves_without_asking_days is None:
        return True
    zone = facility.time_zone
    ahead = (local_day(booking.block.starts_at, zone) - local_day(at, zone)).days
    return ahead < facility.moves_without_asking_days


def _to_run(
    session: Session,
    actor: Actor,
    booking_id: int,
    step: str,
    *,
    shown_version: int | None,
    at: datetime,
) -> tuple[Booking, dict[int, Cleanroom]]:
    found = queries.booking_to_run(session, actor, booking_id)
    rooms = lock_facilities(session, [found.block.cleanroom.facility_id])
    release_expired(session, rooms, at=at)
    booking = lock_booking(session, booking_id, shown_version=shown_version)
    reasons = reasons_against_step(step, booking.state.value, steps=BOOKING_STEPS)
    if reasons:
        raise Refused(reasons)
    return booking, rooms


def _to_move(
    session: Session, actor: Actor, booking_id: int, *, shown_version: int | None, at: datetime
) -> tuple[Booking, dict[int, Cleanroom], Side]:
    found = queries.booking_shown(session, actor, booking_id)
    facility_id = found.block.cleanroom.facility_id
    if actor.holds(Role.FACILITY_MANAGER, facility_id):
        side = Side.FACILITY
    elif Role.FOUNDER in actor.roles and found.organisation_id == actor.organisation_id:
        side = Side.REQUESTER
    else:
        raise NotFound
    rooms = lock_facilities(session, [facility_id])
    release_expired(session, rooms, at=at)
    return lock_booking(session, booking_id, shown_version=shown_version), rooms, side


def _proposal(session: Session, proposal_id: int) -> MoveProposal:
    proposal = session.scalars(
        select(MoveProposal)
        .where(MoveProposal.id == proposal_id)
        .options(joinedload(MoveProposal.booking, innerjoin=True))
    ).first()
    if proposal is None:
        raise NotFound
    return proposal


def _end_early(session: Session, booking: Booking, *, at: datetime) -> datetime | None:
    """Give back the whole booking units that are left; return from when the room is free, or None."""
    room = booking.block.cleanroom
    time = RoomTime.of(room, local_day(booking.block.starts_at, room.facility.time_zone))
    end = time.moment(max(time.tick_from(at), time.tick(booking.block.starts_at) + 1))
    if end >= booking.block.ends_at:
        return None
    blocks.shorten(session, booking, end=end)
    return end


def _charge_for_time_used(session: Session, booking: Booking) -> dict[str, Any] | None:
    """Return what is charged for work that ended early: closed days and what was given back are not."""
    agreed = kept_estimate(booking.estimate)
    if agreed is None:
        return _kept(booking)
    slot = booking.slot
    diary = search.diary_around(session, booking.block.cleanroom, slot, at=slot.start)
    return for_time_used(agreed, diary, slot).as_json()


def _kept(booking: Booking) -> dict[str, Any] | None:
    return dict(booking.estimate) if booking.estimate else None


def _percent(booking: Booking, *, at: datetime) -> int:
    facility = booking.block.cleanroom.facility
    if booking.state is BookingState.HELD:
        return 0
    zone = facility.time_zone
    days_before = (local_day(booking.block.starts_at, zone) - local_day(at, zone)).days
    return cancellation_percent(facility.cancellation_steps, max(days_before, 0))


def plain_need(
    room: Cleanroom, process_class: str | None, slot: Slot, run_kind: RunKind = RunKind.OTHER
) -> Need:
    """Return the need of work that fits this room whatever it is, for what a facility enters itself."""
    time = RoomTime.of(room, local_day(slot.start, room.facility.time_zone))
    span = time.span(slot) if slot.end > slot.start else Span(0, 1)
    return Need(
        kind=room.kind,
        grade=room.grade,
        bsl=room.bsl,
        vector_level=room.vector_level,
        gmo_class=room.gmo_class or 0,
        process_class=process_class or "",
        equipment=frozenset(),
        mode=WorkMode.CONTINUOUS,
        duration=max(span.end - span.start, 1),
        duration_unit=room.unit,
        earliest_start=local_day(slot.start, room.facility.time_zone),
        latest_end=None,
        facility_ids=None,
        project_id=None,
        side=own_side(run_kind, process_class),
        is_own=True,
    )


TAKEN = frozenset(
    {
        "slot_taken",
        "room_closed",
        "changeover_before_too_short",
        "changeover_after_too_short",
        "not_on_the_clock",
    }
)


APART = CODES | {FULL}
"""What says that something else runs beside or before it that it must not meet, or that nobody can carry it too."""


def taken_only(reasons: list[Reason]) -> list[Reason]:
    """Return those reasons that say that the time is taken, whatever else speaks against it."""
    return [reason for reason in reasons if reason.code in TAKEN]


def _rules(warned: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(sorted(str(reason.values["rule"]) for reason in warned))


def _names(booking: Booking) -> Mapping[str, Any]:
    return {
        "booking_id": booking.id,
        "cleanroom_id": booking.block.cleanroom_id,
        "request_id": booking.request_id,
        "project_id": booking.project_id,
    }
