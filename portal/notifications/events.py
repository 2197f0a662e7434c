"""What the clock reminds people of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder(Event):
    """Something waits, or will end or begin soon; it stands in nobody's history, because nothing has happened."""

    actor_id: int | None = None
    cleanroom_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWaits(Reminder):
    """A slot request has waited for the facility's answer for days."""

    name: ClassVar[str] = "reminder.request_waits"
    request_id: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationMissing(Reminder):
    """The facility's question about a slot request has waited for an answer for days."""

    name: ClassVar[str] = "reminder.information_missing"
    request_id: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnds(Reminder):
    """An offer, or the condition of an approval, ends within a day."""

    name: ClassVar[str] = "reminder.offer_ends"
    request_id: int
    booking_id: int
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    is_conditional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingStarts(Reminder):
    """A booking begins within days."""

    name: ClassVar[str] = "reminder.booking_starts"
    booking_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationEnds(Reminder):
    """The qualification of a cleanroom ends within weeks."""

    name: ClassVar[str] = "reminder.qualification_ends"
    qualified_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RightComesUp(Event):
    """A day of one of a project's rights comes up: `which` names it."""

    name: ClassVar[str] = "reminder.right_comes_up"
    actor_id: int | None = None
    project_id: int
    right_id: int
    which: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityEnds(Reminder):
    """A licence, a piece of equipment or the training of people for a cleanroom ends within weeks."""

    name: ClassVar[str] = "reminder.validity_ends"
    item: str
    thing: str
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralWaits(Event):
    """A referral has waited for its provider's answer for days."""

    name: ClassVar[str] = "reminder.referral_waits"
    actor_id: int | None = None
    referral_id: int
    expires_at: datetime
