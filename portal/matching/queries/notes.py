"""What advisers noted of projects, for advisers only."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.matching.models import AdviserNote
from portal.matching.queries.desk import is_conflicted
from portal.projects.models import Project


def notes_of(session: Session, actor: Actor, project: Project) -> Sequence[AdviserNote]:
    """Return the notes on a project, the latest first; only an adviser without a declared conflict gets any."""
    if Role.ADVISER not in actor.roles or is_conflicted(session, actor.user_id, project.organisation):
        return []
    return session.scalars(
        select(AdviserNote)
        .where(AdviserNote.project_id == project.id)
        .options(joinedload(AdviserNote.author))
        .order_by(AdviserNote.created_at.desc(), AdviserNote.id.desc())
    ).all()


def note_to_end(session: Session, actor: Actor, note_id: int) -> AdviserNote:
    """Return a locked note for an adviser; raises `NotFound` for anybody else."""
    if Role.ADVISER not in actor.roles:
        raise NotFound
    note = session.scalars(
        select(AdviserNote).where(AdviserNote.id == note_id).with_for_update(of=AdviserNote)
    ).one_or_none()
    if note is None:
        raise NotFound
    return note


def follow_ups_due(session: Session, *, today: date) -> Sequence[AdviserNote]:
    """Return what is due and was not said yet, locked."""
    return session.scalars(
        select(AdviserNote)
        .where(
            AdviserNote.done_at.is_(None),
            AdviserNote.reminded_at.is_(None),
            AdviserNote.follow_up_on <= today,
        )
        .order_by(AdviserNote.id)
        .with_for_update(of=AdviserNote, skip_locked=True)
    ).all()
