"""The manager's inbox: what waits, what a decision needs, and that nobody else decides or sees it."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings import services
from portal.bookings.models import Booking, BookingState, RequestState, SlotRequest
from portal.bookings.views import inbox
from portal.core.actors import Actor, Role
from portal.core.clock import now
from portal.ledger import Entry
from portal.store import db
from tests import make
from tests.bookings.facility import arrived, days, room
from tests.client import PageClient


def asker_name(session: Session, request: SlotRequest) -> str:
    return session.get_one(Organisation, request.organisation_id).name


def approve(client: PageClient, request: SlotRequest, **values: str) -> int:
    data = {"approve-version": str(request.version), **values}
    return client.post(f"/inbox/{request.id}/approve", data).status_code


def test_the_inbox_shows_what_waits_longest_first(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    younger = arrived(session, where, days(60, 65), waiting_since=now() - timedelta(days=2))
    older = arrived(session, where, days(30, 35), waiting_since=now() - timedelta(days=9))
    text = client.sign_in(manager).get("/inbox").text
    assert "Waiting for you" in text
    assert 0 < text.index(asker_name(session, older)) < text.index(asker_name(session, younger))
    assert "2 requests wait for you · the longest for 9 days" in text


def test_an_empty_inbox_says_so(client: PageClient, session: Session) -> None:
    manager = make.manager(session, room(session))
    assert "Nothing waits for a decision." in client.sign_in(manager).get("/inbox").text


def test_the_filters_stand_in_the_address(client: PageClient, session: Session) -> None:
    first = room(session)
    second = room(session, where=first.facility)
    manager = make.manager(session, first)
    here, there = arrived(session, first, days(30, 35)), arrived(session, second, days(30, 35))
    client.sign_in(manager)
    text = client.get(f"/inbox?room={first.id}").text
    assert asker_name(session, here) in text
    assert asker_name(session, there) not in text
    assert "Nothing here fits the filter." in client.get("/inbox?state=rejected").text
    assert client.get("/inbox?room=999999&state=nonsense&facility=x").status_code == 200


def test_a_decision_sees_rules_competitors_changeover_and_where_they_could_move(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    where.facility.default_changeover_days = 3
    manager = make.manager(session, where)
    request, rival = (arrived(session, where, days(30, 35)) for _ in range(2))
    text = client.sign_in(manager).get(f"/inbox/{request.id}").text
    assert "No booking, hold or closure is in the way." in text
    assert "Overlaps a request of " + asker_name(session, rival) in text
    assert "could move to" in text
    assert "both be served" in text
    assert "and in changeover" in text
    assert "1 competing request stays as it is" in text
    assert "Overlaps 1 request" in text
    assert request.project.name in text


def test_both_sides_of_an_overlap_show_it(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    first, second = (arrived(session, where, days(30, 35)) for _ in range(2))
    client.sign_in(manager)
    assert asker_name(session, second) in client.get(f"/inbox/{first.id}").text
    assert approve(client, first) == 303
    text = client.get(f"/inbox/{second.id}").text
    assert "Not bookable any more" in text
    assert "is taken" in text
    session.expire_all()
    assert second.state is RequestState.SUBMITTED


def test_approval_books_the_room_and_says_so(client: PageClient, session: Session) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    assert approve(client, request, **{"approve-note": "Welcome."}) == 303
    assert session.scalars(select(Booking)).one().state is BookingState.CONFIRMED
    assert "is booked" in client.get(f"/inbox/{request.id}").text


def test_a_condition_holds_the_window_until_its_day(client: PageClient, session: Session) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    last = (now() + timedelta(days=10)).date()
    values = {"approve-condition": "GMO notification", "approve-condition_until": last.isoformat()}
    assert approve(client, request, **values) == 303
    booking = session.scalars(select(Booking)).one()
    assert (booking.state, booking.condition) == (BookingState.HELD, "GMO notification")


def test_a_condition_without_a_day_is_refused_and_keeps_what_was_typed(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    response = client.post(
        f"/inbox/{request.id}/approve",
        {"approve-version": "1", "approve-condition": "GMO notification", "approve-note": "Kept words"},
    )
    assert response.status_code == 422
    assert "needs a day until when it must be met" in response.text
    assert "Kept words" in response.text
    assert session.scalars(select(Booking)).all() == []


def test_a_taken_window_is_refused_with_the_reason(client: PageClient, session: Session) -> None:
    where = room(session)
    manager = make.manager(session, where)
    first, second = (arrived(session, where, days(30, 35)) for _ in range(2))
    client.sign_in(manager)
    assert approve(client, first) == 303
    response = client.post(f"/inbox/{second.id}/approve", {"approve-version": "1"})
    assert response.status_code == 422
    assert "is taken" in response.text


def test_a_form_sent_twice_changes_nothing_twice(client: PageClient, session: Session) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    data = {"approve-version": str(request.version)}
    assert client.post(f"/inbox/{request.id}/approve", data).status_code == 303
    assert client.post(f"/inbox/{request.id}/approve", data).status_code == 422
    assert len(session.scalars(select(Booking)).all()) == 1
    assert session.scalars(select(Entry.name).where(Entry.name == "request.approved")).all() == [
        "request.approved"
    ]


def test_a_stale_page_shows_what_has_changed(client: PageClient, session: Session) -> None:
    where = room(session)
    manager, colleague = make.manager(session, where), make.manager(session, where)
    request = arrived(session, where, days(30, 35))
    shown = str(request.version)
    services.waitlist_request(session, colleague, request.id, note="Later perhaps.", at=now())
    session.commit()
    response = client.sign_in(manager).post(
        f"/inbox/{request.id}/reject", {"reject-version": shown, "reject-note": "No room.", "reject-seen": ""}
    )
    assert response.status_code == 422
    assert "Somebody has changed this since your page was made" in response.text
    assert "What has happened since your page was made" in response.text
    assert "Put on the facility’s waiting list." in response.text
    assert "No room." in response.text
    session.expire_all()
    assert request.state is RequestState.WAITLISTED


def test_another_window_is_offered_from_the_list(client: PageClient, session: Session) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    chosen = days(40, 45)
    response = client.post(
        f"/inbox/{request.id}/offer",
        {
            "offer-version": "1",
            "offer-window": f"{where.id}@{chosen.start.isoformat()}",
            "offer-note": "Better?",
        },
    )
    assert response.status_code == 303
    booking = session.scalars(select(Booking)).one()
    assert (booking.state, booking.slot) == (BookingState.HELD, chosen)


def test_another_window_is_offered_from_a_room_and_a_day(client: PageClient, session: Session) -> None:
    where = room(session)
    other = room(session, where=where.facility)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    response = client.post(
        f"/inbox/{request.id}/offer",
        {
            "offer-version": "1",
            "offer-window": "free",
            "offer-cleanroom": str(other.id),
            "offer-starts_on": (days(50, 51).start + timedelta(hours=12)).date().isoformat(),
        },
    )
    assert response.status_code == 303
    assert session.scalars(select(Booking)).one().block.cleanroom_id == other.id


@pytest.mark.parametrize(
    "data",
    [
        {"offer-window": "free"},
        {"offer-window": "free", "offer-cleanroom": "", "offer-starts_on": "1027-01-01"},
        {"offer-window": "999999@2027-01-01T00:00:00+00:00"},
        {"offer-window": "nonsense"},
    ],
)
def test_an_offer_without_a_window_is_refused(
    client: PageClient, session: Session, data: dict[str, str]
) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    response = client.post(f"/inbox/{request.id}/offer", {"offer-version": "1", **data})
    assert response.status_code == 422
    assert session.scalars(select(Booking)).all() == []


def test_an_offer_in_a_room_of_another_facility_is_refused(client: PageClient, session: Session) -> None:
    where, elsewhere = room(session), room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    window = f"{elsewhere.id}@{days(40, 45).start.isoformat()}"
    response = client.post(f"/inbox/{request.id}/offer", {"offer-version": "1", "offer-window": window})
    assert response.status_code == 422
    assert elsewhere.name not in response.text


def test_waitlist_ask_and_reject(client: PageClient, session: Session) -> None:
    where = room(session)
    client.sign_in(make.manager(session, where))
    for step, state, note in (
        ("waitlist", RequestState.WAITLISTED, ""),
        ("ask", RequestState.NEEDS_INFO, "Which cell bank?"),
        ("reject", RequestState.REJECTED, "We are closed in spring."),
    ):
        request = arrived(session, where, days(30, 35))
        path = f"/inbox/{request.id}/{step}"
        response = client.post(path, {f"{step}-version": "1", f"{step}-note": note})
        assert response.status_code == 303
        session.expire_all()
        assert request.state is state
        assert note in client.get(f"/inbox/{request.id}").text


@pytest.mark.parametrize("step", ["ask", "reject"])
def test_a_question_and_a_rejection_need_words(client: PageClient, session: Session, step: str) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    response = client.post(f"/inbox/{request.id}/{step}", {f"{step}-version": "1", f"{step}-note": "  "})
    assert response.status_code == 422
    session.expire_all()
    assert request.state is RequestState.SUBMITTED


def test_a_text_of_ten_megabytes_is_refused(client: PageClient, session: Session) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    response = client.post(
        f"/inbox/{request.id}/reject", {"reject-version": "1", "reject-note": "x" * 10_000_000}
    )
    assert response.status_code in {413, 422}
    session.expire_all()
    assert request.state is RequestState.SUBMITTED


def test_a_request_is_handed_over_to_a_colleague(client: PageClient, session: Session) -> None:
    where = room(session)
    manager, colleague = make.manager(session, where), make.manager(session, where)
    request = arrived(session, where, days(30, 35))
    client.sign_in(manager)
    data = {"hand_over-version": "1", "hand_over-colleague": str(colleague.user_id)}
    assert client.post(f"/inbox/{request.id}/hand-over", data).status_code == 303
    session.expire_all()
    assert request.handled_by_id == colleague.user_id
    stranger = make.manager(session, room(session))
    data = {"hand_over-version": "2", "hand_over-colleague": str(stranger.user_id)}
    assert client.post(f"/inbox/{request.id}/hand-over", data).status_code == 422


STEPS = ("approve", "offer", "waitlist", "ask", "reject", "hand-over")
Stranger = Callable[[Session, SlotRequest], Actor]


@pytest.mark.parametrize(
    "stranger",
    [
        lambda session, _request: make.manager(session, room(session)),
        lambda session, _request: make.founder(session),
        lambda session, request: make.founder(
            session, session.get_one(Organisation, request.organisation_id)
        ),
        lambda session, _request: make.administrator(session),
    ],
    ids=["another facility's manager", "another founder", "the founder who asked", "an administrator"],
)
def test_for_strangers_the_inbox_does_not_exist(
    client: PageClient, session: Session, stranger: Stranger
) -> None:
    request = arrived(session, room(session), days(30, 35))
    client.sign_in(stranger(session, request))
    assert client.get(f"/inbox/{request.id}").status_code == 404
    for step in STEPS:
        assert client.post(f"/inbox/{request.id}/{step}", {}).status_code == 404
    session.expire_all()
    assert request.state is RequestState.SUBMITTED


def test_visitors_sign_in_first(client: PageClient) -> None:
    assert client.get("/inbox").status_code == 302


def test_wrong_ids_are_not_found(client: PageClient, session: Session) -> None:
    client.sign_in(make.manager(session, room(session)))
    for path in ("/inbox/999999", "/inbox/99999999999999999999", "/inbox/x"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", [Role.QA, Role.QP])
def test_quality_people_read_and_do_not_decide(client: PageClient, session: Session, role: Role) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.duty(session, where.facility, role))
    text = client.get(f"/inbox/{request.id}").text
    assert "You may read this request." in text
    assert "Approve…" not in text
    for step in STEPS:
        assert client.post(f"/inbox/{request.id}/{step}", {}).status_code == 404


def test_nobody_decides_on_their_own_organisations_request(client: PageClient, session: Session) -> None:
    where = room(session)
    operator = where.facility.operator
    assert operator is not None
    request = arrived(session, where, days(30, 35), by=make.founder(session, operator))
    client.sign_in(make.manager(session, where))
    text = client.get(f"/inbox/{request.id}").text
    assert "nobody decides on their own" in text
    assert "Approve…" not in text
    response = client.post(f"/inbox/{request.id}/approve", {"approve-version": "1"})
    assert response.status_code == 422
    assert "Nobody decides on their own organisation" in response.text


@pytest.mark.parametrize(("first", "last", "status"), [(-3, 3, 303), (-9, -1, 404), (2, 9, 404)])
def test_a_deputy_decides_within_their_days(
    client: PageClient, session: Session, first: int, last: int, status: int
) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    today = now().date()
    deputy = make.duty(
        session,
        where.facility,
        Role.FACILITY_MANAGER,
        starts_on=today + timedelta(days=first),
        ends_on=today + timedelta(days=last),
        stands_in_for_id=make.manager(session, where).user_id,
    )
    client.sign_in(deputy)
    assert approve(client, request) == status


def test_a_rejected_request_shows_nothing_of_its_project_any_more(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    manager = make.manager(session, where)
    request = arrived(session, where, days(30, 35))
    services.reject_request(session, manager, request.id, note="No.", at=now())
    session.commit()
    text = client.sign_in(manager).get(f"/inbox/{request.id}").text
    assert request.reference in text
    for hidden in (request.project.name, asker_name(session, request), request.project.teaser):
        assert hidden not in text


def asked_by(client: PageClient, work: Callable[[], int], code: int) -> list[str]:
    """Return the statements of a request that is answered with a code."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    engine = db._app_engines[client._client.application][None].engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert work() == code
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return found


