"""The scheduler: holds, waiting lists, deliveries, mail, seals and long work, in a process of its own."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock
from uuid import uuid4

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.services import forget_old_sign_ins
from portal.bookings.services import release_due, tend_waiting_lists
from portal.core import clock
from portal.files import keeping
from portal.jobs.deliveries import deliver_waiting
from portal.jobs.long_work import do_waiting
from portal.ledger import seal_waiting
from portal.mail.delivery import send_waiting
from portal.mail.services import forget_old_mail
from portal.matching.services import tend_introductions
from portal.notifications.digests import post_digests
from portal.notifications.services import remind
from portal.roadmap.services import compute_due, expire_referrals, figures_due, keep_figures
from portal.store import brief, db, in_one_unit
from portal.work.services import (
    Run,
    forget_old_jobs,
    forget_process,
    give_back_lease,
    hold_lease,
    note_runs,
    say_alive,
)

logger = logging.getLogger(__name__)

LEASE = "clock"
LASTS = timedelta(seconds=20)
RENEWED_EVERY = 5
ROADMAPS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work that the clock does again and again, and the seconds between two times."""

    name: str
    seconds: int
    work: Callable[[Flask], object]


def _unit(work: Callable[[Session], object]) -> Callable[[Flask], object]:
    return lambda _app: in_one_unit(work)


def compute_roadmaps(most: int = ROADMAPS_AT_ONCE) -> int:
    """Compute roadmaps of earlier days anew, each in a unit of its own so that nobody waits; return how many."""
    done = 0
    while done < most and in_one_unit(lambda session: compute_due(session, at=clock.now(), most=1)):
        done += 1
    return done


def count_roadmaps() -> bool:
    """Count over all roadmaps, once a day when all are computed; it is read outside the unit of work, so that nobody waits."""
    at = clock.now()
    content = figures_due(db.session(), at=at)
    if content is None:
        return False
    in_one_unit(lambda session: keep_figures(session, content, at=at))
    return True


DUTIES = (
    Duty("deliver", 2, lambda _app: deliver_waiting(in_one_unit, db.session(), at=clock.now())),
    Duty("mail", 5, lambda _app: send_waiting(at=clock.now())),
    Duty("seal", 5, _unit(lambda session: seal_waiting(session, at=clock.now()))),
    Duty("release", 10, _unit(lambda session: release_due(session, at=clock.now()))),
    Duty("introductions", 300, _unit(lambda session: tend_introductions(session, at=clock.now()))),
    Duty("waiting_lists", 60, _unit(lambda session: tend_waiting_lists(session, at=clock.now()))),
    Duty("unused_files", 3600, lambda _app: keeping.sweep(at=clock.now())),
    Duty("roadmaps", 20, lambda _app: compute_roadmaps()),
    Duty("figures", 600, lambda _app: count_roadmaps()),
    Duty("referrals", 3600, _unit(lambda session: expire_referrals(session, at=clock.now()))),
    Duty("remind", 300, _unit(lambda session: remind(session, at=clock.now()))),
    Duty("digests", 60, lambda _app: post_digests(at=clock.now())),
    Duty("old_mail", 3600, _unit(lambda session: forget_old_mail(session, at=clock.now()))),
    Duty("old_jobs", 3600, _unit(lambda session: forget_old_jobs(session, at=clock.now()))),
    Duty("old_sign_ins", 3600, _unit(lambda session: forget_old_sign_ins(session, at=clock.now()))),
)
LONG_WORK_EVERY = 1


class Clock:
    """One process that would do the clock's duties, does them while it holds the lease, and does long work always."""

    def __init__(self, app: Flask, duties: tuple[Duty, ...] = DUTIES) -> None:
        """Name this process so that its lease can be told from another's."""
        self.app = app
        self.duties = duties
        self.holder = f"{socket.gethostname()[:50]}:{os.getpid()}:{uuid4().hex[:8]}"
        self._stop = Event()
        self._leads_until = 0.0
        self._runs: list[Run] = []
        self._guard = Lock()

    @property
    def leads(self) -> bool:
        """Say whether this process holds the lease; one that could not renew it in time stops by itself."""
        return time.monotonic() < self._leads_until

    def renew(self) -> bool:
        """Say that this process lives and what it did, take or renew the lease; return whether it leads now."""
        led, asked = self.leads, time.monotonic()
        with self._guard:
            runs, self._runs = self._runs, []
        with self.app.app_context():
            try:
                held = in_one_unit(lambda session: self._renewed(session, runs))
            except DBAPIError as error:
                if not isinstance(error, IntegrityError):  # that is two processes that start at once
                    logger.exception("the lease could not be renewed")
                with self._guard:
                    self._runs = [*runs, *self._runs]
                return self.leads
        self._leads_until = asked + LASTS.total_seconds() if held else 0.0
        if held is not led:
            logger.info("%s %s the clock", self.holder, "leads" if held else "follows")
        return held

    def do(self, duty: Duty) -> None:
        """Do one duty if this process leads; a failure is noted and the duty comes again."""
        if not self.leads:
            return
        started_at, before, error = clock.now(), time.monotonic(), None
        with self.app.app_context():
            try:
                duty.work(self.app)
            except Exception as failure:
                logger.exception("%s failed and will be tried again", duty.name)
                error = brief(failure)
        run = Run(
            name=duty.name,
            every_seconds=duty.seconds,
            started_at=started_at,
            took=timedelta(seconds=time.monotonic() - before),
            next_at=started_at + timedelta(seconds=duty.seconds),
            error=error,
        )
        with self._guard:
            self._runs.append(run)

    def do_long_work(self) -> None:
        """Do the jobs that wait, whether this process leads or not."""
        with self.app.app_context():
            try:
                do_waiting(self.app, self.holder, self._stop)
            except Exception:
                logger.exception("a job could not be taken up or ended; it will be tried again")

    def run(self, stop: Event) -> None:
        """Work until told to stop; then leave long work to others and give the lease back."""
        scheduler = BackgroundScheduler(
            executors={"default": {"type": "threadpool", "max_workers": len(self.duties) + 2}},
            job_defaults={"coalesce": True, "max_instances": 1},
            timezone="UTC",
        )
        self._stop = stop
        self.renew()
        scheduler.add_job(self.renew, "interval", seconds=RENEWED_EVERY, id="renew")
        scheduler.add_job(self.do_long_work, "interval", seconds=LONG_WORK_EVERY, id="long work")
        for place, duty in enumerate(self.duties, start=1):
            # The first time soon, and not all at once: a process that is started again every hour does everything.
            first = clock.now() + timedelta(seconds=min(duty.seconds, place))
            scheduler.add_job(
                self.do, "interval", seconds=duty.seconds, args=[duty], id=duty.name, next_run_time=first
            )
        scheduler.start()
        stop.wait()
        scheduler.shutdown(wait=True)
        with self.app.app_context():
            in_one_unit(self._leave)

    def _renewed(self, session: Session, runs: list[Run]) -> bool:
        say_alive(session, self.holder, at=clock.now())
        note_runs(session, runs)
        return hold_lease(session, LEASE, self.holder, lasts=LASTS, at=clock.now())

    def _leave(self, session: Session) -> None:
        forget_process(session, self.holder)
        give_back_lease(session, LEASE, self.holder)


def serve(app: Flask) -> None:
    """Run the clock until the process is asked to end."""
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    Clock(app).run(stop)
