"""Taking, keeping and giving back a lease."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.work.models import Lease


def hold_lease(session: Session, name: str, holder: str, *, lasts: timedelta, at: datetime) -> bool:
    """Take a lease that is free or over, or renew one's own; return whether it is held now.

    Two that take it for the first time at once are told apart by its unique name: the second's write fails.
    """
    lease = session.scalars(select(Lease).where(Lease.name == name).with_for_update()).first()
    if lease is None:
        session.add(Lease(name=name, holder=holder, taken_at=at, renewed_at=at, ends_at=at + lasts))
        session.flush()
        return True
    if lease.holder != holder:
        if lease.ends_at > at:
            return False
        lease.holder, lease.taken_at = holder, at
    lease.renewed_at, lease.ends_at = at, at + lasts
    return True


def give_back_lease(session: Session, name: str, holder: str) -> None:
    """Give one's own lease back, so that another process need not wait for its end."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
