"""What runs out blocks bookings in windows, submissions and decisions alike; how many runs go at once is asked by day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.bookings import blocks, search, services
from portal.bookings import separation as apart
from portal.bookings.models import SlotRequest
from portal.bookings.needs import need_of
from portal.bookings.rules.timetables import Span
from portal.core.actors import Role
from portal.core.errors import NotFound, Refused
from portal.facilities import services as facilities
from portal.facilities.models import Cleanroom, Licence, Training
from portal.facilities.queries import running_out, trained_for, validities_of
from portal.facilities.rules.validity import LONG_AGO, NeededFor, last_day_trained, most_runs_on
from portal.ledger import Entry
from portal.notifications.services import remind
from portal.store import Base, db, in_one_unit, prepare_engine
from tests import make
from tests.bookings.stage import make_app
from tests.client import PageClient
from tests.engines import ENGINES, new_database

WINDOW = make.slot(11, 16)
INSIDE = date(2027, 1, 13)


def refused(session: Session, request: SlotRequest) -> list[str]:
    """Return the codes for which an approval is refused."""
    room = session.get_one(Cleanroom, request.cleanroom_id)
    with pytest.raises(Refused) as found:
        services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    return [reason.code for reason in found.value.reasons]


def windows(session: Session, request: SlotRequest) -> list[date]:
    """Return the first days that are offered in the room of a request."""
    found = search.answers(session, need_of(request), at=make.NOON)
    answer = next(one for one in found if one.cleanroom.id == request.cleanroom_id)
    return [window.end.date() for window in answer.windows]


def ends(session: Session, room: Cleanroom, what: str, until: date | None) -> str:
    """Let something of a room end, and return the code that says so."""
    manager, version = make.manager(session, room), room.version
    if what == "equipment":
        facilities.set_equipment_validity(
            session,
            manager,
            room.facility.slug,
            room.slug,
            equipment="co2_incubator",
            until=until,
            shown_version=version,
            at=make.NOON,
        )
    elif what == "training":
        room.trained_needed = 1
        session.flush()
        facilities.set_training(
            session,
            manager,
            room.facility.slug,
            room.slug,
            user_id=manager.user_id,
            until=until,
            shown_version=room.version,
            at=make.NOON,
        )
    else:
        session.add(
            Licence(
                facility_id=room.facility_id,
                kind="gmo_contained_use",
                valid_until=until,
                needed_for=NeededFor.GMO_WORK,
            )
        )
    session.commit()
    return f"{what}_ends"


@pytest.mark.parametrize("what", ["equipment", "training", "licence"])
def test_what_runs_out_blocks_windows_and_decisions_and_says_so(session: Session, what: str) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, WINDOW, equipment=["co2_incubator"])
    code = ends(session, room, what, INSIDE)
    assert refused(session, request) == [code]
    session.rollback()
    assert all(day <= INSIDE for day in windows(session, request))


@pytest.mark.parametrize("what", ["equipment", "training", "licence"])
def test_what_holds_long_enough_stands_in_nobodys_way(session: Session, what: str) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, WINDOW, equipment=["co2_incubator"])
    ends(session, room, what, date(2027, 1, 15))  # the last day of the window
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)


def test_equipment_blocks_only_work_that_needs_it(session: Session) -> None:
    room = make.cleanroom(session)
    ends(session, room, "equipment", INSIDE)
    request = make.slot_request(session, room, WINDOW, equipment=[])
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)


def test_a_renewed_licence_counts_by_the_one_that_holds_longest(session: Session) -> None:
    room = make.cleanroom(session)
    ends(session, room, "licence", INSIDE)
    ends(session, room, "licence", date(2030, 1, 1))
    request = make.slot_request(session, room, WINDOW)
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)


def test_a_room_that_asks_for_trained_people_and_has_none_cannot_be_booked(
    session: Session, client: PageClient
) -> None:
    room = make.cleanroom(session)
    room.trained_needed = 2
    request = make.slot_request(session, room, WINDOW)
    session.commit()
    assert refused(session, request) == ["training_ends"]
    session.rollback()
    answers = search.answers(session, need_of(request), at=make.NOON)
    assert [reason.code for reason in answers[0].reasons] == ["no_window", "training_ends"]
    assert answers[0].fits
    client.sign_in(make.manager(session, room))
    page = client.get(f"/facilities/{room.facility.slug}/{room.slug}/upkeep")
    assert "asks for 2 trained people" in page.text


def test_who_has_left_the_operator_is_trained_for_nothing(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, WINDOW)
    ends(session, room, "training", date(2030, 1, 1))
    assert len(trained_for(session, room.id)) == 1
    session.execute(update(Membership).values(ended_at=make.NOON))
    session.commit()
    assert trained_for(session, room.id) == []
    assert refused(session, request) == ["training_ends"]


@given(days=st.lists(st.dates(date(2027, 1, 1), date(2027, 3, 1)), max_size=6), needed=st.integers(1, 4))
@settings(max_examples=60)
def test_enough_people_are_trained_exactly_to_the_last_day(days: list[date], needed: int) -> None:
    last = last_day_trained(days, needed)
    for number in range(70):
        day = date(2027, 1, 1) + timedelta(days=number)
        assert (sum(one >= day for one in days) >= needed) is (last != LONG_AGO and day <= last)


PERIODS = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 10), st.integers(0, 3)), max_size=4)
STRETCHES = st.lists(
    st.builds(lambda a, b: Span(a, a + b), st.integers(0, 20), st.integers(1, 8)), max_size=6
)


@given(usual=st.one_of(st.none(), st.integers(1, 3)), periods=PERIODS, stretches=STRETCHES)
@settings(max_examples=80)
def test_a_facility_is_full_by_the_number_of_each_day(
    usual: int | None, periods: list[tuple[int, int, int]], stretches: list[Span]
) -> None:
    held = [(Span(start, start + length), most) for start, length, most in periods]
    full = apart.full_spans(apart.Separation(most_runs=usual), stretches, held)
    first = date(2027, 1, 1)
    as_days = [
        (first + timedelta(days=start), first + timedelta(days=start + length - 1), most)
        for start, length, most in periods
    ]
    for tick in range(32):
        here = Span(tick, tick + 1)
        most = most_runs_on(first + timedelta(days=tick), usual, as_days)
        runs = sum(stretch.overlaps(here) for stretch in stretches)
        assert any(span.overlaps(here) for span in full) is (most is not None and runs >= most)


def test_no_more_runs_than_a_period_carries_and_the_usual_number_besides(session: Session) -> None:
    one = make.cleanroom(session)
    other = make.cleanroom(session, one.facility)
    manager = make.manager(session, one)
    facilities.add_run_limit(
        session,
        manager,
        one.facility.slug,
        first_day=date(2027, 1, 14),
        last_day=date(2027, 1, 20),
        most_runs=1,
        name="Winter break",
        shown_version=one.facility.version,
        at=make.NOON,
    )
    first, second = make.slot_request(session, one, WINDOW), make.slot_request(session, other, WINDOW)
    services.approve_request(session, manager, first.id, at=make.NOON)
    session.commit()
    with pytest.raises(Refused) as found:
        services.approve_request(session, manager, second.id, at=make.NOON)
    [reason] = found.value.reasons
    assert (reason.code, reason.values["most"]) == ("staff_at_limit", 1)
    session.rollback()
    offered = search.answers(session, need_of(second), at=make.NOON)
    of_other = next(answer for answer in offered if answer.cleanroom.id == other.id)
    assert of_other.windows
    assert not any(window.overlaps(make.slot(14, 16)) for window in of_other.windows)
    early = make.slot_request(session, other, make.slot(7, 9))
    services.approve_request(session, manager, early.id, at=make.NOON)


def test_on_days_without_staff_nothing_runs(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, WINDOW)
    facilities.add_run_limit(
        session,
        make.manager(session, room),
        room.facility.slug,
        first_day=INSIDE,
        last_day=INSIDE,
        most_runs=0,
        name="Power cut",
        shown_version=room.facility.version,
        at=make.NOON,
    )
    session.commit()
    assert refused(session, request) == ["staff_at_limit"]


@pytest.mark.parametrize("engine_name", ENGINES)
def test_of_two_decisions_at_once_a_period_of_one_run_lets_one_win(engine_name: str, tmp_path: Path) -> None:
    url = new_database(engine_name, tmp_path)
    with make_app(url, tmp_path).app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()
    engine = create_engine(url, pool_size=4, max_overflow=0)
    prepare_engine(engine)
    with Session(engine, expire_on_commit=False) as session:
        one = make.cleanroom(session)
        other = make.cleanroom(session, one.facility)
        manager = make.manager(session, one)
        facilities.add_run_limit(
            session,
            manager,
            one.facility.slug,
            first_day=date(2027, 1, 1),
            last_day=date(2027, 12, 31),
            most_runs=1,
            name="One shift",
            shown_version=one.facility.version,
            at=make.NOON,
        )
        pairs = [
            [make.slot_request(session, room, make.slot(first, first + 5)).id for room in (one, other)]
            for first in (11, 25)
        ]
        session.commit()
        locked = {room.id for room in session.scalars(blocks._LOCKED, {"rooms": [one.id]})}
        assert locked == {one.id, other.id}
        session.rollback()

    def approve(request_id: int, barrier: Barrier) -> str:
        with Session(engine) as session:
            barrier.wait(timeout=60)
            try:
                in_one_unit(
                    lambda unit: services.approve_request(unit, manager, request_id, at=make.NOON), session
                )
            except Refused as found:
                return ",".join(reason.code for reason in found.reasons)
            return "won"

    with ThreadPoolExecutor(2) as pool:
        for pair in pairs:
            barrier = Barrier(2)
            found = list(pool.map(lambda one, at=barrier: approve(one, at), pair))
            assert sorted(found) == ["staff_at_limit", "won"]
    engine.dispose()


def test_keepers_are_reminded_twice_of_each_thing_that_runs_out(session: Session) -> None:
    room = make.cleanroom(session)
    for what in ("equipment", "training", "licence"):
        ends(session, room, what, date(2027, 3, 20))
    for days in (61, 60, 40, 14, 3, -1):
        remind(session, at=make.midnight(20, 3) + timedelta(hours=9) - days * timedelta(days=1))
    found = [one for one in session.query(Entry).all() if one.name == "reminder.validity_ends"]
    assert sorted(one.facts["item"] for one in found) == sorted(["equipment", "training", "licence"] * 2)


def test_a_licence_runs_out_once_for_its_facility(session: Session) -> None:
    one = make.cleanroom(session)
    other = make.cleanroom(session, one.facility)
    ends(session, one, "licence", INSIDE)
    found = running_out(session, [one, other])
    assert [(end.item, end.room.id) for end in found] == [("licence", one.id)]
    assert validities_of(session, [other])[other.id].licences


def test_the_home_of_a_manager_says_what_cannot_be_booked_and_where_to_renew_it(
    session: Session, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON)
    room = make.cleanroom(session)
    for what in ("equipment", "training", "licence"):
        ends(session, room, what, INSIDE)
    client.sign_in(make.manager(session, room))
    page = client.get("/").text
    place = f"/facilities/{room.facility.slug}"
    assert page.count(f'href="{place}/{room.slug}/upkeep"') == 2
    assert f'href="{place}/licences/' in page
    assert "Work that needs it can’t be booked after it." in page
    assert "Work with GMOs, in every cleanroom" in page


def test_pages_keep_days_equipment_and_people(session: Session, client: PageClient) -> None:
    room = make.cleanroom(session, qualified_until=date(2099, 1, 1))
    manager = make.manager(session, room)
    client.sign_in(manager)
    place = f"/facilities/{room.facility.slug}"
    upkeep = f"{place}/{room.slug}/upkeep"
    wrong = client.post(
        f"{place}/run-limits",
        {
            "version": str(room.facility.version),
            "first_day": "2099-07-10",
            "last_day": "2099-07-01",
            "most_runs": "1",
            "name": "Summer",
        },
    )
    assert wrong.status_code == 422
    assert "lies before the first" in wrong.text
    right = {
        "version": str(room.facility.version),
        "first_day": "2099-07-01",
        "last_day": "2099-07-31",
        "most_runs": "0",
        "name": "Summer",
    }
    assert client.post(f"{place}/run-limits", right).status_code == 303
    assert "Summer" in client.get(f"{place}/run-limits").text
    for path, typed in (
        ("equipment", {"equipment": "co2_incubator", "valid_until": "2098-05-01"}),
        ("training", {"user_id": str(manager.user_id), "valid_until": "2098-06-01"}),
        ("needed", {"trained_needed": "1"}),
    ):
        session.refresh(room)
        assert client.post(f"{upkeep}/{path}", {"version": str(room.version), **typed}).status_code == 303
    page = client.get(upkeep).text
    assert "can be booked to 1 Jun 2098 because of it" in page
    assert "1 May 2098" in page
    assert client.post(f"{upkeep}/equipment", {"equipment": "no such thing"}).status_code == 422
    assert client.post(f"{upkeep}/needed", {"trained_needed": "0"}).status_code == 422
    client.sign_in(make.founder(session))
    assert client.get(upkeep).status_code == 404
    assert client.get(f"{place}/run-limits").status_code == 404


def test_a_stranger_changes_nothing(session: Session) -> None:
    room = make.cleanroom(session)
    stranger = make.manager(session, make.cleanroom(session))
    qa = make.duty(session, room.facility, Role.QA)
    with pytest.raises(NotFound):
        facilities.set_trained_needed(
            session,
            stranger,
            room.facility.slug,
            room.slug,
            needed=1,
            shown_version=room.version,
            at=make.NOON,
        )
    facilities.set_trained_needed(
        session, qa, room.facility.slug, room.slug, needed=1, shown_version=room.version, at=make.NOON
    )
    with pytest.raises(Refused) as found:
        facilities.set_training(
            session,
            qa,
            room.facility.slug,
            room.slug,
            user_id=stranger.user_id,
            until=INSIDE,
            shown_version=room.version,
            at=make.NOON,
        )
    assert [reason.code for reason in found.value.reasons] == ["not_a_member_of_the_operator"]


def licensed(session: Session, room: Cleanroom, first: date | None, last: date | None) -> None:
    """Let a facility hold a licence for work with modified organisms from one day to another."""
    session.add(
        Licence(
            facility_id=room.facility_id,
            kind="gmo_contained_use",
            valid_from=first,
            valid_until=last,
            needed_for=NeededFor.GMO_WORK,
        )
    )
    session.commit()


def test_a_licence_that_begins_later_blocks_windows_and_decisions_until_then_and_says_so(
    session: Session, client: PageClient
) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, WINDOW)
    licensed(session, room, INSIDE, None)
    assert refused(session, request) == ["licence_begins"]
    session.rollback()
    found = search.answers(session, need_of(request), at=make.NOON)
    answer = next(one for one in found if one.cleanroom.id == room.id)
    assert answer.windows
    assert all(window.start.date() >= INSIDE - timedelta(days=1) for window in answer.windows)
    client.sign_in(make.manager(session, room))
    page = client.post(f"/inbox/{request.id}/approve", {"version": str(request.version)}).text
    assert "which does not hold before 13 Jan 2027" in page


@pytest.mark.parametrize(
    ("next_from", "codes"), [(date(2027, 1, 14), []), (date(2027, 1, 15), ["licence_begins"])]
)
def test_days_between_a_licence_and_its_renewal_block(
    session: Session, next_from: date, codes: list[str]
) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, WINDOW)
    licensed(session, room, None, INSIDE)
    licensed(session, room, next_from, None)
    if codes:
        assert refused(session, request) == codes
    else:
        services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)


def test_who_may_run_a_booking_is_said_while_it_is_planned(session: Session, client: PageClient) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    name = session.get_one(User, manager.user_id).name
    booking = services.record_booking(
        session,
        manager,
        cleanroom_id=room.id,
        slot=WINDOW,
        title="Own run",
        process_class=None,
        at=make.NOON,
    )
    path = f"/bookings/{booking.id}"
    session.commit()
    client.sign_in(manager)
    assert "Who runs it" not in client.get(path).text
    room.trained_needed = 1
    session.add(Training(cleanroom_id=room.id, user_id=manager.user_id, valid_until=date(2027, 1, 15)))
    session.commit()
    page = client.get(path).text
    assert "Trained for the room until it ends" in page
    assert "asks for" not in page
    session.execute(update(Training).values(valid_until=INSIDE))
    session.commit()
    page = client.get(path).text
    assert "asks for 1 person who is trained until" in page
    assert f"{name}, only until" in page
