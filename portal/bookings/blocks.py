"""Taking and giving back a cleanroom's time: the only code that writes blocks.

Whoever calls has locked the cleanroom with `lock_cleanrooms`, so that two decisions about one room come one after the
other; the database's guards stand behind it. A booking or hold is followed by its changeover, whose length depends on
what comes next; when a neighbour comes or goes, both sides are computed anew here, in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, make_transient_to_detached
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from portal.bookings import subsidies
from portal.bookings.models import Block, BlockKind, Booking, BookingState, Closure, ClosureKind
from portal.bookings.roomtime import days_later
from portal.bookings.rules.timetables import Work
from portal.bookings.work import OwnDays, days_between
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility, RunLimit
from portal.facilities.queries import own_changeover_days
from portal.store import Base, UtcDateTime, among

WORKING_KINDS = (BlockKind.BOOKING, BlockKind.HOLD)
NOT_USED = frozenset({BookingState.CANCELLED, BookingState.NO_SHOW, BookingState.EXPIRED})
"""States in which a booking pays no price, so that no programme pays a share of one."""
KIND_OF_STATE = {
    BookingState.HELD: BlockKind.HOLD,
    BookingState.CANCELLED: BlockKind.RELEASED,
    BookingState.EXPIRED: BlockKind.RELEASED,
}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A booking or hold beside a stretch of time: its block, and what runs in it."""

    block_id: int
    slot: Slot
    work: Work


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies beside a stretch of a locked cleanroom's time, and the room's own changeover days."""

    before: Neighbour | None
    after: Neighbour | None
    own_days: OwnDays


def lock_cleanrooms(session: Session, cleanroom_ids: Iterable[int]) -> dict[int, Cleanroom]:
    """Lock these cleanrooms until the unit of work ends, always in ascending order, and return them fresh.

    With each go those that share air, corridor or staff with it, and all of a facility that carries only so many runs at
    once: what runs beside it is decided under the same locks. A cleanroom that does not exist is missing from the answer.
    """
    asked = set(cleanroom_ids)
    rooms = session.scalars(_LOCKED, {"rooms": sorted(asked)})
    return {room.id: room for room in rooms if room.id in asked}


def take(
    session: Session,
    cleanroom: Cleanroom,
    slot: Slot,
    *,
    state: BookingState,
    around: Surroundings | None = None,
    **values: Any,
) -> Booking:
    """Write a booking or hold into a locked cleanroom, and both neighbours' changeover anew.

    `around` is what lies beside it where the caller has read that under the lock.
    """
    beside = around or _surroundings(session, cleanroom, slot)
    _forget_changeover(session, beside.before)
    block = _written(session, cleanroom, KIND_OF_STATE.get(state, BlockKind.BOOKING), slot)
    booking = Booking(block_id=block.id, state=state, **values)
    set_committed_value(booking, "block", block)
    session.add(booking)
    session.flush()
    new = Neighbour(block.id, slot, work_of(booking))
    changeovers = [_changeover(cleanroom, beside.own_days, new, beside.after)]
    if beside.before is not None:
        changeovers.append(_changeover(cleanroom, beside.own_days, beside.before, new))
    _write(session, changeovers)
    return booking


def _written(session: Session, cleanroom: Cleanroom, kind: BlockKind, slot: Slot) -> Block:
    """Write a block by a plain insert, which takes a third of the time of an object's, and return it as it is stored."""
    values = {"cleanroom_id": cleanroom.id, "kind": kind, "starts_at": slot.start, "ends_at": slot.end}
    with session.no_autoflush:  # What waits to be written goes with the booking, in one flush.
        inserted: Any = session.execute(_WRITE, values)
    block = Block(id=inserted.inserted_primary_key[0], after_id=None, **values)
    make_transient_to_detached(block)
    session.add(block)
    set_committed_value(block, "cleanroom", cleanroom)
    return block


def _surroundings(session: Session, cleanroom: Cleanroom, slot: Slot) -> Surroundings:
    before = neighbour_before(session, cleanroom.id, slot.start)
    after = neighbour_after(session, cleanroom.id, slot.end)
    return Surroundings(before, after, _own_days(session, cleanroom) if before or after else {})


