"""Asking for long work, doing it once, and what becomes of it when somebody cancels or dies."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound, Reason, Refused
from portal.ledger import Entry
from portal.work import queries, services
from portal.work.models import Job, JobState
from portal.work.rules import ALIVE, TRIES
from portal.work.services import Gone
from tests import make

KINDS = ["test.count"]


def ask(session: Session, key: str | None = None) -> Job:
    return services.ask(
        session, "test.count", make.founder(session), {"to": 3}, total=3, key=key, at=make.NOON
    )


def take(session: Session, holder: str = "one", *, later: int = 0) -> Job | None:
    at = make.NOON + timedelta(seconds=later)
    services.say_alive(session, holder, at=at)
    return services.take_job(session, holder, kinds=KINDS, at=at)


def test_a_job_is_taken_once_and_only_by_who_knows_its_kind(session: Session) -> None:
    job = ask(session)
    assert services.take_job(session, "one", kinds=["test.other"], at=make.NOON) is None
    assert take(session) is job
    assert take(session, "two") is None
    assert (job.state, job.taken_by, job.attempts) == (JobState.RUNNING, "one", 1)


def test_the_longest_waiting_job_is_taken_first(session: Session) -> None:
    first, second = ask(session), ask(session)
    assert [take(session, "one"), take(session, "two")] == [first, second]


def test_asking_twice_under_one_key_leads_to_the_job_that_is_open(session: Session) -> None:
    actor = make.founder(session)
    first, again = (
        services.ask(session, "test.count", actor, {}, key="file", at=make.NOON) for _ in range(2)
    )
    assert again is first
    take(session)
    services.end_done(session, first.id, "one", {}, at=make.NOON)
    assert services.ask(session, "test.count", actor, {}, key="file", at=make.NOON) is not first
    assert (
        services.ask(session, "test.count", make.founder(session), {}, key="file", at=make.NOON) is not first
    )


def test_another_process_takes_over_from_a_dead_one_and_the_dead_one_can_store_nothing(
    session: Session,
) -> None:
    job = ask(session)
    take(session)
    assert take(session, "two", later=10) is None
    dead = int(ALIVE.total_seconds()) + 1
    assert take(session, "two", later=dead) is job
    with pytest.raises(Gone):
        services.held_job(session, job.id, "one")
    with pytest.raises(Gone):
        services.end_done(session, job.id, "one", {}, at=make.NOON)
    services.end_done(session, job.id, "two", {"counted": 3}, at=make.NOON)
    assert (job.state, job.done, job.outcome, job.arguments) == (JobState.DONE, 3, {"counted": 3}, None)


def test_a_process_takes_up_again_what_it_could_not_end_itself(session: Session) -> None:
    job = ask(session)
    assert [take(session), take(session)] == [job, job]


def test_a_job_that_kills_its_process_again_and_again_has_failed(session: Session) -> None:
    job = ask(session)
    for _ in range(TRIES):
        assert take(session) is job
    assert take(session) is None
    assert (job.state, [one["code"] for one in job.reasons or ()]) == (JobState.FAILED, ["job_left_behind"])


def test_a_broken_job_waits_for_its_next_try_and_fails_in_the_end(session: Session) -> None:
    job = ask(session)
    for later in (0, 10, 30):
        assert take(session, later=later) is job
        at = make.NOON + timedelta(seconds=later)
        services.put_back(session, job.id, "one", error="KeyError: 'x'", at=at)
        assert take(session, later=later + 1) is None
    assert (job.state, job.last_error, job.taken_by) == (JobState.FAILED, "KeyError: 'x'", None)
    assert [one["code"] for one in job.reasons or ()] == ["job_broke"]


def test_a_process_that_ends_by_itself_costs_a_job_no_try(session: Session) -> None:
    job = ask(session)
    for _ in range(2 * TRIES):
        assert take(session) is job
        services.put_back(session, job.id, "one", error=None, at=make.NOON)
    assert (job.state, job.attempts) == (JobState.WAITING, 0)


def test_who_cancels_what_waits_ends_it_and_what_runs_ends_before_its_next_step(session: Session) -> None:
    actor = make.founder(session)
    waiting, running = (services.ask(session, "test.count", actor, {"to": 3}, at=make.NOON) for _ in range(2))
    services.cancel(session, actor, waiting.id, at=make.NOON)
    assert (waiting.state, waiting.arguments) == (JobState.CANCELLED, None)
    assert take(session) is running
    services.cancel(session, actor, running.id, at=make.NOON)
    with pytest.raises(Gone) as gone:
        services.held_job(session, running.id, "one")
    assert gone.value.cancelled
    services.end_cancelled(session, running.id, "one", at=make.NOON)
    assert running.state is JobState.CANCELLED
    names = session.scalars(select(Entry.name).order_by(Entry.id)).all()
    assert names == ["job.asked", "job.asked", "job.cancelled", "job.cancelled"]


def test_what_was_done_before_it_could_be_cancelled_is_done(session: Session) -> None:
    actor = make.founder(session)
    job = services.ask(session, "test.count", actor, {}, at=make.NOON)
    take(session)
    services.cancel(session, actor, job.id, at=make.NOON)
    services.end_done(session, job.id, "one", {}, at=make.NOON)
    assert job.state is JobState.DONE


def test_a_cancelled_job_that_breaks_is_cancelled(session: Session) -> None:
    actor = make.founder(session)
    job = services.ask(session, "test.count", actor, {}, at=make.NOON)
    take(session)
    services.cancel(session, actor, job.id, at=make.NOON)
    services.put_back(session, job.id, "one", error="OSError: gone", at=make.NOON)
    assert job.state is JobState.CANCELLED


def test_a_refused_job_keeps_its_reasons_and_can_be_asked_for_again(session: Session) -> None:
    actor = make.founder(session)
    job = services.ask(session, "test.count", actor, {"to": 3}, key="k", at=make.NOON)
    with pytest.raises(Refused):
        services.ask_again(session, actor, job.id, at=make.NOON)
    take(session)
    services.end_failed(session, job.id, "one", [Reason("stale", {"at": make.NOON})], at=make.NOON)
    assert job.reasons == [
        {"code": "stale", "values": {"at": {"$moment": make.NOON.isoformat()}}, "field": None}
    ]
    other = services.ask(session, "test.count", actor, {}, key="k", at=make.NOON)
    with pytest.raises(Refused):
        services.ask_again(session, actor, job.id, at=make.NOON)
    services.cancel(session, actor, other.id, at=make.NOON)
    services.ask_again(session, actor, job.id, at=make.NOON)
    session.refresh(job)
    assert (job.state, job.arguments) == (JobState.WAITING, {"to": 3})
    assert job.reasons is None


def test_only_its_owner_and_administrators_know_of_a_job(session: Session) -> None:
    owner = make.founder(session)
    job = services.ask(session, "test.count", owner, {}, at=make.NOON)
    assert queries.job_shown(session, owner, job.id) is job
    assert queries.job_shown(session, make.administrator(session), job.id) is job
    for verb in (services.cancel, services.ask_again):
        with pytest.raises(NotFound):
            verb(session, make.founder(session), job.id, at=make.NOON)
    assert queries.own_jobs(session, make.founder(session), limit=9) == []


def test_old_jobs_are_forgotten_and_before_them_what_failed_ones_were_given(session: Session) -> None:
    job = ask(session)
    waiting = ask(session)
    take(session)
    services.end_failed(session, job.id, "one", [Reason("stale")], at=make.NOON)
    services.forget_old_jobs(session, at=make.NOON + timedelta(days=8))
    session.refresh(job)
    assert job.arguments is None
    assert services.forget_old_jobs(session, at=make.NOON + timedelta(days=31)) == 1
    assert session.scalars(select(Job.id)).all() == [waiting.id]


def test_the_clock_tells_what_its_duties_did(session: Session) -> None:
    def run(error: str | None) -> services.Run:
        return services.Run(
            name="seal",
            every_seconds=5,
            started_at=make.NOON,
            took=timedelta(milliseconds=12),
            next_at=make.NOON + timedelta(seconds=5),
            error=error,
        )

    services.note_runs(session, [run(None), run("OSError: full")])
    services.note_runs(session, [run(None)])
    (known,) = queries.duty_runs(session)
    assert (known.runs, known.failures, known.took_ms, known.last_error) == (3, 1, 12, "OSError: full")


def test_a_lease_is_held_by_one_until_it_ends(session: Session) -> None:
    def hold(holder: str, seconds: int) -> bool:
        at = make.NOON + timedelta(seconds=seconds)
        return services.hold_lease(session, "clock", holder, lasts=timedelta(seconds=20), at=at)

    assert [hold("one", 0), hold("two", 5), hold("one", 15), hold("two", 34), hold("two", 36)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    lease = queries.lease_named(session, "clock")
    assert lease is not None
    assert (lease.holder, lease.renewed_at) == ("two", make.NOON + timedelta(seconds=36))
    services.give_back_lease(session, "clock", "two")
    assert hold("one", 37)
