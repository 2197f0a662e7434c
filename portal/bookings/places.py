"""Where bookings and closures were before they were moved, as the ledger tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.bookings.models import Booking, Closure
from portal.core.slots import Slot
from portal.ledger import history


@dataclass(frozen=True, slots=True)
class Place:
    """A cleanroom and a time in it."""

    cleanroom_id: int
    slot: Slot


def place_before_move(session: Session, booking: Booking) -> Place | None:
    """Return where a booking was before its last move; None where it never moved, or has changed its place since."""
    lines = history(session, "booking", booking.id, groups=())
    moved = next((line.facts for line in lines if line.name == "booking.moved"), None)
    if moved is None or _place(moved) != Place(booking.block.cleanroom_id, booking.slot):
        return None
    return Place(int(moved["previous_cleanroom_id"]), _slot(moved, "previous_"))


def slot_before_move(session: Session, closure: Closure) -> Slot | None:
    """Return when a closure was before its last move; None where it never moved, or has another time since."""
    lines = history(session, "closure", closure.id, groups=())
    moved = next((line.facts for line in lines if line.name == "closure.moved"), None)
    if moved is None or _slot(moved) != closure.block.slot:
        return None
    return _slot(moved, "previous_")


def _place(facts: Mapping[str, Any]) -> Place:
    return Place(int(facts["cleanroom_id"]), _slot(facts))


def _slot(facts: Mapping[str, Any], prefix: str = "") -> Slot:
    start, end = (datetime.fromisoformat(facts[f"{prefix}{name}"]) for name in ("starts_at", "ends_at"))
    return Slot(start, end)
