"""A long list is made as a file in the background: for whoever asked, with what they may read at that time."""

import csv
import io
import re
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Membership, User
from portal.bookings.views import requests as slot_requests
from portal.core import clock
from portal.core.actors import Actor
from portal.files import keeping
from portal.files.models import Content
from portal.jobs import long_files
from portal.jobs.long_work import do_waiting
from portal.web import making
from portal.work import services
from portal.work.models import Job, JobState
from tests import make
from tests.client import PageClient
from tests.sheets import table_of

WORK = "work"
"""How the addresses of long work begin."""
ROWS = 5


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call a file long that has more than three rows, and read two at a time."""
    monkeypatch.setattr(making, "AT_ONCE", {"csv": 4, "xlsx": 3, "pdf": 3})
    monkeypatch.setattr(making, "STEP", 2)


@pytest.fixture
def founder(session: Session) -> Actor:
    founder = make.founder(session)
    room = make.cleanroom(session)
    for number in range(ROWS):
        make.slot_request(session, room, make.slot(4 + number, 5 + number), by=founder, title=f"Run {number}")
    return founder


def asked(client: PageClient, path: str) -> TestResponse:
    """Ask for the file that a page offers."""
    page = client.get(path)
    assert page.status_code == 422
    token = re.search(r'name="token" value="([^"]+)"', page.get_data(as_text=True))
    assert token is not None
    return client.post("/long-files", {"token": token[1]})


def made(app: Flask, session: Session) -> Job:
    """Let the jobs process do what waits, and return the job."""
    session.commit()
    with app.app_context():
        do_waiting(app, "one", Event())
    session.expire_all()
    return session.scalars(select(Job).order_by(Job.id.desc())).first() or Job()


def lines(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_of_a_long_list_is_the_one_that_a_short_one_is(
    app: Flask, client: PageClient, session: Session, founder: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(founder)
    address = "/requests.{}?state=submitted&sort=begun"
    for kind in ("csv", "xlsx"):
        answer = asked(client, address.format(kind))
        job = made(app, session)
        assert answer.location == f"/{WORK}/{job.id}"
        assert (job.state, job.total, job.done) == (JobState.DONE, ROWS, ROWS)
        page = client.get(answer.location).get_data(as_text=True)
        assert f"slot-requests.{kind} is made. You can fetch it until" in page
        fetched = client.get(f"/long-files/{job.id}")
        with monkeypatch.context() as patch:
            patch.setattr(making, "AT_ONCE", {"csv": 99, "xlsx": 99})
            at_once = client.get(address.format(kind))
        assert fetched.headers["Content-Disposition"] == f"attachment; filename=slot-requests.{kind}"
        assert fetched.mimetype == at_once.mimetype
        assert fetched.headers["X-Content-Type-Options"] == "nosniff"
        read = lines if kind == "csv" else lambda one: table_of(one.data)
        assert read(fetched) == read(at_once)
        assert len(read(fetched)) == ROWS + 1


def test_it_speaks_the_language_of_whoever_asked(
    app: Flask, client: PageClient, session: Session, founder: Actor
) -> None:
    session.get_one(User, founder.user_id).language = "sv"
    page = client.sign_in(founder).get("/requests.xlsx").get_data(as_text=True)
    assert "slot-requests.xlsx har 5 rader" in page
    asked(client, "/requests.csv")
    job = made(app, session)
    assert lines(client.get(f"/long-files/{job.id}"))[0][1] == "Projekt"


def test_nobody_else_fetches_it_and_nobody_else_has_it_made(
    app: Flask, client: PageClient, session: Session, founder: Actor
) -> None:
    page = client.sign_in(founder).get("/requests.xlsx").get_data(as_text=True)
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    asked(client, "/requests.xlsx")
    job = made(app, session)
    for other in (make.founder(session), make.administrator(session)):
        client.sign_in(other)
        assert client.get(f"/long-files/{job.id}").status_code == 404
        assert client.post("/long-files", {"token": token[1]}).location == f"/{WORK}"
    assert client.post("/long-files", {"token": f"{token[1]}x"}).location == f"/{WORK}"
    assert session.scalars(select(Job.id)).all() == [job.id]


def test_who_has_left_gets_nothing_made_and_nothing_that_was_made(
    app: Flask, client: PageClient, session: Session, founder: Actor
) -> None:
    elsewhere = make.organisation(session)
    client.sign_in(founder)
    asked(client, "/requests.xlsx")
    first = made(app, session)
    asked(client, "/requests.xlsx")
    membership = session.scalars(select(Membership).where(Membership.user_id == founder.user_id)).one()
    membership.ended_at = clock.now()
    role, since = membership.role, membership.since
    session.add(Membership(user_id=founder.user_id, organisation_id=elsewhere.id, role=role, since=since))
    session.get_one(User, founder.user_id).current_organisation_id = elsewhere.id
    second = made(app, session)
    assert (second.state, [one["code"] for one in second.reasons or ()]) == (
        JobState.FAILED,
        ["job_not_yours_any_more"],
    )
    answer = client.get(f"/long-files/{first.id}")
    assert answer.location == f"/{WORK}/{first.id}"
    assert "not handed out any more" in client.get(answer.location).get_data(as_text=True)


def test_it_is_kept_for_an_hour_and_then_swept(
    app: Flask, client: PageClient, session: Session, founder: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(founder)
    asked(client, "/requests.xlsx")
    job = made(app, session)
    digest = (job.outcome or {})["sha256"]
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(f"/long-files/{job.id}").location == f"/{WORK}/{job.id}"
    page = client.get(f"/{WORK}/{job.id}").get_data(as_text=True)
    assert "was kept for an hour" in page
    assert 'href="/requests.xlsx"' in page
    with app.app_context():
        assert keeping.content_under(digest, name="list")
        keeping.sweep(at=later + timedelta(days=1))
    session.expire_all()
    assert session.scalars(select(Content).where(Content.sha256 == digest)).all() == []


def test_a_fault_or_a_cancelling_in_the_middle_leaves_no_file(
    app: Flask, client: PageClient, session: Session, founder: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(founder)
    exported = slot_requests._exported

    def broken(row: Any) -> list[Any]:
        if row.title == "Run 1":
            raise RuntimeError("the cable was pulled")
        return exported(row)

    asked(client, "/requests.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(slot_requests, "_exported", broken)
        job = made(app, session)
        assert (job.state, job.attempts, job.outcome) == (JobState.WAITING, 1, None)
        assert client.get(f"/long-files/{job.id}").status_code == 404
    job.next_at = clock.now()

    def cancelling(row: Any) -> list[Any]:
        if row.title == "Run 3":
            job.cancel_asked_at = clock.now()
            session.commit()
        return exported(row)

    monkeypatch.setattr(slot_requests, "_exported", cancelling)
    assert made(app, session).state is JobState.CANCELLED
    assert session.scalars(select(Content)).all() == []


def test_one_person_waits_for_three_at_most(client: PageClient, session: Session, founder: Actor) -> None:
    client.sign_in(founder)
    for number in range(long_files.AT_A_TIME):
        assert asked(client, f"/requests.xlsx?n={number}").location != f"/{WORK}"
    assert asked(client, "/requests.xlsx?n=0").location != f"/{WORK}", (
        "the same one again is the one that waits"
    )
    assert asked(client, "/requests.xlsx?n=9").location == f"/{WORK}"
    assert "3 long files are being made for you already" in client.get("/work").get_data(as_text=True)
    assert len(session.scalars(select(Job.id)).all()) == long_files.AT_A_TIME


def test_what_is_no_file_any_more_fails_with_a_reason(app: Flask, session: Session, founder: Actor) -> None:
    for address in ("/requests", "/nowhere.xlsx", "/admin/people/export.xlsx"):
        arguments = {"address": address, "name": "list.xlsx", "language": "en"}
        services.ask(session, long_files.LONG_FILE, founder, arguments, at=clock.now())
        job = made(app, session)
        assert (job.state, [one["code"] for one in job.reasons or ()]) == (
            JobState.FAILED,
            ["job_not_yours_any_more"],
        ), address
