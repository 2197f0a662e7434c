"""Sending what waits: by the web worker right after its response, and by the jobs process for the rest."""

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock

from flask import Flask, Response, current_app

from portal.core import clock
from portal.mail import queries, services
from portal.mail.messages import Message, as_email
from portal.mail.models import OutgoingMail
from portal.mail.transport import Transport, Undeliverable, Unreachable, transport_for
from portal.store import db, in_one_unit

logger = logging.getLogger(__name__)
EXTENSION = "portal_mail"
ROUND = 200
_SENDING = Lock()


def init_app(app: Flask, *, smtp_url: str | None, folder: Path, sender: str) -> None:
    """Choose the transport, and send what a request posted as soon as its response has left.

    Raises `ValueError` for an SMTP address that cannot be.
    """
    app.extensions[EXTENSION] = (transport_for(smtp_url, folder), sender)

    @app.after_request
    def send_posted(response: Response) -> Response:
        posted = db.session().info.pop(services.POSTED, [])
        if posted:
            response.call_on_close(lambda: _after_the_response(app, posted))
        return response


def send_waiting(*, at: datetime | None = None, limit: int = ROUND) -> int:
    """Send every message whose time has come, and return how many left."""
    moment = at or clock.now()
    return deliver(queries.due_mail(db.session(), at=moment, limit=limit), at=moment)


def deliver(mail_ids: Iterable[int], *, at: datetime) -> int:
    """Try these messages, each on its own, and return how many left; one that is not due is left alone."""
    transport, sender = current_app.extensions[EXTENSION]
    sent = 0
    for mail_id in mail_ids:
        try:
            sent += _deliver_one(transport, sender, mail_id, at=at)
        except Unreachable:
            break
    return sent


def _deliver_one(transport: Transport, sender: str, mail_id: int, *, at: datetime) -> bool:
    taken = in_one_unit(lambda session: _content(services.take(session, mail_id, at=at)))
    if taken is None:
        return False
    message, posted_at = taken
    try:
        transport.send(as_email(message, sender=sender, number=mail_id, posted_at=posted_at))
    except (Undeliverable, Unreachable, UnicodeError) as error:
        why = str(error)
        final = isinstance(error, UnicodeError) or (isinstance(error, Undeliverable) and error.final)
        logger.warning("mail %s was not delivered (final: %s): %s", mail_id, final, why)
        in_one_unit(lambda session: services.note_failure(session, mail_id, error=why, final=final, at=at))
        if isinstance(error, Unreachable):
            raise
        return False
    in_one_unit(lambda session: services.note_sent(session, mail_id, at=at))
    return True


def _content(mail: OutgoingMail | None) -> tuple[Message, datetime] | None:
    if mail is None:
        return None
    message = Message(
        to=mail.recipient,
        subject=mail.subject,
        text=mail.text or "",
        html=mail.html,
        unsubscribe=mail.unsubscribe,
        calendar=mail.calendar,
        calendar_method=mail.calendar_method,
    )
    return message, mail.posted_at


def _after_the_response(app: Flask, mail_ids: list[int]) -> None:
    # A slow server must not take all threads of a worker: one of them sends, and the jobs process does the rest.
    if not _SENDING.acquire(blocking=False):
        return
    try:
        with app.app_context():
            deliver(mail_ids, at=clock.now())
    except Exception:  # the response has left: nobody else would hear of it, and the jobs process tries again
        logger.exception("mail could not be sent after the response")
    finally:
        _SENDING.release()
