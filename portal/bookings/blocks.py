"""Taking and giving back a cleanroom's time: the only code that writes blocks.

Whoever calls has locked the cleanroom with `lock_cleanrooms`, so that two decisions about one room come one after the
other; the database's guards stand behind it. A booking or hold is followed by its changeover, whose length depends on
what comes next; when a neighbour comes or goes, both sides are computed anew here, in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.models import Block, BlockKind, Booking, BookingState, Closure, ClosureKind
from portal.bookings.roomtime import days_later
from portal.bookings.rules.timetables import Work
from portal.bookings.work import changeover_days_of
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom

WORKING_KINDS = (BlockKind.BOOKING, BlockKind.HOLD)
KIND_OF_STATE = {
    BookingState.HELD: BlockKind.HOLD,
    BookingState.CANCELLED: BlockKind.RELEASED,
    BookingState.EXPIRED: BlockKind.RELEASED,
}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A booking or hold beside a stretch of time, with what runs in it."""

    block: Block
    work: Work | None


def lock_cleanrooms(session: Session, cleanroom_ids: Iterable[int]) -> dict[int, Cleanroom]:
    """Lock these cleanrooms until the unit of work ends, always in ascending order, and return them fresh.

    A cleanroom that does not exist is missing from the answer.
    """
    rooms = session.scalars(
        select(Cleanroom)
        .where(Cleanroom.id.in_(sorted(set(cleanroom_ids))))
        .order_by(Cleanroom.id)
        .options(joinedload(Cleanroom.facility))
        .with_for_update(of=Cleanroom)
        .execution_options(populate_existing=True)
    )
    return {room.id: room for room in rooms}


def take(
    session: Session, cleanroom: Cleanroom, slot: Slot, *, state: BookingState, **values: Any
) -> Booking:
    """Write a booking or hold into a locked cleanroom, and both neighbours' changeover anew."""
    before = neighbour_before(session, cleanroom.id, slot.start)
    _forget_changeover(session, before)
    block = Block(
        cleanroom_id=cleanroom.id,
        kind=KIND_OF_STATE.get(state, BlockKind.BOOKING),
        starts_at=slot.start,
        ends_at=slot.end,
    )
    session.add(block)
    session.flush()
    booking = Booking(block=block, block_id=block.id, state=state, **values)
    session.add(booking)
    session.flush()
    _write_changeover(session, cleanroom, before)
    _write_changeover(session, cleanroom, Neighbour(block, work_of(booking)))
    return booking


def change_state(session: Session, booking: Booking, state: BookingState) -> None:
    """Change the state of a booking, and with it what its block takes; changeovers follow."""
    cleanroom = session.get_one(Cleanroom, booking.block.cleanroom_id)
    kind = KIND_OF_STATE.get(state, BlockKind.BOOKING)
    if state is not BookingState.HELD:
        booking.held_until = None
    booking.state = state
    if booking.block.kind is not kind:
        booking.block.kind = kind
        if kind is BlockKind.RELEASED:
            _forget_changeover(session, Neighbour(booking.block, None))
    session.flush()
    session.refresh(booking, ["block_kind"])
    if kind is BlockKind.RELEASED:
        _write_changeover(
            session, cleanroom, neighbour_before(session, cleanroom.id, booking.block.starts_at)
        )


def move(session: Session, booking: Booking, target: Cleanroom, slot: Slot) -> None:
    """Give a booking another time or another locked cleanroom, and every neighbour's changeover anew."""
    block, source = booking.block, session.get_one(Cleanroom, booking.block.cleanroom_id)
    old_before = neighbour_before(session, source.id, block.starts_at, but=block.id)
    new_before = neighbour_before(session, target.id, slot.start, but=block.id)
    own = Neighbour(block, work_of(booking))
    for neighbour in (old_before, new_before, own):
        _forget_changeover(session, neighbour)
    block.cleanroom_id, block.starts_at, block.ends_at = target.id, slot.start, slot.end
    session.flush()
    _write_changeover(session, source, old_before)
    if new_before is not None and (old_before is None or new_before.block.id != old_before.block.id):
        _write_changeover(session, target, new_before)
    _write_changeover(session, target, own)


def shorten(session: Session, booking: Booking, *, end: datetime) -> None:
    """End a booking before its time; the rest, and what its changeover no longer needs, is free."""
    if booking.block.starts_at < end < booking.block.ends_at:
        cleanroom = session.get_one(Cleanroom, booking.block.cleanroom_id)
        move(session, booking, cleanroom, Slot(booking.block.starts_at, end))


def close(session: Session, cleanroom: Cleanroom, slot: Slot, *, kind: ClosureKind, **values: Any) -> Closure:
    """Write a closure into a locked cleanroom; it may lie over a changeover, never over a booking or hold."""
    block = Block(cleanroom_id=cleanroom.id, kind=BlockKind.CLOSURE, starts_at=slot.start, ends_at=slot.end)
    session.add(block)
    session.flush()
    closure = Closure(block=block, kind=kind, **values)
    session.add(closure)
    session.flush()
    return closure


def reopen(session: Session, closure: Closure) -> None:
    """Take a closure back; what happened stays in the ledger."""
    block = closure.block
    session.delete(closure)
    session.flush()
    session.delete(block)
    session.flush()


def neighbour_before(
    session: Session, cleanroom_id: int, moment: datetime, *, but: int = 0
) -> Neighbour | None:
    """Return the last booking or hold that ends at a moment or before it."""
    return _neighbour(
        session,
        select(Block, Booking)
        .join(Booking, Booking.block_id == Block.id)
        .where(
            Block.cleanroom_id == cleanroom_id,
            Block.kind.in_(WORKING_KINDS),
            Block.ends_at <= moment,
            Block.id != but,
        )
        .order_by(Block.ends_at.desc())
        .limit(1),
    )


def neighbour_after(
    session: Session, cleanroom_id: int, moment: datetime, *, but: int = 0
) -> Neighbour | None:
    """Return the first booking or hold that starts at a moment or after it."""
    return _neighbour(
        session,
        select(Block, Booking)
        .join(Booking, Booking.block_id == Block.id)
        .where(
            Block.cleanroom_id == cleanroom_id,
            Block.kind.in_(WORKING_KINDS),
            Block.starts_at >= moment,
            Block.id != but,
        )
        .order_by(Block.starts_at)
        .limit(1),
    )


def work_of(booking: Booking) -> Work:
    """Return what runs in a booking, as far as changeover asks."""
    return Work(booking.process_class or "", booking.project_id)


def _neighbour(session: Session, question: Any) -> Neighbour | None:
    row = session.execute(question).first()
    return Neighbour(row[0], work_of(row[1])) if row else None


def _forget_changeover(session: Session, neighbour: Neighbour | None) -> None:
    if neighbour is not None:
        session.execute(delete(Block).where(Block.after_id == neighbour.block.id))


def _write_changeover(session: Session, cleanroom: Cleanroom, neighbour: Neighbour | None) -> None:
    if neighbour is None:
        return
    _forget_changeover(session, neighbour)
    start, zone = neighbour.block.ends_at, cleanroom.facility.time_zone
    after = neighbour_after(session, cleanroom.id, start, but=neighbour.block.id)
    days = changeover_days_of(session, cleanroom, neighbour.work, after.work if after is not None else None)
    end = days_later(start, days, zone)
    if after is not None:
        end = min(end, after.block.starts_at)
    if end > start:
        session.add(
            Block(
                cleanroom_id=cleanroom.id,
                kind=BlockKind.CHANGEOVER,
                starts_at=start,
                ends_at=end,
                after_id=neighbour.block.id,
            )
        )
        session.flush()
