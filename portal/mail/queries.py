"""Named questions about outgoing mail."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.mail.models import OutgoingMail


def due_mail(session: Session, *, at: datetime, limit: int) -> list[int]:
    """Return the ids of messages whose next try has come, the longest waiting first."""
    return list(
        session.scalars(
            select(OutgoingMail.id)
            .where(OutgoingMail.next_try_at <= at)
            .order_by(OutgoingMail.next_try_at, OutgoingMail.id)
            .limit(limit)
        )
    )
