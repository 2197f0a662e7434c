"""Importing a calendar: a preview that changes nothing, an import that happens once, and every mistake in words."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.bookings.models import Booking, BookingState
from portal.bookings.roomtime import local_day
from portal.core.actors import Role
from portal.core.clock import now
from portal.facilities.models import BookingUnit, Cleanroom
from portal.ledger import Entry
from tests import make
from tests.bookings.facility import ZONE, booked, days, room
from tests.bookings.test_import_reading import ics
from tests.bookings.test_inbox_views import statements
from tests.client import PageClient

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


def day(number: int) -> str:
    """Return the day so many days from today as a file has it."""
    return (local_day(now(), ZONE) + timedelta(days=number)).isoformat()


def upload(client: PageClient, text: str | bytes, **values: str) -> TestResponse:
    content = text.encode() if isinstance(text, str) else text
    data = {"file": (io.BytesIO(content), "calendar.csv"), **values}
    response = client.post("/calendar/import", data, content_type="multipart/form-data")
    response.request.environ["wsgi.input"].close()  # The test's own copy of a large file lies on the disk.
    return response


def hidden(page: TestResponse) -> dict[str, str]:
    from html import unescape

    found = {}
    for tag in HIDDEN.findall(page.text):
        attributes = dict(re.findall(r'(name|value)="([^"]*)"', tag))
        found[attributes.get("name", "")] = unescape(attributes.get("value", ""))
    return found


def csv_of(where: Cleanroom) -> str:
    return (
        "title,room,start,end,process class\n"
        f"Run 1,{where.code},{day(10)},{day(12)},lv_rv\n"
        f"Run 2,{where.name.upper()},{day(20)},{day(22)},\n"
        f"Old run,{where.code},{day(-30)},{day(-28)},\n"
    )


def test_a_preview_changes_nothing_and_the_import_happens_once(client: PageClient, session: Session) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    preview = upload(client, csv_of(where), room=f"facility-{where.facility_id}")
    assert preview.status_code == 200
    assert "3 to be entered" in preview.text
    assert session.scalars(select(Booking)).all() == []
    fields = hidden(preview)
    assert client.post("/calendar/import/confirm", fields).status_code == 303
    bookings = session.scalars(select(Booking).order_by(Booking.id)).all()
    assert {one.title: one.state for one in bookings} == {
        "Run 1": BookingState.CONFIRMED,
        "Run 2": BookingState.CONFIRMED,
        "Old run": BookingState.COMPLETED,
    }
    assert len(session.scalars(select(Entry).where(Entry.name == "booking.recorded")).all()) == 3
    again = client.post("/calendar/import/confirm", fields)
    assert again.status_code == 422
    assert "There is nothing to enter: 3 events are in the calendar already." in again.text
    assert "3 there already" in upload(client, csv_of(where), room=f"facility-{where.facility_id}").text
    assert len(session.scalars(select(Booking)).all()) == 3


def test_one_room_for_all_events_of_an_icalendar_file(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.default_changeover_days = 0
    client.sign_in(make.manager(session, where))
    compact = day(10).replace("-", "")
    text = ics(
        f"UID:1\r\nSUMMARY:All day\r\nDTSTART;VALUE=DATE:{compact}",
        f"UID:2\r\nSUMMARY:Morning\r\nDTSTART:{day(14).replace('-', '')}T080000\r\nDURATION:PT3H",
    )
    preview = upload(client, text, room=f"room-{where.id}")
    assert "rounded to whole booking units" in preview.text
    assert client.post("/calendar/import/confirm", hidden(preview)).status_code == 303
    bookings = session.scalars(select(Booking).order_by(Booking.id)).all()
    assert [one.slot for one in bookings] == [days(10, 11), days(14, 15)]


def test_rooms_by_the_hour_keep_the_hours(client: PageClient, session: Session) -> None:
    where = room(session, unit=BookingUnit.HOUR)
    where.facility.default_changeover_days = 0
    client.sign_in(make.manager(session, where))
    text = f"title,start,end\nShort,{day(10)} 08:00,{day(10)} 11:00\n"
    preview = upload(client, text, room=f"room-{where.id}")
    assert client.post("/calendar/import/confirm", hidden(preview)).status_code == 303
    assert session.scalars(select(Booking)).one().slot.length == timedelta(hours=3)


def test_what_cannot_be_entered_stays_out_with_its_reason_and_the_rest_goes_in(
    client: PageClient, session: Session
) -> None:
    where, elsewhere = room(session), room(session)
    manager = make.manager(session, where)
    booked(session, manager, where, days(10, 15))
    client.sign_in(manager)
    text = (
        "title,room,start,end\n"
        f"Free,{where.code},{day(40)},{day(42)}\n"
        f"Taken,{where.code},{day(12)},{day(13)}\n"
        f"Among themselves,{where.code},{day(41)},{day(45)}\n"
        f"Nowhere,,{day(60)},{day(61)}\n"
        f"Elsewhere,{elsewhere.code},{day(60)},{day(61)}\n"
        f"Twice,{where.code},{day(70)},{day(71)}\n"
        f"Twice,{where.code},{day(70)},{day(71)}\n"
        f"Far,{where.code},2090-01-01,2090-01-02\n"
        f"Backwards,{where.code},{day(81)},{day(80)}\n"
    )
    preview = upload(client, text, room=f"facility-{where.facility_id}")
    assert "1 to be entered" in preview.text
    assert "8 not entered, see why" in preview.text
    for sentence in (
        "is taken",
        "It names no cleanroom.",
        "is none of the facility’s cleanrooms.",
        "It stands in the file twice.",
        "is too far ahead",
        "It ends before it starts",
    ):
        assert sentence in preview.text
    assert elsewhere.name not in preview.text
    assert client.post("/calendar/import/confirm", hidden(preview)).status_code == 303
    assert [one.title for one in session.scalars(select(Booking).where(Booking.import_key.is_not(None)))] == [
        "Free"
    ]


def test_a_calendar_that_has_changed_since_the_preview_is_shown_anew(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    manager = make.manager(session, where)
    client.sign_in(manager)
    text = f"title,start,end\nA,{day(10)},{day(12)}\nB,{day(50)},{day(52)}\n"
    fields = hidden(upload(client, text, room=f"room-{where.id}"))
    booked(session, manager, where, days(9, 12))
    response = client.post("/calendar/import/confirm", fields)
    assert response.status_code == 422
    assert "Somebody has changed this since your page was made" in response.text
    assert "is taken" in response.text
    assert session.scalars(select(Booking).where(Booking.import_key.is_not(None))).all() == []
    assert client.post("/calendar/import/confirm", hidden(response)).status_code == 303
    assert len(session.scalars(select(Booking).where(Booking.import_key.is_not(None))).all()) == 1


def test_an_event_that_moved_since_its_import_is_not_moved_behind_anybodys_back(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))

    def moved_to(number: int) -> TestResponse:
        text = ics(f"UID:1\r\nSUMMARY:A\r\nDTSTART;VALUE=DATE:{day(number).replace('-', '')}")
        return upload(client, text, room=f"room-{where.id}")

    client.post("/calendar/import/confirm", hidden(moved_to(10)))
    assert "Move that booking instead." in moved_to(20).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04\x00\x00\x00", "The file is no text."),
        (b"a" * (600 * 1024), "at most 512 are read"),
        (b"one,two\n1,2\n", "There is no column “title”."),
        (b"BEGIN:VCALENDAR\r\nnonsense", "The file can’t be read here"),
        (b"title,start,end\n", "The file holds no events."),
    ],
)
def test_files_that_cannot_be_read_are_refused_beside_the_field(
    client: PageClient, session: Session, content: bytes, sentence: str
) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    response = upload(client, content, room=f"room-{where.id}")
    assert response.status_code == 422
    assert sentence in response.text


def test_without_a_file_or_with_a_foreign_room_nothing_is_read(client: PageClient, session: Session) -> None:
    where, elsewhere = room(session), room(session)
    client.sign_in(make.manager(session, where))
    assert client.post("/calendar/import", {"room": f"room-{where.id}"}).status_code == 422
    for foreign in (f"room-{elsewhere.id}", f"facility-{elsewhere.facility_id}", "room-x", ""):
        assert upload(client, csv_of(where), room=foreign).status_code == 422
        fields = {"content": csv_of(elsewhere), "room": foreign, "digest": "0"}
        assert client.post("/calendar/import/confirm", fields).status_code == 422
    assert session.scalars(select(Booking)).all() == []


def test_only_managers_import(client: PageClient, session: Session) -> None:
    where = room(session)
    fields = {"content": csv_of(where), "room": f"room-{where.id}", "digest": "0"}
    for stranger in (make.founder(session), make.duty(session, where.facility, Role.QA)):
        client.sign_in(stranger)
        assert client.get("/calendar/import").status_code == 404
        assert upload(client, csv_of(where), room=f"room-{where.id}").status_code == 404
        assert client.post("/calendar/import/confirm", fields).status_code == 404
    assert session.scalars(select(Booking)).all() == []


def test_the_upload_page_says_what_a_file_has_to_look_like(client: PageClient, session: Session) -> None:
    client.sign_in(make.manager(session, room(session)))
    text = client.get("/calendar/import").text
    assert "What the file has to look like" in text
    assert statements(client, "/calendar/import") < 20
