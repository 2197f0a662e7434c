"""Whether the clock goes on: what `/healthz/jobs`, `portal jobs --check` and the administrators' page say."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.errors import Reason
from portal.jobs.clock import LEASE
from portal.ledger import Entry, Waiting
from portal.store import UtcDateTime
from portal.work import queries

GRACE = timedelta(minutes=2)
"""A duty may be so late, beside the time between two runs of it, before anybody is alarmed."""

UNTOLD = timedelta(minutes=5)


def what_is_wrong(session: Session, *, at: datetime) -> list[Reason]:
    """Return everything that an operator should look at; an empty list means that all is well."""
    lease = queries.lease_named(session, LEASE)
    if lease is None:
        return [Reason("clock_never_held")]
    if lease.ends_at <= at:
        return [Reason("clock_stands_still", {"since": _minute(lease.renewed_at)})]
    late = [
        Reason("duty_overdue", {"duty": run.name, "since": _minute(run.started_at)})
        for run in queries.duty_runs(session)
        if at - max(run.started_at, lease.taken_at) > timedelta(seconds=run.every_seconds) + GRACE
    ]
    oldest = oldest_untold(session, at=at)
    if oldest is not None and at - oldest > UNTOLD:
        late.append(Reason("deliveries_wait", {"since": _minute(oldest)}))
    return late


def oldest_untold(session: Session, *, at: datetime) -> datetime | None:
    """Return when the oldest entry was written that still waits to be told, or None if none does."""
    # From the few that wait to their entries: joined, the index of moments would be followed from the first entry on.
    written = select(Entry.at).where(Entry.id == Waiting.entry_id, Entry.at <= at).scalar_subquery()
    oldest: datetime | None = session.scalar(
        select(func.min(written, type_=UtcDateTime())).select_from(Waiting)
    )
    return oldest


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
