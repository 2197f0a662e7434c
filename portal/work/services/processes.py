"""What a process says of itself, and of the duties that it has done since it last spoke."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.work.models import DutyRun, Process

FORGOTTEN = timedelta(hours=1)
LONGEST_ERROR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """That a duty was done, or failed."""

    name: str
    every_seconds: int
    started_at: datetime
    took: timedelta
    next_at: datetime
    error: str | None = None


def say_alive(session: Session, holder: str, *, at: datetime) -> None:
    """Note that a process lives, and forget those that have not spoken for an hour."""
    process = session.scalars(select(Process).where(Process.holder == holder)).first()
    if process is None:
        session.add(Process(holder=holder, started_at=at, seen_at=at))
        session.execute(delete(Process).where(Process.seen_at < at - FORGOTTEN))
        return
    process.seen_at = at


def forget_process(session: Session, holder: str) -> None:
    """Forget a process that ends by itself."""
    session.execute(delete(Process).where(Process.holder == holder))


def note_runs(session: Session, runs: Iterable[Run]) -> None:
    """Note what the clock's duties did, in the order in which they were done."""
    told = list(runs)
    names = {run.name for run in told}
    rows = session.scalars(select(DutyRun).where(DutyRun.name.in_(names)).with_for_update())
    known = {row.name: row for row in rows}
    for run in told:
        row = known.get(run.name)
        if row is None:
            row = known[run.name] = DutyRun(name=run.name, runs=0, failures=0)
            session.add(row)
        row.every_seconds, row.started_at, row.next_at = run.every_seconds, run.started_at, run.next_at
        row.took_ms = round(run.took / timedelta(milliseconds=1))
        row.runs += 1
        if run.error is not None:
            row.failures += 1
            row.failed_at, row.last_error = run.started_at, run.error[:LONGEST_ERROR]
