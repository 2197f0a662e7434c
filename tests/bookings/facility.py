"""What tests of the facility's pages share: requests as they arrive, with what they show of their project."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.bookings import services
from portal.bookings.models import Booking, SlotRequest
from portal.bookings.roomtime import local_day, midnight
from portal.bookings.services.sharing import open_for_request
from portal.core.actors import Actor
from portal.core.clock import now
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from tests import make

ZONE = "Europe/Stockholm"


def days(first: int, last: int) -> Slot:
    """Return the days from so many days from today to before so many, as the cleanroom's clock counts them."""
    today = local_day(now(), ZONE)
    return Slot(midnight(today + timedelta(days=first), ZONE), midnight(today + timedelta(days=last), ZONE))


def room(session: Session, **values: Any) -> Cleanroom:
    """Store a cleanroom that is open every day, so that tests may count days."""
    return make.cleanroom(
        session, **{"open_weekdays": [1, 2, 3, 4, 5, 6, 7], "qualified_until": None, **values}
    )


def arrived(session: Session, where: Cleanroom, window: Slot, **values: Any) -> SlotRequest:
    """Store a request that has arrived, and show its project to the facility."""
    today = local_day(now(), ZONE)
    request = make.slot_request(
        session,
        where,
        window,
        **{"earliest_start": today, "submitted_at": now(), "waiting_since": now(), **values},
    )
    open_for_request(
        session, request, where, actor_id=request.requested_by_id, at=now() - timedelta(minutes=1)
    )
    session.commit()
    return request


def booked(session: Session, manager: Actor, where: Cleanroom, window: Slot, **values: Any) -> Booking:
    """Store a request that has arrived and approve it, the day before it starts if need be."""
    at = min(now(), window.start - timedelta(days=1))
    request = arrived(session, where, window, **{"earliest_start": local_day(at, ZONE), **values})
    booking = services.approve_request(session, manager, request.id, acknowledged=True, at=at)
    session.commit()
    return booking
