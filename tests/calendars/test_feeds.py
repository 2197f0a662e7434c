"""Feeds say what their owner may read now, in times that every calendar program reads the same, to who has the address."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.bookings import blocks, services
from portal.bookings.models import Booking, BookingState, ClosureKind
from portal.calendars import files
from portal.calendars import services as calendars
from portal.calendars.addresses import address_of
from portal.calendars.models import CalendarFeed
from portal.calendars.queries import Entry
from portal.calendars.rules import MOST_FEEDS, Scope
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Refused
from portal.facilities.models import Cleanroom, DutyRecord, Training
from portal.projects.models import FieldGroup, Grant, GrantReason
from tests import make
from tests.client import PageClient


def path_of(app: Flask, feed: CalendarFeed) -> str:
    """Return where a feed is read."""
    with app.app_context():
        return "/" + address_of(feed).split("://", 1)[1].split("/", 1)[1]


def read(client: PageClient, path: str) -> list[Any]:
    """Return the events of a feed."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/calendar")
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def booked(session: Session, room: Cleanroom, by: Actor, first: int = 11, last: int = 16) -> Booking:
    """Store a confirmed booking that a founder asked for."""
    request = make.slot_request(session, room, make.slot(first, last), by=by, title="Vector run 7")
    booking = services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    session.commit()
    return booking


def followed(session: Session, actor: Actor, scope: Scope, **place: int) -> CalendarFeed:
    """Store a feed."""
    feed = calendars.make_feed(session, actor, scope, at=make.NOON, **place)
    session.commit()
    return feed


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON)


def test_founders_read_their_own_bookings_without_signing_in(
    app: Flask, client: PageClient, session: Session
) -> None:
    room, founder = make.cleanroom(session), make.founder(session)
    booking = booked(session, room, founder)
    booked(session, make.cleanroom(session), make.founder(session))
    for scope in (Scope.PERSON, Scope.ORGANISATION):
        [event] = read(client, path_of(app, followed(session, founder, scope)))
        assert event["UID"].startswith(f"booking-{booking.id}@")
        assert int(event["SEQUENCE"]) == booking.version
        assert str(event["STATUS"]) == "CONFIRMED"
        assert "Vector run 7" in event["SUMMARY"]
        assert event["DTSTART"].dt.astimezone(UTC) == make.slot(11, 16).start
        assert event["DTEND"].dt.astimezone(UTC) == make.slot(11, 16).end
        assert event["DTSTART"].params["TZID"] == "Europe/Stockholm"


def test_a_colleagues_bookings_are_the_organisations_and_not_ones_own(
    app: Flask, client: PageClient, session: Session
) -> None:
    home = make.organisation(session)
    founder, colleague = make.founder(session, home), make.founder(session, home)
    booked(session, make.cleanroom(session), colleague)
    assert read(client, path_of(app, followed(session, founder, Scope.PERSON))) == []
    assert len(read(client, path_of(app, followed(session, founder, Scope.ORGANISATION)))) == 1


def test_staff_read_their_rooms_without_what_a_project_does_not_show_them(
    app: Flask, client: PageClient, session: Session
) -> None:
    room, founder = make.cleanroom(session), make.founder(session)
    other = make.cleanroom(session, room.facility)
    booking = booked(session, room, founder)
    manager = make.manager(session, room)
    services.close_cleanroom(
        session,
        manager,
        cleanroom_id=other.id,
        slot=make.slot(20, 22),
        kind=ClosureKind.MAINTENANCE,
        at=make.NOON,
    )
    whole = followed(session, manager, Scope.FACILITY, facility_id=room.facility_id)
    one = followed(session, manager, Scope.CLEANROOM, cleanroom_id=other.id)
    work, closure = read(client, path_of(app, whole))
    assert booking.request is not None
    assert booking.request.reference in work["SUMMARY"]
    assert "Vector run 7" not in client.get(path_of(app, whole)).text
    assert [event["UID"] for event in read(client, path_of(app, one))] == [closure["UID"]]
    session.add(
        Grant(
            project_id=booking.project_id,
            organisation_id=room.facility.operator_id,
            field_group=FieldGroup.IDENTITY,
            reason=GrantReason.REQUEST,
            starts_at=make.NOON - timedelta(days=1),
        )
    )
    session.commit()
    named = read(client, path_of(app, whole))[0]
    assert booking.organisation is not None
    assert booking.organisation.name in named["SUMMARY"]


def test_rights_are_judged_at_each_fetch(app: Flask, client: PageClient, session: Session) -> None:
    room, founder = make.cleanroom(session), make.founder(session)
    booked(session, room, founder)
    manager = make.manager(session, room)
    own = path_of(app, followed(session, founder, Scope.PERSON))
    whole = path_of(app, followed(session, manager, Scope.FACILITY, facility_id=room.facility_id))
    assert (client.get(own).status_code, client.get(whole).status_code) == (200, 200)
    for row in session.query(Membership).filter_by(user_id=founder.user_id):
        row.ended_at = make.NOON
    for duty in session.query(DutyRecord).filter_by(user_id=manager.user_id):
        duty.starts_on, duty.ends_on = date(2026, 1, 1), make.NOON.date() - timedelta(days=1)
    session.commit()
    assert (client.get(own).status_code, client.get(whole).status_code) == (404, 404)


