"""Named questions of calendars: whose feed an address is, and what its owner may read in it now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Organisation, User
from portal.accounts.queries import roles_held
from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    BookingOperator,
    BookingState,
    Closure,
    ClosureKind,
    RunKind,
    SlotRequest,
    reference_of,
)
from portal.bookings.takings import identified_projects
from portal.calendars.models import CalendarChoice, CalendarFeed
from portal.calendars.rules import DAYS_AHEAD, DAYS_BACK, Scope, may_follow
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.queries import with_duties


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A stretch of a cleanroom's time as its reader may know it."""

    slot: Slot
    cleanroom_id: int
    room: str
    facility: str
    city: str
    zone: str
    booking_id: int | None
    closure_id: int | None
    version: int
    state: BookingState | None
    run_kind: RunKind | None
    closure_kind: ClosureKind | None
    title: str | None
    """What is written on it, or whose it is, as far as the reader may know; None leaves the kind of work."""
    reference: str | None
    project_id: int | None
    organisation: str | None
    asked_by: tuple[int, int] | None
    """The organisation and the person that asked for it."""
    for_staff: bool = False
    """Whether its reader has a duty where it is, and knows of it by that."""


COLUMNS: tuple[ColumnElement[Any], ...] = (
    Block.starts_at.expression,
    Block.ends_at.expression,
    Block.cleanroom_id.expression,
    Cleanroom.code.expression,
    Cleanroom.name.label("room_name"),
    Facility.name.label("facility"),
    Facility.city.expression,
    Facility.time_zone.expression,
    Booking.id.label("booking_id"),
    Booking.version.expression,
    Booking.state.expression,
    Booking.run_kind.expression,
    Booking.title.expression,
    Booking.project_id.expression,
    Closure.id.label("closure_id"),
    Closure.kind.label("closure_kind"),
    SlotRequest.id.label("request_id"),
    SlotRequest.created_at.expression,
    SlotRequest.organisation_id.label("asking_id"),
    SlotRequest.requested_by_id.expression,
    Organisation.name.label("organisation"),
)
"""What is read of each entry: a feed has hundreds of them each hour, of which whole records would cost five times as much."""


def feed_at(session: Session, feed_id: int, nonce: str) -> CalendarFeed:
    """Return the feed of an address that still stands; raises `NotFound`."""
    feed = session.get(CalendarFeed, feed_id)
    if feed is None or feed.revoked_at is not None or feed.nonce != nonce:
        raise NotFound
    return feed


def owner_of(session: Session, feed: CalendarFeed, *, at: datetime) -> Actor:
    """Return a feed's owner as an actor now; raises `NotFound` where they may no longer read it."""
    user = session.get_one(User, feed.user_id)
    roles = roles_held(session, feed.user_id, feed.organisation_id)
    if not user.active or not roles:
        raise NotFound
    actor = Actor(user_id=user.id, organisation_id=feed.organisation_id, roles=roles)
    actor = with_duties(session, actor, today=at.date())
    if not may_follow(actor, feed.scope, facility_id=feed.facility_id):
        raise NotFound
    return actor


def feeds_of(session: Session, user_id: int) -> list[CalendarFeed]:
    """Return a person's feeds that stand, the oldest first."""
    return list(
        session.scalars(
            select(CalendarFeed)
            .where(CalendarFeed.user_id == user_id, CalendarFeed.revoked_at.is_(None))
            .options(joinedload(CalendarFeed.facility), joinedload(CalendarFeed.cleanroom))
            .order_by(CalendarFeed.id)
        )
    )


def places_of(session: Session, actor: Actor) -> list[Cleanroom]:
    """Return the cleanrooms of the facilities where the actor has a duty, by facility and code."""
    return list(
        session.scalars(
            select(Cleanroom)
            .join(Cleanroom.facility)
            .where(Cleanroom.facility_id.in_(sorted(actor.facility_ids)))
            .options(joinedload(Cleanroom.facility))
            .order_by(Facility.name, Cleanroom.code)
        )
    )


