"""Closing a cleanroom for maintenance, requalification or an aseptic process simulation, and opening it again."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.bookings import blocks, queries
from portal.bookings.events import CleanroomClosed, ClosureLifted, ClosureMoved
from portal.bookings.models import Block, BlockKind, Booking, Closure, ClosureKind
from portal.bookings.rules.entering import reasons_against_entry
from portal.bookings.services.holds import offer_waiting, release_expired
from portal.bookings.services.locking import lock_facilities
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.ledger import record


def close_cleanroom(
    session: Session,
    actor: Actor,
    *,
    cleanroom_id: int,
    slot: Slot,
    kind: ClosureKind,
    note: str = "",
    at: datetime,
) -> Closure:
    """Close a cleanroom for a while.

    Raises `Refused` naming every booking, hold or closure in the way: a closure never pushes anybody out.
    """
    room = queries.room_to_manage(session, actor, cleanroom_id)
    rooms = blocks.lock_cleanrooms(session, [cleanroom_id])
    release_expired(session, rooms, at=at)
    reasons = reasons_against_closure(session, rooms[room.id], slot, at=at)
    if reasons:
        raise Refused(reasons)
    closure = blocks.close(
        session,
        rooms[room.id],
        slot,
        kind=kind,
        note=note,
        created_at=at,
        created_by_id=actor.user_id,
        is_demo=room.is_demo,
    )
    record(
        session,
        CleanroomClosed(
            actor_id=actor.user_id,
            closure_id=closure.id,
            cleanroom_id=room.id,
            kind=kind.value,
            starts_at=slot.start,
            ends_at=slot.end,
        ),
        at=at,
    )
    return closure


def move_closure(
    session: Session,
    actor: Actor,
    closure_id: int,
    *,
    slot: Slot,
    shown_slot: Slot | None = None,
    at: datetime,
) -> Closure:
    """Give a closure another time in its cleanroom; what it gives back is offered to the waiting list.

    Raises `Stale` if it no longer has the time that the page showed, and `Refused` naming what is in the way.
    """
    found = queries.closure_to_edit(session, actor, closure_id)
    rooms, closure = _locked(session, found, at=at)
    room = rooms[closure.block.cleanroom_id]
    previous = closure.block.slot
    if shown_slot not in (None, previous):
        raise Stale({"starts_at": previous.start, "ends_at": previous.end})
    reasons = reasons_against_closure(session, room, slot, but=closure.block_id, at=at)
    if slot == previous:
        reasons.append(Reason("closure_stays"))
    if reasons:
        raise Refused(reasons)
    closure.block.starts_at, closure.block.ends_at = slot.start, slot.end
    session.flush()
    record(
        session,
        ClosureMoved(
            actor_id=actor.user_id,
            closure_id=closure.id,
            cleanroom_id=room.id,
            kind=closure.kind.value,
            starts_at=slot.start,
            ends_at=slot.end,
            previous_starts_at=previous.start,
            previous_ends_at=previous.end,
        ),
        at=at,
    )
    offer_waiting(session, [room.facility_id], rooms, at=at)
    return closure


def lift_closure(session: Session, actor: Actor, closure_id: int, *, at: datetime) -> None:
    """Open a closed cleanroom again; the time is offered to the waiting list."""
    found = queries.closure_to_edit(session, actor, closure_id)
    rooms, closure = _locked(session, found, at=at)
    room, slot = rooms[closure.block.cleanroom_id], closure.block.slot
    record(
        session,
        ClosureLifted(
            actor_id=actor.user_id,
            closure_id=closure.id,
            cleanroom_id=room.id,
            kind=closure.kind.value,
            starts_at=slot.start,
            ends_at=slot.end,
        ),
        at=at,
    )
    blocks.reopen(session, closure)
    offer_waiting(session, [room.facility_id], rooms, at=at)


def _locked(session: Session, closure: Closure, *, at: datetime) -> tuple[dict[int, Cleanroom], Closure]:
    room = session.get_one(Cleanroom, closure.block.cleanroom_id)
    rooms = lock_facilities(session, [room.facility_id])
    release_expired(session, rooms, at=at)
    session.refresh(closure)
    session.refresh(closure.block)
    return rooms, closure


def reasons_against_closure(
    session: Session, room: Cleanroom, slot: Slot, *, but: int = 0, at: datetime
) -> list[Reason]:
    """Return everything that stands in the way of closing a cleanroom; `but` is the block that would give way.

    A hold that has run out takes nothing; the next decision releases it.
    """
    zone = room.facility.time_zone
    taken = session.execute(
        select(Block.kind, Block.starts_at, Block.ends_at)
        .outerjoin(Booking, Booking.block_id == Block.id)
        .where(
            or_(Booking.held_until.is_(None), Booking.held_until > at),
            Block.cleanroom_id == room.id,
            Block.kind.in_([BlockKind.BOOKING, BlockKind.HOLD, BlockKind.CLOSURE]),
            Block.starts_at < slot.end,
            Block.ends_at > slot.start,
            Block.id != but,
        )
        .order_by(Block.starts_at)
    ).all()
    return reasons_against_entry(slot, at=at) + [
        Reason(
            "room_closed" if kind is BlockKind.CLOSURE else "slot_taken",
            {"start": start, "end": end, "zone": zone, "room": room.name},
        )
        for kind, start, end in taken
    ]
