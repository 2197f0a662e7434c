"""A facility's calendar: its scales and filters, who sees names in it, its files and data, and what it costs."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.accounts.models import Organisation
from portal.bookings import services
from portal.bookings.barring import barred_times
from portal.bookings.models import Block, BlockKind, Booking, BookingState
from portal.bookings.roomtime import midnight
from portal.bookings.views.bars import Mark, side_by_side
from portal.bookings.views.ruler import Bar, Ruler, Scale
from portal.bookings.views.shown import read_address
from portal.core.actors import Role
from portal.core.clock import now
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom, EquipmentValidity, Grade
from portal.projects.models import Project
from portal.store import Base, db
from tests import make
from tests.bookings.facility import ZONE, arrived, booked, days, room
from tests.bookings.test_moving import closed, own_work
from tests.client import PageClient
from tests.page import attributes, parsed

SCALES = [scale.value for scale in Scale]


def path_of(where: Cleanroom, ending: str = "", **asked: str) -> str:
    written = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/facilities/{where.facility.slug}/calendar{ending}" + (f"?{written}" if written else "")


def data(client: PageClient, where: Cleanroom, **asked: str) -> dict[str, Any]:
    response = client.get(path_of(where, ".json", **asked))
    assert response.status_code == 200
    found: dict[str, Any] = json.loads(response.text)
    return found


def questions(client: PageClient, path: str) -> int:
    """Return how many questions a page asks the database, without those that only open and end what tests forget."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    engine = db._app_engines[client._client.application][None].engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum(not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) for one in found)


def drawn(page: str) -> list[tuple[str, ...]]:
    """Return the classes of every bar in the picture."""
    return [tuple(attributes(node)["class"].split()) for node in parsed(page).query(".ap-tl .ap-bar")]


# Rulers


@pytest.mark.parametrize(
    ("scale", "first", "columns"),
    [
        (Scale.DAY, date(2027, 3, 28), 24),
        (Scale.WEEK, date(2027, 3, 22), 168),
        (Scale.MONTH, date(2027, 3, 1), 124),
        (Scale.QUARTER, date(2027, 3, 22), 91),
    ],
)
def test_each_scale_begins_where_people_expect_it(scale: Scale, first: date, columns: int) -> None:
    address = MultiDict({"scale": scale.value, "from": "2027-03-28"})
    asking = read_address(address, [], today=date(2027, 1, 1), is_inside=True)
    ruler = asking.ruler([], ZONE)
    assert (ruler.first, ruler.columns) == (first, columns)
    assert asking.earlier(ruler) < ruler.first
    later = MultiDict({"scale": scale.value, "from": asking.earlier(ruler).isoformat()})
    before = read_address(later, [], today=date(2027, 1, 1), is_inside=True).ruler([], ZONE)
    assert before.after_last == ruler.first


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_on_nights_when_clocks_change_a_day_has_its_24_columns(day: date, hours: int) -> None:
    ruler = Ruler(day, 1, ZONE, 24)
    assert ruler.slot.length == timedelta(hours=hours)
    assert ruler.place(ruler.slot) == (1, 24)
    evening = Slot(ruler.slot.end - timedelta(hours=2), ruler.slot.end)
    assert ruler.place(evening) == (23, 2)
    twice = Slot(datetime(2027, 10, 31, 0, tzinfo=UTC), datetime(2027, 10, 31, 2, tzinfo=UTC))
    if hours == 25:
        assert ruler.place(twice) == (3, 1)


@pytest.mark.parametrize(
    ("hours", "per_day", "place"),
    [((8, 12), 24, (9, 4)), ((8, 12), 4, (2, 1)), ((0, 24), 1, (1, 1)), ((12, 24), 2, (2, 1))],
)
def test_parts_of_a_day_take_the_columns_that_they_touch(
    hours: tuple[int, int], per_day: int, place: tuple[int, int]
) -> None:
    start = midnight(date(2027, 1, 11), ZONE)
    ruler = Ruler(date(2027, 1, 11), 7, ZONE, per_day)
    assert ruler.place(Slot(start + timedelta(hours=hours[0]), start + timedelta(hours=hours[1]))) == place


