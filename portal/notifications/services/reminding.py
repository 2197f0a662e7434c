"""Reminding, once each, of what waits and of what will soon end or begin."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.models import Block, Booking, BookingState, RequestState, SlotRequest
from portal.facilities.models import Cleanroom
from portal.facilities.queries import running_out
from portal.ledger.services import record
from portal.notifications import events
from portal.notifications.models import Reminded
from portal.projects.rules.phases import day_of
from portal.roadmap.models import Referral
from portal.roadmap.queries import rights_coming_up
from portal.roadmap.rules.market import REMIND_DAYS, RightDay, stage_of
from portal.roadmap.rules.referrals import EXPIRES_AFTER, REMINDED_AFTER, ReferralState

WAITS = timedelta(days=3)
"""A request, or a question about one, that has waited so long is called to mind."""

OFFER_ENDS = timedelta(days=1)
BOOKING_STARTS = timedelta(days=3)
QUALIFICATION_ENDS = (timedelta(days=60), timedelta(days=14))

Due = tuple[int, str, events.Reminder | events.RightComesUp | events.ReferralWaits]
"""What a reminder is about, what tells this time from the next, and the event."""


def remind(session: Session, *, at: datetime) -> int:
    """Record every reminder that is due and was not given yet, and return how many that were."""
    due = [
        *_waiting_requests(session, at=at),
        *_ending_holds(session, at=at),
        *_starting_bookings(session, at=at),
        *_ending_qualifications(session, at=at),
        *_rights_coming_up(session, at=at),
        *_what_runs_out(session, at=at),
        *_waiting_referrals(session, at=at),
    ]
    new = list(_new(session, due))
    for subject_id, occasion, event in new:
        entry_id = record(session, event, at=at)
        session.add(Reminded(name=event.name, subject_id=subject_id, occasion=occasion, entry_id=entry_id))
    session.flush()
    return len(new)


def _new(session: Session, due: list[Due]) -> Iterator[Due]:
    """Return what was not called to mind before; two processes that ask at once are told apart by the table's key."""
    rows = session.execute(
        select(Reminded.name, Reminded.subject_id, Reminded.occasion).where(
            Reminded.name.in_({event.name for _, _, event in due}),
            Reminded.subject_id.in_({subject_id for subject_id, _, _ in due}),
        )
    )
    known = {(name, subject_id, occasion) for name, subject_id, occasion in rows}
    for subject_id, occasion, event in due:
        if (event.name, subject_id, occasion) not in known:
            yield subject_id, occasion, event


def _waiting_requests(session: Session, *, at: datetime) -> Iterable[Due]:
    for request in session.scalars(
        select(SlotRequest)
        .where(
            SlotRequest.state.in_((RequestState.SUBMITTED, RequestState.NEEDS_INFO)),
            SlotRequest.waiting_since <= at - WAITS,
            SlotRequest.cleanroom_id.is_not(None),
        )
        .order_by(SlotRequest.id)
    ):
        if request.cleanroom_id is None or request.waiting_since is None:
            continue
        kind = events.RequestWaits if request.state is RequestState.SUBMITTED else events.InformationMissing
        event = kind(request_id=request.id, cleanroom_id=request.cleanroom_id, since=request.waiting_since)
        yield request.id, request.waiting_since.isoformat(), event


def _ending_holds(session: Session, *, at: datetime) -> Iterable[Due]:
    for booking in session.scalars(
        select(Booking)
        .where(
            Booking.state == BookingState.HELD,
            Booking.held_until > at,
            Booking.held_until <= at + OFFER_ENDS,
            Booking.request_id.is_not(None),
        )
        .order_by(Booking.id)
    ):
        until = booking.held_until
        if until is None or booking.request_id is None or booking.created_at > until - OFFER_ENDS:
            continue
        event = events.OfferEnds(
            request_id=booking.request_id,
            booking_id=booking.id,
            cleanroom_id=booking.block.cleanroom_id,
            starts_at=booking.block.starts_at,
            ends_at=booking.block.ends_at,
            held_until=until,
            is_conditional=booking.condition is not None,
        )
        yield booking.id, until.isoformat(), event


def _starting_bookings(session: Session, *, at: datetime) -> Iterable[Due]:
    for booking in session.scalars(
        select(Booking)
        .join(Block, Block.id == Booking.block_id)
        .where(
            Booking.state == BookingState.CONFIRMED,
            Booking.request_id.is_not(None),
            Block.starts_at > at,
            Block.starts_at <= at + BOOKING_STARTS,
        )
        .order_by(Booking.id)
    ):
        starts_at = booking.block.starts_at
        if booking.created_at > starts_at - BOOKING_STARTS:
            continue
        event = events.BookingStarts(
            booking_id=booking.id,
            cleanroom_id=booking.block.cleanroom_id,
            starts_at=starts_at,
            ends_at=booking.block.ends_at,
        )
        yield booking.id, starts_at.isoformat(), event


def _ending_qualifications(session: Session, *, at: datetime) -> Iterable[Due]:
    for room in session.scalars(
        select(Cleanroom)
        .where(
            Cleanroom.is_bookable,
            Cleanroom.qualified_until >= (at - timedelta(days=1)).date(),
            Cleanroom.qualified_until <= (at + max(QUALIFICATION_ENDS) + timedelta(days=1)).date(),
        )
        .options(joinedload(Cleanroom.facility))
        .order_by(Cleanroom.id)
    ):
        if room.qualified_until is None:
            continue
        left = room.qualified_until - at.astimezone(ZoneInfo(room.facility.time_zone)).date()
        steps = [step for step in QUALIFICATION_ENDS if timedelta(0) <= left <= step]
        if steps:
            event = events.QualificationEnds(cleanroom_id=room.id, qualified_until=room.qualified_until)
            yield room.id, f"{room.qualified_until} {min(steps).days}", event


def _rights_coming_up(session: Session, *, at: datetime) -> Iterable[Due]:
    today = day_of(at)
    for right in rights_coming_up(session, first=today, last=today + timedelta(days=max(REMIND_DAYS))):
        for which in RightDay:
            day = getattr(right, which.value)
            stage = None if day is None else stage_of(day, today=today)
            if stage is not None:
                event = events.RightComesUp(
                    project_id=right.project_id, right_id=right.id, which=which.value, day=day
                )
                yield right.id, f"{which.value} {day} {stage}", event


def _what_runs_out(session: Session, *, at: datetime) -> Iterable[Due]:
    """Yield the licences, equipment and training without which something can't be booked."""
    rooms = session.scalars(
        select(Cleanroom)
        .where(Cleanroom.is_bookable)
        .options(joinedload(Cleanroom.facility))
        .order_by(Cleanroom.id)
    )
    for one in running_out(session, rooms):
        left = one.last_day - at.astimezone(ZoneInfo(one.room.facility.time_zone)).date()
        steps = [step for step in QUALIFICATION_ENDS if timedelta(0) <= left <= step]
        if steps:
            event = events.ValidityEnds(
                cleanroom_id=one.room.id, item=one.item, thing=one.thing, valid_until=one.last_day
            )
            yield one.room.id, f"{one.item[0]} {one.thing} {one.last_day} {min(steps).days}", event


def _waiting_referrals(session: Session, *, at: datetime) -> Iterable[Due]:
    for referral in session.scalars(
        select(Referral)
        .where(Referral.state == ReferralState.ASKED, Referral.asked_at <= at - REMINDED_AFTER)
        .order_by(Referral.id)
    ):
        expires = referral.asked_at + EXPIRES_AFTER
        if expires > at:
            yield referral.id, "", events.ReferralWaits(referral_id=referral.id, expires_at=expires)
