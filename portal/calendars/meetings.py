"""What the mails about the meeting of an introduction say next, and to whom: each guest is told a thing once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.calendars.models import MeetingInvitation
from portal.matching import queries as matching
from portal.matching.models import Meeting
from portal.matching.rules.meetings import STANDING, MeetingState


@dataclass(frozen=True, slots=True)
class MeetingToSend:
    """What a mail is to say about a meeting, and to whom."""

    person: User
    meeting: Meeting
    reference: str
    """The project's number, which names nobody."""
    sequence: int
    tentative: bool
    cancelled: bool
    changed: bool
    """Whether an earlier mail said something else of it."""


def next_meeting_mails(session: Session, meeting_id: int, *, at: datetime) -> list[MeetingToSend]:
    """Note what the next mails about a meeting say to its guests.

    The first comes when the meeting is agreed; from then on what was sent is kept true, whoever has left meanwhile.
    """
    meeting = session.get(Meeting, meeting_id, with_for_update=True)
    if meeting is None or meeting.state is MeetingState.OVER:
        return []
    kept = {
        row.user_id: row
        for row in session.scalars(
            select(MeetingInvitation).where(MeetingInvitation.meeting_id == meeting_id)
        )
    }
    found = []
    for guest in matching.guests(session, meeting, invited=kept):
        known = kept.get(guest.person.id)
        told = (
            _first(session, meeting, guest.person, at=at)
            if known is None
            else _next(known, meeting, guest.person, at=at)
        )
        if told is not None:
            found.append(told)
    return found


def _first(session: Session, meeting: Meeting, person: User, *, at: datetime) -> MeetingToSend | None:
    if meeting.state is not MeetingState.AGREED:
        return None
    kept = MeetingInvitation(
        meeting_id=meeting.id, user_id=person.id, sequence=meeting.version, cancelled=False, sent_at=at
    )
    _keep(kept, meeting)
    session.add(kept)
    return _told(kept, meeting, person, changed=False)


def _next(kept: MeetingInvitation, meeting: Meeting, person: User, *, at: datetime) -> MeetingToSend | None:
    stands = meeting.state in STANDING
    said = (kept.starts_at, kept.ends_at, kept.place, kept.tentative, kept.cancelled)
    now = (meeting.starts_at, meeting.ends_at, meeting.place, _is_open(meeting), not stands)
    if said == now or (kept.cancelled and not stands):
        return None
    kept.cancelled, kept.sent_at = not stands, at
    # Never below what was said, even where one version is told of twice.
    kept.sequence = max(meeting.version, kept.sequence + 1)
    _keep(kept, meeting)
    return _told(kept, meeting, person, changed=True)


def _keep(kept: MeetingInvitation, meeting: Meeting) -> None:
    kept.starts_at, kept.ends_at, kept.place = meeting.starts_at, meeting.ends_at, meeting.place
    kept.tentative = _is_open(meeting)


def _told(kept: MeetingInvitation, meeting: Meeting, person: User, *, changed: bool) -> MeetingToSend:
    return MeetingToSend(
        person=person,
        meeting=meeting,
        reference=meeting.introduction.project.reference,
        sequence=kept.sequence,
        tentative=kept.tentative,
        cancelled=kept.cancelled,
        changed=changed,
    )


def _is_open(meeting: Meeting) -> bool:
    """Say whether the time of a meeting still waits for somebody's yes."""
    return meeting.state is MeetingState.PROPOSED