def mark(kind: str, column: int, span: int) -> Mark:
    return Mark(kind, column, span, lambda column, span: Bar(kind, column, span))


def test_bars_in_one_column_are_counted_and_nothing_lies_over_work() -> None:
    ruler = Ruler(date(2027, 1, 11), 7, ZONE, 4)
    several = [mark("firm", 5, 1), mark("held", 6, 1), mark("firm", 6, 2)]
    single, change, shut = mark("firm", 13, 2), mark("change", 8, 6), mark("closed", 6, 2)
    found = side_by_side([*several, single, change, shut], ruler, "/day?scale=day")
    many = next(bar for bar in found if bar.kind == "many")
    assert (many.column, many.span, many.title) == (5, 4, "3")  # the whole of the crowded day
    assert many.url == "/day?scale=day&from=2027-01-12"
    rest = next(bar for bar in found if bar.kind == "change")
    assert (rest.column, rest.span) == (9, 4)
    assert not [bar for bar in found if bar.kind == "closed"]
    assert next(bar for bar in found if bar.kind == "firm").column == 13
    columns = [column for bar in found for column in range(bar.column, bar.after_last)]
    assert len(columns) == len(set(columns))


def test_how_many_others_there_are_on_a_crowded_day_is_not_counted() -> None:
    ruler = Ruler(date(2027, 1, 11), 7, ZONE, 4)
    for kinds, kind in ((("taken", "taken"), "taken"), (("own", "taken", "taken"), "own")):
        marks = [mark(one, 5, 1) for one in kinds]
        (found,) = side_by_side(marks, ruler, "/day?scale=day")
        assert (found.kind, found.title) == (kind, "")
        assert str(len(kinds)) not in found.words.replace("2027", "").replace("12", "")


# What is shown


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_shows_what_takes_the_rooms_and_the_same_as_a_table(
    client: PageClient, session: Session, scale: str
) -> None:
    where = room(session)
    where.facility.default_changeover_days = 2
    manager = make.manager(session, where)
    booked(session, manager, where, days(1, 3))
    first = days(1, 2).start.astimezone(UTC) + timedelta(hours=12)
    page = client.sign_in(manager).get(path_of(where, scale=scale, **{"from": f"{first:%Y-%m-%d}"})).text
    assert any("is-firm" in bar for bar in drawn(page))
    assert "Same as a table" in page
    found = data(client, where, scale=scale, **{"from": f"{first:%Y-%m-%d}"})
    assert len(parsed(page).query("tbody tr")) == len(found["taken"])


