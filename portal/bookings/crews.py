"""Who is named to run what is booked, and what speaks against it now; for people with a duty at the facility only."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, contains_eager

from portal.accounts.models import User
from portal.bookings.models import Block, Booking, BookingOperator, BookingState
from portal.bookings.roomtime import local_day
from portal.bookings.rules.operators import (
    Operator,
    OtherRun,
    lacking_operators,
    reasons_against_naming,
)
from portal.core.actors import Actor
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.queries import trained_until

AHEAD = frozenset({BookingState.HELD, BookingState.CONFIRMED, BookingState.IN_USE})
"""States in which work is planned or goes on, so that people are named for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """The people who are named for a run, by name, and what speaks against it."""

    operators: tuple[Operator, ...]
    against: tuple[Reason, ...]

    @property
    def names(self) -> list[str]:
        """Return what they are called."""
        return [one.name for one in self.operators]


def operators_named(session: Session, booking_id: int) -> list[tuple[int, str]]:
    """Return who is named for a booking, by name."""
    return _named(session, [booking_id])[booking_id]


def crews_of(session: Session, actor: Actor, bookings: Iterable[Booking]) -> dict[int, Crew]:
    """Return who is named for each of these bookings, in three queries; none for one for which nobody is."""
    by_id = {booking.id: booking for booking in bookings}
    named = _named(session, by_id)
    if not named:
        return {}
    people = {user_id for found in named.values() for user_id, _name in found}
    concerned = [by_id[booking_id] for booking_id in named]
    others = _other_runs(session, actor, people, concerned)
    trained = trained_until(session, {one.block.cleanroom_id for one in concerned}, people)
    return {booking.id: _crew(booking, named[booking.id], trained, others) for booking in concerned}


def operators_for(
    session: Session, actor: Actor, booking: Booking, user_ids: Collection[int]
) -> list[Operator]:
    """Return these people as operators of a booking, by name."""
    rows = session.execute(
        select(User.id, User.name).where(User.id.in_(user_ids)).order_by(User.name, User.id)
    )
    named = [(user_id, name) for user_id, name in rows]
    trained = trained_until(session, [booking.block.cleanroom_id], user_ids)
    others = _other_runs(session, actor, user_ids, [booking])
    return _operators(booking, named, trained, others)


@dataclass(frozen=True, slots=True, kw_only=True)
class TooShort:
    """That somebody's training ends before a run on which they are named does; None where they are not trained any more."""

    booking: Booking
    name: str
    trained_until: date | None


def trained_too_short(session: Session, facility_ids: Collection[int], *, at: datetime) -> list[TooShort]:
    """Return who is named on a run ahead at these facilities and not trained to its end, the earliest run first, in two queries."""
    rows = session.execute(
        select(Booking, User.id, User.name)
        .join(BookingOperator, BookingOperator.booking_id == Booking.id)
        .join(User, User.id == BookingOperator.user_id)
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .where(Cleanroom.facility_id.in_(facility_ids), Booking.state.in_(AHEAD), Block.ends_at > at)
        .options(contains_eager(Booking.block).contains_eager(Block.cleanroom).joinedload(Cleanroom.facility))
        .order_by(Block.starts_at, Booking.id, User.name, User.id)
    ).all()
    rooms, people = {one.block.cleanroom_id for one, _id, _name in rows}, {one for _b, one, _name in rows}
    trained = trained_until(session, rooms, people) if rows else {}
    found = [
        TooShort(booking=booking, name=name, trained_until=trained.get((booking.block.cleanroom_id, user_id)))
        for booking, user_id, name in rows
    ]
    return [one for one in found if one.trained_until is None or one.trained_until < last_day_of(one.booking)]


def last_day_of(booking: Booking) -> date:
    """Return the last day on which a booking takes its room, by the facility's calendar."""
    zone = booking.block.cleanroom.facility.time_zone
    return local_day(booking.block.ends_at - timedelta(microseconds=1), zone)


def against_operators(booking: Booking, operators: Collection[Operator]) -> list[Reason]:
    """Return what stands against these people on a booking's run."""
    room = booking.block.cleanroom
    return reasons_against_naming(
        operators,
        booking.slot,
        last_day=last_day_of(booking),
        room=room.name,
        most_each=room.facility.most_runs_each,
    )


Others = dict[int, list[tuple[int, OtherRun]]]
"""On which bookings people are named, by person."""


def _named(session: Session, booking_ids: Collection[int]) -> defaultdict[int, list[tuple[int, str]]]:
    rows = session.execute(
        select(BookingOperator.booking_id, User.id, User.name)
        .join(User, User.id == BookingOperator.user_id)
        .where(BookingOperator.booking_id.in_(booking_ids))
        .order_by(User.name, User.id)
    )
    found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for booking_id, user_id, name in rows:
        found[booking_id].append((user_id, name))
    return found


def _crew(
    booking: Booking,
    named: Iterable[tuple[int, str]],
    trained: dict[tuple[int, int], date],
    others: Others,
) -> Crew:
    operators = _operators(booking, named, trained, others)
    if booking.state not in AHEAD:
        return Crew(operators=tuple(operators), against=())
    needed = booking.block.cleanroom.trained_needed
    against = [*against_operators(booking, operators), *lacking_operators(operators, needed)]
    return Crew(operators=tuple(operators), against=tuple(against))


def _operators(
    booking: Booking,
    named: Iterable[tuple[int, str]],
    trained: dict[tuple[int, int], date],
    others: Others,
) -> list[Operator]:
    return [
        Operator(
            user_id=user_id,
            name=name,
            trained_until=trained.get((booking.block.cleanroom_id, user_id)),
            others=tuple(run for booking_id, run in others[user_id] if booking_id != booking.id),
        )
        for user_id, name in named
    ]


def _other_runs(
    session: Session, actor: Actor, user_ids: Collection[int], bookings: Collection[Booking]
) -> Others:
    """Return the runs ahead on which people are named while any of some bookings lasts; elsewhere only that there is one."""
    theirs = aliased(BookingOperator)
    rows = session.execute(
        select(
            theirs.user_id,
            Booking.id,
            Block.starts_at,
            Block.ends_at,
            Cleanroom.name,
            Facility.id,
            Facility.name,
            Facility.time_zone,
            Facility.most_runs_each,
        )
        .join(Booking, Booking.id == theirs.booking_id)
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .where(
            theirs.user_id.in_(user_ids),
            Booking.state.in_(AHEAD),
            Block.ends_at > min(one.block.starts_at for one in bookings),
            Block.starts_at < max(one.block.ends_at for one in bookings),
        )
        .order_by(Block.starts_at, Booking.id)
    )
    found: Others = defaultdict(list)
    for user_id, booking_id, starts_at, ends_at, room, facility_id, facility, zone, most_each in rows:
        place = f"{room}, {facility}" if facility_id in actor.facility_ids else None
        run = OtherRun(slot=Slot(starts_at, ends_at), place=place, zone=zone, most_each=most_each)
        found[user_id].append((booking_id, run))
    return found