def test_an_address_that_was_taken_back_or_made_up_leads_nowhere(
    app: Flask, client: PageClient, session: Session
) -> None:
    founder = make.founder(session)
    feed = followed(session, founder, Scope.PERSON)
    path = path_of(app, feed)
    assert client.get(path).status_code == 200
    assert client.get(path.replace(".ics", "x.ics")).status_code == 404
    calendars.revoke_feed(session, founder, feed.id, at=make.NOON)
    session.commit()
    assert client.get(path).status_code == 404
    with pytest.raises(NotFound):
        calendars.revoke_feed(session, founder, feed.id, at=make.NOON)


def test_nobody_follows_what_is_not_theirs(session: Session) -> None:
    room = make.cleanroom(session)
    for actor in (
        make.founder(session),
        make.manager(session, make.cleanroom(session)),
        make.adviser(session),
    ):
        with pytest.raises(NotFound):
            calendars.make_feed(session, actor, Scope.CLEANROOM, cleanroom_id=room.id, at=make.NOON)
    with pytest.raises(NotFound):
        calendars.make_feed(session, make.adviser(session), Scope.PERSON, at=make.NOON)


def test_there_are_only_so_many_addresses(session: Session) -> None:
    founder = make.founder(session)
    for _ in range(MOST_FEEDS):
        calendars.make_feed(session, founder, Scope.PERSON, at=make.NOON)
    with pytest.raises(Refused) as refused:
        calendars.make_feed(session, founder, Scope.PERSON, at=make.NOON)
    assert [reason.code for reason in refused.value.reasons] == ["too_many_feeds"]


@pytest.mark.parametrize(
    ("start", "end", "offsets"),
    [
        (datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC), ("+0100", "+0200")),
        (datetime(2027, 10, 30, 22, tzinfo=UTC), datetime(2027, 10, 31, 23, tzinfo=UTC), ("+0200", "+0100")),
    ],
)
def test_the_nights_when_clocks_change_come_out_right_by_the_rules_in_the_file(
    app: Flask, client: PageClient, session: Session, start: datetime, end: datetime, offsets: tuple[str, str]
) -> None:
    room, founder = make.cleanroom(session), make.founder(session)
    booking = booked(session, room, founder)
    booking.block.starts_at, booking.block.ends_at = start, end
    session.commit()
    answer = client.get(path_of(app, followed(session, founder, Scope.PERSON)))
    calendar: Any = Calendar.from_ical(answer.data)
    [event] = calendar.walk("VEVENT")
    [zone] = calendar.walk("VTIMEZONE")
    rules = zone.to_tz()
    wall: list[datetime] = [event[name].dt.replace(tzinfo=None) for name in ("DTSTART", "DTEND")]
    # Read by nothing but the file: the wall's clock and the zone's own rules.
    assert [moment.replace(tzinfo=rules).astimezone(UTC) for moment in wall] == [start, end]
    assert [moment.replace(tzinfo=rules).strftime("%z") for moment in wall] == list(offsets)
    assert {(moment.hour, moment.minute) for moment in wall} == {(0, 0)}


def test_people_make_and_take_back_addresses_on_their_page(client: PageClient, session: Session) -> None:
    founder = make.founder(session)
    client.sign_in(founder)
    assert "No address yet" in client.get("/calendars").text
    for typed in ({"what": "cleanroom-1"}, {"what": ""}, {}):
        assert client.post("/calendars/feeds", typed).status_code == 422
    assert client.post("/calendars/feeds", {"what": "person"}).status_code == 303
    shown = client.get("/calendars").text
    found = re.search(r"/calendars/[^/\s\"<>]+\.ics", shown)
    assert found is not None
    assert client.get(found.group()).status_code == 200
    feed = session.query(CalendarFeed).one()
    assert client.post(f"/calendars/feeds/{feed.id}/revoke").status_code == 303
    assert client.get(found.group()).status_code == 404


def test_holds_are_tentative_and_what_was_given_back_is_gone(
    app: Flask, client: PageClient, session: Session
) -> None:
    room, founder = make.cleanroom(session), make.founder(session)
    request = make.slot_request(session, room, make.slot(11, 16), by=founder)
    booking = services.approve_request(
        session,
        make.manager(session, room),
        request.id,
        condition="Notification",
        condition_until=make.NOON + timedelta(days=3),
        at=make.NOON,
    )
    path = path_of(app, followed(session, founder, Scope.PERSON))
    [event] = read(client, path)
    assert str(event["STATUS"]) == "TENTATIVE"
    blocks.change_state(session, booking, BookingState.CANCELLED, at=make.NOON)
    session.commit()
    assert read(client, path) == []
    assert Role.FOUNDER in founder.roles