def test_what_takes_a_room_has_a_texture_of_its_own(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.default_changeover_days = 1
    manager = make.manager(session, where)
    booked(session, manager, where, days(1, 3))
    services.record_booking(
        session,
        manager,
        cleanroom_id=where.id,
        slot=days(6, 8),
        title="From the old calendar",
        process_class=None,
        import_key="old-1",
        at=now(),
    )
    offered = arrived(session, where, days(60, 62))
    services.offer_window(
        session, manager, offered.id, cleanroom_id=where.id, slot=days(12, 14), acknowledged=True, at=now()
    )
    conditional = arrived(session, where, days(20, 22))
    services.approve_request(
        session,
        manager,
        conditional.id,
        condition="Permit",
        condition_until=days(5, 6).end,
        acknowledged=True,
        at=now(),
    )
    arrived(session, where, days(30, 33))
    closed(session, manager, where, days(40, 42), at=now())
    moving = booked(session, manager, where, days(45, 47))
    services.propose_move(
        session, manager, moving.id, cleanroom_id=where.id, slot=days(55, 57), why="Filters.", at=now()
    )
    page = client.sign_in(manager).get(path_of(where)).text
    kinds = {name for bar in drawn(page) for name in bar if name.startswith("is-")}
    assert kinds >= {"is-firm", "is-imported", "is-offered", "is-held", "is-asked", "is-closed", "is-change"}
    assert "Requalification" in page
    assert "Proposed:" in page
    for words in ("From the old calendar", "Offered", "Move proposed", "Changeover"):
        assert words in page


def test_hours_and_half_days_have_columns_of_their_own(client: PageClient, session: Session) -> None:
    hourly = room(session, unit=BookingUnit.HOUR, opens_hour=8, closes_hour=18)
    hourly.facility.default_changeover_days = 0
    half = room(session, unit=BookingUnit.HALF_DAY)
    half.facility = hourly.facility
    manager = make.manager(session, hourly)
    start = days(2, 3).start
    for hour in (8, 10, 12):
        at = start + timedelta(hours=hour)
        own_work(session, manager, hourly, Slot(at, at + timedelta(hours=2)))
    own_work(session, manager, half, Slot(start, start + timedelta(hours=12)))
    client.sign_in(manager)
    day = f"{(start + timedelta(hours=5)).date()}"
    bars = drawn(client.get(path_of(hourly, scale="day", **{"from": day})).text)
    assert [bar for bar in bars if "is-firm" in bar] == [
        ("ap-bar", "is-firm", "c9", "n2"),
        ("ap-bar", "is-firm", "c11", "n2"),
        ("ap-bar", "is-firm", "c13", "n2"),
        ("ap-bar", "is-firm", "c1", "n12"),
    ]
    page = client.get(path_of(hourly)).text
    assert "ap-d182" in page
    assert "3 bookings on" in page


def test_the_calendar_is_narrowed_by_room_grade_and_kind(client: PageClient, session: Session) -> None:
    where = room(session, grade=Grade.C)
    other = room(session, grade=Grade.D)
    other.facility = where.facility
    where.facility.default_changeover_days = 0
    manager = make.manager(session, where)
    own_work(session, manager, where, days(1, 3))
    own_work(session, manager, other, days(4, 6))
    closed(session, manager, where, days(8, 9))
    client.sign_in(manager)
    assert len(data(client, where)["taken"]) == 3
    assert [one["cleanroom"] for one in data(client, where, room=other.slug)["taken"]] == [other.code]
    assert [one["cleanroom"] for one in data(client, where, grade="D")["taken"]] == [other.code]
    assert [one["kind"] for one in data(client, where, kind="closures")["taken"]] == ["closed"]
    page = client.get(path_of(where, kind="closures")).text
    assert "Only a part is shown" in page
    assert client.get(path_of(where, ".csv", room=other.slug)).text.count("\n") == 2
    assert "No cleanroom fits the filter." in client.get(path_of(where, room=other.slug, grade="C")).text


@pytest.mark.parametrize("name", ["scale", "room", "grade", "kind"])
def test_what_is_on_no_list_is_left_out_and_said(client: PageClient, session: Session, name: str) -> None:
    where = room(session)
    page = client.sign_in(make.manager(session, where)).get(path_of(where, **{name: "magic"}))
    assert page.status_code == 200
    assert "is not among the choices and was left out" in page.text
    assert client.get(path_of(where, ".json", **{name: "magic"})).status_code == 200


def test_the_days_on_which_a_room_is_not_open_are_drawn(client: PageClient, session: Session) -> None:
    where = make.cleanroom(session)
    page = client.get(path_of(where, scale="month", **{"from": "2027-02-01"})).text
    shut = [attributes(node)["class"] for node in parsed(page).query(".ap-shut")]
    assert shut == [f"ap-shut c{4 * day - 3} n8" for day in (6, 13, 20, 27)]


def test_the_share_of_open_days_that_are_booked(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.country = "XX"
    manager = make.manager(session, where)
    where.open_weekdays = [1, 2, 3, 4, 5, 6, 7]
    session.commit()
    monday = now().date() - timedelta(days=now().weekday()) + timedelta(days=28)
    start = midnight(monday, ZONE)
    own_work(session, manager, where, Slot(start, midnight(monday + timedelta(days=2), ZONE)))
    page = client.sign_in(manager).get(path_of(where, scale="week", **{"from": monday.isoformat()})).text
    assert "29 % of the open days shown are booked or held" in page


# Who sees what


def test_others_see_when_a_room_is_taken_and_nothing_else(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.default_changeover_days = 3
    asker = make.founder(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(10, 15), by=asker)
    waiting = arrived(session, where, days(40, 45))
    closure = closed(session, manager, where, days(30, 32))
    moved = services.propose_move(
        session, manager, booking.id, cleanroom_id=where.id, slot=days(50, 55), why="Filters.", at=now()
    )
    session.commit()
    hidden = (
        session.get_one(Organisation, booking.organisation_id).name,
        session.get_one(Organisation, waiting.organisation_id).name,
        session.get_one(Project, booking.project_id).name,
        f"/bookings/{booking.id}",
        f"/inbox/{waiting.id}",
        f"/closures/{closure.id}",
        f"/moves/{moved.id}",
        "Changeover",
        "Confirmed",
        "Requalification",
        "Proposed",
        "data-ask",
        "version",
    )
    strangers = [
        None,
        make.manager(session, room(session)),
        make.founder(session),
        make.member(session, make.organisation(session), Role.INVESTOR),
        make.administrator(session),
    ]
    for stranger in strangers:
        if stranger is not None:
            client.sign_in(stranger)
        page = client.get(path_of(where)).text
        assert page.count("is-taken") == 2  # booking and changeover run together, and the closure
        answers = [page, *(client.get(path_of(where, f".{kind}")).text for kind in ("csv", "json"))]
        for answer in answers:
            assert [words for words in hidden if words in answer.replace("data-theme", "")] == []
        assert [set(one) for one in data(client, where)["taken"]] == [
            {"cleanroom", "start", "end", "kind", "what"}
        ] * 2


def test_own_bookings_are_marked_as_own(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.default_changeover_days = 3
    asker = make.founder(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(10, 15), by=asker)
    other = booked(session, manager, where, days(40, 45))
    page = client.sign_in(asker).get(path_of(where)).text
    assert f"/my-bookings/{booking.id}" in page
    assert "Your booking: Confirmed" in page
    assert session.get_one(Organisation, other.organisation_id).name not in page
    assert [one["kind"] for one in data(client, where)["taken"]] == ["own", "taken", "taken"]
    assert f"/my-bookings/{other.id}" not in page


def test_qa_reads_names_and_moves_nothing(client: PageClient, session: Session) -> None:
    where = room(session)
    booking = booked(session, make.manager(session, where), where, days(10, 15))
    page = client.sign_in(make.duty(session, where.facility, Role.QA)).get(path_of(where)).text
    assert session.get_one(Organisation, booking.organisation_id).name in page
    assert "data-ask" not in page
    assert "Move…" not in page


def test_an_organisation_whose_grant_has_ended_is_not_named(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(10, 15))
    name = session.get_one(Organisation, booking.organisation_id).name
    services.cancel_booking(session, manager, booking.id, note="Filters.", at=now())
    own_work(session, manager, where, days(10, 15))
    page = client.sign_in(manager).get(path_of(where)).text
    assert name not in page


# Taking back


def test_what_was_moved_last_can_be_taken_back_here(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = own_work(session, manager, where, days(10, 15))
    services.propose_move(
        session, manager, booking.id, cleanroom_id=where.id, slot=days(20, 25), why="Filters.", at=now()
    )
    changed = path_of(where, changed=f"booking-{booking.id}")
    page = client.sign_in(manager).get(changed).text
    assert "Own work moved from" in page
    form = next(node for node in parsed(page).query("form") if "undo" in attributes(node).get("action", ""))
    sent = {attributes(one)["name"]: attributes(one).get("value", "") for one in form.query("input")}
    response = client.post(f"/bookings/{booking.id}/move/undo", sent)
    assert response.headers["Location"] == changed
    assert booking.slot == days(10, 15)
    assert "Undo" in client.get(changed).text


def test_a_proposal_and_a_closure_can_be_taken_back_here(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(10, 15))
    closure = closed(session, manager, where, days(30, 32))
    services.propose_move(
        session, manager, booking.id, cleanroom_id=where.id, slot=days(20, 25), why="Filters.", at=now()
    )
    services.move_closure(session, manager, closure.id, slot=days(35, 37), at=now())
    client.sign_in(manager)
    page = client.get(path_of(where, changed=f"booking-{booking.id}")).text
    assert "until the requester agrees" in page
    assert "Take the proposal back" in page
    page = client.get(path_of(where, changed=f"closure-{closure.id}")).text
    assert "Requalification moved from" in page


@pytest.mark.parametrize(
    "changed", ["booking-99999", "booking-x", "closure-", "magic-1", "booking-" + "9" * 40, "%00"]
)
def test_what_was_never_moved_is_not_offered_back(client: PageClient, session: Session, changed: str) -> None:
    where = room(session)
    response = client.sign_in(make.manager(session, where)).get(path_of(where, changed=changed))
    assert response.status_code == 200
    assert "Undo" not in response.text


def test_others_bookings_are_not_told_of_by_guessing_what_changed(
    client: PageClient, session: Session
) -> None:
    where, elsewhere = room(session), room(session)
    manager = make.manager(session, where)
    booking = own_work(session, manager, where, days(10, 15))
    services.propose_move(
        session, manager, booking.id, cleanroom_id=where.id, slot=days(20, 25), why="Filters.", at=now()
    )
    session.commit()
    for stranger in (make.manager(session, elsewhere), make.founder(session)):
        for at in (where, elsewhere):
            page = client.sign_in(stranger).get(path_of(at, changed=f"booking-{booking.id}")).text
            assert "Own work" not in page
            assert "Undo" not in page


# Files, data, and what they cost


def test_the_files_hold_what_is_shown(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.default_changeover_days = 0
    manager = make.manager(session, where)
    own_work(session, manager, where, days(10, 15))
    client.sign_in(manager)
    lines = client.get(path_of(where, ".csv")).text.splitlines()
    assert len(lines) == 2
    assert "Own work" in lines[1]
    assert client.get(path_of(where, ".xlsx")).data[:2] == b"PK"
    one = data(client, where)["taken"][0]
    assert datetime.fromisoformat(one["start"]) == days(10, 15).start
    assert (one["what"], one["state"], one["kind"]) == ("Own work", "Confirmed", "firm")
    files = ("csv", "xlsx", "json")
    page = client.get(path_of(where, kind="bookings")).text
    assert [f"calendar.{kind}?kind=bookings" in page for kind in files] == [True] * 3


def crowd(session: Session, facility_room: Cleanroom, *, number: int) -> list[Cleanroom]:
    """Store one month of so many bookings by the hour in ten cleanrooms of a facility, without asking any rule."""
    others = [room(session, unit=BookingUnit.HOUR, where=facility_room.facility) for _ in range(9)]
    rooms = [facility_room, *others]
    each = number // len(rooms)
    start = midnight(date(2027, 3, 1), ZONE)
    owners = [make.organisation(session) for _ in range(20)]
    projects = [make.project(session, owner) for owner in owners]
    session.flush()
    first = (session.scalar(select(Block.id).order_by(Block.id.desc()).limit(1)) or 0) + 1
    taken, bookings = [], []
    for place, where in enumerate(rooms):
        for turn in range(each):
            at = start + timedelta(hours=3 * turn)
            block_id = first + place * each + turn
            taken.append(
                {
                    "id": block_id,
                    "cleanroom_id": where.id,
                    "kind": BlockKind.BOOKING,
                    "starts_at": at,
                    "ends_at": at + timedelta(hours=3),
                }
            )
            who = (place + turn) % len(owners)
            bookings.append(
                {
                    "block_id": block_id,
                    "state": BookingState.CONFIRMED,
                    "organisation_id": owners[who].id,
                    "project_id": projects[who].id,
                    "title": f"Run {turn}",
                    "run_kind": "other",
                    "created_at": now(),
                    "is_demo": False,
                    "version": 1,
                }
            )
    session.execute(insert(Block), taken)
    session.execute(insert(Base.metadata.tables[Booking.__tablename__]), bookings)
    session.commit()
    return rooms


def test_a_month_of_2000_bookings_is_data_in_few_questions(client: PageClient, session: Session) -> None:
    where = room(session, unit=BookingUnit.HOUR)
    manager = make.manager(session, where)
    crowd(session, where, number=2000)
    client.sign_in(manager)
    asked = path_of(where, ".json", scale="month", **{"from": "2027-03-01"})
    assert len(json.loads(client.get(asked).text)["taken"]) == 2000
    assert questions(client, asked) == 9  # three of them for who is asking, one for what bars the rooms


@pytest.mark.parametrize("scale", SCALES)
def test_the_number_of_questions_does_not_grow(client: PageClient, session: Session, scale: str) -> None:
    where = room(session)
    manager = make.manager(session, where)

    def fill(first: int) -> None:
        booked(session, manager, where, days(first, first + 2))
        arrived(session, where, days(first, first + 2))
        closed(session, manager, where, days(first + 4, first + 5))

    fill(1)
    client.sign_in(manager)
    paths = [path_of(where, ending, scale=scale) for ending in ("", ".csv", ".json")]
    for path in paths:
        client.get(path)
    few = [questions(client, path) for path in paths]
    for first in (10, 20, 30):
        fill(first)
    assert [questions(client, path) for path in paths] == few


# When nothing may run


def until(where: Cleanroom, day: int) -> None:
    """Let the qualification of a cleanroom run out so many days from today."""
    where.qualified_until = now().date() + timedelta(days=day - 1)


def test_what_has_run_out_is_drawn_with_its_reason_around_what_takes_the_room(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    where.facility.default_changeover_days = 0
    manager = make.manager(session, where)
    own_work(session, manager, where, days(10, 12))
    until(where, 5)
    session.commit()
    client.sign_in(manager)
    page = client.get(path_of(where)).text
    barred = [bar for bar in drawn(page) if "is-barred" in bar]
    assert len(barred) == 2  # before the work and after it
    assert "The qualification of the room has run out: nothing may run" in page
    assert "Nothing may run" in page  # the legend
    (line,) = [one for one in data(client, where)["taken"] if one["kind"] == "barred"]
    assert line["start"].startswith((now().date() + timedelta(days=5)).isoformat())
    assert [one["kind"] for one in data(client, where, kind="barred")["taken"]] == ["barred"]


def test_others_read_that_a_room_cannot_be_booked_and_not_why(client: PageClient, session: Session) -> None:
    where = room(session)
    until(where, 5)
    session.commit()
    page = client.get(path_of(where)).text
    assert "Can’t be booked" in page
    assert "qualification of the room" not in page
    assert [bar for bar in drawn(page) if "is-barred" in bar]


def test_what_bars_only_some_work_stands_in_the_table_and_leaves_the_room_free(
    client: PageClient, session: Session
) -> None:
    where = room(session, equipment=["co2_incubator"])
    session.add(
        EquipmentValidity(
            cleanroom_id=where.id, equipment="co2_incubator", valid_until=now().date() + timedelta(days=4)
        )
    )
    session.commit()
    page = client.sign_in(make.manager(session, where)).get(path_of(where)).text
    assert "is not qualified: no work that needs it" in page
    assert not [bar for bar in drawn(page) if "is-barred" in bar]


def test_a_facility_that_carries_no_more_runs_bars_its_other_rooms(session: Session) -> None:
    where, other = room(session), room(session)
    other.facility = where.facility
    where.facility.most_runs, where.facility.default_changeover_days = 1, 0
    manager = make.manager(session, where)
    session.commit()
    own_work(session, manager, where, days(10, 12))
    found = barred_times(session, [where, other], days(0, 30))
    assert [(one.cleanroom_id, one.slot, one.code) for one in found] == [
        (other.id, days(10, 12), "staff_at_limit")
    ]
