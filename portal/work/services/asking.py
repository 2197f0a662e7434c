"""Asking for long work, cancelling it, and asking again for what failed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Reason, Refused
from portal.ledger.services import record
from portal.work import queries
from portal.work.events import JobAsked, JobCancelled
from portal.work.models import Job, JobState


def ask(
    session: Session,
    kind: str,
    actor: Actor,
    arguments: Mapping[str, Any],
    *,
    total: int | None = None,
    key: str | None = None,
    at: datetime,
) -> Job:
    """Ask for long work in the actor's name; where one with this key is open already, return that one.

    Two that ask at the same moment get the same one: the key's index refuses the second, which then finds the first.
    """
    whole_key = None if key is None else f"{actor.user_id}:{kind}:{key}"
    found = _open_job(session, whole_key)
    if found is not None:
        return found
    job = Job(
        kind=kind,
        key=whole_key,
        owner_id=actor.user_id,
        organisation_id=actor.organisation_id,
        assisted_by_id=actor.assisted_by_id,
        arguments=dict(arguments),
        total=total,
        asked_at=at,
        next_at=at,
    )
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        found = _open_job(session, whole_key)
        if found is None:
            raise
        return found
    record(session, JobAsked(actor_id=actor.user_id, job_id=job.id, kind=kind), at=at)
    return job


def ask_again(session: Session, actor: Actor, job_id: int, *, at: datetime) -> Job:
    """Let a failed job go on from where it broke.

    Raises `NotFound` for somebody else's, and `Refused` for one that has not failed, whose arguments are forgotten, or
    whose like is open again.
    """
    job = queries.job_shown(session, actor, job_id, lock=True)
    if job.state is not JobState.FAILED or job.arguments is None:
        raise Refused([Reason("job_not_failed")])
    if _open_job(session, job.key) is not None:
        raise Refused([Reason("job_open_again")])
    job.state, job.ended_at, job.next_at = JobState.WAITING, None, at
    job.attempts, job.reasons, job.last_error, job.cancel_asked_at = 0, None, None, None
    record(session, JobAsked(actor_id=actor.user_id, job_id=job.id, kind=job.kind), at=at)
    return job


def cancel(session: Session, actor: Actor, job_id: int, *, at: datetime) -> Job:
    """Cancel a job: one that waits ends now, one that runs before its next step; one that has ended stays as it is."""
    job = queries.job_shown(session, actor, job_id, lock=True)
    if not job.is_open or job.cancel_asked_at is not None:
        return job
    job.cancel_asked_at = at
    if job.state is JobState.WAITING:
        job.state, job.ended_at, job.arguments, job.kept = JobState.CANCELLED, at, None, None
    record(session, JobCancelled(actor_id=actor.user_id, job_id=job.id, kind=job.kind), at=at)
    return job


def _open_job(session: Session, key: str | None) -> Job | None:
    if key is None:
        return None
    return session.scalars(select(Job).where(Job.key == key, Job.ended_at.is_(None))).first()
