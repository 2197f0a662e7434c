"""Locks in the one order that can't deadlock: cleanrooms in ascending id, then slot requests."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from portal.bookings import blocks
from portal.bookings.models import Booking, SlotRequest
from portal.core.errors import NotFound, Stale
from portal.facilities.models import Cleanroom

_REQUEST = (
    select(SlotRequest)
    .where(SlotRequest.id == bindparam("id"))
    .options(joinedload(SlotRequest.project, innerjoin=True))
    .with_for_update(of=SlotRequest)
    .execution_options(populate_existing=True)
)
_BOOKING = (
    select(Booking)
    .where(Booking.id == bindparam("id"))
    .with_for_update(of=Booking)
    .execution_options(populate_existing=True)
)


def lock_request(session: Session, request_id: int, *, shown_version: int | None) -> SlotRequest:
    """Lock a slot request and return it fresh.

    Raises `Stale` if it has changed since the page was made, and `NotFound` if it is gone.
    """
    request = session.scalars(_REQUEST, {"id": request_id}).first()
    if request is None:
        raise NotFound
    if shown_version is not None and request.version != shown_version:
        raise Stale({"state": request.state.value})
    return request


def lock_booking(session: Session, booking_id: int, *, shown_version: int | None) -> Booking:
    """Lock a booking, whose cleanrooms are locked already, and return it fresh.

    Raises `Stale` if it has changed since the page was made, and `NotFound` if it is gone.
    """
    booking = session.scalars(_BOOKING, {"id": booking_id}).first()
    if booking is None:
        raise NotFound
    if shown_version is not None and booking.version != shown_version:
        raise Stale({"state": booking.state.value})
    return booking


def lock_facilities(session: Session, facility_ids: Iterable[int]) -> dict[int, Cleanroom]:
    """Lock every cleanroom of these facilities."""
    ids = session.scalars(select(Cleanroom.id).where(Cleanroom.facility_id.in_(set(facility_ids))))
    return blocks.lock_cleanrooms(session, ids.all())
