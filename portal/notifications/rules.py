"""What people may choose about their messages, what holds until they do, and when a digest comes."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.core.actors import Role


class Topic(StrEnum):
    """What people choose about together."""

    REQUESTS = "requests"
    DECISIONS = "decisions"
    BOOKINGS = "bookings"
    DEADLINES = "deadlines"
    GATES = "gates"
    INTRODUCTIONS = "introductions"
    REFERRALS = "referrals"
    TEASERS = "teasers"
    REMINDERS = "reminders"
    WORK = "work"


class Way(StrEnum):
    """How messages of a topic reach somebody."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    WEEKLY = "weekly"
    PORTAL = "portal"
    NONE = "none"


CODES: Mapping[Topic, tuple[str, ...]] = {
    Topic.REQUESTS: (
        "request.submitted",
        "request.window_changed",
        "request.information_given",
        "request.offer_accepted",
        "request.offer_declined",
        "request.withdrawn",
        "request.handed_over",
    ),
    Topic.DECISIONS: (
        "request.information_asked",
        "request.offered",
        "request.approved",
        "request.time_given_away",
        "request.condition_met",
        "request.condition_lapsed",
        "request.offer_expired",
        "request.waitlisted",
        "request.rejected",
    ),
    Topic.BOOKINGS: (
        "booking.cancelled",
        "booking.moved",
        "booking.move_proposed",
        "booking.move_declined",
        "booking.no_show",
        "booking.operators_named",
        "booking.operator_released",
    ),
    Topic.DEADLINES: ("reminder.offer_ends", "reminder.information_missing"),
    Topic.GATES: (
        "gate.evidence_given",
        "gate.item_accepted",
        "gate.item_returned",
        "gate.item_waived",
        "gate.waiver_ended",
        "gate.met",
        "gate.checklist_published",
        "run.recorded",
        "run.closed",
        "run.corrected",
        "run.certified",
    ),
    Topic.INTRODUCTIONS: (
        "introduction.wished",
        "introduction.consent_asked",
        "introduction.consent_given",
        "introduction.teaser_sent",
        "introduction.reminded",
        "introduction.mutual_yes",
        "introduction.later",
        "introduction.asked_again",
        "introduction.not_asked_again",
        "introduction.introduced",
        "introduction.terms_accepted",
        "introduction.document_added",
        "introduction.meeting_proposed",
        "introduction.meeting_cancelled",
        "introduction.meeting_over",
        "adviser_note.due",
        "adviser_case.given",
        "adviser_case.taken",
        "introduction.declined",
        "introduction.expired",
        "introduction.consent_withdrawn",
        "partner.drafted",
    ),
    Topic.REFERRALS: (
        "referral.proposed",
        "referral.dropped",
        "referral.asked",
        "referral.accepted",
        "referral.refused",
        "referral.withdrawn",
        "referral.completed",
        "referral.expired",
        "referral.message_written",
        "reminder.referral_waits",
    ),
    Topic.TEASERS: ("teaser.fits",),
    Topic.REMINDERS: (
        "reminder.request_waits",
        "reminder.booking_starts",
        "reminder.qualification_ends",
        "reminder.right_comes_up",
        "reminder.validity_ends",
    ),
    Topic.WORK: ("job.ended",),
}
TOPIC_OF: Mapping[str, Topic] = {code: topic for topic, codes in CODES.items() for code in codes}

BINDING = frozenset({Topic.DECISIONS, Topic.BOOKINGS})
"""Topics that bind somebody to a cost or end what they count on."""

AWAITED = frozenset({Topic.REQUESTS, Topic.GATES, Topic.INTRODUCTIONS, Topic.REFERRALS})
"""Topics in which somebody waits for an answer, so that they always reach the inbox."""

DIGESTS = frozenset({Way.DIGEST, Way.WEEKLY})
"""Ways that gather messages until a digest goes out."""
BY_MAIL = DIGESTS | {Way.AT_ONCE}

RESPONSIBLE = frozenset({Role.FOUNDER, Role.FACILITY_MANAGER})
FACILITY = frozenset({Role.FACILITY_MANAGER, Role.QA, Role.QP})
READERS: Mapping[Topic, frozenset[Role]] = {
    Topic.REQUESTS: frozenset({Role.FACILITY_MANAGER}),
    Topic.DECISIONS: RESPONSIBLE,
    Topic.BOOKINGS: RESPONSIBLE,
    Topic.DEADLINES: RESPONSIBLE,
    Topic.GATES: FACILITY | {Role.FOUNDER},
    Topic.INTRODUCTIONS: frozenset({Role.FOUNDER, Role.ADVISER, Role.INVESTOR, Role.SUPPORT_PROVIDER}),
    Topic.REFERRALS: frozenset({Role.FOUNDER, Role.ADVISER, Role.SUPPORT_PROVIDER}),
    Topic.TEASERS: frozenset({Role.INVESTOR}),
    Topic.REMINDERS: FACILITY | {Role.FOUNDER},
    Topic.WORK: frozenset(Role),
}
"""The roles to which messages of a topic come."""

FIRST_HOUR = 7
"""When a digest comes to who has chosen no hour."""
MONDAY = 1
"""The day on which comes what somebody chose to hear of weekly."""


def topics_for(roles: Collection[Role]) -> list[Topic]:
    """Return the topics of which somebody with these roles may hear."""
    return [topic for topic in Topic if READERS[topic] & set(roles)]


def allowed_ways(topic: Topic) -> tuple[Way, ...]:
    """Return how messages of a topic may reach somebody; what binds can't be kept from their mail."""
    if topic in BINDING:
        return (Way.AT_ONCE, Way.DIGEST)
    if topic in AWAITED:
        return (Way.AT_ONCE, Way.DIGEST, Way.PORTAL)
    return tuple(way for way in Way if way is not Way.WEEKLY or topic is Topic.TEASERS)


def default_way(topic: Topic, roles: Collection[Role]) -> Way:
    """Return how messages of a topic reach somebody with these roles who has chosen nothing."""
    if topic is Topic.WORK:
        return Way.PORTAL
    if topic in {Topic.INTRODUCTIONS, Topic.REFERRALS, Topic.TEASERS}:
        return Way.AT_ONCE
    if topic is Topic.REMINDERS or not RESPONSIBLE & set(roles):
        return Way.DIGEST
    return Way.AT_ONCE


def can_be_stopped(topic: Topic) -> bool:
    """Say whether somebody may stop the mail of a topic."""
    return Way.PORTAL in allowed_ways(topic)


def next_digest(
    *, after: datetime, hour: int, zone: str, last_day: date | None = None, weekly: bool = False
) -> datetime:
    """Return the first moment after another at which a zone's wall clock shows the hour, on a day without a digest yet.

    What is told weekly waits for a Monday.

    An hour that the clock leaves out is the one that it shows instead; of one that it shows twice it is the first.
    """
    here = ZoneInfo(zone)
    day = after.astimezone(here).date()
    if last_day is not None and last_day >= day:
        day = last_day + timedelta(days=1)
    while True:
        moment = datetime.combine(day, time(hour), tzinfo=here).astimezone(UTC)
        if moment > after and (not weekly or day.isoweekday() == MONDAY):
            return moment
        day += timedelta(days=1)
