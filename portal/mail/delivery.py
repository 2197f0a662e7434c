"""Sending what waits: by the web worker right after its response, and by the jobs process for the rest."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
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
LANES = 8
"""So many messages are under way at once."""
SILENCE = 1.0
"""Seconds without news after which one more message is sent on its way."""
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

    def due(moment: datetime) -> list[int]:
        session = db.session()
        found = queries.due_mail(session, at=moment, limit=limit)
        session.rollback()  # nothing is read for as long as a mail server takes
        return found

    return _Round(due, began_at=at or clock.now()).send()


def deliver(mail_ids: Iterable[int], *, at: datetime) -> int:
    """Try these messages, each on its own, and return how many left; one that is not due is left alone."""
    asked = [list(mail_ids)]
    return _Round(lambda _moment: asked.pop() if asked else [], began_at=at).send()


class _Round:
    """Messages on their way side by side, so that one that is slow to be taken delays nobody else.

    Only the talking to the mail server is done side by side; what becomes of each message is noted by one thread. Until the
    server has answered once a single message is under way, and one more for each second of its silence, so that a
    server that is away costs few of them a try.
    """

    def __init__(self, due: Callable[[datetime], list[int]], *, began_at: datetime) -> None:
        self._transport, self._sender = current_app.extensions[EXTENSION]
        self._due, self._began_at, self._began = due, began_at, time.monotonic()
        self._waiting = deque((mail_id, began_at) for mail_id in due(began_at))
        self._under_way: dict[Future[None], tuple[int, datetime]] = {}
        self._most, self._is_reached, self._sent = 1, True, 0

    def send(self) -> int:
        """Send all that waits, and what comes to wait meanwhile, and return how many messages left."""
        with ThreadPoolExecutor(LANES, thread_name_prefix="mail") as lanes:
            while self._waiting or self._under_way:
                while self._waiting and len(self._under_way) < self._most:
                    self._begin(lanes, *self._waiting.popleft())
                self._look()
        return self._sent

    def _begin(self, lanes: ThreadPoolExecutor, mail_id: int, at: datetime) -> None:
        taken = in_one_unit(lambda session: _content(services.take(session, mail_id, at=at)))
        if taken is not None:
            message, posted_at = taken
            sending = lanes.submit(_send, self._transport, self._sender, mail_id, message, posted_at)
            self._under_way[sending] = (mail_id, at)

    def _look(self) -> None:
        """Wait for news of what is under way, but no longer than a second."""
        if not self._under_way:
            return
        done, _others = wait(self._under_way, timeout=SILENCE, return_when=FIRST_COMPLETED)
        for sending in done:
            self._note(sending, *self._under_way.pop(sending))
        self._most = LANES if done else min(self._most + 1, LANES)
        if self._under_way and self._is_reached and not self._waiting:
            moment = self._began_at + timedelta(seconds=time.monotonic() - self._began)
            self._waiting.extend((mail_id, moment) for mail_id in self._due(moment))

    def _note(self, sending: Future[None], mail_id: int, at: datetime) -> None:
        try:
            sending.result()
        except (Undeliverable, Unreachable, UnicodeError) as error:
            why = str(error)
            final = isinstance(error, UnicodeError) or (isinstance(error, Undeliverable) and error.final)
            logger.warning("mail %s was not delivered (final: %s): %s", mail_id, final, why)
            in_one_unit(
                lambda session: services.note_failure(session, mail_id, error=why, final=final, at=at)
            )
            if isinstance(error, Unreachable):
                self._is_reached = False
                self._waiting.clear()
        else:
            in_one_unit(lambda session: services.note_sent(session, mail_id, at=at))
            self._sent += 1


def _send(transport: Transport, sender: str, mail_id: int, message: Message, posted_at: datetime) -> None:
    transport.send(as_email(message, sender=sender, number=mail_id, posted_at=posted_at))


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
