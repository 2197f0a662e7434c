"""Who is named to run what is booked: trained to its last day, on no more runs at once than agreed, read by the facility only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.bookings import crews, services
from portal.bookings.models import Booking, BookingOperator
from portal.bookings.rules.operators import Operator, OtherRun, most_at_once, reasons_against_naming
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Training
from portal.ledger import history
from portal.store import Base, in_one_unit, prepare_engine
from tests import make
from tests.bookings.stage import make_app
from tests.client import PageClient
from tests.engines import ENGINES, new_database

WINDOW = make.slot(11, 16)
LAST = date(2027, 1, 15)
A_DAY = WINDOW.length / 5


def trained(session: Session, room: Cleanroom, until: date = LAST, name: str = "Astrid Ek") -> int:
    """Store somebody of the operator who is trained for a room, and return who."""
    person = make.duty(session, room.facility, Role.QP)
    session.get_one(User, person.user_id).name = name
    session.add(Training(cleanroom_id=room.id, user_id=person.user_id, valid_until=until))
    session.commit()
    return person.user_id


def booked(session: Session, manager: Actor, room: Cleanroom, window: Slot = WINDOW) -> Booking:
    """Enter the facility's own work."""
    booking = services.record_booking(
        session,
        manager,
        cleanroom_id=room.id,
        slot=window,
        title="Own run",
        process_class=None,
        at=make.NOON,
    )
    session.commit()
    return booking


def against(session: Session, actor: Actor, booking: Booking, *people: int) -> list[str]:
    """Return the codes for which naming these people is refused; none where they are named."""
    try:
        services.name_operators(session, actor, booking.id, people, at=make.NOON)
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


def named(session: Session, booking: Booking) -> list[str]:
    """Return who is named."""
    return [name for _id, name in crews.operators_named(session, booking.id)]


