"""Taking the last move back: a move the other way, by the same rules as any other."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.bookings import places, queries
from portal.bookings.models import Booking, Closure, MoveProposal
from portal.bookings.services.bookings import propose_move
from portal.bookings.services.closures import move_closure
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused


def undo_move(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    why: str,
    shown_version: int | None = None,
    at: datetime,
) -> MoveProposal | Booking:
    """Move a booking back to where it was before its last move, or ask the other side for it as the terms say.

    Raises `NotFound`, `Stale`, and `Refused` where it has not moved, or something stands in the way by now.
    """
    booking = queries.booking_to_run(session, actor, booking_id)
    before = places.place_before_move(session, booking)
    if before is None:
        raise Refused([Reason("nothing_to_undo")])
    return propose_move(
        session,
        actor,
        booking_id,
        cleanroom_id=before.cleanroom_id,
        slot=before.slot,
        why=why,
        shown_version=booking.version if shown_version is None else shown_version,
        at=at,
    )


def undo_closure_move(session: Session, actor: Actor, closure_id: int, *, at: datetime) -> Closure:
    """Give a closure the time back that it had before its last move.

    Raises `NotFound`, `Stale`, and `Refused` where it has not moved, or something stands in the way by now.
    """
    closure = queries.closure_to_edit(session, actor, closure_id)
    before = places.slot_before_move(session, closure)
    if before is None:
        raise Refused([Reason("nothing_to_undo")])
    return move_closure(session, actor, closure_id, slot=before, shown_slot=closure.block.slot, at=at)
