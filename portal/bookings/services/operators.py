"""Naming who runs what is booked, while it is planned."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.bookings import crews, desk
from portal.bookings.events import OperatorsNamed
from portal.bookings.models import Booking, BookingOperator
from portal.bookings.rules.operators import may_name_operators
from portal.bookings.services.locking import lock_booking
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.facilities.queries import lock_training
from portal.ledger import record


def name_operators(
    session: Session,
    actor: Actor,
    booking_id: int,
    user_ids: Collection[int],
    *,
    shown_ids: Collection[int] | None = None,
    at: datetime,
) -> Booking:
    """Say who runs what is booked, all of them at once; nobody is a plan too.

    Whoever is new must be trained for the room to the run's last day, and not be named on more runs at once than the facilities
    allow, asked under a lock on all that these people are trained for. Who was named before may stay, and is warned of.
    Raises `NotFound`, `Refused`, and `Stale` if others are named than those that were shown.
    """
    room = desk.booking_at_facility(session, actor, booking_id).block.cleanroom
    if not may_name_operators(actor, room.facility_id):
        raise NotFound
    booking = lock_booking(session, booking_id, shown_version=None)
    lock_training(session, user_ids)
    before = frozenset(one for one, _name in crews.operators_named(session, booking_id))
    after = frozenset(user_ids)
    if after == before:  # sent twice, or nothing was changed
        return booking
    if shown_ids is not None and before != frozenset(shown_ids):
        raise Stale({"state": booking.state.value})
    reasons = _reasons_against(session, actor, booking, after - before)
    if reasons:
        raise Refused(reasons)
    _write(session, booking, before, after)
    event = OperatorsNamed(
        actor_id=actor.user_id,
        booking_id=booking.id,
        operator_ids=tuple(sorted(after)),
        previous_operator_ids=tuple(sorted(before)),
        starts_at=booking.block.starts_at,
        ends_at=booking.block.ends_at,
    )
    record(session, event, at=at)
    return booking


def _reasons_against(session: Session, actor: Actor, booking: Booking, added: frozenset[int]) -> list[Reason]:
    if booking.state not in crews.AHEAD:
        return [Reason("operators_only_ahead")]
    known = [
        one
        for one in crews.operators_for(session, actor, booking, added)
        if one.trained_until is not None  # of anybody else not even the name is said
    ]
    reasons = crews.against_operators(booking, known)
    if len(known) < len(added):
        reasons.append(Reason("operator_unknown", {"room": booking.block.cleanroom.name}, "people"))
    return reasons


def _write(session: Session, booking: Booking, before: frozenset[int], after: frozenset[int]) -> None:
    session.execute(
        delete(BookingOperator).where(
            BookingOperator.booking_id == booking.id, BookingOperator.user_id.in_(before - after)
        )
    )
    session.add_all(BookingOperator(booking_id=booking.id, user_id=one) for one in sorted(after - before))
    session.flush()