def change_state(
    session: Session, booking: Booking, state: BookingState, *, actor_id: int | None = None, at: datetime
) -> None:
    """Change the state of a booking, and with it what its block takes; changeovers and subsidies follow."""
    cleanroom, before = session.get_one(Cleanroom, booking.block.cleanroom_id), booking.state
    kind = KIND_OF_STATE.get(state, BlockKind.BOOKING)
    if state is not BookingState.HELD:
        booking.held_until = None
    booking.state = state
    if booking.block.kind is not kind:
        booking.block.kind = kind
        if kind is BlockKind.RELEASED:
            session.execute(_FORGET, {"after": booking.block_id})
    session.flush()
    session.refresh(booking, ["block_kind"])
    if kind is BlockKind.RELEASED:
        _renew_changeover(
            session, cleanroom, neighbour_before(session, cleanroom.id, booking.block.starts_at)
        )
    if state in NOT_USED:
        subsidies.give_back(session, booking, actor_id=actor_id, at=at)
    elif before is BookingState.HELD and state is BookingState.CONFIRMED:
        subsidies.take_units(session, booking, actor_id=actor_id, at=at)


def move(session: Session, booking: Booking, target: Cleanroom, slot: Slot) -> None:
    """Give a booking another time or another locked cleanroom, and every neighbour's changeover anew."""
    block, source = booking.block, session.get_one(Cleanroom, booking.block.cleanroom_id)
    old_before = neighbour_before(session, source.id, block.starts_at, but=block.id)
    new_before = neighbour_before(session, target.id, slot.start, but=block.id)
    own = Neighbour(block.id, slot, work_of(booking))
    for neighbour in (old_before, new_before, own):
        _forget_changeover(session, neighbour)
    block.cleanroom_id, block.starts_at, block.ends_at = target.id, slot.start, slot.end
    # The time is the block's; what a page showed of the booking is out of date all the same.
    flag_modified(booking, "title")
    session.flush()
    _renew_changeover(session, source, old_before)
    if new_before is not None and (old_before is None or new_before.block_id != old_before.block_id):
        _renew_changeover(session, target, new_before)
    _renew_changeover(session, target, own)


@dataclass(frozen=True, slots=True)
class ChangedChangeover:
    """A changeover that comes, goes or takes another time: what it follows, where, when it was and when it would be."""

    cleanroom: Cleanroom
    follows: Slot
    is_own: bool
    """Whether it follows the very booking that moves."""
    was: Slot | None
    becomes: Slot | None


def changeovers_after_move(
    session: Session, booking: Booking, target: Cleanroom, slot: Slot
) -> list[ChangedChangeover]:
    """Return the changeovers that `move` would write otherwise than they are, without writing anything."""
    block, source = booking.block, booking.block.cleanroom
    own = Neighbour(block.id, slot, work_of(booking))
    before = {
        neighbour.block_id: (room, neighbour)
        for room, start in ((source, block.starts_at), (target, slot.start))
        if (neighbour := neighbour_before(session, room.id, start, but=block.id)) is not None
    }
    followers = {**before, own.block_id: (target, own)}
    rows = session.execute(
        select(_block.after_id, _block.starts_at, _block.ends_at).where(_block.after_id.in_(followers))
    )
    present = {after_id: Slot(starts_at, ends_at) for after_id, starts_at, ends_at in rows}
    changed = []
    for block_id, (room, neighbour) in followers.items():
        after = neighbour_after(session, room.id, neighbour.slot.end, but=block.id)
        comes_next = room.id == target.id and neighbour is not own and slot.start >= neighbour.slot.end
        if comes_next and (after is None or slot.start < after.slot.start):
            after = own
        row = _changeover(room, _own_days(session, room), neighbour, after)
        becomes = Slot(row["starts_at"], row["ends_at"]) if row else None
        if becomes != present.get(block_id) or (neighbour is own and source.id != target.id):
            changed.append(
                ChangedChangeover(room, neighbour.slot, neighbour is own, present.get(block_id), becomes)
            )
    return changed


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
    return _neighbour(session, _BEFORE, cleanroom_id, moment, but)


def neighbour_after(
    session: Session, cleanroom_id: int, moment: datetime, *, but: int = 0
) -> Neighbour | None:
    """Return the first booking or hold that starts at a moment or after it."""
    return _neighbour(session, _AFTER, cleanroom_id, moment, but)


def work_of(booking: Booking) -> Work:
    """Return what runs in a booking, as far as changeover asks."""
    return Work(booking.process_class or "", booking.project_id)


