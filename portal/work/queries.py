"""Named questions about jobs, processes and the clock."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.work.models import DutyRun, Job, JobState, Lease, Process
from portal.work.rules import ALIVE


def job_shown(session: Session, actor: Actor, job_id: int, *, lock: bool = False) -> Job:
    """Return a job to its owner or an administrator; raises `NotFound` for anybody else."""
    job = session.get(Job, job_id, with_for_update=True if lock else None, populate_existing=lock)
    if job is None or not (job.owner_id == actor.user_id or actor.is_administrator):
        raise NotFound
    return job


def own_jobs(session: Session, actor: Actor, *, limit: int, offset: int = 0) -> list[Job]:
    """Return the jobs that a person asked for, newest first."""
    question = select(Job).where(Job.owner_id == actor.user_id).order_by(Job.id.desc())
    return list(session.scalars(question.limit(limit).offset(offset)))


def open_jobs_of(session: Session, actor: Actor, kind: str) -> Sequence[Job]:
    """Return the jobs of one kind that a person asked for and that wait or run."""
    question = select(Job).where(Job.owner_id == actor.user_id, Job.kind == kind, Job.ended_at.is_(None))
    return session.scalars(question).all()


def own_job_count(session: Session, actor: Actor) -> int:
    """Return how many jobs a person asked for."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.owner_id == actor.user_id)) or 0


def open_jobs(session: Session, *, limit: int) -> Sequence[Job]:
    """Return the jobs that wait or run, the oldest first."""
    question = select(Job).where(Job.ended_at.is_(None)).order_by(Job.id)
    return session.scalars(question.limit(limit)).all()


def ended_jobs(session: Session, *, limit: int) -> Sequence[Job]:
    """Return the jobs that ended last, newest first."""
    question = select(Job).where(Job.ended_at.is_not(None)).order_by(Job.ended_at.desc(), Job.id.desc())
    return session.scalars(question.limit(limit)).all()


def counts_of_jobs(session: Session) -> dict[JobState, int]:
    """Return how many jobs there are in each state."""
    rows = session.execute(select(Job.state, func.count()).group_by(Job.state))
    return {state: number for state, number in rows}  # noqa: C416  (rows are not pairs to mypy)


def lease_named(session: Session, name: str) -> Lease | None:
    """Return a lease, or None if nobody has ever taken it or it was given back."""
    return session.scalars(select(Lease).where(Lease.name == name)).first()


def processes(session: Session) -> Sequence[Process]:
    """Return the processes that said lately that they live, the oldest first."""
    return session.scalars(select(Process).order_by(Process.started_at, Process.id)).all()


def any_process_lives(session: Session, *, at: datetime) -> bool:
    """Say whether there is a process that would take up a job."""
    newest = session.scalar(select(func.max(Process.seen_at)))
    return newest is not None and at - newest < ALIVE


def duty_runs(session: Session) -> Sequence[DutyRun]:
    """Return what is known of each duty's last run, by name."""
    return session.scalars(select(DutyRun).order_by(DutyRun.name)).all()
