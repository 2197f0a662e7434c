"""What advisers note, and the reminders that they ask for."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import FollowUpDue, NoteDone, NoteWritten
from portal.matching.models import AdviserNote
from portal.projects import queries as projects

LONGEST_AHEAD = timedelta(days=730)


def write_note(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    words: str,
    follow_up_on: date | None,
    introduction_id: int | None = None,
    at: datetime,
) -> AdviserNote:
    """Note something of a project for advisers, with a day on which its writer is reminded.

    Raises `NotFound` for anybody but an adviser who sees the teaser, and `Refused` for a day that cannot be meant.
    """
    if Role.ADVISER not in actor.roles:
        raise NotFound
    seen = projects.seen_project(session, actor, project_id, at=at)
    if queries.is_conflicted(session, actor.user_id, seen.project.organisation):
        raise Refused([Reason("adviser_conflicted")])
    if introduction_id is not None:
        found = queries.introduction_seen(session, actor, introduction_id)
        if found.introduction.project_id != project_id:
            raise NotFound
    today = at.date()
    if follow_up_on is not None and not today <= follow_up_on <= today + LONGEST_AHEAD:
        reason = Reason("follow_up_out_of_range", {"day": follow_up_on, "today": today}, "follow_up_on")
        raise Refused([reason])
    note = AdviserNote(
        project_id=project_id,
        introduction_id=introduction_id,
        author_id=actor.user_id,
        words=words,
        follow_up_on=follow_up_on,
        created_at=at,
    )
    session.add(note)
    session.flush()
    event = NoteWritten(
        actor_id=actor.user_id,
        note_id=note.id,
        words=words,
        follow_up_on=follow_up_on.isoformat() if follow_up_on else None,
    )
    record(session, event, at=at)
    return note


def end_note(session: Session, actor: Actor, note_id: int, *, at: datetime) -> AdviserNote:
    """Say that a note was followed up; raises `NotFound` for anybody but an adviser."""
    note = queries.note_to_end(session, actor, note_id)
    if note.done_at is None:
        note.done_at = at
        session.flush()
        record(session, NoteDone(actor_id=actor.user_id, note_id=note.id), at=at)
    return note


def tend_follow_ups(session: Session, *, at: datetime) -> int:
    """Say of every note whose day has come that it is due, once; return how many."""
    due = queries.follow_ups_due(session, today=at.date())
    for note in due:
        note.reminded_at = at
        session.flush()
        record(session, FollowUpDue(actor_id=None, note_id=note.id), at=at)
    return len(due)