# Statements that every decision runs under the lock of its cleanroom: made once, so that no decision builds them anew.
_asked, _home = aliased(Cleanroom), aliased(Facility)
_shares_with_an_asked_one = (
    select(_asked.id)
    .join(_home, _home.id == _asked.facility_id)
    .where(
        _asked.id.in_(bindparam("rooms", expanding=True)),
        _asked.facility_id == Cleanroom.facility_id,
        or_(
            _asked.air_handling == Cleanroom.air_handling,
            _asked.corridor == Cleanroom.corridor,
            _asked.staff_group == Cleanroom.staff_group,
            _home.most_runs.is_not(None),
            _home.id.in_(select(RunLimit.facility_id)),
        ),
    )
    .exists()
)
_their_facilities = select(_asked.facility_id).where(_asked.id.in_(bindparam("rooms", expanding=True)))
_LOCKED = (
    select(Cleanroom)
    .where(
        Cleanroom.facility_id.in_(_their_facilities),
        or_(Cleanroom.id.in_(bindparam("rooms", expanding=True)), _shares_with_an_asked_one),
    )
    .order_by(Cleanroom.id)
    .options(joinedload(Cleanroom.facility))
    .with_for_update(of=Cleanroom)
    .execution_options(populate_existing=True)
)
_blocks = Base.metadata.tables[Block.__tablename__]
_block, _booking = _blocks.c, Base.metadata.tables[Booking.__tablename__].c
_MOMENT = bindparam("moment", type_=UtcDateTime())
_WORKING = (
    select(_block.id, _block.starts_at, _block.ends_at, _booking.process_class, _booking.project_id)
    .where(
        _booking.block_id == _block.id,
        _block.cleanroom_id == bindparam("room"),
        among(_block.kind, WORKING_KINDS),
        _block.id != bindparam("but"),
    )
    .limit(1)
)
# Bookings of a room never overlap, so that their order by start, which is indexed, is their order by end as well.
_BEFORE = _WORKING.where(_block.starts_at < _MOMENT, _block.ends_at <= _MOMENT).order_by(
    _block.starts_at.desc()
)
_AFTER = _WORKING.where(_block.starts_at >= _MOMENT).order_by(_block.starts_at)
_FORGET = delete(_blocks).where(_block.after_id == bindparam("after"))
_WRITE = insert(_blocks)


def _neighbour(
    session: Session, question: Select[Any], cleanroom_id: int, moment: datetime, but: int
) -> Neighbour | None:
    row = session.execute(question, {"room": cleanroom_id, "moment": moment, "but": but}).first()
    if row is None:
        return None
    block_id, starts_at, ends_at, process_class, project_id = row
    return Neighbour(block_id, Slot(starts_at, ends_at), Work(process_class or "", project_id))


def _forget_changeover(session: Session, neighbour: Neighbour | None) -> None:
    if neighbour is not None:
        with session.no_autoflush:
            session.execute(_FORGET, {"after": neighbour.block_id})


def _renew_changeover(session: Session, cleanroom: Cleanroom, neighbour: Neighbour | None) -> None:
    if neighbour is None:
        return
    _forget_changeover(session, neighbour)
    own_days = _own_days(session, cleanroom)
    after = neighbour_after(session, cleanroom.id, neighbour.slot.end, but=neighbour.block_id)
    _write(session, [_changeover(cleanroom, own_days, neighbour, after)])


def _own_days(session: Session, cleanroom: Cleanroom) -> OwnDays:
    return own_changeover_days(session, [cleanroom.id])[cleanroom.id]


def _changeover(
    cleanroom: Cleanroom, own_days: OwnDays, before: Neighbour, after: Neighbour | None
) -> dict[str, Any] | None:
    """Return the row of the changeover between two neighbours, or None if there is none."""
    days = days_between(cleanroom.facility, own_days, before.work, after.work if after else None)
    start = before.slot.end
    end = days_later(start, days, cleanroom.facility.time_zone)
    if after is not None:
        end = min(end, after.slot.start)
    if end <= start:
        return None
    return {
        "cleanroom_id": cleanroom.id,
        "kind": BlockKind.CHANGEOVER,
        "starts_at": start,
        "ends_at": end,
        "after_id": before.block_id,
    }


def _write(session: Session, changeovers: Iterable[dict[str, Any] | None]) -> None:
    rows = [row for row in changeovers if row is not None]
    if rows:
        session.execute(_WRITE, rows)
