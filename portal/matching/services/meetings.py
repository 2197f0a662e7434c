"""Meetings of an introduction: each side says when it is free; a time is proposed, agreed to, moved or called off."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.core.slots import Slot
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import (
    FreeTimeDropped,
    FreeTimeStated,
    MeetingAccepted,
    MeetingAgreed,
    MeetingCancelled,
    MeetingEvent,
    MeetingOver,
    MeetingProposed,
)
from portal.matching.models import FreeTime, Introduction, Meeting
from portal.matching.queries import Seen
from portal.matching.rules.introductions import Side
from portal.matching.rules.meetings import (
    MeetingState,
    reasons_against_free_time,
    reasons_against_meeting,
    reasons_against_meeting_at_all,
)
from portal.matching.services.conflicts import refuse_conflicted

YES = {Side.FOUNDER: "founder_yes_id", Side.PARTNER: "partner_yes_id"}


def state_free_time(
    session: Session, actor: Actor, introduction_id: int, *, start: datetime, end: datetime, at: datetime
) -> FreeTime:
    """Say when one's own side could meet the other.

    Raises `NotFound`, `NotAllowed` for an adviser, and `Refused` with everything that stands against it.
    """
    seen = _seen(session, actor, introduction_id)
    if seen.side not in YES:
        raise NotAllowed
    own = [
        one.slot for one in queries.free_times(session, introduction_id, after=at) if one.side is seen.side
    ]
    reasons = reasons_against_meeting_at_all(seen.introduction.state)
    if reasons := [*reasons, *reasons_against_free_time(start, end, stated=own, now=at)]:
        raise Refused(reasons)
    free = FreeTime(
        introduction_id=introduction_id,
        side=seen.side,
        stated_by_id=actor.user_id,
        starts_at=start,
        ends_at=end,
        stated_at=at,
    )
    session.add(free)
    session.flush()
    record(session, FreeTimeStated(actor_id=actor.user_id, introduction_id=introduction_id), at=at)
    return free


def drop_free_time(
    session: Session, actor: Actor, introduction_id: int, free_time_id: int, *, at: datetime
) -> None:
    """Take back when one's own side could meet the other; raises `NotFound` for what is not one's own side's."""
    seen = _seen(session, actor, introduction_id)
    session.delete(queries.free_time_of(session, seen, free_time_id))
    record(session, FreeTimeDropped(actor_id=actor.user_id, introduction_id=introduction_id), at=at)


def propose_meeting(
    session: Session,
    actor: Actor,
    introduction_id: int,
    *,
    slot: Slot,
    place: str,
    version: int | None,
    at: datetime,
) -> Meeting:
    """Propose a time, or another one in place of the one that stands: whoever proposes has said yes for their side.

    Raises `NotFound`, `Stale` where another time stands than the page showed, and `Refused` with every reason.
    """
    seen = _seen(session, actor, introduction_id)
    meeting = _standing(session, seen, version=version, at=at)
    taken = queries.own_meetings(session, actor, but=introduction_id, at=at)
    if reasons := reasons_against_meeting(
        slot, state=seen.introduction.state, taken=taken, now=at, field="starts_at"
    ):
        raise Refused(reasons)
    if meeting is None:
        meeting = Meeting(introduction_id=introduction_id, created_at=at)
        session.add(meeting)
    meeting.starts_at, meeting.ends_at, meeting.place = slot.start, slot.end, place
    meeting.state, meeting.proposed_by_id, meeting.updated_at = MeetingState.PROPOSED, actor.user_id, at
    meeting.founder_yes_id = actor.user_id if seen.side is Side.FOUNDER else None
    meeting.partner_yes_id = actor.user_id if seen.side is Side.PARTNER else None
    return _told(session, meeting, MeetingProposed, actor.user_id, at=at)


