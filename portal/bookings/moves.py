"""What a manager sees before a booking or closure is moved: what stands in the way, and what comes with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portal.bookings import blocks, search
from portal.bookings.blocks import ChangedChangeover
from portal.bookings.estimates import Estimate, estimate
from portal.bookings.models import Booking, BookingState, Closure, RequestState, SlotRequest
from portal.bookings.needs import Need, need_of
from portal.bookings.queries import COMPETING
from portal.bookings.roomtime import local_day
from portal.bookings.services.bookings import judged_move, must_ask, plain_need
from portal.bookings.services.closures import reasons_against_closure
from portal.bookings.services.decisions import WAIVED_BY_OFFER
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.rules.terms import cancellation_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOutlook:
    """What would become of a booking in another time or cleanroom.

    `against` is every reason that refuses it; the rest is only asked where nothing does.
    """

    against: tuple[Reason, ...]
    asks: bool
    """Whether the other side is asked first, and the booking stays where it is until the answer."""
    waived: tuple[Reason, ...] = ()
    """What the request or the cleanroom asks for, and a move need not keep to."""
    warned: tuple[Reason, ...] = ()
    """Of what the rules of segregation warn, and what whoever moves has to have read."""
    changeovers: tuple[ChangedChangeover, ...] = ()
    competing: int = 0
    """Open requests that ask for a part of the new time."""
    waits: bool = False
    """Whether somebody is on the facility's waiting list, who may be offered what becomes free."""
    price: Estimate | None = None
    percents: tuple[int, int] | None = None
    """The share of the price that a cancellation by the requester costs now, and would cost then."""


def outlook_of_move(
    session: Session, booking: Booking, target: Cleanroom, slot: Slot, *, at: datetime
) -> MoveOutlook:
    """Return what the move of a booking would mean, by the rules that decide when it is made."""
    against, warned = judged_move(session, booking, target, slot, at=at)
    asks = must_ask(booking, at=at)
    if against:
        return MoveOutlook(against=tuple(against), asks=asks)
    price = None
    if booking.organisation is not None and booking.project_id is not None:
        diary = search.diary_around(session, target, slot, at=at, ignored_booking_ids=[booking.id])
        price = estimate(session, booking.organisation, diary, slot, blocks.work_of(booking))
    return MoveOutlook(
        against=(),
        asks=asks,
        waived=_waived(session, booking, target, slot, at=at),
        warned=tuple(warned),
        changeovers=tuple(blocks.changeovers_after_move(session, booking, target, slot)),
        competing=_competing(session, target.id, slot),
        waits=_somebody_waits(session, target.facility_id),
        price=price,
        percents=_percents(booking, slot, at=at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureOutlook:
    """What another time for a closure would mean."""

    against: tuple[Reason, ...]
    competing: int = 0
    waits: bool = False


def outlook_of_closure(session: Session, closure: Closure, slot: Slot, *, at: datetime) -> ClosureOutlook:
    """Return what another time for a closure would mean, by the rules that decide when it is given."""
    room = closure.block.cleanroom
    against = reasons_against_closure(session, room, slot, but=closure.block_id, at=at)
    if slot == closure.block.slot:
        against.append(Reason("closure_stays"))
    if against:
        return ClosureOutlook(against=tuple(against))
    return ClosureOutlook(
        against=(),
        competing=_competing(session, room.id, slot),
        waits=_somebody_waits(session, room.facility_id),
    )


def slot_for_work(
    session: Session,
    booking: Booking,
    request: SlotRequest,
    room: Cleanroom,
    start: datetime,
    *,
    at: datetime,
) -> Slot:
    """Return the time that the work of a booking takes in a room when it starts at a moment."""
    diary = search.diaries_of(session, [room], at=at, ignored_booking_ids=[booking.id])[room.id]
    return search.window_from(diary, need_of(request), start)


def first_free(
    session: Session, booking: Booking, rooms: Sequence[Cleanroom], *, at: datetime, count: int = 3
) -> list[tuple[Cleanroom, Slot]]:
    """Return the first free windows for the work of a booking, one in each of these cleanrooms that fit it."""
    needs = {room.id: _need_in(booking, room, at=at) for room in rooms}
    fitting = [
        room
        for room in rooms
        if (need := needs[room.id]) is not None and not search.reasons_against_room(room, need)
    ]
    diaries = search.diaries_of(session, fitting, at=at, ignored_booking_ids=[booking.id])
    found = []
    for room in fitting:
        need = needs[room.id]
        window = search.first_window(diaries[room.id], need, at=at) if need is not None else None
        if window is not None and (room.id, window) != (booking.block.cleanroom_id, booking.slot):
            found.append((room, window))
    return sorted(found, key=lambda one: (one[1].start, one[1].end, one[0].code))[:count]


def _need_in(booking: Booking, room: Cleanroom, *, at: datetime) -> Need | None:
    """Return what a booking needs in a cleanroom from today on; None where its length is counted otherwise there."""
    today = local_day(at, room.facility.time_zone)
    if booking.request is not None:
        need = need_of(booking.request)
    elif room.unit is booking.block.cleanroom.unit:
        need = plain_need(room, booking.process_class, booking.slot, booking.run_kind)
    else:
        return None
    return replace(need, facility_ids=None, earliest_start=today, latest_end=None)


def _waived(
    session: Session, booking: Booking, target: Cleanroom, slot: Slot, *, at: datetime
) -> tuple[Reason, ...]:
    if booking.request is None:
        return ()
    need = need_of(booking.request)
    found = search.reasons_against(session, target, need, slot, at=at, ignored_booking_ids=[booking.id])
    return tuple(reason for reason in found if reason.code in WAIVED_BY_OFFER)


def _competing(session: Session, cleanroom_id: int, slot: Slot) -> int:
    question = (
        select(func.count())
        .select_from(SlotRequest)
        .where(
            SlotRequest.cleanroom_id == cleanroom_id,
            SlotRequest.state.in_(COMPETING),
            SlotRequest.starts_at < slot.end,
            SlotRequest.ends_at > slot.start,
        )
    )
    return session.scalar(question) or 0


def _somebody_waits(session: Session, facility_id: int) -> bool:
    here = select(Cleanroom.id).where(Cleanroom.facility_id == facility_id)
    waiting = exists().where(SlotRequest.state == RequestState.WAITLISTED, SlotRequest.cleanroom_id.in_(here))
    return bool(session.scalar(select(waiting)))


def _percents(booking: Booking, slot: Slot, *, at: datetime) -> tuple[int, int] | None:
    if booking.request_id is None or booking.state is not BookingState.CONFIRMED:
        return None
    facility = booking.block.cleanroom.facility
    now, then = _shares(facility, (booking.block.starts_at, slot.start), at=at)
    return (now, then)


def _shares(facility: Facility, starts: Iterable[datetime], *, at: datetime) -> list[int]:
    today = local_day(at, facility.time_zone)
    ahead = [max((local_day(start, facility.time_zone) - today).days, 0) for start in starts]
    return [cancellation_percent(facility.cancellation_steps, days) for days in ahead]