def test_those_trained_to_the_last_day_are_named_and_others_are_refused(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    booking = booked(session, manager, room)
    able, late = trained(session, room), trained(session, room, date(2027, 1, 14), "Bo Fors")
    stranger = make.user(session, name="Nobody of ours").id
    assert against(session, manager, booking, able, late) == ["operator_training_ends"]
    assert against(session, manager, booking, stranger) == ["operator_unknown"]
    assert named(session, booking) == []
    assert against(session, manager, booking, able) == []
    assert named(session, booking) == ["Astrid Ek"]


def test_of_somebody_who_is_not_trained_not_even_the_name_is_said(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    booking = booked(session, manager, room)
    stranger = make.user(session, name="Nobody of ours").id
    with pytest.raises(Refused) as refused:
        services.name_operators(session, manager, booking.id, [stranger], at=make.NOON)
    assert "Nobody of ours" not in str([reason.values for reason in refused.value.reasons])


@pytest.mark.parametrize(("most", "codes"), [(1, ["operator_on_other_runs"]), (2, [])])
def test_nobody_is_named_on_more_runs_at_once_than_the_facility_lets_one_carry(
    session: Session, most: int, codes: list[str]
) -> None:
    room = make.cleanroom(session)
    other = make.cleanroom(session, room.facility)
    room.facility.most_runs_each = most
    manager, person = make.manager(session, room), trained(session, room)
    session.add(Training(cleanroom_id=other.id, user_id=person, valid_until=LAST))
    first, second = booked(session, manager, room), booked(session, manager, other)
    assert against(session, manager, first, person) == []
    assert against(session, manager, second, person) == codes


def test_one_after_the_other_is_no_two_runs_at_once(session: Session) -> None:
    room = make.cleanroom(session)
    other = make.cleanroom(session, room.facility)
    manager, person = make.manager(session, room), trained(session, room, date(2027, 3, 1))
    session.add(Training(cleanroom_id=other.id, user_id=person, valid_until=date(2027, 3, 1)))
    first = booked(session, manager, room)
    after = booked(session, manager, other, make.slot(16, 20))
    assert against(session, manager, first, person) == []
    assert against(session, manager, after, person) == []


def test_where_somebody_runs_elsewhere_is_not_told(session: Session) -> None:
    room = make.cleanroom(session)
    other = make.cleanroom(session, make.facility(session, operator_id=room.facility.operator_id))
    person = trained(session, room)
    session.add(Training(cleanroom_id=other.id, user_id=person, valid_until=LAST))
    manager, theirs = make.manager(session, room), make.manager(session, other)
    assert against(session, theirs, booked(session, theirs, other), person) == []
    booking = booked(session, manager, room)
    with pytest.raises(Refused) as refused:
        services.name_operators(session, manager, booking.id, [person], at=make.NOON)
    (reason,) = refused.value.reasons
    assert (reason.code, reason.values["place"]) == ("operator_on_other_runs", None)


def test_only_manager_and_quality_of_the_facility_name_people(session: Session) -> None:
    room = make.cleanroom(session)
    manager, person = make.manager(session, room), trained(session, room)
    booking = booked(session, manager, room)
    assert against(session, make.duty(session, room.facility, Role.QA), booking, person) == []
    for stranger in (
        make.duty(session, room.facility, Role.QP),
        make.manager(session, make.cleanroom(session)),
        make.founder(session),
    ):
        with pytest.raises(NotFound):
            services.name_operators(session, stranger, booking.id, [], at=make.NOON)


def test_a_page_that_shows_others_than_those_named_changes_nothing(session: Session) -> None:
    room = make.cleanroom(session)
    manager, person = make.manager(session, room), trained(session, room)
    booking = booked(session, manager, room)
    services.name_operators(session, manager, booking.id, [person], shown_ids=[], at=make.NOON)
    with pytest.raises(Stale):
        services.name_operators(session, manager, booking.id, [], shown_ids=[], at=make.NOON)
    assert named(session, booking) == ["Astrid Ek"]
    services.name_operators(session, manager, booking.id, [person], shown_ids=[], at=make.NOON)  # sent twice
    told = history(session, "crew", booking.id, groups=("bookings",))
    assert [line.name for line in told] == ["booking.operators_named"]


def test_nobody_is_named_for_what_is_over(session: Session) -> None:
    room = make.cleanroom(session)
    manager, person = make.manager(session, room), trained(session, room)
    booking = booked(session, manager, room)
    services.cancel_booking(session, manager, booking.id, note="No staff", at=make.NOON)
    assert against(session, manager, booking, person) == ["operators_only_ahead"]


def test_what_changes_after_naming_warns_and_those_named_may_stay(session: Session) -> None:
    room = make.cleanroom(session)
    room.trained_needed = 2
    manager, person = make.manager(session, room), trained(session, room)
    other = trained(session, room, name="Bo Fors")
    booking = booked(session, manager, room)
    assert against(session, manager, booking, person) == []
    session.execute(update(Training).values(valid_until=date(2027, 1, 12)))
    session.commit()
    crew = crews.crews_of(session, manager, [booking])[booking.id]
    assert [reason.code for reason in crew.against] == ["operator_training_ends", "operators_too_few"]
    (short,) = crews.trained_too_short(session, [room.facility_id], at=make.NOON)
    assert (short.name, short.trained_until) == ("Astrid Ek", date(2027, 1, 12))
    assert against(session, manager, booking, person, other) == ["operator_training_ends"]
    assert against(session, manager, booking, person) == []


def test_the_plan_stands_on_the_facilitys_pages_and_begins_the_record_and_the_requester_reads_none_of_it(
    session: Session, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON)
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    owner = make.founder(session)
    request = make.slot_request(session, room, make.slot(4, 9), by=owner, duration=4)  # begun
    person = trained(session, room, date(2027, 2, 1))
    booking = services.approve_request(
        session, manager, request.id, at=datetime(2026, 12, 30, 12, tzinfo=make.NOON.tzinfo)
    )
    session.commit()
    path = f"/bookings/{booking.id}"
    client.sign_in(manager)
    client.get(path)
    saved = client.post(f"{path}/operators", {"people": [str(person)], "shown": ""})
    assert saved.status_code == 303
    page = client.get(path).text
    assert "Named to run it: Astrid Ek." in page
    assert 'value="Astrid Ek"' in client.get(f"/runs/{booking.id}").text
    calendar = f"/facilities/{room.facility.slug}/calendar"
    for address in (calendar, f"{calendar}.csv", f"{calendar}.json"):
        assert "Astrid Ek" in client.get(f"{address}?from=2027-01-04").text
    client.sign_in(owner)
    for address in (
        f"/own-bookings/{booking.id}",
        f"/runs/{booking.id}",
        f"/requests/{request.id}",
        f"{calendar}?from=2027-01-04",
        f"{calendar}.json?from=2027-01-04",
    ):
        assert "Astrid Ek" not in client.get(address).text, address
    assert [line.name for line in history(session, "booking", booking.id, groups=("bookings",))] == [
        "request.approved"
    ]


@pytest.mark.parametrize("role", [Role.FACILITY_MANAGER, Role.QA])
def test_the_homes_of_manager_and_quality_say_whose_training_ends_before_their_run(
    session: Session, client: PageClient, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON)
    room = make.cleanroom(session)
    manager, person = make.manager(session, room), trained(session, room)
    booking = booked(session, manager, room)
    services.name_operators(session, manager, booking.id, [person], at=make.NOON)
    session.commit()
    client.sign_in(make.duty(session, room.facility, role))
    assert "Training of Astrid Ek" not in client.get("/").text
    session.execute(update(Training).values(valid_until=date(2027, 1, 14)))
    session.commit()
    page = client.get("/").text
    assert "Training of Astrid Ek, who is named to run 11–15 Jan 2027" in page
    assert f'href="/bookings/{booking.id}"' in page


def test_a_refused_plan_is_shown_again_with_what_was_chosen_and_why(
    session: Session, client: PageClient
) -> None:
    room = make.cleanroom(session)
    other = make.cleanroom(session, room.facility)
    manager, person = make.manager(session, room), trained(session, room)
    session.add(Training(cleanroom_id=other.id, user_id=person, valid_until=LAST))
    first, second = booked(session, manager, room), booked(session, manager, other)
    services.name_operators(session, manager, first.id, [person], at=make.NOON)
    session.commit()
    client.sign_in(manager)
    page = client.post(f"/bookings/{second.id}/operators", {"people": [str(person)], "shown": ""})
    assert page.status_code == 422
    assert "Astrid Ek is named on the run in" in page.text
    assert (
        "Choose among the listed answers only."
        in client.post(f"/bookings/{second.id}/operators", {"people": ["987654"], "shown": ""}).text
    )


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=8), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_at_no_moment_is_anybody_on_more_runs_than_one_carries(
    others: list[tuple[int, int]], most: int
) -> None:
    def days(first: int, length: int) -> Slot:
        start = make.midnight(1)
        return Slot(start + first * A_DAY, start + (first + length) * A_DAY)

    here = days(10, 10)
    slots = [days(first, length) for first, length in others]
    by_day = max(sum(first <= day < first + length for first, length in others) for day in range(10, 20))
    assert most_at_once(slots, here) == by_day
    person = Operator(
        user_id=1,
        name="Astrid Ek",
        trained_until=LAST,
        others=tuple(OtherRun(slot=slot, place=None, zone="UTC", most_each=4) for slot in slots),
    )
    reasons = reasons_against_naming([person], here, last_day=LAST, room="P1", most_each=most)
    assert bool(reasons) is (by_day + 1 > most)


@pytest.mark.parametrize("engine", ENGINES)
def test_of_two_who_name_one_person_on_two_runs_at_the_same_moment_one_is_refused(
    engine: str, tmp_path: Path
) -> None:
    url = new_database(engine, tmp_path)
    with make_app(url, tmp_path).app_context():
        pool = create_engine(url, pool_size=3)
        prepare_engine(pool)
        Base.metadata.create_all(pool)
        with Session(pool) as session:
            room = make.cleanroom(session)
            other = make.cleanroom(session, room.facility)
            manager, person = make.manager(session, room), trained(session, room)
            session.add(Training(cleanroom_id=other.id, user_id=person, valid_until=LAST))
            ids = [booked(session, manager, one).id for one in (room, other)]
        start = Barrier(2)

        def name(booking_id: int) -> bool:
            with Session(pool) as session:
                start.wait(timeout=60)
                try:
                    in_one_unit(
                        lambda unit: services.name_operators(
                            unit, manager, booking_id, [person], at=make.NOON
                        ),
                        session,
                    )
                except Refused:
                    return False
                return True

        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(name, ids)) == [False, True]
        with Session(pool) as session:
            assert session.scalar(select(func.count()).select_from(BookingOperator)) == 1
        pool.dispose()
