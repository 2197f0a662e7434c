"""Doing the jobs that people asked for, one at a time in each process, whichever process leads the clock."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from threading import Event

from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.queries import roles_held
from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.facilities.queries import with_duties
from portal.jobs.handlers import WORK
from portal.store import brief, in_one_unit
from portal.work import services
from portal.work.kinds import Kind
from portal.work.services import Gone
from portal.work.task import Interrupted, Task

logger = logging.getLogger(__name__)


def owner_of(session: Session, user_id: int, organisation_id: int | None, at: datetime) -> Actor:
    """Return somebody as an actor for the organisation for which they asked, as they stand now.

    Raises `NotFound` once they can no longer sign in or no longer belong there.
    """
    user = session.get(User, user_id, populate_existing=True)
    if user is None or not user.active:
        raise NotFound
    if organisation_id is None:
        return Actor(user_id=user_id)
    roles = roles_held(session, user_id, organisation_id)
    if not roles:
        raise NotFound
    actor = Actor(user_id=user_id, organisation_id=organisation_id, roles=roles)
    return with_duties(session, actor, today=at.date())


def do_waiting(_app: Flask, holder: str, stop: Event, *, kinds: Mapping[str, Kind] = WORK) -> int:
    """Do every job that waits, one after the other, until there is none or the process is to end; return how many."""
    number = 0
    while not stop.is_set():
        task = _taken(holder, stop, kinds)
        if task is None:
            break
        _do(*task, holder)
        number += 1
    return number


def _taken(holder: str, stop: Event, kinds: Mapping[str, Kind]) -> tuple[Kind, Task] | None:
    def unit(session: Session) -> tuple[Kind, Task] | None:
        job = services.take_job(session, holder, kinds=kinds, at=clock.now())
        return None if job is None else (kinds[job.kind], Task(job, holder, owner=owner_of, stop=stop))

    return in_one_unit(unit)


def _do(kind: Kind, task: Task, holder: str) -> None:
    try:
        outcome = kind.work(task)
    except Interrupted:
        _note(lambda session: services.put_back(session, task.job_id, holder, error=None, at=clock.now()))
    except Gone as gone:
        if gone.cancelled:
            _note(lambda session: services.end_cancelled(session, task.job_id, holder, at=clock.now()))
    except (Refused, Stale, NotFound, NotAllowed) as error:
        reasons = _reasons(error)
        _note(lambda session: services.end_failed(session, task.job_id, holder, reasons, at=clock.now()))
    except Exception as error:
        logger.exception("job %s broke", task.job_id)
        why = brief(error)
        _note(lambda session: services.put_back(session, task.job_id, holder, error=why, at=clock.now()))
    else:
        _note(lambda session: services.end_done(session, task.job_id, holder, outcome, at=clock.now()))


def _note(unit: Callable[[Session], None]) -> None:
    """Store how a job ended; one that was taken over meanwhile goes on elsewhere."""
    with suppress(Gone):
        in_one_unit(unit)


def _reasons(error: Refused | Stale | NotFound | NotAllowed) -> tuple[Reason, ...]:
    if isinstance(error, Refused):
        return tuple(replace(reason, field=None) for reason in error.reasons)
    return (Reason("job_overtaken" if isinstance(error, Stale) else "job_not_yours_any_more"),)
