"""Taking up a job, holding it through its steps, and ending it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from portal.core.errors import Reason
from portal.ledger.digests import plain
from portal.ledger.services import record
from portal.work.events import JobEnded
from portal.work.models import Job, JobState, Process
from portal.work.reasons import as_plain
from portal.work.rules import ALIVE, next_try

REMEMBERED = timedelta(days=30)
ARGUMENTS_KEPT = timedelta(days=7)
LONGEST_ERROR = 400


class Gone(Exception):
    """The job is no longer this process's to do; `cancelled` says that somebody cancelled it."""

    def __init__(self, *, cancelled: bool) -> None:
        """Keep why."""
        super().__init__("cancelled" if cancelled else "taken over")
        self.cancelled = cancelled


def take_job(session: Session, holder: str, *, kinds: Iterable[str], at: datetime) -> Job | None:
    """Take the job that has waited longest, or one that was left behind; return it, or None if there is none.

    Left behind is what a dead process did, and what this one could not end: it asks between two jobs. A job that was
    left behind too often has failed, so that one that kills its process ends.
    """
    lives_elsewhere = exists().where(
        Process.holder == Job.taken_by, Process.holder != holder, Process.seen_at > at - ALIVE
    )
    waits = (Job.state == JobState.WAITING) & (Job.next_at <= at)
    runs = (Job.state == JobState.RUNNING) & ~lives_elsewhere
    question = (
        select(Job)
        .where(Job.ended_at.is_(None), Job.kind.in_(list(kinds)), or_(waits, runs))
        .order_by(Job.next_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    job = session.scalars(question).first()
    if job is None:
        return None
    if job.state is JobState.RUNNING and next_try(job.attempts, at=at) is None:
        _end(session, job, JobState.FAILED, at=at)
        job.reasons = _told([Reason("job_left_behind", {"times": job.attempts})])
        return None
    job.state, job.taken_by, job.attempts = JobState.RUNNING, holder, job.attempts + 1
    job.started_at = job.started_at or at
    return job


def held_job(session: Session, job_id: int, holder: str, *, even_cancelled: bool = False) -> Job:
    """Return a job that this process holds, locked; raises `Gone` if it was cancelled or is another's."""
    job = session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.state is not JobState.RUNNING or job.taken_by != holder:
        raise Gone(cancelled=False)
    if job.cancel_asked_at is not None and not even_cancelled:
        raise Gone(cancelled=True)
    return job


def end_done(session: Session, job_id: int, holder: str, outcome: dict[str, Any], *, at: datetime) -> None:
    """End a job well, and forget what it was given; that somebody cancelled it after its last step changes nothing."""
    job = held_job(session, job_id, holder, even_cancelled=True)
    job.outcome = plain(outcome)
    if job.total is not None:
        job.done = job.total
    _end(session, job, JobState.DONE, at=at)
    job.arguments = job.kept = None


def end_cancelled(session: Session, job_id: int, holder: str, *, at: datetime) -> None:
    """End a job that somebody cancelled; what its steps have stored stays."""
    job = session.get_one(Job, job_id, with_for_update=True, populate_existing=True)
    if job.state is JobState.RUNNING and job.taken_by == holder:
        _close(job, JobState.CANCELLED, at=at)
        job.arguments = job.kept = None


def end_failed(
    session: Session, job_id: int, holder: str, reasons: Iterable[Reason], *, at: datetime
) -> None:
    """End a job that was refused, with every reason."""
    job = held_job(session, job_id, holder, even_cancelled=True)
    job.reasons = _told(reasons)
    _end(session, job, JobState.FAILED, at=at)


def put_back(session: Session, job_id: int, holder: str, *, error: str | None, at: datetime) -> None:
    """Let a job wait for its next try: it broke, or its process ends by itself, which does not count as a try."""
    job = held_job(session, job_id, holder, even_cancelled=True)
    if job.cancel_asked_at is not None:
        end_cancelled(session, job_id, holder, at=at)
        return
    later = at
    if error is None:
        job.attempts -= 1
    else:
        job.last_error = error[:LONGEST_ERROR]
        again = next_try(job.attempts, at=at)
        if again is None:
            job.reasons = _told([Reason("job_broke", {"times": job.attempts})])
            _end(session, job, JobState.FAILED, at=at)
            return
        later = again
    job.state, job.taken_by, job.next_at = JobState.WAITING, None, later


def forget_old_jobs(session: Session, *, at: datetime) -> int:
    """Forget jobs that ended thirty days ago, and after a week what failed ones were given; return how many were forgotten."""
    session.execute(
        update(Job)
        .where(Job.state == JobState.FAILED, Job.ended_at < at - ARGUMENTS_KEPT)
        .values(arguments=None, kept=None)
    )
    gone = session.execute(delete(Job).where(Job.ended_at < at - REMEMBERED))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _end(session: Session, job: Job, state: JobState, *, at: datetime) -> None:
    _close(job, state, at=at)
    event = JobEnded(actor_id=None, job_id=job.id, kind=job.kind, owner_id=job.owner_id, state=state.value)
    record(session, event, at=at)


def _close(job: Job, state: JobState, *, at: datetime) -> None:
    job.state, job.ended_at, job.taken_by = state, at, None


def _told(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [as_plain(reason) for reason in reasons]
