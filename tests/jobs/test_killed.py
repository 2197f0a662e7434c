"""Jobs processes that are killed in the middle: everybody is told exactly once, and another process takes over."""

import random
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.bookings import services as bookings
from portal.bookings.handlers import IMPORT_CALENDAR
from portal.bookings.models import Booking
from portal.core import clock
from portal.jobs.clock import LEASE
from portal.ledger import Entry, Waiting
from portal.mail.models import OutgoingMail
from portal.notifications.models import Message
from portal.work import queries, services
from portal.work.models import Job, JobState, Lease
from tests import make
from tests.engines import ENGINES
from tests.jobs.processes import Place, place, wait_for
from tests.jobs.test_imports import long_calendar

KILLS, SHORT, EACH = 40, 2, 20


def approve_many(session: Session, number: int) -> None:
    """Approve requests, of which a founder and a competitor each must be told."""
    room = make.cleanroom(session)
    manager, owner = make.manager(session, room), make.organisation(session)
    asker, project = make.founder(session, owner), make.project(session, owner)
    for _ in range(number):
        where = make.cleanroom(session, room.facility)
        request = make.slot_request(session, where, make.slot(11, 16), by=asker, project=project)
        make.slot_request(session, where, make.slot(14, 19), by=asker, project=project)
        bookings.approve_request(session, manager, request.id, at=clock.now())
        session.commit()


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_everybody_is_told_exactly_once_however_often_the_process_is_killed(
    engine: str, tmp_path: Path, *, proving: bool
) -> None:
    chance, kills, in_the_middle = random.Random(11), KILLS if proving else SHORT, 0
    with place(engine, tmp_path) as here:
        for _ in range(kills):
            with here.session() as session:
                approve_many(session, EACH)
                before = _told(session)
            process = here.start()
            wait_for(partial(_is_told_more, here, before), seconds=300, every=0.01)
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
            process.wait()
            in_the_middle += _waiting_now(here) > 0
            here.let_time_pass()
        here.start()
        wait_for(lambda: _waiting_now(here) == 0, seconds=300)
        with here.session() as session:
            entries = session.scalars(select(Entry).where(Entry.name == "request.approved")).all()
            assert len(entries) == kills * EACH
            told = session.execute(
                select(Message.entry_id, Message.code, func.count()).group_by(Message.entry_id, Message.code)
            ).all()
            assert {(entry_id, code) for entry_id, code, _ in told} == {
                (entry.id, code)
                for entry in entries
                for code in ("request.approved", "request.time_given_away")
            }
            assert {number for _, _, number in told} == {1}
            mails = session.scalar(select(func.count()).select_from(OutgoingMail))
            assert mails == 2 * len(entries)
    print(f"{engine}: {kills} kills, {in_the_middle} in the middle, {2 * kills * EACH} messages, each once")
    assert in_the_middle >= kills // 4


def _told(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Message)) or 0


def _told_now(here: Place) -> int:
    with here.session() as session:
        return _told(session)


def _waiting_now(here: Place) -> int:
    with here.session() as session:
        return session.scalar(select(func.count()).select_from(Waiting)) or 0


def _leader(here: Place) -> str | None:
    with here.session() as session:
        lease = queries.lease_named(session, LEASE)
        return lease.holder if lease is not None and lease.ends_at > clock.now() else None


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_another_process_keeps_the_clock_within_thirty_seconds_when_its_keeper_is_killed(
    engine: str, tmp_path: Path
) -> None:
    with place(engine, tmp_path) as here:
        first = here.start()
        wait_for(lambda: _leader(here) is not None, seconds=120)
        second = here.start()
        wait_for(lambda: "follows" in here.log() or len(_processes(here)) == 2, seconds=120)
        keeper = _leader(here)
        assert keeper is not None
        killed, other = (first, second) if f":{first.pid}:" in keeper else (second, first)
        killed.kill()
        killed.wait()
        took = wait_for(lambda: f":{other.pid}:" in (_leader(here) or ""), seconds=30)
        with here.session() as session:
            approve_many(session, 1)
        wait_for(lambda: _waiting_now(here) == 0, seconds=60)
        print(f"{engine}: another process kept the clock {took:.1f} s after its keeper was killed")
        other.terminate()
        assert other.wait(timeout=20) == 0
        with here.session() as session:
            assert session.scalars(select(Lease)).all() == []


def _processes(here: Place) -> list[str]:
    with here.session() as session:
        return [process.holder for process in queries.processes(session)]


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_long_work_goes_on_elsewhere_when_its_process_is_killed(
    engine: str, tmp_path: Path, *, proving: bool
) -> None:
    number = 400 if proving else 80
    with place(engine, tmp_path) as here:
        with here.session() as session:
            job_id = _ask(session, number)
        done, kills = 0, 0
        while kills < 3:
            process = here.start()
            wait_for(partial(_is_further, here, job_id, done), seconds=300, every=0.02)
            process.kill()
            process.wait()
            kills += 1
            job = _job(here, job_id)
            done = job.done
            if not job.is_open:
                break
            here.let_time_pass()
            with here.session() as session:
                session.get_one(Job, job_id).attempts = 1  # three deaths would end it
                session.commit()
        here.start()
        wait_for(lambda: not _job(here, job_id).is_open, seconds=300)
        job = _job(here, job_id)
        assert (job.state, job.done) == (JobState.DONE, number)
        assert job.outcome is not None
        assert (job.outcome["entered"], job.outcome["known"], job.outcome["left"]) == (number, 0, [])
        with here.session() as session:
            assert session.scalar(select(func.count()).select_from(Booking)) == number
        print(f"{engine}: {kills} kills, {number} bookings, each once")


def _job(here: Place, job_id: int) -> Job:
    with here.session() as session:
        return session.get_one(Job, job_id)


def _ask(session: Session, number: int) -> int:
    room = make.cleanroom(session, open_weekdays=[1, 2, 3, 4, 5, 6, 7])
    manager = make.manager(session, room)
    arguments = {
        "content": long_calendar(clock.now().date() + timedelta(days=30), number),
        "room_column": "",
        "facility_id": room.facility_id,
        "cleanroom_id": room.id,
        "process_class": None,
        "rows": list(range(2, number + 2)),
    }
    job = services.ask(session, IMPORT_CALENDAR, manager, arguments, total=number, at=clock.now())
    session.commit()
    return job.id


def _is_told_more(here: Place, before: int) -> bool:
    return _told_now(here) > before


def _is_further(here: Place, job_id: int, done: int) -> bool:
    return _job(here, job_id).done > done