def test_who_has_the_same_already_is_told_so_until_anything_that_it_shows_changes(
    app: Flask, client: PageClient, session: Session
) -> None:
    room, founder = make.cleanroom(session), make.founder(session)
    booking, manager = booked(session, room, founder), make.manager(session, room)
    person, owner = session.get_one(User, manager.user_id), booking.organisation
    feed = followed(session, manager, Scope.FACILITY, facility_id=room.facility_id)
    path = path_of(app, feed)
    grant = Grant(
        project_id=booking.project_id,
        organisation_id=room.facility.operator_id,
        field_group=FieldGroup.IDENTITY,
        reason=GrantReason.REQUEST,
        starts_at=make.NOON - timedelta(days=1),
    )
    assert owner is not None
    changes: list[tuple[Any, str, Any]] = [
        (room, "name", "Another suite"),
        (room, "code", "R-99"),
        (room.facility, "name", "Another facility"),
        (room.facility, "city", "Malmö"),
        (booking.block, "ends_at", make.slot(11, 15).end),
        (person, "language", "sv"),
        (grant, "ends_at", None),
        (owner, "name", "Another developer"),
        (grant, "ends_at", make.NOON),
    ]
    for record, name, value in changes:
        before = client.get(path)
        etag = before.headers["ETag"]
        assert (before.status_code, before.headers["Cache-Control"]) == (200, "private, no-cache")
        same = client.get(path, headers={"If-None-Match": etag})
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
        setattr(record, name, value)
        session.add(record)
        after = client.get(path, headers={"If-None-Match": etag})
        assert (after.status_code, after.headers["ETag"] != etag) == (200, True), name
    calendars.revoke_feed(session, manager, feed.id, at=make.NOON)
    assert client.get(path, headers={"If-None-Match": after.headers["ETag"]}).status_code == 404
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 404


def test_what_is_kept_of_an_event_is_its_own_in_every_zone_and_word(app: Flask) -> None:
    words = [
        "plain",
        'semi;colon, comma \\ back\\nslash\nnew line \n:colon"quote"',
        "Å" * 74 + "漢字" * 40,
        "END:VEVENT\r\nDTSTAMP:19700101T000000Z\r\nBEGIN:VEVENT",
    ]
    zones = ["Europe/Stockholm", "Europe/Copenhagen", "UTC"]
    entries = [entry_called(word, zone) for word in words for zone in zones]
    with app.test_request_context():
        written = [files.feed_file(entries, name=words[1]).at(make.NOON) for _again in range(2)]
    assert written[0] == written[1]
    events = Calendar.from_ical(written[0]).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == [
        f"R1: {word.replace(chr(13), '')}" for word in words for _zone in zones
    ]
    starts: list[Any] = [event["DTSTART"] for event in events]
    assert [start.params.get("TZID", "UTC") for start in starts] == zones * len(words)
    assert {start.dt for start in starts} == {make.slot(11, 16).start}
    assert {event.DTSTAMP for event in events} == {make.NOON}
    assert all(len(line) <= 75 for line in written[0].split(b"\r\n"))
    assert b"\n" not in written[0].replace(b"\r\n", b"")


def entry_called(words: str, zone: str) -> Entry:
    """Return an entry of a feed whose texts are these."""
    return Entry(
        slot=make.slot(11, 16),
        cleanroom_id=1,
        room="R1 Suite",
        facility=words,
        city="Lund",
        zone=zone,
        booking_id=7,
        closure_id=None,
        version=3,
        state=BookingState.CONFIRMED,
        run_kind=None,
        closure_kind=None,
        title=words,
        reference="SR-2027-0001",
        project_id=1,
        organisation=None,
        asked_by=None,
        for_staff=True,
    )


def test_staff_follow_the_runs_that_they_are_named_to_run_as_far_as_they_may_know_of_them(
    app: Flask, client: PageClient, session: Session
) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    session.add(Training(cleanroom_id=room.id, user_id=manager.user_id, valid_until=date(2027, 12, 31)))
    booking = booked(session, room, make.founder(session))
    booked(session, room, make.founder(session), 25, 30)
    feed = followed(session, manager, Scope.PERSON)
    assert read(client, path_of(app, feed)) == []
    services.name_operators(session, manager, booking.id, [manager.user_id], at=make.NOON)
    session.commit()
    [event] = read(client, path_of(app, feed))
    assert event["UID"].startswith(f"booking-{booking.id}@")
    assert str(event["URL"]).endswith(f"/bookings/{booking.id}")
    assert "Vector run 7" not in event["SUMMARY"]
    session.execute(update(DutyRecord).values(ends_on=date(2027, 1, 3)))
    session.commit()
    assert client.get(path_of(app, feed)).status_code == 404