def statements(client: PageClient, path: str) -> int:
    return len(asked_by(client, lambda: client.get(path).status_code, 200))


def test_a_decision_asks_nothing_twice(client: PageClient, session: Session) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(make.manager(session, where))
    asked = asked_by(client, lambda: approve(client, request), 303)
    times = Counter(statement for statement in asked if statement.startswith("SELECT"))
    assert times
    assert {statement for statement, count in times.items() if count > 1} == set()


def test_the_number_of_questions_does_not_grow_with_the_requests(
    client: PageClient, session: Session
) -> None:
    where = room(session)
    manager = make.manager(session, where)
    arrived(session, where, days(30, 35))
    arrived(session, where, days(30, 35))
    client.sign_in(manager)
    client.get("/inbox")
    few = statements(client, "/inbox")
    for number in range(6):
        arrived(session, room(session, where=where.facility), days(30 + number, 35 + number))
        arrived(session, where, days(30 + number, 35 + number))
    assert statements(client, "/inbox") <= few


def test_the_inbox_comes_in_pages_and_says_how_much_waits_on_all_of_them(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    where = room(session)
    manager = make.manager(session, where)
    asked = [
        arrived(
            session,
            where,
            days(30 + 10 * number, 35 + 10 * number),
            waiting_since=now() - timedelta(days=9 - number),
        )
        for number in range(3)
    ]
    client.sign_in(manager)
    first, second = client.get("/inbox").text, client.get("/inbox?page=2").text
    for page in (first, second):
        assert "3 requests wait for you · the longest for 9 days" in page
    assert [f"/inbox/{one.id}" in first for one in asked] == [True, True, False]
    assert [f"/inbox/{one.id}?page=2" in second for one in asked] == [False, False, True]
    assert len(client.get("/inbox.csv?page=2").text.splitlines()) == 4
    for number, one in enumerate(asked):
        one.state, one.decided_at = RequestState.REJECTED, now() - timedelta(days=number)
    session.commit()
    decided = client.get("/inbox?state=decided").text
    assert decided.index(f"/inbox/{asked[2].id}") < decided.index(f"/inbox/{asked[1].id}")
    assert f"/inbox/{asked[0].id}" in client.get("/inbox?state=decided&page=2").text
