"""Named questions about outgoing mail."""

from datetime import datetime

from sqlalchemy import func, select
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


def waiting_mail(session: Session, *, limit: int) -> list[OutgoingMail]:
    """Return messages that wait for a try, the longest waiting first."""
    question = select(OutgoingMail).where(OutgoingMail.next_try_at.is_not(None))
    return list(session.scalars(question.order_by(OutgoingMail.posted_at, OutgoingMail.id).limit(limit)))


def waiting_count(session: Session) -> int:
    """Return how many messages wait for a try."""
    return session.scalar(select(func.count(OutgoingMail.next_try_at))) or 0


def given_up_mail(session: Session, *, limit: int) -> list[OutgoingMail]:
    """Return messages that were given up, the latest first."""
    question = select(OutgoingMail).where(OutgoingMail.given_up_at.is_not(None))
    latest = question.order_by(OutgoingMail.given_up_at.desc(), OutgoingMail.id.desc())
    return list(session.scalars(latest.limit(limit)))


def given_up_count(session: Session) -> int:
    """Return how many messages were given up and are still remembered."""
    return session.scalar(select(func.count(OutgoingMail.given_up_at))) or 0
