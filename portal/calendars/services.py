"""Making and taking back feeds, choosing invitations, and noting what an invitation said."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.queries import roles_held
from portal.bookings.models import Booking, BookingState
from portal.calendars import queries, rules
from portal.calendars.events import FeedMade, FeedRevoked, InvitationsChosen
from portal.calendars.models import CalendarChoice, CalendarFeed, Invitation
from portal.calendars.queries import Entry
from portal.calendars.rules import Scope
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused
from portal.facilities.models import Cleanroom
from portal.ledger import record

STANDS = frozenset({BookingState.CONFIRMED, BookingState.IN_USE, BookingState.COMPLETED})


def make_feed(
    session: Session,
    actor: Actor,
    scope: Scope,
    *,
    facility_id: int | None = None,
    cleanroom_id: int | None = None,
    at: datetime,
) -> CalendarFeed:
    """Make a feed with a secret address of its own.

    Raises `NotFound` for a place that is not the actor's, and `Refused` for one too many.
    """
    session.get_one(User, actor.user_id, with_for_update=True)
    if scope is Scope.CLEANROOM:
        room = session.get(Cleanroom, cleanroom_id or 0)
        facility_id = room.facility_id if room else None
    if not rules.may_follow(actor, scope, facility_id=facility_id) or actor.organisation_id is None:
        raise NotFound
    if len(queries.feeds_of(session, actor.user_id)) >= rules.MOST_FEEDS:
        raise Refused([Reason("too_many_feeds", {"most": rules.MOST_FEEDS}, field="what")])
    feed = CalendarFeed(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        scope=scope,
        facility_id=facility_id if scope in {Scope.FACILITY, Scope.CLEANROOM} else None,
        cleanroom_id=cleanroom_id if scope is Scope.CLEANROOM else None,
        nonce=secrets.token_urlsafe(24),
        made_at=at,
    )
    session.add(feed)
    session.flush()
    record(session, FeedMade(actor_id=actor.user_id, **_about(feed)), at=at)
    return feed


def revoke_feed(session: Session, actor: Actor, feed_id: int, *, at: datetime) -> None:
    """Take the address of one's own feed back for good; raises `NotFound`."""
    feed = session.get(CalendarFeed, feed_id, with_for_update=True)
    if feed is None or feed.user_id != actor.user_id or feed.revoked_at is not None:
        raise NotFound
    feed.revoked_at = at
    record(session, FeedRevoked(actor_id=actor.user_id, **_about(feed)), at=at)


def choose_invitations(session: Session, actor: Actor, *, invites: bool, at: datetime) -> None:
    """Choose whether bookings come as invitations by mail from now on."""
    session.get_one(User, actor.user_id, with_for_update=True)
    choice = session.scalars(select(CalendarChoice).where(CalendarChoice.user_id == actor.user_id)).first()
    if choice is None:
        choice = CalendarChoice(user_id=actor.user_id, invites=False)
        session.add(choice)
    if choice.invites is not invites:
        choice.invites = invites
        record(session, InvitationsChosen(actor_id=actor.user_id, invites=invites), at=at)


@dataclass(frozen=True, slots=True)
class ToSend:
    """What a mail is to say about a booking, and to whom."""

    person: User
    entry: Entry
    sequence: int
    cancelled: bool
    changed: bool
    """Whether an earlier mail said something else of it."""


def next_invitation(session: Session, booking_id: int, *, at: datetime) -> ToSend | None:
    """Note what the next mail about a booking says to who asked for it; None where nothing is to be said.

    It goes to people who want invitations and still act for the organisation; what was sent once is kept true.
    """
    booking = session.get(Booking, booking_id)
    entry = queries.entry_of(session, booking_id)
    if booking is None or booking.request is None or entry is None:
        return None
    person = booking.request.requested_by
    kept = session.scalars(
        select(Invitation)
        .where(Invitation.booking_id == booking_id, Invitation.user_id == person.id)
        .with_for_update()
    ).first()
    belongs = Role.FOUNDER in roles_held(session, person.id, booking.organisation_id or 0)
    if (
        not person.active
        or not belongs
        or (kept is None and not queries.wants_invitations(session, person.id))
    ):
        return None
    stands = booking.state in STANDS or (booking.state is BookingState.HELD and booking.condition is not None)
    if kept is None:
        return _first(session, booking, person, entry, at=at) if stands else None
    return _next(kept, booking, person, entry, stands=stands, at=at)


def _first(session: Session, booking: Booking, person: User, entry: Entry, *, at: datetime) -> ToSend:
    kept = Invitation(booking_id=booking.id, user_id=person.id, sequence=booking.version, sent_at=at)
    _keep(kept, booking)
    session.add(kept)
    return ToSend(person, entry, kept.sequence, cancelled=False, changed=False)


def _next(
    kept: Invitation, booking: Booking, person: User, entry: Entry, *, stands: bool, at: datetime
) -> ToSend | None:
    said = (kept.cleanroom_id, kept.starts_at, kept.ends_at, kept.tentative, kept.cancelled)
    block = booking.block
    now = (
        block.cleanroom_id,
        block.starts_at,
        block.ends_at,
        booking.state is BookingState.HELD,
        not stands,
    )
    is_over = booking.state in {BookingState.IN_USE, BookingState.COMPLETED}
    if said == now or is_over or (kept.cancelled and not stands):
        return None
    kept.cancelled, kept.sent_at = not stands, at
    # Never below what was said, even where one version is told of twice.
    kept.sequence = max(booking.version, kept.sequence + 1)
    if stands:
        _keep(kept, booking)
    return ToSend(person, entry, kept.sequence, cancelled=not stands, changed=True)


def _keep(kept: Invitation, booking: Booking) -> None:
    block = booking.block
    kept.cleanroom_id, kept.starts_at, kept.ends_at = block.cleanroom_id, block.starts_at, block.ends_at
    kept.tentative = booking.state is BookingState.HELD


def _about(feed: CalendarFeed) -> dict[str, Any]:
    return {
        "feed_id": feed.id,
        "scope": feed.scope.value,
        "facility_id": feed.facility_id,
        "cleanroom_id": feed.cleanroom_id,
    }
