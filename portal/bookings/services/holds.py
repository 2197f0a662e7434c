"""Holds that end by themselves, and waiting lists that offer by themselves.

The clock calls `release_due`; a decision that meets an expired hold calls `release_expired` for its own cleanrooms, so
nothing that blocks a room waits for the clock.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from portal.bookings import blocks, search
from portal.bookings.estimates import estimate
from portal.bookings.events import ConditionLapsed, OfferExpired, WindowOffered
from portal.bookings.models import Block, Booking, BookingState, RequestState, SlotRequest
from portal.bookings.needs import Need, need_of
from portal.bookings.roomtime import local_day, midnight
from portal.bookings.rules.decisions import Waiting, end_of_hold, waiting_order
from portal.bookings.services.locking import lock_booking, lock_facilities, lock_request
from portal.bookings.services.sharing import close_for_request
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility, Priority
from portal.facilities.opening import public_holidays
from portal.ledger import record
from portal.store import UtcDateTime

HOLD_ENDS_AT = timedelta(hours=17)

_booking, _block = Booking.__table__.c, Block.__table__.c
_EXPIRED = (
    select(_booking.id)
    .where(
        _block.id == _booking.block_id,
        _booking.state == BookingState.HELD,
        _booking.held_until <= bindparam("at", type_=UtcDateTime()),
        _block.cleanroom_id.in_(bindparam("rooms", expanding=True)),
    )
    .order_by(_booking.id)
)


def release_due(session: Session, *, at: datetime) -> int:
    """Release every hold whose time has passed, offer what became free, and return how many were released."""
    rows = session.execute(
        select(Cleanroom.facility_id, Cleanroom.id)
        .join(Block, Block.cleanroom_id == Cleanroom.id)
        .join(Booking, Booking.block_id == Block.id)
        .where(Booking.state == BookingState.HELD, Booking.held_until <= at)
    ).all()
    if not rows:
        return 0
    rooms = lock_facilities(session, {facility_id for facility_id, _ in rows})
    released = release_expired(session, rooms, at=at)
    lapsed = {booking.request_id for booking in released if booking.request_id is not None}
    offer_waiting(session, {room.facility_id for room in rooms.values()}, rooms, at=at, but=lapsed)
    return len(released)


def tend_waiting_lists(session: Session, *, at: datetime) -> int:
    """Offer free time to every waiting list, and return how many offers were made."""
    facility_ids = set(
        session.scalars(
            select(Cleanroom.facility_id)
            .join(SlotRequest, SlotRequest.cleanroom_id == Cleanroom.id)
            .where(SlotRequest.state == RequestState.WAITLISTED)
        )
    )
    if not facility_ids:
        return 0
    rooms = lock_facilities(session, facility_ids)
    return offer_waiting(session, facility_ids, rooms, at=at)


def release_expired(session: Session, cleanroom_ids: Collection[int], *, at: datetime) -> list[Booking]:
    """Release the expired holds in these locked cleanrooms, and return them."""
    ids = session.scalars(_EXPIRED, {"rooms": list(cleanroom_ids), "at": at}).all()
    due = [lock_booking(session, booking_id, shown_version=None) for booking_id in ids]
    for booking in due:
        _release(session, booking, at=at)
    return due


def hold_until(facility: Facility, slot: Slot, *, at: datetime) -> datetime:
    """Return until when an offer is held: the facility's working days from today, never past the start."""
    zone = facility.time_zone
    today = local_day(at, zone)
    closed = {
        *public_holidays(facility.country, today.year),
        *public_holidays(facility.country, today.year + 1),
    }
    last = end_of_hold(today, facility.hold_working_days, closed)
    return min(midnight(last, zone) + HOLD_ENDS_AT, slot.start)


def make_offer(
    session: Session,
    request: SlotRequest,
    room: Cleanroom,
    slot: Slot,
    *,
    actor_id: int | None,
    note: str,
    at: datetime,
    from_waitlist: bool = False,
) -> Booking:
    """Hold a window in a locked cleanroom for a request and tell the ledger; the caller has asked the rules."""
    until = hold_until(room.facility, slot, at=at)
    diary = search.diary_around(session, room, slot, at=at)
    cost = estimate(session, request.organisation, diary, slot, need_of(request).work)
    booking = blocks.take(
        session,
        room,
        slot,
        state=BookingState.HELD,
        held_until=until,
        request_id=request.id,
        project_id=request.project_id,
        organisation_id=request.organisation_id,
        title=request.title,
        run_kind=request.run_kind,
        process_class=request.process_class,
        estimate=cost.as_json() if cost else None,
        created_at=at,
        created_by_id=actor_id,
        is_demo=room.is_demo,
    )
    if request.state is RequestState.WAITLISTED and request.waitlisted_at is None:
        request.waitlisted_at = at
    request.state, request.waiting_since = RequestState.OFFERED, at
    request.decided_at, request.decided_by_id, request.decision_note = at, actor_id, note or None
    record(
        session,
        WindowOffered(
            actor_id=actor_id,
            request_id=request.id,
            project_id=request.project_id,
            booking_id=booking.id,
            cleanroom_id=room.id,
            starts_at=slot.start,
            ends_at=slot.end,
            held_until=until,
            from_waitlist=from_waitlist,
            note=note,
        ),
        at=at,
    )
    return booking


