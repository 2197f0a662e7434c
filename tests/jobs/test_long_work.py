"""Long work is done in steps, each once, in the name of whoever asked for it."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused, Stale
from portal.jobs.long_work import do_waiting
from portal.work import services
from portal.work.kinds import Kind, Outcome, Work
from portal.work.models import Job, JobState
from portal.work.task import Task
from tests import make

Do = Callable[[Work], Job]


def kind(work: Work) -> dict[str, Kind]:
    return {"test": Kind(work=work, title=lambda: "Test", outcome=lambda _outcome: Outcome(sentence="Done."))}


@pytest.fixture
def asker(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def job(session: Session, asker: Actor) -> Job:
    job = services.ask(session, "test", asker, {"to": 3}, total=3, at=clock.now())
    session.commit()
    return job


@pytest.fixture
def do(app: Flask, session: Session, job: Job) -> Do:
    """Do the waiting job with some work, on the test's connection, and return it."""

    def run(work: Work, stop: Event | None = None) -> Job:
        session.commit()
        with app.app_context():
            do_waiting(app, "one", stop or Event(), kinds=kind(work))
        session.expire_all()
        return job

    return run


def count(task: Task) -> dict[str, Any]:
    for number in range(task.done, task.arguments["to"]):
        task.step(lambda _session: None, done=number + 1, keep={"seen": [*task.kept.get("seen", []), number]})
    return {"seen": task.kept["seen"]}


def test_what_the_work_returns_is_its_outcome(do: Do) -> None:
    job = do(count)
    assert (job.state, job.done, job.outcome, job.arguments) == (JobState.DONE, 3, {"seen": [0, 1, 2]}, None)


def test_a_step_that_was_stored_is_not_done_again_after_a_break(session: Session, do: Do, job: Job) -> None:
    def breaks(task: Task) -> dict[str, Any]:
        if task.done == 2:
            raise OSError("the disk is full")
        task.step(
            lambda _session: None, done=task.done + 1, keep={"seen": [*task.kept.get("seen", []), task.done]}
        )
        return breaks(task)

    do(breaks)
    assert (job.state, job.done, job.last_error) == (JobState.WAITING, 2, "OSError: the disk is full")
    session.execute(update(Job).values(next_at=clock.now()))
    assert do(count).outcome == {"seen": [0, 1, 2]}


def test_a_step_that_fails_changes_nothing(session: Session, do: Do, job: Job) -> None:
    def breaks(task: Task) -> dict[str, Any]:
        def change(unit: Session) -> None:
            unit.execute(update(User).values(name="Somebody else"))
            raise Refused([Reason("stale")])

        task.step(change, done=1)
        raise AssertionError

    do(breaks)
    assert (job.state, job.done) == (JobState.FAILED, 0)
    assert session.query(User).filter_by(name="Somebody else").count() == 0


def test_a_refusal_ends_it_with_every_reason(do: Do) -> None:
    def refused(_task: Task) -> dict[str, Any]:
        raise Refused([Reason("stale", field="x"), Reason("job_not_failed")])

    job = do(refused)
    assert job.state is JobState.FAILED
    assert [(one["code"], one["field"]) for one in job.reasons or ()] == [
        ("stale", None),
        ("job_not_failed", None),
    ]


def test_what_has_changed_meanwhile_ends_it(do: Do) -> None:
    def overtaken(_task: Task) -> dict[str, Any]:
        raise Stale

    assert [one["code"] for one in do(overtaken).reasons or ()] == ["job_overtaken"]


def test_it_acts_as_its_owner_with_the_roles_of_the_moment(session: Session, do: Do) -> None:
    def acts(task: Task) -> dict[str, Any]:
        first = task.read(task.actor)
        session.execute(update(Membership).values(ended_at=make.NOON))
        session.commit()
        return {"roles": sorted(first.roles), "then": task.read(lambda unit: task.actor(unit).user_id)}

    job = do(acts)
    assert [one["code"] for one in job.reasons or ()] == ["job_not_yours_any_more"]


def test_who_was_shut_out_gets_nothing_done(session: Session, do: Do) -> None:
    session.execute(update(User).values(active=False))
    job = do(lambda task: {"user": task.read(lambda unit: task.actor(unit).user_id)})
    assert job.state is JobState.FAILED


def test_cancelling_ends_it_before_its_next_step(session: Session, do: Do, asker: Actor) -> None:
    def cancelled(task: Task) -> dict[str, Any]:
        task.step(lambda _session: None, done=1)
        services.cancel(session, asker, task.job_id, at=make.NOON)
        session.commit()
        task.tell(done=2)
        raise AssertionError

    job = do(cancelled)
    assert (job.state, job.done, job.arguments) == (JobState.CANCELLED, 1, None)


def test_a_process_that_ends_leaves_it_to_another(do: Do, job: Job) -> None:
    stop = Event()

    def stops(task: Task) -> dict[str, Any]:
        task.step(lambda _session: None, done=1)
        stop.set()
        task.step(lambda _session: None, done=2)
        raise AssertionError

    do(stops, stop)  # type: ignore[call-arg]
    assert (job.state, job.done, job.attempts) == (JobState.WAITING, 1, 0)
