"""What happens to slot requests, bookings and closures.

Ids, states and moments are facts; what people wrote is private to the field group `bookings`, so that a history can be
shown to whoever may see the booking, and erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.core.events import Event

REQUEST: Mapping[str, str] = {"request_id": "slot_request", "project_id": "project"}
BOOKING: Mapping[str, str] = {
    "booking_id": "booking",
    "request_id": "slot_request",
    "project_id": "project",
    "cleanroom_id": "cleanroom",
}
WORDS: Mapping[str, str] = {"note": "bookings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent(Event):
    """Something happened to a slot request."""

    about: ClassVar[Mapping[str, str]] = REQUEST
    private: ClassVar[Mapping[str, str]] = WORDS

    request_id: int
    project_id: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDrafted(RequestEvent):
    """Somebody began a slot request."""

    name: ClassVar[str] = "request.drafted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDiscarded(RequestEvent):
    """Somebody threw a slot request away that had not been sent."""

    name: ClassVar[str] = "request.discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSubmitted(RequestEvent):
    """A slot request went to the facility."""

    name: ClassVar[str] = "request.submitted"
    cleanroom_id: int
    starts_at: datetime
    ends_at: datetime
    terms_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWindowChanged(RequestEvent):
    """The requester chose another window for a request that waits."""

    name: ClassVar[str] = "request.window_changed"
    cleanroom_id: int
    starts_at: datetime
    ends_at: datetime
    previous_cleanroom_id: int | None
    previous_starts_at: datetime | None
    previous_ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationAsked(RequestEvent):
    """The facility asked the requester for information."""

    name: ClassVar[str] = "request.information_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationGiven(RequestEvent):
    """The requester answered the facility's question."""

    name: ClassVar[str] = "request.information_given"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestApproved(RequestEvent):
    """A facility manager approved a slot request."""

    name: ClassVar[str] = "request.approved"
    about: ClassVar[Mapping[str, str]] = BOOKING
    booking_id: int
    cleanroom_id: int
    starts_at: datetime
    ends_at: datetime
    competing_request_ids: tuple[int, ...] = ()
    condition_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOffered(RequestEvent):
    """The facility, or its waiting list, offered a window and holds it until a moment."""

    name: ClassVar[str] = "request.offered"
    about: ClassVar[Mapping[str, str]] = BOOKING
    booking_id: int
    cleanroom_id: int
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    from_waitlist: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(RequestEvent):
    """The requester accepted the offered window."""

    name: ClassVar[str] = "request.offer_accepted"
    about: ClassVar[Mapping[str, str]] = BOOKING
    booking_id: int
    cleanroom_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(RequestEvent):
    """The requester declined the offered window; the room is free again."""

    name: ClassVar[str] = "request.offer_declined"
    about: ClassVar[Mapping[str, str]] = BOOKING
    booking_id: int
    cleanroom_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(RequestEvent):
    """Nobody answered an offer in time; the request waits at its old place, once, and expires the next time."""

    name: ClassVar[str] = "request.offer_expired"
    about: ClassVar[Mapping[str, str]] = BOOKING
    booking_id: int
    cleanroom_id: int
    request_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionMet(RequestEvent):
    """What an approval depended on was met; the hold is a confirmed booking now."""

    name: ClassVar[str] = "request.condition_met"
    about: ClassVar[Mapping[str, str]] = BOOKING
    booking_id: int
    cleanroom_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLapsed(RequestEvent):
    """What an approval depended on was not met in time; the room is free again."""

    name: ClassVar[str] = "request.condition_lapsed"
    about: ClassVar[Mapping[str, str]] = BOOKING
    booking_id: int
    cleanroom_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWaitlisted(RequestEvent):
    """A slot request waits until time becomes free."""

    name: ClassVar[str] = "request.waitlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected(RequestEvent):
    """A facility rejected a slot request, with a reason."""

    name: ClassVar[str] = "request.rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithdrawn(RequestEvent):
    """The requester took a slot request back."""

    name: ClassVar[str] = "request.withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHandedOver(RequestEvent):
    """A colleague at the facility looks after the request from now on."""

    name: ClassVar[str] = "request.handed_over"
    colleague_id: int
    previous_colleague_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEvent(Event):
    """Something happened to a booking."""

    about: ClassVar[Mapping[str, str]] = BOOKING
    private: ClassVar[Mapping[str, str]] = WORDS

    booking_id: int
    cleanroom_id: int
    request_id: int | None = None
    project_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRecorded(BookingEvent):
    """A manager entered a booking without a request, or imported it."""

    name: ClassVar[str] = "booking.recorded"
    starts_at: datetime
    ends_at: datetime
    imported: bool = False
    acknowledged_rules: tuple[str, ...] = ()
    """The rules of segregation that warned, and whose warning was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingStarted(BookingEvent):
    """Work in the cleanroom began."""

    name: ClassVar[str] = "booking.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCompleted(BookingEvent):
    """Work in the cleanroom ended."""

    name: ClassVar[str] = "booking.completed"
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """A booking was cancelled; the fee, in minor units, is what the facility's terms charge."""

    name: ClassVar[str] = "booking.cancelled"
    private: ClassVar[Mapping[str, str]] = {"note": "bookings", "fee": "money"}
    by: str
    fee: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShow(BookingEvent):
    """Nobody came; the rest of the time is free again."""

    name: ClassVar[str] = "booking.no_show"
    freed_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveProposed(BookingEvent):
    """One side proposed another time or cleanroom for a booking."""

    name: ClassVar[str] = "booking.move_proposed"
    proposal_id: int
    by: str
    to_cleanroom_id: int
    starts_at: datetime
    ends_at: datetime
    acknowledged_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDeclined(BookingEvent):
    """The other side declined a proposal to move, or it was withdrawn."""

    name: ClassVar[str] = "booking.move_declined"
    proposal_id: int
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMoved(BookingEvent):
    """A booking has another time or cleanroom now."""

    name: ClassVar[str] = "booking.moved"
    starts_at: datetime
    ends_at: datetime
    previous_cleanroom_id: int
    previous_starts_at: datetime
    previous_ends_at: datetime
    acknowledged_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsNamed(Event):
    """A manager or QA said who runs what is booked; a subject of its own, because only the facility reads it."""

    name: ClassVar[str] = "booking.operators_named"
    about: ClassVar[Mapping[str, str]] = {"booking_id": "crew"}

    booking_id: int
    operator_ids: tuple[int, ...]
    previous_operator_ids: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyUseEvent(Event):
    """Something happened to what a programme pays of one booking."""

    about: ClassVar[Mapping[str, str]] = {"booking_id": "booking", "request_id": "slot_request"}
    private: ClassVar[Mapping[str, str]] = {"programme": "bookings", "amount": "bookings"}

    booking_id: int
    request_id: int | None
    subsidy_id: int
    units: int
    unit: str
    programme: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyTaken(SubsidyUseEvent):
    """A programme pays a share of some of a booking's units, which are taken from its budget."""

    name: ClassVar[str] = "booking.subsidy_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyGivenBack(SubsidyUseEvent):
    """What a programme paid of a booking went back to its budget."""

    name: ClassVar[str] = "booking.subsidy_given_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyEvent(Event):
    """Something happened to the units that a programme subsidises at a facility."""

    about: ClassVar[Mapping[str, str]] = {"facility_id": "facility"}

    facility_id: int
    subsidy_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyGranted(SubsidyEvent):
    """A facility's manager entered that a programme pays a share of so many units."""

    name: ClassVar[str] = "facility.subsidy_granted"
    units: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyEnded(SubsidyEvent):
    """No more bookings take units of a programme's budget; those that did keep them."""

    name: ClassVar[str] = "facility.subsidy_ended"
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureEvent(Event):
    """Something happened to a closure."""

    about: ClassVar[Mapping[str, str]] = {"closure_id": "closure", "cleanroom_id": "cleanroom"}

    closure_id: int
    cleanroom_id: int
    kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanroomClosed(ClosureEvent):
    """A cleanroom was closed for a while."""

    name: ClassVar[str] = "closure.made"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureMoved(ClosureEvent):
    """A closure has another time now."""

    name: ClassVar[str] = "closure.moved"
    previous_starts_at: datetime
    previous_ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureLifted(ClosureEvent):
    """A closure was taken back."""

    name: ClassVar[str] = "closure.lifted"