def offer_waiting(
    session: Session,
    facility_ids: Collection[int],
    rooms: dict[int, Cleanroom],
    *,
    at: datetime,
    but: Collection[int] = (),
) -> int:
    """Offer free time in locked cleanrooms to the waiting lists of their facilities; return how many offers.

    Oldest fitting first, by the facility's stated rule. A waiting request is offered the first window between its
    earliest start and its latest end; if it named no latest end, a window that starts no later than the one it asked.
    Requests in `but` are passed over this time: they have just let an offer lapse.
    """
    made = 0
    for facility_id in sorted(facility_ids):
        here = [room for room in rooms.values() if room.facility_id == facility_id and room.is_bookable]
        if not here:
            continue
        for request in _waiting(session, here[0].facility):
            if request.request_id not in but:
                made += _offer_first_window(session, request.request_id, here, at=at)
    return made


def _offer_first_window(session: Session, request_id: int, rooms: list[Cleanroom], *, at: datetime) -> int:
    request = lock_request(session, request_id, shown_version=None)
    if request.state is not RequestState.WAITLISTED:
        return 0
    need = need_of(request)
    fitting = [room for room in rooms if not search.reasons_against_room(room, need)]
    diaries = search.diaries_of(session, fitting, at=at)
    found = []
    for room in fitting:
        # Nobody is there to acknowledge what the rules only warn of.
        window = search.first_window(diaries[room.id], _bounded(need, request, room), at=at, strict=True)
        if window is not None:
            found.append((window.start, window.end, room.id != request.cleanroom_id, room.id, window))
    if not found:
        return 0
    *_, room_id, window = min(found)
    room = next(room for room in fitting if room.id == room_id)
    make_offer(session, request, room, window, actor_id=None, note="", at=at, from_waitlist=True)
    return 1


def _bounded(need: Need, request: SlotRequest, room: Cleanroom) -> Need:
    if need.latest_end is not None or request.ends_at is None:
        return need
    last_day = local_day(request.ends_at - timedelta(seconds=1), room.facility.time_zone)
    return replace(need, latest_end=last_day)


def _waiting(session: Session, facility: Facility) -> list[Waiting]:
    rows = session.scalars(
        select(SlotRequest)
        .join(Cleanroom, Cleanroom.id == SlotRequest.cleanroom_id)
        .where(SlotRequest.state == RequestState.WAITLISTED, Cleanroom.facility_id == facility.id)
        .options(joinedload(SlotRequest.project))
    )
    return waiting_order(
        [
            Waiting(
                request_id=row.id,
                since=row.waitlisted_at or row.created_at,
                clinical=need_of(row).gmp_run,
            )
            for row in rows
        ],
        clinical_first=facility.priority is Priority.CLINICAL_FIRST,
    )


def _release(session: Session, booking: Booking, *, at: datetime) -> None:
    blocks.change_state(session, booking, BookingState.EXPIRED, at=at)
    booking.ended_reason = None
    if booking.request_id is None:
        return
    request = lock_request(session, booking.request_id, shown_version=None)
    if request.state is RequestState.OFFERED:
        _expire_offer(session, booking, request, at=at)
    elif request.state is RequestState.APPROVED:
        request.state, request.waiting_since = RequestState.EXPIRED, None
        close_for_request(session, request, actor_id=None, at=at)
        record(
            session,
            ConditionLapsed(
                actor_id=None,
                request_id=request.id,
                project_id=request.project_id,
                booking_id=booking.id,
                cleanroom_id=booking.block.cleanroom_id,
            ),
            at=at,
        )


def _expire_offer(session: Session, booking: Booking, request: SlotRequest, *, at: datetime) -> None:
    request.offers_missed += 1
    if request.offers_missed == 1:
        request.state = RequestState.WAITLISTED
        request.waitlisted_at = request.waitlisted_at or request.submitted_at or at
        request.waiting_since = request.waitlisted_at
    else:
        request.state, request.waiting_since = RequestState.EXPIRED, None
        close_for_request(session, request, actor_id=None, at=at)
    record(
        session,
        OfferExpired(
            actor_id=None,
            request_id=request.id,
            project_id=request.project_id,
            booking_id=booking.id,
            cleanroom_id=booking.block.cleanroom_id,
            request_state=request.state.value,
        ),
        at=at,
    )
