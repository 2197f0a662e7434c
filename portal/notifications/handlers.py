"""Who is told of what happens to slot requests, bookings and long work, and of what the clock calls to mind."""

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
from portal.notifications import events as reminders
from portal.notifications import letters, queries
from portal.notifications.models import DigestTime, Message
from portal.notifications.rules import FIRST_HOUR, TOPIC_OF, Way, next_digest
from portal.work.events import JobEnded

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


def tell_founders_of_booking(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the organisation whose booking it is."""
    booking = session.get(Booking, entry.facts["booking_id"])
    if booking is not None and booking.organisation_id is not None:
        people = queries.founders_of(session, booking.organisation_id)
        _tell(session, entry, people, entry.name, "booking", booking.id, at)


def tell_keepers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell managers and QA of a facility about one of its cleanrooms."""
    room = session.get(Cleanroom, entry.facts["cleanroom_id"])
    if room is not None:
        roles = (Role.FACILITY_MANAGER, Role.QA)
        people = holders_of(session, room.facility_id, *roles, today=at.date())
        _tell(session, entry, people, entry.name, "cleanroom", room.id, at)


def tell_owner(session: Session, entry: Entry, at: datetime) -> None:
    """Tell somebody what became of the long work that they asked for."""
    owner = session.get(User, entry.facts["owner_id"])
    if owner is not None and owner.active:
        _tell(session, entry, [owner], entry.name, "job", entry.facts["job_id"], at)


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
    """Tell each of these people once, but for who did it, in the way that they chose for the topic."""
    readers = {person.id: person for person in people if person.id != entry.actor_id}
    topic, today = TOPIC_OF[code], at.date()
    ways = queries.chosen_ways(session, list(readers), [topic], today=today)
    times = queries.digest_times(session, list(readers))
    is_fresh = at - entry.at < FRESH
    for person in readers.values():
        way = ways[person.id, topic]
        if way is Way.NONE:
            continue
        message = Message(
            recipient_id=person.id,
            entry=entry,
            code=code,
            subject_kind=subject_kind,
            subject_id=subject_id,
        )
        if way is Way.DIGEST and is_fresh:
            message.digest_at = _digest_at(person, times.get(person.id), at)
        session.add(message)
        session.flush()
        if way is Way.AT_ONCE and is_fresh:
            told = queries.told(session, [message], queries.reach_of(session, person.id, today=today))
            if told[0].is_visible:
                post(session, letters.notice(person, told[0]), at=at)


def _digest_at(person: User, time: DigestTime | None, at: datetime) -> datetime:
    hour = FIRST_HOUR if time is None else time.hour
    last_day = None if time is None else time.last_day
    return next_digest(after=at, hour=hour, zone=person.time_zone, last_day=last_day)


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
    reminders.RequestWaits.name: FACILITY,
    reminders.InformationMissing.name: REQUESTER,
    reminders.OfferEnds.name: REQUESTER,
    reminders.BookingStarts.name: (tell_founders_of_booking,),
    reminders.QualificationEnds.name: (tell_keepers,),
    JobEnded.name: (tell_owner,),
}
