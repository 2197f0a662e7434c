"""Pages of long work and of the clock."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from portal.bookings.handlers import IMPORT_CALENDAR
from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import Reason
from portal.jobs import words
from portal.jobs.clock import DUTIES, LEASE, Clock
from portal.ledger import Delivery, Entry, Waiting
from portal.mail.messages import Message
from portal.mail.models import OutgoingMail
from portal.mail.services import note_failure, post, take
from portal.work import services
from portal.work.models import DutyRun, Job, JobState
from tests import make
from tests.client import PageClient

WORK = "work"
"""How the addresses of long work begin."""


def ask(session: Session, actor: Actor, **values: object) -> Job:
    job = services.ask(session, IMPORT_CALENDAR, actor, {"rows": []}, total=40, at=clock.now())
    for name, value in values.items():
        setattr(job, name, value)
    session.commit()
    return job


def test_who_asked_sees_how_far_it_is_and_can_cancel(client: PageClient, session: Session) -> None:
    owner = make.founder(session)
    started = clock.now() - timedelta(seconds=30)
    job = ask(session, owner, state=JobState.RUNNING, taken_by="one", done=10, started_at=started)
    page = client.sign_in(owner).get(f"/{WORK}/{job.id}").get_data(as_text=True)
    assert 'value="10" max="40"' in page
    assert "10 of 40" in page
    assert "about 1 minute left" in page or "about 2 minutes left" in page
    assert "Nobody works on it right now" in page
    services.say_alive(session, "one", at=clock.now())
    assert "Nobody works on it" not in client.get(f"/{WORK}/{job.id}").get_data(as_text=True)
    assert client.post(f"/{WORK}/{job.id}/cancel").status_code == 303
    assert "Being cancelled" in client.get(f"/{WORK}/{job.id}").get_data(as_text=True)
    assert "Import of a calendar" in client.get("/work").get_data(as_text=True)


def test_what_became_of_it_is_told_and_ends_the_asking(client: PageClient, session: Session) -> None:
    owner = make.founder(session)
    job = ask(session, owner)
    services.take_job(session, "one", kinds=[IMPORT_CALENDAR], at=clock.now())
    left = {"row": 7, "title": "Visit", "reasons": [{"code": "stale", "values": {}, "field": None}]}
    outcome = {"facility_id": 1, "entered": 39, "known": 1, "left": [left]}
    services.end_done(session, job.id, "one", outcome, at=clock.now())
    answer = client.sign_in(owner).get(f"/{WORK}/{job.id}", headers={"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert "39 bookings were entered. 1 was there already." in page
    assert "Row 7, Visit: Somebody has changed this" in page
    assert answer.headers["HX-Refresh"] == "true"
    assert "hx-get" not in page
    assert "See the bookings" in page
    administrator = (
        client.sign_in(make.administrator(session)).get(f"/{WORK}/{job.id}").get_data(as_text=True)
    )
    assert "39 bookings were entered." in administrator
    assert "See the bookings" not in administrator, "what came of it may be closed to who did not ask for it"


def test_what_failed_says_why_and_can_be_tried_again(client: PageClient, session: Session) -> None:
    owner = make.founder(session)
    job = ask(session, owner)
    services.take_job(session, "one", kinds=[IMPORT_CALENDAR], at=clock.now())
    services.end_failed(session, job.id, "one", [Reason("job_overtaken")], at=clock.now())
    client.sign_in(owner)
    assert "Look at it again, and ask anew." in client.get(f"/{WORK}/{job.id}").get_data(as_text=True)
    client.post(f"/{WORK}/{job.id}/again")
    session.refresh(job)
    assert job.state is JobState.WAITING
    client.post(f"/{WORK}/{job.id}/again")
    assert "has not failed" in client.get(f"/{WORK}/{job.id}").get_data(as_text=True)


def test_nobody_else_knows_of_it(client: PageClient, session: Session) -> None:
    job = ask(session, make.founder(session))
    client.sign_in(make.founder(session))
    assert [
        client.get(f"/{WORK}/{job.id}").status_code,
        client.post(f"/{WORK}/{job.id}/cancel").status_code,
        client.post(f"/{WORK}/{job.id}/again").status_code,
        client.get("/admin/clock").status_code,
    ] == [404, 404, 404, 404]
    assert "Import of" not in client.get("/work").get_data(as_text=True)
    assert client.sign_in(make.administrator(session)).get(f"/{WORK}/{job.id}").status_code == 200


def test_an_administrator_sees_what_ran_failed_and_waits(
    app: Flask, client: PageClient, session: Session
) -> None:
    client.sign_in(make.administrator(session))
    assert "No process keeps the clock" in client.get("/admin/clock").get_data(as_text=True)
    ask(session, make.founder(session))
    leader = Clock(app)
    session.commit()
    assert leader.renew()
    for duty in leader.duties:
        leader.do(duty)
    leader.renew()
    page = client.get("/admin/clock").get_data(as_text=True)
    assert "All is well" in page
    for text in (leader.holder, "Keeps the clock", "Seal the ledger", "Import of a calendar"):
        assert text in page
    assert "Keeps the clock" not in client.get("/work").get_data(as_text=True)


def test_mail_that_was_given_up_is_sent_again(client: PageClient, session: Session) -> None:
    mail = post(session, Message(to="eva@example.org", subject="A secret", text="Come.\n"), at=clock.now())
    waiting = post(session, Message(to="ada@example.org", subject="A secret", text="Go.\n"), at=clock.now())
    for one, final in ((mail, True), (waiting, False)):
        take(session, one.id, at=clock.now())
        note_failure(session, one.id, error="550 no such user", final=final, at=clock.now())
    session.info.clear()
    page = client.sign_in(make.administrator(session)).get("/admin/clock").get_data(as_text=True)
    assert "eva@example.org" in page
    assert "550 no such user" in page
    assert "A secret" not in page
    assert client.post("/admin/clock/mail/now").status_code == 303
    session.refresh(waiting)
    assert waiting.next_try_at is not None
    assert waiting.next_try_at <= clock.now()
    client.post(f"/admin/clock/mail/{mail.id}/again")
    session.refresh(mail)
    assert (mail.given_up_at, mail.next_try_at is not None) == (None, True)
    client.post(f"/admin/clock/mail/{mail.id}/again")
    assert "was sent, waits for its next try" in client.get("/admin/clock").get_data(as_text=True)
    assert (
        client.post(f"/admin/clock/mail/{session.query(OutgoingMail).count() + 999}/again").status_code == 404
    )


def test_a_delivery_that_failed_is_made_again(client: PageClient, session: Session) -> None:
    ask(session, make.founder(session))
    entry = session.query(Entry).one()
    session.query(Waiting).delete()
    note = Delivery(entry_id=entry.id, handler="portal.x.tell", attempts=10, last_error="KeyError: 'x'")
    session.add(note)
    page = client.sign_in(make.administrator(session)).get("/admin/clock").get_data(as_text=True)
    assert "KeyError: &#39;x&#39;" in page
    client.post(f"/admin/clock/deliveries/{note.id}/again")
    assert note.attempts == 0
    assert [one.entry_id for one in session.query(Waiting)] == [entry.id]


def test_a_watcher_hears_whether_the_clock_goes_on(client: PageClient, session: Session) -> None:
    def told() -> tuple[int, str]:
        answer = client.get("/healthz/jobs")
        return answer.status_code, answer.get_data(as_text=True)

    assert told()[0] == 503
    now = clock.now()
    services.hold_lease(session, LEASE, "one", lasts=timedelta(minutes=30), at=now - timedelta(minutes=20))
    assert told() == (200, "ok\n")
    long_ago = now - timedelta(minutes=10)
    session.add(
        DutyRun(name="seal", every_seconds=5, started_at=long_ago, took_ms=1, next_at=now, runs=1, failures=0)
    )
    code, words = told()
    assert (code, words.startswith("“Seal the ledger” has not run since")) == (503, True)
    session.query(DutyRun).delete()
    ask(session, make.founder(session), asked_at=now)
    session.query(Entry).one()
    assert told()[0] == 200


def test_every_duty_of_the_clock_has_a_name_for_people(app: Flask) -> None:
    with app.test_request_context():
        assert [one.name for one in DUTIES if words.duty(one.name) == one.name] == []
