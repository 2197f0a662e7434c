"""A job in the hands of the process that does it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor
from portal.ledger.services import ASSISTED_BY
from portal.store import db, in_one_unit
from portal.work import services
from portal.work.models import Job

T = TypeVar("T")
Owner = Callable[[Session, int, int | None, datetime], Actor]


class Interrupted(Exception):
    """The process ends by itself; the job goes on elsewhere."""


class Task:
    """A job while it is done: what it was given, what it remembers, and its way to read and to store.

    `arguments` and `kept` are as the last step has left them.
    """

    def __init__(self, job: Job, holder: str, *, owner: Owner, stop: Event) -> None:
        """Remember what the job needs, as plain values: the row itself belongs to a session."""
        self.job_id = job.id
        self.arguments: Mapping[str, Any] = dict(job.arguments or {})
        self.kept: dict[str, Any] = dict(job.kept or {})
        self.done = job.done
        self.total = job.total
        self._holder = holder
        self._owner_id, self._organisation_id = job.owner_id, job.organisation_id
        self._assisted_by_id = job.assisted_by_id
        self._owner = owner
        self._stop = stop

    @property
    def at(self) -> datetime:
        """Return the present moment."""
        return clock.now()

    def actor(self, session: Session) -> Actor:
        """Return the owner as an actor, with today's roles and duties; raises `NotFound` once they may no longer act."""
        return self._owner(session, self._owner_id, self._organisation_id, self.at)

    def read(self, question: Callable[[Session], T]) -> T:
        """Return the answer to a question, asked in a transaction that ends at once; take plain values out of it.

        Raises `Interrupted` if the process is to end.
        """
        self._go_on()
        session = db.session()
        session.rollback()
        try:
            return question(session)
        finally:
            session.rollback()

    def step(self, change: Callable[[Session], T], *, done: int, keep: Mapping[str, Any] | None = None) -> T:
        """Change something, and note how far the work has come and what it remembers, in one unit of work.

        What to remember is read after the change, so that the change may fill it in.

        Raises `Interrupted` if the process is to end, and `Gone` if the job was cancelled or is another's; nothing is
        changed then.
        """
        self._go_on()

        def unit(session: Session) -> T:
            job = services.held_job(session, self.job_id, self._holder)
            session.info[ASSISTED_BY] = self._assisted_by_id
            try:
                result = change(session)
            finally:
                session.info.pop(ASSISTED_BY, None)
            job.done, job.total = done, self.total
            if keep is not None:
                job.kept = dict(keep)
            return result

        found = in_one_unit(unit)
        self.done = done
        if keep is not None:
            self.kept = dict(keep)
        return found

    def tell(self, *, done: int, total: int | None = None) -> None:
        """Say how far the work has come; raises as `step` does, so that long computing can be cancelled."""
        self.total = total if total is not None else self.total
        self.step(lambda _session: None, done=done)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Interrupted