def wants_invitations(session: Session, user_id: int) -> bool:
    """Say whether a person wants bookings as invitations."""
    return bool(session.scalar(select(CalendarChoice.invites).where(CalendarChoice.user_id == user_id)))


def entries(session: Session, feed: CalendarFeed, actor: Actor, *, at: datetime) -> list[Entry]:
    """Return what a feed shows to its owner now, by start."""
    found = _found(session, _within(feed, actor, at=at))
    if feed.scope is Scope.ORGANISATION:
        return found
    own = (actor.organisation_id, actor.user_id) if feed.scope is Scope.PERSON else None
    as_staff = [one for one in found if own is None or one.asked_by != own]
    known = identified_projects(session, actor, [one.project_id for one in as_staff], at=at)
    return [_as_staff_know_it(one, known) if own is None or one.asked_by != own else one for one in found]


def entry_of(session: Session, booking_id: int) -> Entry | None:
    """Return a booking as who asked for it may know it, or None where there is none."""
    return next(iter(_found(session, [Booking.id == booking_id])), None)


def _as_staff_know_it(one: Entry, known: Collection[int]) -> Entry:
    """Return an entry without what a facility may not know of the project behind it."""
    if one.project_id is None:
        return replace(one, for_staff=True)
    title = one.organisation if one.project_id in known else one.reference
    return replace(one, title=title, for_staff=True)


def _within(feed: CalendarFeed, actor: Actor, *, at: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Block.kind.in_((BlockKind.BOOKING, BlockKind.HOLD, BlockKind.CLOSURE)),
        Block.ends_at > at - timedelta(days=DAYS_BACK),
        Block.starts_at < at + timedelta(days=DAYS_AHEAD),
    ]
    if feed.scope is Scope.CLEANROOM:
        conditions.append(Block.cleanroom_id == feed.cleanroom_id)
    if feed.scope in {Scope.CLEANROOM, Scope.FACILITY}:
        return [*conditions, Cleanroom.facility_id == feed.facility_id]
    of_organisation = [Booking.organisation_id == actor.organisation_id, Booking.request_id.is_not(None)]
    if feed.scope is Scope.ORGANISATION:
        return [*conditions, *of_organisation]
    return [*conditions, or_(*_of_person(actor, of_organisation))]


def _of_person(actor: Actor, of_organisation: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return what makes a booking somebody's own: founders asked for it, staff are named to run it where they have a duty."""
    found: list[ColumnElement[bool]] = [false()]
    if Role.FOUNDER in actor.roles:
        found.append(and_(*of_organisation, SlotRequest.requested_by_id == actor.user_id))
    if actor.facility_ids:
        named = exists().where(
            BookingOperator.booking_id == Booking.id, BookingOperator.user_id == actor.user_id
        )
        found.append(and_(Cleanroom.facility_id.in_(sorted(actor.facility_ids)), named))
    return found


def _found(session: Session, conditions: list[ColumnElement[bool]]) -> list[Entry]:
    rows: Sequence[Any] = session.execute(
        select(*COLUMNS)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .outerjoin(Booking, Booking.block_id == Block.id)
        .outerjoin(Closure, Closure.block_id == Block.id)
        .outerjoin(SlotRequest, SlotRequest.id == Booking.request_id)
        .outerjoin(Organisation, Organisation.id == Booking.organisation_id)
        .where(*conditions)
        .order_by(Block.starts_at, Block.id)
    ).all()
    return [
        Entry(
            slot=Slot(row.starts_at, row.ends_at),
            cleanroom_id=row.cleanroom_id,
            room=f"{row.code} {row.room_name}",
            facility=row.facility,
            city=row.city,
            zone=row.time_zone,
            booking_id=row.booking_id,
            closure_id=row.closure_id,
            version=row.version or 1,
            state=row.state,
            run_kind=row.run_kind,
            closure_kind=row.closure_kind,
            title=row.title or None,
            reference=reference_of(row.request_id, row.created_at) if row.request_id else None,
            project_id=row.project_id,
            organisation=row.organisation,
            asked_by=(row.asking_id, row.requested_by_id) if row.request_id else None,
        )
        for row in rows
    ]
