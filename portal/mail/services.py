"""Posting a message, taking it for a try, and noting how the try ended."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.core.errors import NotFound, Reason, Refused
from portal.mail.messages import Message
from portal.mail.models import OutgoingMail
from portal.mail.rules import next_try

POSTED = "posted_mail"
KEPT = timedelta(days=90)
TEXT_KEPT = timedelta(days=7)
LONGEST_ERROR = 400


def post(session: Session, message: Message, *, at: datetime) -> OutgoingMail:
    """Put a message on its way, in the transaction of the change that it tells of."""
    mail = OutgoingMail(
        recipient=message.to,
        subject=message.subject,
        text=message.text,
        html=message.html,
        unsubscribe=message.unsubscribe,
        calendar=message.calendar,
        calendar_method=message.calendar_method,
        posted_at=at,
        next_try_at=at,
    )
    session.add(mail)
    session.flush()
    session.info.setdefault(POSTED, []).append(mail.id)
    return mail


def post_to_nobody(session: Session, message: Message, *, at: datetime) -> None:
    """Do the work of posting a message that nobody is to get, so that the time does not tell that nobody gets it."""
    mail = post(session, message, at=at)
    session.info[POSTED].remove(mail.id)
    session.delete(mail)


def take(session: Session, mail_id: int, *, at: datetime) -> OutgoingMail | None:
    """Return a due message that is now this sender's to try, or None if it is not due or another sender took it."""
    mail = session.get(OutgoingMail, mail_id, with_for_update=True)
    if mail is None or mail.next_try_at is None or mail.next_try_at > at:
        return None
    mail.attempts += 1
    mail.next_try_at = next_try(
        attempts=mail.attempts, posted_at=mail.tried_again_at or mail.posted_at, at=at
    )
    if mail.next_try_at is None:  # the last try: were the sender to die now, the message would be lost unseen
        mail.given_up_at = at
    return mail


def note_sent(session: Session, mail_id: int, *, at: datetime) -> None:
    """Note that a message has left, and forget its text."""
    mail = session.get_one(OutgoingMail, mail_id)
    mail.sent_at, mail.next_try_at, mail.given_up_at, mail.last_error = at, None, None, None
    mail.text = mail.html = mail.unsubscribe = mail.calendar = None


def note_failure(session: Session, mail_id: int, *, error: str, final: bool, at: datetime) -> None:
    """Note why a try failed; a final failure, or the end of patience, gives the message up."""
    mail = session.get_one(OutgoingMail, mail_id)
    mail.last_error = error[:LONGEST_ERROR]
    if final or mail.next_try_at is None:
        mail.given_up_at, mail.next_try_at = at, None


def hurry(session: Session, *, at: datetime) -> int:
    """Let everything that waits be tried at once; return how many messages that are."""
    waiting = update(OutgoingMail).where(OutgoingMail.next_try_at > at).values(next_try_at=at)
    return int(session.execute(waiting).rowcount)  # type: ignore[attr-defined]


def try_again(session: Session, mail_id: int, *, at: datetime) -> None:
    """Let a message that was given up be tried again, with patience anew.

    Raises `NotFound` if there is none, and `Refused` for one that was sent or waits, or whose text is forgotten.
    """
    mail = session.get(OutgoingMail, mail_id, with_for_update=True)
    if mail is None:
        raise NotFound
    if mail.given_up_at is None or mail.text is None:
        raise Refused([Reason("mail_not_given_up")])
    mail.given_up_at, mail.next_try_at, mail.tried_again_at = None, at, at


def forget_old_mail(session: Session, *, at: datetime) -> int:
    """Forget to whom mail went more than ninety days ago; return how many messages that were.

    What a message said that was given up is forgotten after a week.
    """
    session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.given_up_at < at - TEXT_KEPT)
        .values(text=None, html=None, unsubscribe=None, calendar=None)
    )
    result = session.execute(
        delete(OutgoingMail).where(OutgoingMail.next_try_at.is_(None), OutgoingMail.posted_at < at - KEPT)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
