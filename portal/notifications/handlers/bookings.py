"""Who is told of what happens to slot requests, bookings and long work, and of what the clock calls to mind."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.bookings import events
from portal.bookings.models import Booking, SlotRequest
from portal.core.actors import Role
from portal.facilities.models import Cleanroom
from portal.facilities.queries import holders_of
from portal.ledger import Entry
from portal.notifications import events as reminders
from portal.notifications import queries
from portal.notifications.handlers.telling import Handler, Subject, tell
from portal.work.events import JobEnded

RELEASED = "booking.operator_released"
"""What is told to who is no longer named to run what is booked."""


def tell_facility(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the managers of the facility that a request was made to them, answered, changed or taken back."""
    request = session.get(SlotRequest, entry.facts["request_id"])
    if request is not None and request.cleanroom_id is not None:
        people = _managers(session, request.cleanroom_id, at)
        tell(session, entry, people, entry.name, Subject("slot_request", request.id), at=at)


def tell_requester(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the organisation that asked what became of its request."""
    request = session.get(SlotRequest, entry.facts["request_id"])
    if request is not None:
        people = queries.founders_of(session, request.organisation_id)
        tell(session, entry, people, entry.name, Subject("slot_request", request.id), at=at)


def tell_competitors(session: Session, entry: Entry, at: datetime) -> None:
    """Tell those who asked for the same time that it was given to somebody else, and that their request stays."""
    for request_id in entry.facts.get("competing_request_ids", ()):
        request = session.get(SlotRequest, request_id)
        if request is not None:
            people = queries.founders_of(session, request.organisation_id)
            tell(
                session, entry, people, "request.time_given_away", Subject("slot_request", request.id), at=at
            )


def tell_colleague(session: Session, entry: Entry, at: datetime) -> None:
    """Tell a colleague that a request was handed over to them."""
    colleague = session.get(User, entry.facts["colleague_id"])
    if colleague is not None:
        tell(
            session, entry, [colleague], entry.name, Subject("slot_request", entry.facts["request_id"]), at=at
        )


def tell_other_side(session: Session, entry: Entry, at: datetime) -> None:
    """Tell both sides of a booking, less whoever did it, what happened to it."""
    booking = session.get(Booking, entry.facts["booking_id"])
    if booking is None:
        return
    people = _managers(session, booking.block.cleanroom_id, at)
    if booking.request_id is not None and booking.organisation_id is not None:
        people = [*people, *queries.founders_of(session, booking.organisation_id)]
    tell(session, entry, people, entry.name, Subject("booking", booking.id), at=at)


def tell_founders_of_booking(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the organisation whose booking it is."""
    booking = session.get(Booking, entry.facts["booking_id"])
    if booking is not None and booking.organisation_id is not None:
        people = queries.founders_of(session, booking.organisation_id)
        tell(session, entry, people, entry.name, Subject("booking", booking.id), at=at)


def tell_operators(session: Session, entry: Entry, at: datetime) -> None:
    """Tell those who are newly named to run what is booked, and those who are no longer."""
    now, before = set(entry.facts["operator_ids"]), set(entry.facts["previous_operator_ids"])
    subject = Subject("booking", entry.facts["booking_id"])
    for ids, code in ((now - before, entry.name), (before - now, RELEASED)):
        people = session.scalars(select(User).where(User.id.in_(ids), User.active).order_by(User.id)).all()
        tell(session, entry, list(people), code, subject, at=at)


def tell_keepers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell managers and QA of a facility about one of its cleanrooms."""
    room = session.get(Cleanroom, entry.facts["cleanroom_id"])
    if room is not None:
        roles = (Role.FACILITY_MANAGER, Role.QA)
        people = holders_of(session, room.facility_id, *roles, today=at.date())
        tell(session, entry, people, entry.name, Subject("cleanroom", room.id), at=at)


def tell_owner(session: Session, entry: Entry, at: datetime) -> None:
    """Tell somebody what became of the long work that they asked for."""
    owner = session.get(User, entry.facts["owner_id"])
    if owner is not None and owner.active:
        tell(session, entry, [owner], entry.name, Subject("job", entry.facts["job_id"]), at=at)


def _managers(session: Session, cleanroom_id: int, at: datetime) -> list[User]:
    facility_id = session.get_one(Cleanroom, cleanroom_id).facility_id
    return holders_of(session, facility_id, Role.FACILITY_MANAGER, today=at.date())


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
    events.ConditionMet.name: (tell_requester, tell_facility),
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
    events.OperatorsNamed.name: (tell_operators,),
    reminders.RequestWaits.name: FACILITY,
    reminders.InformationMissing.name: REQUESTER,
    reminders.OfferEnds.name: REQUESTER,
    reminders.BookingStarts.name: (tell_founders_of_booking,),
    reminders.QualificationEnds.name: (tell_keepers,),
    reminders.ValidityEnds.name: (tell_keepers,),
    JobEnded.name: (tell_owner,),
}
