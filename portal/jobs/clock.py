"""The scheduler: holds, waiting lists, deliveries, mail and seals, in one process of its own."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from uuid import uuid4

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from portal.bookings.services import release_due, tend_waiting_lists
from portal.core import clock
from portal.files import keeping
from portal.jobs.deliveries import deliver_waiting
from portal.ledger import seal_waiting
from portal.mail.delivery import send_waiting
from portal.mail.services import forget_old_mail
from portal.store import db, in_one_unit
from portal.work.services import give_back_lease, hold_lease

logger = logging.getLogger(__name__)

LEASE = "clock"
LASTS = timedelta(seconds=20)
RENEWED_EVERY = 5


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work that the clock does again and again, and the seconds between two times."""

    name: str
    seconds: int
    work: Callable[[Flask], object]


def _unit(work: Callable[[Session], object]) -> Callable[[Flask], object]:
    return lambda _app: in_one_unit(work)


DUTIES = (
    Duty("deliver", 2, lambda _app: deliver_waiting(in_one_unit, db.session(), at=clock.now())),
    Duty("mail", 5, lambda _app: send_waiting(at=clock.now())),
    Duty("seal", 5, _unit(lambda session: seal_waiting(session, at=clock.now()))),
    Duty("release", 10, _unit(lambda session: release_due(session, at=clock.now()))),
    Duty("waiting_lists", 60, _unit(lambda session: tend_waiting_lists(session, at=clock.now()))),
    Duty("unused_files", 3600, lambda _app: keeping.sweep(at=clock.now())),
    Duty("old_mail", 3600, _unit(lambda session: forget_old_mail(session, at=clock.now()))),
)


class Clock:
    """One process that would do the clock's duties, and does them while it holds the lease."""

    def __init__(self, app: Flask, duties: tuple[Duty, ...] = DUTIES) -> None:
        """Name this process so that its lease can be told from another's."""
        self.app = app
        self.duties = duties
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.leads = False

    def renew(self) -> bool:
        """Take or renew the lease; return whether this process leads now."""
        with self.app.app_context():
            try:
                held = in_one_unit(
                    lambda session: hold_lease(session, LEASE, self.holder, lasts=LASTS, at=clock.now())
                )
            except IntegrityError:
                held = False
            except DBAPIError:
                logger.exception("the lease could not be renewed")
                held = False
        if held is not self.leads:
            logger.info("%s %s the clock", self.holder, "leads" if held else "follows")
        self.leads = held
        return held

    def do(self, duty: Duty) -> None:
        """Do one duty if this process leads; a failure is logged and the duty comes again."""
        if not self.leads:
            return
        with self.app.app_context():
            try:
                duty.work(self.app)
            except Exception:
                logger.exception("%s failed and will be tried again", duty.name)

    def run(self, stop: Event) -> None:
        """Work until told to stop; then give the lease back."""
        scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        self.renew()
        scheduler.add_job(self.renew, "interval", seconds=RENEWED_EVERY, id="renew")
        for duty in self.duties:
            scheduler.add_job(self.do, "interval", seconds=duty.seconds, args=[duty], id=duty.name)
        scheduler.start()
        stop.wait()
        scheduler.shutdown(wait=True)
        with self.app.app_context():
            in_one_unit(lambda session: give_back_lease(session, LEASE, self.holder))


def serve(app: Flask) -> None:
    """Run the clock until the process is asked to end."""
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    Clock(app).run(stop)
