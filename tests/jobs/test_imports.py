"""Long files are taken over as jobs."""

from datetime import date, timedelta
from threading import Event

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.bookings.models import Booking
from portal.core import clock
from portal.jobs.long_work import do_waiting
from portal.projects.models import Project
from portal.work.models import Job, JobState
from tests import make
from tests.bookings.test_import_views import hidden, upload
from tests.client import PageClient
from tests.house.forms import forms_on

MANY = 45


def do(app: Flask) -> None:
    with app.app_context():
        do_waiting(app, "one", Event())


def long_calendar(first: date, number: int = MANY) -> str:
    rows = [
        f"Visit {one},{first + timedelta(days=3 * one)},{first + timedelta(days=3 * one)}"
        for one in range(number)
    ]
    return "\n".join(["title,start,end", *rows])


def test_a_long_calendar_is_entered_as_a_job_and_what_is_taken_meanwhile_is_told(
    app: Flask, client: PageClient, session: Session
) -> None:
    room = make.cleanroom(session, open_weekdays=[1, 2, 3, 4, 5, 6, 7])
    manager = make.manager(session, room)
    client.sign_in(manager)
    calendar = long_calendar(clock.now().date() + timedelta(days=30))
    preview = upload(client, calendar, room=f"room-{room.id}")
    assert f"{MANY} to be entered" in preview.text
    answer = client.post("/calendar/import/confirm", hidden(preview))
    job = session.scalars(select(Job)).one()
    assert answer.location == f"/work/{job.id}"
    again = client.post("/calendar/import/confirm", hidden(preview))
    assert again.location == answer.location
    first = hidden(upload(client, "\n".join(calendar.split("\n")[:3]), room=f"room-{room.id}"))
    client.post("/calendar/import/confirm", first)
    do(app)
    session.expire_all()
    assert (job.state, job.done, job.attempts) == (JobState.DONE, MANY, 1)
    assert session.scalar(select(func.count()).select_from(Booking)) == MANY
    page = client.get(f"/work/{job.id}").text
    assert f"{MANY - 2} bookings were entered. 2 were there already." in page


def test_a_long_sheet_is_imported_as_a_job_whole_and_once(
    app: Flask, client: PageClient, session: Session
) -> None:
    client.sign_in(make.founder(session))
    header = "name,product_class,modality,indication_area,phase"
    rows = [f"Project {one},GTMP,gene_modified_hsc,haematology,discovery" for one in range(MANY)]
    preview = client.post("/projects/import", {"content": "\n".join([header, *rows])}, follow_redirects=True)
    path = preview.request.path
    (form,) = [form for form in forms_on(preview.text, path) if "digest" in form.values]
    answer = client.post(path, form.values)
    job = session.scalars(select(Job)).one()
    assert answer.location == f"/work/{job.id}"
    assert "All of it or nothing" not in client.get(answer.location).text
    do(app)
    session.expire_all()
    assert job.state is JobState.DONE
    assert session.scalar(select(func.count()).select_from(Project)) == MANY
    page = client.get(f"/work/{job.id}").text
    assert f"{MANY} projects were registered or changed." in page
    assert f'href="{path}"' in page
