"""Carrying waiting ledger entries to their handlers, each exactly once however often the process is killed."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.jobs.handlers import HANDLERS, Handler
from portal.ledger import Delivery, Entry, Waiting
from portal.store import brief

logger = logging.getLogger(__name__)

BATCH = 200
TRIES = 10
_FAILED = Delivery.delivered_at.is_(None) & Delivery.last_error.is_not(None)
UnitOfWork = Callable[[Callable[[Session], object]], object]


def name_of(handler: Handler) -> str:
    """Return the name under which a handler's deliveries are noted."""
    return f"{handler.__module__}.{handler.__qualname__}"


def deliver_waiting(
    in_one_unit: UnitOfWork,
    session: Session,
    *,
    at: datetime,
    handlers: Mapping[str, tuple[Handler, ...]] = HANDLERS,
) -> int:
    """Hand waiting entries to their handlers, oldest first, one transaction for each entry and handler.

    A failing handler is tried again later, at growing distances, and holds up nobody else. Returns how many
    deliveries were made.
    """
    waiting = session.execute(
        select(Entry.id, Entry.name)
        .join(Waiting, Waiting.entry_id == Entry.id)
        .where(~exists().where(Delivery.entry_id == Entry.id, _FAILED, Delivery.next_at > at))
        .order_by(Entry.at, Entry.id)
        .limit(BATCH)
    ).all()
    session.rollback()
    made, finished = 0, []
    for entry_id, name in waiting:
        left = 0
        for handler in handlers.get(name, ()):
            done = _deliver(in_one_unit, handler, entry_id, at=at)
            made += done is True
            left += done is None
        if not left:
            finished.append(entry_id)
    if finished:
        in_one_unit(lambda unit: unit.execute(delete(Waiting).where(Waiting.entry_id.in_(finished))))
    return made


def _deliver(in_one_unit: UnitOfWork, handler: Handler, entry_id: int, *, at: datetime) -> bool | None:
    """Return True if the handler did its work now, False if there is nothing left to do, None if it must wait."""

    def work(session: Session) -> bool | None:
        note = _note(session, handler, entry_id)
        if note.delivered_at is not None or note.attempts >= TRIES:
            return False
        if note.next_at is not None and at < note.next_at:
            return None
        handler(session, session.get_one(Entry, entry_id), at)
        note.delivered_at = at
        return True

    try:
        done = in_one_unit(work)
    except Exception as error:
        logger.exception("handler %s failed for entry %s", name_of(handler), entry_id)
        message = brief(error)
        in_one_unit(lambda session: _failed(_note(session, handler, entry_id), message, at=at))
        return None
    return done if isinstance(done, bool) else None


def _failed(note: Delivery, message: str, *, at: datetime) -> None:
    note.attempts += 1
    note.last_error = message
    note.next_at = at + timedelta(seconds=5 * 2**note.attempts)


def _note(session: Session, handler: Handler, entry_id: int) -> Delivery:
    found = session.scalars(
        select(Delivery).where(Delivery.entry_id == entry_id, Delivery.handler == name_of(handler))
    ).first()
    if found is None:
        found = Delivery(entry_id=entry_id, handler=name_of(handler), attempts=0)
        session.add(found)
        session.flush()
    return found


def failed_deliveries(session: Session, *, limit: int) -> list[tuple[Delivery, str]]:
    """Return the deliveries that failed and were not made since, newest first, each with the name of its event."""
    question = select(Delivery, Entry.name).join(Entry, Entry.id == Delivery.entry_id).where(_FAILED)
    rows = session.execute(question.order_by(Delivery.id.desc()).limit(limit))
    return [(delivery, name) for delivery, name in rows]


def try_delivery_again(session: Session, delivery_id: int) -> None:
    """Let a failed delivery be tried again at once, as often as the first time; raises `NotFound` if none has failed."""
    note = session.scalars(
        select(Delivery).where(Delivery.id == delivery_id, _FAILED).with_for_update()
    ).first()
    if note is None:
        raise NotFound
    note.attempts, note.next_at = 0, None
    if session.scalars(select(Waiting).where(Waiting.entry_id == note.entry_id)).first() is None:
        session.add(Waiting(entry_id=note.entry_id))