def agree_to_meeting(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Meeting:
    """Say yes to the proposed time for one's own side; with the other's yes the meeting is agreed.

    Raises `NotFound`, also where nothing is proposed, `NotAllowed` for an adviser, `Stale`, and `Refused`.
    """
    seen = _seen(session, actor, introduction_id)
    if seen.side not in YES:
        raise NotAllowed
    meeting = _standing(session, seen, version=version, at=at)
    if meeting is None or getattr(meeting, YES[seen.side]) is not None:
        raise NotFound
    taken = queries.own_meetings(session, actor, but=introduction_id, at=at)
    if reasons := reasons_against_meeting(meeting.slot, state=seen.introduction.state, taken=taken, now=at):
        raise Refused(reasons)
    setattr(meeting, YES[seen.side], actor.user_id)
    meeting.updated_at = at
    if meeting.founder_yes_id is None or meeting.partner_yes_id is None:
        return _told(session, meeting, MeetingAccepted, actor.user_id, at=at)
    meeting.state = MeetingState.AGREED
    return _told(session, meeting, MeetingAgreed, actor.user_id, at=at)


def cancel_meeting(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Meeting:
    """Say, as either side or their adviser, that the meeting does not take place; raises `NotFound` and `Stale`."""
    seen = _seen(session, actor, introduction_id)
    meeting = _standing(session, seen, version=version, at=at)
    if meeting is None:
        raise NotFound
    return _end(session, meeting, MeetingState.CANCELLED, actor.user_id, at=at)


def call_off(session: Session, actor_id: int | None, one: Introduction, *, at: datetime) -> None:
    """Cancel the meeting of an introduction that has ended, if one stands."""
    meeting = queries.standing_meeting(session, one.id)
    if meeting is not None:
        _end(session, meeting, MeetingState.CANCELLED, actor_id, at=at)


def tend_meetings(session: Session, *, at: datetime) -> int:
    """Note of each meeting whose time has passed that it is over, so that its adviser is reminded; return how many."""
    past = queries.meetings_past(session, at=at)
    for meeting in past:
        _let_pass(session, meeting, at=at)
    return len(past)


def _let_pass(session: Session, meeting: Meeting, *, at: datetime) -> None:
    """End a meeting whose time has passed; one to which not both said yes has not taken place."""
    took_place = meeting.state is MeetingState.AGREED
    _end(session, meeting, MeetingState.OVER if took_place else MeetingState.CANCELLED, None, at=at)


def _end(
    session: Session, meeting: Meeting, state: MeetingState, actor_id: int | None, *, at: datetime
) -> Meeting:
    meeting.state, meeting.updated_at = state, at
    event = MeetingOver if state is MeetingState.OVER else MeetingCancelled
    return _told(session, meeting, event, actor_id, at=at)


def _seen(session: Session, actor: Actor, introduction_id: int) -> Seen:
    """Return an introduction, locked, so that two who decide on its meeting do so one after the other."""
    seen = queries.introduction_seen(session, actor, introduction_id, lock=True)
    if seen.side is Side.ADVISER:
        refuse_conflicted(session, actor, seen.introduction.project, seen.introduction.partner)
    return seen


def _standing(session: Session, seen: Seen, *, version: int | None, at: datetime) -> Meeting | None:
    """Return the meeting that stands, if it is the one that the page showed; one whose time has passed makes room."""
    meeting = queries.standing_meeting(session, seen.introduction.id)
    shown = meeting.version if meeting is not None else 0
    if (version or 0) != shown:
        raise Stale({"version": shown})
    if meeting is not None and meeting.ends_at <= at:
        _let_pass(session, meeting, at=at)
        return None
    return meeting


def _told(
    session: Session, meeting: Meeting, event: type[MeetingEvent], actor_id: int | None, *, at: datetime
) -> Meeting:
    session.flush()
    said = event(
        actor_id=actor_id,
        introduction_id=meeting.introduction_id,
        meeting_id=meeting.id,
        starts_at=meeting.starts_at.isoformat(),
    )
    record(session, said, at=at)
    return meeting
