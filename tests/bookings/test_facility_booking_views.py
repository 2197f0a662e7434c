"""The facility's bookings, closures and calendar: what managers do there, and what others see of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings import services
from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    BookingState,
    Closure,
    ClosureKind,
    MoveProposal,
    MoveState,
)
from portal.bookings.roomtime import local_day
from portal.core.actors import Role
from portal.core.clock import now
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom
from tests import make
from tests.bookings.facility import ZONE, arrived, booked, days, room
from tests.bookings.test_inbox_views import statements
from tests.client import PageClient


def written(window: Slot) -> tuple[str, str]:
    """Return the first and the last day of a window as a form has them."""
    last = local_day(window.end - timedelta(minutes=1), ZONE)
    return local_day(window.start, ZONE).isoformat(), last.isoformat()


def entry(where: Cleanroom, window: Slot, **values: str) -> dict[str, str]:
    first, last = written(window)
    return {"cleanroom": str(where.id), "starts_on": first, "ends_on": last, "title": "Own work", **values}


def test_a_booking_without_a_request_takes_the_room(client: PageClient, session: Session) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    response = client.post(
        "/bookings/new", entry(where, days(10, 13), run_kind="other", process_class="lv_rv")
    )
    assert response.status_code == 303
    booking = session.scalars(select(Booking)).one()
    assert (booking.slot, booking.state, booking.process_class) == (
        days(10, 13),
        BookingState.CONFIRMED,
        "lv_rv",
    )
    page = client.get(response.headers["Location"])
    assert "Own work" in page.text
    assert "Entered:" in page.text


def test_a_booking_of_the_past_is_completed(client: PageClient, session: Session) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    assert client.post("/bookings/new", entry(where, days(-20, -15))).status_code == 303
    assert session.scalars(select(Booking)).one().state is BookingState.COMPLETED


def test_a_room_that_is_taken_is_refused_and_what_was_typed_stays(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booked(session, manager, where, days(10, 15))
    response = client.sign_in(manager).post("/bookings/new", entry(where, days(12, 18), title="Kept words"))
    assert response.status_code == 422
    assert "is taken" in response.text
    assert "Kept words" in response.text
    assert len(session.scalars(select(Booking)).all()) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends_on": "2020-01-01", "starts_on": "2020-01-05"}, "ends before it starts"),
        ({"starts_on": "1027-01-01"}, "is not between"),
        ({"starts_on": "2090-01-01", "ends_on": "2090-01-02"}, "is too far ahead"),
        ({"starts_on": "1999-01-01", "ends_on": "1999-01-02"}, "is too long ago"),
        ({"starts_on": "yesterday"}, "Not a valid date"),
        ({"title": ""}, "This is needed"),
        ({"title": "x" * 200}, "At most 160 characters"),
        ({"cleanroom": "999999"}, "Choose one of the listed answers"),
        ({"process_class": "magic"}, "Choose one of the listed answers"),
        ({"run_kind": "magic"}, "Choose one of the listed answers"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    client: PageClient, session: Session, change: dict[str, str], sentence: str
) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    response = client.post("/bookings/new", {**entry(where, days(10, 13)), **change})
    assert response.status_code == 422
    assert sentence in response.text
    assert session.scalars(select(Booking)).all() == []


def test_a_room_of_another_facility_cannot_be_booked(client: PageClient, session: Session) -> None:
    where, elsewhere = room(session), room(session)
    client.sign_in(make.manager(session, where))
    response = client.post("/bookings/new", entry(elsewhere, days(10, 13)))
    assert response.status_code == 422
    assert elsewhere.name not in response.text


def test_a_room_by_the_hour_is_booked_by_the_hour(client: PageClient, session: Session) -> None:
    where = room(session, unit=BookingUnit.HOUR)
    where.facility.default_changeover_days = 0
    client.sign_in(make.manager(session, where))
    first, _last = written(days(10, 11))
    data = {**entry(where, days(10, 11)), "ends_on": first, "starts_hour": "9", "ends_hour": "12"}
    assert client.post("/bookings/new", data).status_code == 303
    slot = session.scalars(select(Booking)).one().slot
    assert slot == Slot(days(10, 11).start + timedelta(hours=9), days(10, 11).start + timedelta(hours=12))


def test_the_list_is_filtered_sorted_counted_and_exported(client: PageClient, session: Session) -> None:
    where = room(session)
    other = room(session, where=where.facility)
    manager = make.manager(session, where)
    late, early = booked(session, manager, where, days(30, 35)), booked(session, manager, other, days(10, 15))
    names = [session.get_one(Organisation, one.organisation_id).name for one in (early, late)]
    client.sign_in(manager)
    text = client.get("/bookings").text
    assert "2 bookings" in text
    assert 0 < text.index(names[0]) < text.index(names[1])
    text = client.get("/bookings?sort=-start").text
    assert 0 < text.index(names[1]) < text.index(names[0])
    text = client.get(f"/bookings?room={where.id}").text
    assert names[1] in text
    assert names[0] not in text
    first, last = written(days(10, 15))
    assert "1 booking" in client.get(f"/bookings?from={first}&to={last}").text
    assert "No booking fits the filter." in client.get("/bookings?state=no_show").text
    lines = client.get(f"/bookings.csv?room={where.id}").text.splitlines()
    assert len(lines) == 2
    assert names[1] in lines[1]
    assert client.get("/bookings.xlsx").data[:2] == b"PK"


def test_an_empty_list_says_what_to_do(client: PageClient, session: Session) -> None:
    client.sign_in(make.manager(session, room(session)))
    assert "Nothing is booked from today on." in client.get("/bookings").text


def test_filters_that_cannot_be_are_named_and_left_out(client: PageClient, session: Session) -> None:
    client.sign_in(make.manager(session, room(session)))
    response = client.get("/bookings?from=yesterday&state=magic&room=9999&sort=magic&page=999")
    assert response.status_code == 200
    assert response.text.count("left out") == 4


def test_a_booking_is_used_and_completed(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(0, 5), waiting_since=now())
    client.sign_in(manager)
    path = f"/bookings/{booking.id}"
    assert "Mark in use…" in client.get(path).text
    assert client.post(f"{path}/start", {"start-version": str(booking.version)}).status_code == 303
    assert client.post(f"{path}/complete", {"complete-note": "All went well."}).status_code == 303
    session.expire_all()
    assert booking.state is BookingState.COMPLETED
    assert booking.slot.end < days(0, 5).end
    assert "All went well." in client.get(path).text


def test_nobody_came_frees_the_rest(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(0, 5))
    client.sign_in(manager)
    assert client.post(f"/bookings/{booking.id}/no-show", {"no_show-note": "No word."}).status_code == 303
    session.expire_all()
    assert (booking.state, booking.slot.end) == (BookingState.NO_SHOW, days(0, 1).end)


def test_a_booking_cannot_start_before_its_day(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(10, 15))
    client.sign_in(manager)
    response = client.post(f"/bookings/{booking.id}/start", {})
    assert response.status_code == 422
    assert "The booking starts on" in response.text


def test_a_condition_is_confirmed(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    request = arrived(session, where, days(30, 35))
    booking = services.approve_request(
        session, manager, request.id, condition="Permit", condition_until=days(5, 6).end, at=now()
    )
    session.commit()
    client.sign_in(manager)
    assert "Condition met…" in client.get(f"/bookings/{booking.id}").text
    assert client.post(f"/bookings/{booking.id}/confirm", {}).status_code == 303
    session.expire_all()
    assert booking.state is BookingState.CONFIRMED


def test_a_cancellation_needs_a_reason_and_frees_the_time(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(30, 35))
    client.sign_in(manager)
    path = f"/bookings/{booking.id}/cancel"
    assert client.post(path, {"cancel-note": ""}).status_code == 422
    assert client.post(path, {"cancel-note": "The air handling is broken."}).status_code == 303
    session.expire_all()
    assert (booking.state, booking.fee) == (BookingState.CANCELLED, 0)
    assert client.post(path, {"cancel-note": "Again."}).status_code == 422


def test_a_stale_booking_page_changes_nothing(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(30, 35))
    client.sign_in(manager)
    data = {"cancel-note": "Broken.", "cancel-version": str(booking.version + 1)}
    response = client.post(f"/bookings/{booking.id}/cancel", data)
    assert response.status_code == 422
    assert "Somebody has changed this since your page was made" in response.text
    session.expire_all()
    assert booking.state is BookingState.CONFIRMED


def test_the_other_side_is_asked_before_its_booking_moves(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(30, 35))
    client.sign_in(manager)
    first, _last = written(days(40, 45))
    path = f"/bookings/{booking.id}"
    data = {"move-cleanroom": str(where.id), "move-starts_on": first, "move-note": "Filters are changed."}
    assert client.post(f"{path}/move", data).status_code == 303
    session.expire_all()
    assert booking.slot == days(30, 35)
    proposal = session.scalars(select(MoveProposal)).one()
    assert "You proposed to move it" in client.get(path).text
    assert client.post(f"{path}/moves/{proposal.id}/withdraw", {}).status_code == 303
    session.expire_all()
    assert proposal.state is MoveState.WITHDRAWN


def test_the_terms_may_let_a_booking_move_at_once(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.moves_without_asking_days = 20
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(30, 35))
    client.sign_in(manager)
    first, _last = written(days(40, 45))
    data = {"move-cleanroom": str(where.id), "move-starts_on": first, "move-note": "Filters are changed."}
    assert client.post(f"/bookings/{booking.id}/move", data).status_code == 303
    session.expire_all()
    assert booking.slot == days(40, 45)


def test_own_work_moves_to_a_free_time_and_not_to_a_taken_one(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booked(session, manager, where, days(40, 45))
    client.sign_in(manager)
    client.post("/bookings/new", entry(where, days(10, 13)))
    own = session.scalars(select(Booking).where(Booking.request_id.is_(None))).one()

    def move(window: Slot) -> int:
        first, last = written(window)
        return client.post(
            f"/bookings/{own.id}/move",
            {
                "move-cleanroom": str(where.id),
                "move-starts_on": first,
                "move-ends_on": last,
                "move-note": "Moved.",
            },
        ).status_code

    assert move(days(41, 44)) == 422
    assert move(days(20, 22)) == 303
    session.expire_all()
    assert own.slot == days(20, 22)


def test_the_requesters_proposal_is_answered(client: PageClient, session: Session) -> None:
    where = room(session)
    manager, asker = make.manager(session, where), make.founder(session)
    booking = booked(session, manager, where, days(30, 35), by=asker)
    client.sign_in(manager)
    for answer, state in (("decline", MoveState.DECLINED), ("accept", MoveState.ACCEPTED)):
        proposal = services.propose_move(
            session,
            asker,
            booking.id,
            cleanroom_id=where.id,
            slot=days(50, 55),
            why="Cells grow slowly.",
            at=now(),
        )
        session.commit()
        assert isinstance(proposal, MoveProposal)
        assert "The requester proposes to move it" in client.get(f"/bookings/{booking.id}").text
        path = f"/bookings/{booking.id}/moves/{proposal.id}/{answer}"
        assert client.post(path, {"answer-note": "Fine."}).status_code == 303
        session.expire_all()
        assert proposal.state is state
    assert booking.slot == days(50, 55)


ACTIONS = ("confirm", "start", "complete", "no-show", "cancel", "move", "moves/1/accept")


@pytest.mark.parametrize("who", ["another manager", "the founder", "another founder"])
def test_for_strangers_a_booking_does_not_exist(client: PageClient, session: Session, who: str) -> None:
    where = room(session)
    asker = make.founder(session)
    booking = booked(session, make.manager(session, where), where, days(30, 35), by=asker)
    stranger = {
        "another manager": lambda: make.manager(session, room(session)),
        "the founder": lambda: asker,
        "another founder": lambda: make.founder(session),
    }[who]()
    client.sign_in(stranger)
    assert client.get(f"/bookings/{booking.id}").status_code == 404
    for action in ACTIONS:
        assert client.post(f"/bookings/{booking.id}/{action}", {}).status_code == 404
    session.expire_all()
    assert booking.state is BookingState.CONFIRMED


def test_quality_people_read_bookings_and_change_nothing(client: PageClient, session: Session) -> None:
    where = room(session)
    booking = booked(session, make.manager(session, where), where, days(30, 35))
    client.sign_in(make.duty(session, where.facility, Role.QA))
    text = client.get(f"/bookings/{booking.id}").text
    assert "A manager of the facility changes it." in text
    assert "Cancel…" not in text
    for action in ACTIONS:
        assert client.post(f"/bookings/{booking.id}/{action}", {}).status_code == 404
    assert client.get("/bookings/new").status_code == 404
    assert client.post("/bookings/new", entry(where, days(60, 62))).status_code == 404


def test_wrong_booking_ids_are_not_found(client: PageClient, session: Session) -> None:
    client.sign_in(make.manager(session, room(session)))
    for path in ("/bookings/999999", "/bookings/99999999999999999999", "/closures/999999"):
        assert client.get(path).status_code == 404


# Closures


def test_a_cleanroom_is_closed_moved_and_opened_again(client: PageClient, session: Session) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    data = {**entry(where, days(10, 13)), "kind": "maintenance", "reason": "Filters"}
    assert client.post("/closures/new", data).status_code == 303
    closure = session.scalars(select(Closure)).one()
    assert closure.block.slot == days(10, 13)
    assert "Filters" in client.get("/closures").text
    path = f"/closures/{closure.id}"
    first, last = written(days(20, 22))
    assert client.get(path).status_code == 200
    assert client.post(f"{path}/move", {"starts_on": first, "ends_on": last}).status_code == 303
    session.expire_all()
    assert closure.block.slot == days(20, 22)
    assert client.post(f"{path}/lift", {}).status_code == 303
    session.expire_all()
    assert session.scalars(select(Closure)).all() == []
    assert client.post(f"{path}/lift", {}).status_code == 404


def test_a_closure_never_pushes_anybody_out(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booked(session, manager, where, days(10, 15))
    client.sign_in(manager)
    response = client.post("/closures/new", {**entry(where, days(12, 20)), "kind": "other"})
    assert response.status_code == 422
    assert "is taken" in response.text
    assert session.scalars(select(Closure)).all() == []


@pytest.mark.parametrize(
    "change", [{"ends_on": "2020-01-01"}, {"starts_on": "2090-01-01", "ends_on": "2090-02-01"}, {"kind": "x"}]
)
def test_a_closure_that_cannot_be_is_refused(
    client: PageClient, session: Session, change: dict[str, str]
) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    data = {**entry(where, days(10, 13)), "kind": "other", **change}
    assert client.post("/closures/new", data).status_code == 422
    assert session.scalars(select(Closure)).all() == []


def test_closures_of_another_facility_are_not_there(client: PageClient, session: Session) -> None:
    where = room(session)
    services.close_cleanroom(
        session,
        make.manager(session, where),
        cleanroom_id=where.id,
        slot=days(10, 13),
        kind=ClosureKind.MAINTENANCE,
        note="Filters",
        at=now(),
    )
    session.commit()
    closure = session.scalars(select(Closure)).one()
    for stranger in (make.manager(session, room(session)), make.founder(session)):
        client.sign_in(stranger)
        assert client.get(f"/closures/{closure.id}").status_code == 404
        assert client.post(f"/closures/{closure.id}/move", {}).status_code == 404
        assert client.post(f"/closures/{closure.id}/lift", {}).status_code == 404
    client.sign_in(make.duty(session, where.facility, Role.QA))
    assert "Filters" in client.get("/closures").text
    assert client.post(f"/closures/{closure.id}/lift", {}).status_code == 404
    session.expire_all()
    assert len(session.scalars(select(Closure)).all()) == 1


# Calendar


def test_the_calendar_names_what_takes_a_room_to_people_with_a_duty_there(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booking = booked(session, manager, where, days(10, 15))
    text = client.sign_in(manager).get(f"/facilities/{where.facility.slug}/calendar").text
    assert session.get_one(Organisation, booking.organisation_id).name in text
    assert f"/bookings/{booking.id}" in text
    assert "Changeover" in text


def test_the_calendar_begins_with_the_week_of_any_day(client: PageClient, session: Session) -> None:
    where = room(session)
    path = f"/facilities/{where.facility.slug}/calendar"
    assert 'value="2027-01-04"' in client.get(f"{path}?from=2027-01-07").text
    for wrong in ("yesterday", "1027-01-01", "2100-12-31", "99999-01-01"):
        assert (
            "That is not a day near ours, so the present is shown." in client.get(f"{path}?from={wrong}").text
        )
    assert client.get("/facilities/nowhere/calendar").status_code == 404


def test_the_number_of_questions_does_not_grow_with_the_bookings(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    manager = make.manager(session, where)
    booked(session, manager, where, days(10, 15))
    arrived(session, where, days(10, 15))
    client.sign_in(manager)
    paths = ("/bookings", f"/facilities/{where.facility.slug}/calendar", "/closures")
    for path in paths:
        client.get(path)
    few = [statements(client, path) for path in paths]
    for number in range(5):
        booked(session, manager, where, days(25 + 10 * number, 28 + 10 * number))
        arrived(session, where, days(25 + 10 * number, 28 + 10 * number))
    assert [statements(client, path) for path in paths] == few


def test_a_closure_may_lie_over_a_changeover(client: PageClient, session: Session) -> None:
    where = room(session)
    where.facility.default_changeover_days = 4
    manager = make.manager(session, where)
    booked(session, manager, where, days(10, 15))
    client.sign_in(manager)
    data = {**entry(where, days(16, 18)), "kind": "requalification"}
    assert client.post("/closures/new", data).status_code == 303
    kinds = session.scalars(select(Block.kind).order_by(Block.starts_at)).all()
    assert kinds == [BlockKind.BOOKING, BlockKind.CHANGEOVER, BlockKind.CLOSURE]
