"""Questions about meetings: which one stands, who comes, and when both sides are free."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.queries import members_as
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.core.slots import Slot
from portal.matching.models import FreeTime, Meeting
from portal.matching.queries.introductions import Seen
from portal.matching.rules.introductions import Side
from portal.matching.rules.meetings import STANDING, MeetingState, common_times
from portal.partners.rules.values import KEEPERS


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who comes to a meeting, and for which side."""

    person: User
    side: Side


def standing_meeting(session: Session, introduction_id: int) -> Meeting | None:
    """Return the meeting of an introduction that is proposed or agreed."""
    return session.scalars(
        select(Meeting).where(Meeting.introduction_id == introduction_id, Meeting.state.in_(sorted(STANDING)))
    ).one_or_none()


def free_times(session: Session, introduction_id: int, *, after: datetime) -> Sequence[FreeTime]:
    """Return when either side of an introduction is free after a moment, in the order of time."""
    return session.scalars(
        select(FreeTime)
        .where(FreeTime.introduction_id == introduction_id, FreeTime.ends_at > after)
        .order_by(FreeTime.starts_at, FreeTime.id)
    ).all()


def free_time_of(session: Session, seen: Seen, free_time_id: int) -> FreeTime:
    """Return a free time of the reader's own side; raises `NotFound` for any other."""
    found = session.get(FreeTime, free_time_id)
    if found is None or found.introduction_id != seen.introduction.id or found.side is not seen.side:
        raise NotFound
    return found


def times_for_both(free: Sequence[FreeTime], *, length: timedelta, after: datetime) -> list[Slot]:
    """Return the first times at which both sides have said that they are free."""
    sides = [[one.slot for one in free if one.side is side] for side in (Side.FOUNDER, Side.PARTNER)]
    return common_times(*sides, length=length, after=after)


def own_meetings(session: Session, actor: Actor, *, but: int, at: datetime) -> list[Slot]:
    """Return when the actor meets somebody because of another introduction."""
    return [
        one.slot
        for one in session.scalars(
            select(Meeting).where(
                Meeting.introduction_id != but,
                Meeting.state == MeetingState.AGREED,
                Meeting.ends_at > at,
                or_(Meeting.founder_yes_id == actor.user_id, Meeting.partner_yes_id == actor.user_id),
            )
        )
    ]


def guests(session: Session, meeting: Meeting, *, invited: Collection[int] = ()) -> list[Guest]:
    """Return who comes: who said yes or when they are free, or was invited, and still belongs to their side; and the adviser."""
    it = meeting.introduction
    stated = set(
        session.scalars(select(FreeTime.stated_by_id).where(FreeTime.introduction_id == it.id).distinct())
    )
    coming = stated | {meeting.founder_yes_id, meeting.partner_yes_id, *invited}
    sides = (
        (Side.FOUNDER, members_as(session, it.project.organisation_id, Role.FOUNDER)),
        (Side.PARTNER, members_as(session, it.partner.organisation_id, KEEPERS[it.partner.kind])),
    )
    found = {
        person.id: Guest(person, side) for side, people in sides for person in people if person.id in coming
    }
    if it.adviser is not None and it.adviser.active:
        found.setdefault(it.adviser.id, Guest(it.adviser, Side.ADVISER))
    return [found[person_id] for person_id in sorted(found)]


def meetings_past(session: Session, *, at: datetime) -> Sequence[Meeting]:
    """Return the meetings that still stand though their time has passed, locked."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.state.in_(sorted(STANDING)), Meeting.ends_at <= at)
        .order_by(Meeting.id)
        .with_for_update(of=Meeting, skip_locked=True)
    ).all()
