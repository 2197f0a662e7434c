"""Who is told of what happens to slot requests and bookings."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.bookings import events
from portal.bookings.models import Booking, SlotRequest
from portal.core.actors import Role
from portal.facilities.models import Cleanroom
from portal.facilities.queries import holders_of
from portal.ledger import Entry
from portal.mail.services import post
from portal.notifications import letters, queries
from portal.notifications.models import Message

Handler = Callable[[Session, Entry, datetime], None]
FRESH = timedelta(days=2)


def tell_facility(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the managers of the facility that a request was made to them, answered, changed or taken back."""
    request = session.get(SlotRequest, entry.facts["request_id"])
    if request is not None and request.cleanroom_id is not None:
        people = _managers(session, request.cleanroom_id, at)
        _tell(session, entry, people, entry.name, "slot_request", request.id, at)


def tell_requester(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the organisation that asked what became of its request."""
    request = session.get(SlotRequest, entry.facts["request_id"])
    if request is not None:
        people = queries.founders_of(session, request.organisation_id)
        _tell(session, entry, people, entry.name, "slot_request", request.id, at)


def tell_competitors(session: Session, entry: Entry, at: datetime) -> None:
    """Tell those who asked for the same time that it was given to somebody else, and that their request stays."""
    for request_id in entry.facts.get("competing_request_ids", ()):
        request = session.get(SlotRequest, request_id)
        if request is not None:
            people = queries.founders_of(session, request.organisation_id)
            _tell(session, entry, people, "request.time_given_away", "slot_request", request.id, at)


def tell_colleague(session: Session, entry: Entry, at: datetime) -> None:
    """Tell a colleague that a request was handed over to them."""
    colleague = session.get(User, entry.facts["colleague_id"])
    if colleague is not None:
        _tell(session, entry, [colleague], entry.name, "slot_request", entry.facts["request_id"], at)


def tell_other_side(session: Session, entry: Entry, at: datetime) -> None:
    """Tell both sides of a booking, less whoever did it, what happened to it."""
    booking = session.get(Booking, entry.facts["booking_id"])
    if booking is None:
        return
    people = _managers(session, booking.block.cleanroom_id, at)
    if booking.request_id is not None and booking.organisation_id is not None:
        people = [*people, *queries.founders_of(session, booking.organisation_id)]
    _tell(session, entry, people, entry.name, "booking", booking.id, at)


def _managers(session: Session, cleanroom_id: int, at: datetime) -> list[User]:
    facility_id = session.get_one(Cleanroom, cleanroom_id).facility_id
    return holders_of(session, facility_id, Role.FACILITY_MANAGER, today=at.date())


def _tell(
    session: Session,
    entry: Entry,
    people: Iterable[User],
    code: str,
    subject_kind: str,
    subject_id: int,
    at: datetime,
) -> None:
    known: set[int] = set()
    for person in people:
        if person.id == entry.actor_id or person.id in known:
            continue
        known.add(person.id)
        message = Message(
            recipient_id=person.id,
            entry=entry,
            code=code,
            subject_kind=subject_kind,
            subject_id=subject_id,
        )
        session.add(message)
        session.flush()
        if at - entry.at < FRESH:
            told = queries.told(session, [message])
            if told:
                post(session, letters.notice(person, told[0]), at=at)


FACILITY = (tell_facility,)
REQUESTER = (tell_requester,)
BOTH = (tell_other_side,)

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.RequestSubmitted.name: FACILITY,
    events.RequestWindowChanged.name: FACILITY,
    events.InformationGiven.name: FACILITY,
    events.OfferAccepted.name: FACILITY,
    events.OfferDeclined.name: FACILITY,
    events.RequestWithdrawn.name: FACILITY,
    events.InformationAsked.name: REQUESTER,
    events.WindowOffered.name: (tell_requester, tell_facility),
    events.RequestApproved.name: (tell_requester, tell_competitors),
    events.ConditionMet.name: REQUESTER,
    events.ConditionLapsed.name: (tell_requester, tell_facility),
    events.OfferExpired.name: (tell_requester, tell_facility),
    events.RequestWaitlisted.name: REQUESTER,
    events.RequestRejected.name: REQUESTER,
    events.RequestHandedOver.name: (tell_colleague,),
    events.BookingCancelled.name: BOTH,
    events.BookingMoved.name: BOTH,
    events.MoveProposed.name: BOTH,
    events.MoveDeclined.name: BOTH,
    events.NoShow.name: BOTH,
}
