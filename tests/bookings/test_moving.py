"""Moving bookings and closures: asked first, decided by the rules of every move, and taken back by the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.bookings import blocks, moves, services
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
from portal.bookings.roomtime import midnight
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Refused, Stale
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom
from portal.ledger import Entry
from portal.store import in_one_unit
from tests import make
from tests.bookings.facility import ZONE, booked, days, room
from tests.bookings.stage import Stage
from tests.bookings.test_facility_booking_views import written
from tests.client import PageClient
from tests.engines import ENGINES


def own_work(session: Session, manager: Actor, where: Cleanroom, slot: Slot, **values: Any) -> Booking:
    booking = services.record_booking(
        session,
        manager,
        cleanroom_id=where.id,
        slot=slot,
        title="Own work",
        process_class=None,
        at=min(make.NOON, slot.start - timedelta(days=1)),
        **values,
    )
    session.commit()
    return booking


def move(session: Session, manager: Actor, booking: Booking, where: Cleanroom, slot: Slot) -> Any:
    done = services.propose_move(
        session, manager, booking.id, cleanroom_id=where.id, slot=slot, why="A filter.", at=make.NOON
    )
    session.commit()
    return done


def changeovers(session: Session) -> dict[int, Slot]:
    rows = session.scalars(select(Block).where(Block.kind == BlockKind.CHANGEOVER))
    return {row.after_id or 0: row.slot for row in rows}


# What a move would mean


@pytest.mark.parametrize("default_days", [0, 2, 5])
@pytest.mark.parametrize("to", [(3, 5), (9, 10), (12, 14), (19, 21), (27, 30)])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_changeovers_that_are_foretold_are_those_that_the_move_writes(
    session: Session, default_days: int, to: tuple[int, int], *, elsewhere: bool
) -> None:
    here, there = room(session), room(session)
    there.facility = here.facility
    here.facility.default_changeover_days = default_days
    manager = make.manager(session, here)
    for where in (here, there):
        for start, end in ((1, 2), (25, 26)):
            own_work(session, manager, where, make.slot(start, end))
    moved = own_work(session, manager, here, make.slot(16, 18))
    target = there if elsewhere else here
    before = changeovers(session)
    foretold = blocks.changeovers_after_move(session, moved, target, make.slot(*to))
    assert changeovers(session) == before
    blocks.move(session, moved, target, make.slot(*to))
    after = changeovers(session)
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    if elsewhere and default_days:
        changed.add(moved.block_id)
    assert {(one.was, one.becomes) for one in foretold if one.was != one.becomes} == {
        (before.get(key), after.get(key)) for key in changed if before.get(key) != after.get(key)
    }
    assert all(one.becomes == after.get(moved.block_id) for one in foretold if one.is_own)


def test_asking_answers_as_the_move_decides(session: Session) -> None:
    here = room(session)
    here.facility.default_changeover_days = 3
    manager = make.manager(session, here)
    own_work(session, manager, here, make.slot(11, 16))
    moved = own_work(session, manager, here, make.slot(25, 28))
    for first in range(5, 29):
        slot = make.slot(first, first + 3)
        outlook = moves.outlook_of_move(session, moved, here, slot, at=make.NOON)
        try:
            with session.begin_nested() as step:
                move_there = services.propose_move(
                    session, manager, moved.id, cleanroom_id=here.id, slot=slot, why="Try.", at=make.NOON
                )
                assert isinstance(move_there, Booking)
                step.rollback()
            refused: tuple[object, ...] = ()
        except Refused as error:
            refused = error.reasons
        session.expire_all()
        assert outlook.against == refused, slot
        assert outlook.asks is False


def test_a_closure_is_asked_about_as_it_is_moved(session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    own_work(session, manager, here, make.slot(11, 16))
    closure = closed(session, manager, here, make.slot(20, 22))
    against = moves.outlook_of_closure(session, closure, make.slot(15, 18), at=make.NOON).against
    assert [reason.code for reason in against] == ["slot_taken"]
    with pytest.raises(Refused) as refused:
        services.move_closure(session, manager, closure.id, slot=make.slot(15, 18), at=make.NOON)
    assert refused.value.reasons == against
    assert moves.outlook_of_closure(session, closure, make.slot(16, 18), at=make.NOON).against == ()


def closed(
    session: Session, manager: Actor, where: Cleanroom, slot: Slot, *, at: datetime = make.NOON
) -> Closure:
    closure = services.close_cleanroom(
        session, manager, cleanroom_id=where.id, slot=slot, kind=ClosureKind.REQUALIFICATION, at=at
    )
    session.commit()
    return closure


def test_a_hold_that_has_run_out_is_in_nobodys_way_when_it_is_asked(session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    hold = blocks.take(
        session,
        here,
        make.slot(11, 16),
        state=BookingState.HELD,
        held_until=make.NOON - timedelta(hours=1),
        created_at=make.NOON,
    )
    closure = closed(session, manager, here, make.slot(20, 22))
    assert moves.outlook_of_closure(session, closure, make.slot(12, 14), at=make.NOON).against == ()
    services.move_closure(session, manager, closure.id, slot=make.slot(12, 14), at=make.NOON)
    assert hold.state is BookingState.EXPIRED


# Taking a move back


def test_a_move_is_taken_back_by_a_move_the_other_way(session: Session) -> None:
    here, there = room(session), room(session)
    there.facility = here.facility
    here.facility.default_changeover_days = 2
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, make.slot(11, 16))
    before = changeovers(session)
    move(session, manager, booking, there, make.slot(18, 20))
    assert booking.slot == make.slot(18, 20)
    services.undo_move(session, manager, booking.id, why="Back.", at=make.NOON)
    assert (booking.block.cleanroom_id, booking.slot) == (here.id, make.slot(11, 16))
    assert changeovers(session) == before
    assert session.scalars(select(Entry.name).order_by(Entry.id)).all() == [
        "booking.recorded",
        "booking.moved",
        "booking.moved",
    ]


def test_what_has_been_taken_meanwhile_is_not_taken_back(session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, make.slot(11, 16))
    move(session, manager, booking, here, make.slot(18, 20))
    own_work(session, manager, here, make.slot(12, 14))
    with pytest.raises(Refused) as refused:
        services.undo_move(session, manager, booking.id, why="Back.", at=make.NOON)
    assert "slot_taken" in [reason.code for reason in refused.value.reasons]
    assert booking.slot == make.slot(18, 20)


def test_what_never_moved_or_changed_since_is_not_taken_back(session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, make.slot(11, 16))
    with pytest.raises(Refused) as refused:
        services.undo_move(session, manager, booking.id, why="Back.", at=make.NOON)
    assert [reason.code for reason in refused.value.reasons] == ["nothing_to_undo"]
    move(session, manager, booking, here, make.slot(18, 20))
    with pytest.raises(Stale):
        services.undo_move(
            session, manager, booking.id, why="Back.", shown_version=booking.version + 1, at=make.NOON
        )
    blocks.move(session, booking, here, make.slot(25, 27))
    session.commit()
    with pytest.raises(Refused):
        services.undo_move(session, manager, booking.id, why="Back.", at=make.NOON)


def test_taking_back_asks_the_other_side_where_the_terms_say_so(session: Session) -> None:
    here = room(session)
    here.facility.moves_without_asking_days = 20
    manager = make.manager(session, here)
    booking = booked(session, manager, here, days(30, 35))
    at = days(0, 1).start + timedelta(hours=12)
    done = services.propose_move(
        session, manager, booking.id, cleanroom_id=here.id, slot=days(10, 15), why="Sooner.", at=at
    )
    assert isinstance(done, Booking)
    proposal = services.undo_move(session, manager, booking.id, why="Back.", at=at)
    assert isinstance(proposal, MoveProposal)
    assert booking.slot == days(10, 15)


def test_strangers_take_nothing_back(session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, make.slot(11, 16))
    closure = closed(session, manager, here, make.slot(20, 22))
    move(session, manager, booking, here, make.slot(25, 27))
    for stranger in (
        make.manager(session, room(session)),
        make.duty(session, here.facility, Role.QA),
        make.founder(session),
    ):
        with pytest.raises(NotFound):
            services.undo_move(session, stranger, booking.id, why="Mine.", at=make.NOON)
        with pytest.raises(NotFound):
            services.undo_closure_move(session, stranger, closure.id, at=make.NOON)


def test_a_closure_gets_its_old_time_back(session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    closure = closed(session, manager, here, make.slot(20, 22))
    with pytest.raises(Refused):
        services.undo_closure_move(session, manager, closure.id, at=make.NOON)
    services.move_closure(session, manager, closure.id, slot=make.slot(25, 29), at=make.NOON)
    with pytest.raises(Stale):
        services.move_closure(
            session,
            manager,
            closure.id,
            slot=make.slot(5, 6),
            shown_slot=make.slot(20, 22),
            at=make.NOON,
        )
    services.undo_closure_move(session, manager, closure.id, at=make.NOON)
    assert closure.block.slot == make.slot(20, 22)


def test_own_work_does_not_move_further_than_anybody_plans(session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, make.slot(11, 16))
    far = Slot(midnight(make.NOON.date() + timedelta(days=4000), ZONE), make.NOON + timedelta(days=4010))
    with pytest.raises(Refused) as refused:
        move(session, manager, booking, here, replace(far, end=far.start + timedelta(days=1)))
    assert "entered_too_far" in [reason.code for reason in refused.value.reasons]


# Nights on which clocks change, half days and hours


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2027, 3, 28, tzinfo=UTC), 23), (datetime(2027, 10, 31, tzinfo=UTC), 25)]
)
def test_a_day_of_23_or_25_hours_is_moved_to_and_from_as_any_day(
    session: Session, day: datetime, hours: int
) -> None:
    here = room(session)
    manager = make.manager(session, here)
    changing = Slot(midnight(day.date(), ZONE), midnight(day.date() + timedelta(days=1), ZONE))
    assert changing.length == timedelta(hours=hours)
    booking = own_work(session, manager, here, make.slot(11, 12))
    assert moves.outlook_of_move(session, booking, here, changing, at=make.NOON).against == ()
    move(session, manager, booking, here, changing)
    assert booking.slot == changing
    services.undo_move(session, manager, booking.id, why="Back.", at=make.NOON)
    assert booking.slot == make.slot(11, 12)


@pytest.mark.parametrize(
    ("unit", "hours", "fits"),
    [
        (BookingUnit.DAY, 12, False),
        (BookingUnit.HALF_DAY, 12, True),
        (BookingUnit.HALF_DAY, 6, False),
        (BookingUnit.HOUR, 6, True),
    ],
)
def test_a_room_is_moved_into_where_its_unit_begins(
    session: Session, unit: BookingUnit, hours: int, *, fits: bool
) -> None:
    here = room(session, unit=unit)
    here.facility.default_changeover_days = 0
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, make.slot(11, 12))
    start = make.midnight(14) + timedelta(hours=hours)
    outlook = moves.outlook_of_move(session, booking, here, Slot(start, make.midnight(15)), at=make.NOON)
    codes = [reason.code for reason in outlook.against]
    assert codes == ([] if fits else ["not_on_the_clock"])


# Two managers at once


@pytest.mark.parametrize("engine", ENGINES)
def test_of_two_who_drag_to_one_place_one_wins_and_the_other_is_told(engine: str, tmp_path: Path) -> None:
    stage = Stage.built(engine, tmp_path, rivals=0, connections=3)
    with Session(stage.engine) as session:
        here = session.get_one(Cleanroom, stage.cleanroom_id)
        ids = [own_work(session, stage.manager, here, make.slot(*at)).id for at in ((5, 6), (7, 8))]
    for first in range(11, 30, 7):
        barrier, slot = Barrier(2), make.slot(first, first + 2)
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(lambda one, slot=slot, at=barrier: drag(stage, one, slot, at), ids)
            assert sorted(found) == ["slot_taken", "won"]
    stage.engine.dispose()


def drag(stage: Stage, booking_id: int, slot: Slot, barrier: Barrier) -> str:
    """Drop a booking on a place together with somebody else; return "won" or the reason of the refusal."""
    with Session(stage.engine) as session:
        barrier.wait(timeout=60)
        try:
            in_one_unit(
                lambda unit: (
                    services.propose_move(
                        unit,
                        stage.manager,
                        booking_id,
                        cleanroom_id=stage.cleanroom_id,
                        slot=slot,
                        why="Both.",
                        at=make.NOON,
                    ).id
                ),
                session,
            )
        except Refused as refused:
            return ",".join(reason.code for reason in refused.reasons)
        return "won"


@pytest.mark.parametrize("by_request", [True, False])
def test_where_the_work_is_free_first_is_free(session: Session, *, by_request: bool) -> None:
    here, there = room(session), room(session, unit=BookingUnit.HALF_DAY)
    there.facility = here.facility
    manager = make.manager(session, here)
    own_work(session, manager, here, days(1, 20))
    booking = (
        booked(session, manager, here, days(30, 33))
        if by_request
        else own_work(session, manager, here, days(30, 33))
    )
    found = moves.first_free(session, booking, [here, there], at=days(0, 1).start)
    assert {where.id for where, _ in found} == ({here.id, there.id} if by_request else {here.id})
    for where, slot in found:
        assert moves.outlook_of_move(session, booking, where, slot, at=days(0, 1).start).against == ()


# Pages


def form(where: Cleanroom, slot: Slot, *, ends: bool = True, **values: str) -> dict[str, str]:
    first, last = written(slot)
    sent = {"cleanroom": str(where.id), "starts_on": first, **({"ends_on": last} if ends else {}), **values}
    return {f"move-{name}": value for name, value in sent.items()}


def writes(session: Session) -> tuple[int, ...]:
    return tuple(
        session.scalar(select(func.count()).select_from(table)) or 0 for table in (Block, MoveProposal, Entry)
    )


def test_asking_says_what_it_means_and_changes_nothing(client: PageClient, session: Session) -> None:
    here = room(session)
    here.facility.default_changeover_days = 3
    manager = make.manager(session, here)
    booking = booked(session, manager, here, days(30, 35))
    client.sign_in(manager)
    before = writes(session)
    page = client.post(f"/bookings/{booking.id}/move/ask", form(here, days(40, 45), ends=False))
    assert page.status_code == 200
    assert 'data-answer="fits"' in page.text
    assert "The requester is asked. Until they agree" in page.text
    assert "Its changeover is" in page.text
    assert "Ask the requester" in page.text
    here.facility.moves_without_asking_days = 20
    page = client.post(f"/bookings/{booking.id}/move/ask", form(here, days(40, 45), ends=False))
    assert "moves without asking: it moves at once" in page.text
    assert "Move it" in page.text
    assert writes(session) == before
    assert booking.slot == days(30, 35)


def test_a_taken_or_closed_place_is_refused_with_every_reason(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booked(session, manager, here, days(40, 45))
    services.close_cleanroom(
        session,
        manager,
        cleanroom_id=here.id,
        slot=days(46, 48),
        kind=ClosureKind.REQUALIFICATION,
        at=days(0, 1).start,
    )
    booking = booked(session, manager, here, days(20, 30))
    client.sign_in(manager)
    page = client.post(f"/bookings/{booking.id}/move/ask", form(here, days(39, 49), ends=False))
    assert page.status_code == 422
    assert 'data-answer="no"' in page.text
    assert "is taken" in page.text
    assert "is closed" in page.text
    assert "Nothing was changed." in page.text


def test_work_that_is_too_long_for_its_new_end_is_refused(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = booked(session, manager, here, days(30, 35))
    client.sign_in(manager)
    page = client.post(f"/bookings/{booking.id}/move/ask", form(here, days(30, 33)))
    assert "The window is shorter than the work" in page.text
    page = client.post(f"/bookings/{booking.id}/move/ask", form(here, days(30, 38)))
    assert 'data-answer="fits"' in page.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"move-ends_on": ""}, "Give the last day too"),
        ({"move-ends_on": "2020-01-01"}, "It ends before it starts"),
        ({"move-starts_on": "yesterday"}, "Not a valid date"),
        ({"move-cleanroom": "999999"}, "Choose one of the listed answers"),
        ({"move-starts_hour": "99"}, "Choose one of the listed answers"),
    ],
)
def test_what_cannot_be_is_named_and_kept(
    client: PageClient, session: Session, change: dict[str, str], sentence: str
) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, days(30, 35))
    client.sign_in(manager)
    for step in ("move/ask", "move"):
        data = {**form(here, days(40, 45), note="Because."), **change}
        page = client.post(f"/bookings/{booking.id}/{step}", data)
        assert page.status_code == 422
        assert sentence in page.text
    assert booking.slot == days(30, 35)


def test_a_move_needs_its_reason_and_goes_back_to_the_calendar(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, days(30, 35))
    client.sign_in(manager)
    calendar = f"/facilities/{here.facility.slug}/calendar?scale=month&from=2027-02-01"
    data = form(here, days(40, 45), next=calendar)
    page = client.post(f"/bookings/{booking.id}/move", data)
    assert page.status_code == 422
    assert "This is needed" in page.text
    assert 'data-answer="fits"' in page.text
    response = client.post(f"/bookings/{booking.id}/move", {**data, "move-note": "A filter."})
    assert response.headers["Location"] == f"{calendar}&changed=booking-{booking.id}"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\n/x"])
def test_nobody_is_led_out_of_the_portal(client: PageClient, session: Session, elsewhere: str) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, days(30, 35))
    client.sign_in(manager)
    response = client.post(
        f"/bookings/{booking.id}/move", form(here, days(40, 45), next=elsewhere, note="A filter.")
    )
    assert response.headers["Location"].startswith("/")
    assert "evil" not in response.headers["Location"]


def test_a_stale_page_is_told_what_changed_and_changes_nothing(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, days(30, 35))
    stale = form(here, days(40, 45), note="A filter.", version=str(booking.version), seen="2020-01-01")
    move(session, manager, booking, here, days(50, 55))
    page = client.sign_in(manager).post(f"/bookings/{booking.id}/move", stale)
    assert page.status_code == 409
    assert "What has happened since your page was made" in page.text
    assert "Moved to" in page.text
    assert booking.slot == days(50, 55)
    page = client.post(f"/bookings/{booking.id}/move/ask", stale)
    assert (page.status_code, "Moved to" in page.text) == (409, True)
    again = {**stale, "move-version": str(booking.version)}
    assert client.post(f"/bookings/{booking.id}/move", again).status_code == 303


def test_a_stale_closure_is_told_so(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    closure = closed(session, manager, here, days(30, 35))
    client.sign_in(manager)
    page = client.get(f"/closures/{closure.id}").text
    shown = page.split('name="shown"')[1].split('value="')[1].split('"')[0]
    services.move_closure(session, manager, closure.id, slot=days(50, 52), at=make.NOON)
    first, last = written(days(40, 42))
    data = {"starts_on": first, "ends_on": last, "shown": shown}
    answer = client.post(f"/closures/{closure.id}/move", data)
    assert (answer.status_code, closure.block.slot) == (409, days(50, 52))
    assert "Somebody has changed this since your page was made" in answer.text
    assert client.post(f"/closures/{closure.id}/ask", data).status_code == 409


def test_a_closure_is_asked_about_moved_and_given_back_its_time(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    own_work(session, manager, here, days(40, 45))
    closure = closed(session, manager, here, days(30, 35))
    client.sign_in(manager)
    path = f"/closures/{closure.id}"

    def data(slot: Slot) -> dict[str, str]:
        first, last = written(slot)
        return {"starts_on": first, "ends_on": last}

    refused = client.post(f"{path}/ask", data(days(41, 43)))
    assert (refused.status_code, "is taken" in refused.text) == (422, True)
    assert 'data-answer="fits"' in client.post(f"{path}/ask", data(days(50, 52))).text
    assert closure.block.slot == days(30, 35)
    assert client.post(f"{path}/move", data(days(41, 43))).status_code == 422
    assert client.post(f"{path}/move", data(days(50, 52))).status_code == 303
    assert closure.block.slot == days(50, 52)
    assert client.post(f"{path}/undo", {}).status_code == 303
    assert closure.block.slot == days(30, 35)
    assert client.post(f"{path}/undo", {}).status_code == 303
    assert closure.block.slot == days(50, 52)


def test_the_move_page_says_what_a_week_would_mean(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    own_work(session, manager, here, days(37, 39))
    booking = booked(session, manager, here, days(30, 35))
    page = client.sign_in(manager).get(f"/bookings/{booking.id}/move").text
    assert page.count("Nothing is in the way.") == 2
    assert f"First free in {here.code}" in page
    assert "is taken" in page
    assert client.get(f"/bookings/{booking.id}").text.count(f"/bookings/{booking.id}/move") == 1


def test_what_is_over_is_not_moved(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, days(-20, -15))
    booking.state = BookingState.COMPLETED
    client.sign_in(manager)
    assert client.get(f"/bookings/{booking.id}/move").status_code == 303
    data = form(here, days(40, 45), note="A filter.")
    assert client.post(f"/bookings/{booking.id}/move", data).status_code == 422


def test_taking_a_move_back_from_a_page(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = own_work(session, manager, here, days(30, 35))
    client.sign_in(manager)
    path = f"/bookings/{booking.id}/move"
    assert client.post(path, form(here, days(40, 45), note="A filter.")).status_code == 303
    assert client.post(f"{path}/undo", {"version": str(booking.version)}).status_code == 303
    assert booking.slot == days(30, 35)
    assert client.post(path, form(here, days(40, 45), note="A filter.")).status_code == 303
    own_work(session, manager, here, days(30, 31))
    page = client.post(f"{path}/undo", {"version": str(booking.version)})
    assert (page.status_code, "is taken" in page.text) == (422, True)


def test_an_open_proposal_is_one_of_the_answers_to_a_move(client: PageClient, session: Session) -> None:
    here = room(session)
    manager = make.manager(session, here)
    booking = booked(session, manager, here, days(30, 35))
    data = form(here, days(40, 45), ends=False, note="A filter.")
    assert client.sign_in(manager).post(f"/bookings/{booking.id}/move", data).status_code == 303
    proposal = session.scalars(select(MoveProposal)).one()
    assert (proposal.state, booking.slot) == (MoveState.OPEN, days(30, 35))


@pytest.mark.parametrize("step", ["move", "move/ask", "move/undo"])
def test_for_strangers_there_is_nothing_to_move(client: PageClient, session: Session, step: str) -> None:
    here = room(session)
    manager, asker = make.manager(session, here), make.founder(session)
    booking = booked(session, manager, here, days(30, 35), by=asker)
    strangers = (
        make.manager(session, room(session)),
        make.duty(session, here.facility, Role.QA),
        asker,
        make.founder(session),
    )
    for stranger in strangers:
        client.sign_in(stranger)
        data = form(here, days(40, 45), note="Mine.")
        assert client.post(f"/bookings/{booking.id}/{step}", data).status_code == 404
        assert client.get(f"/bookings/{booking.id}/move").status_code == 404
    assert booking.slot == days(30, 35)


def test_what_a_move_does_not_keep_to_is_said(client: PageClient, session: Session) -> None:
    here = room(session, notice_days=60)
    manager = make.manager(session, here)
    booking = booked(session, manager, here, days(70, 75), latest_end=days(70, 75).end.date())
    page = client.sign_in(manager).post(
        f"/bookings/{booking.id}/move/ask", form(here, days(30, 35), ends=False)
    )
    assert page.status_code == 200
    assert "asks for more notice" in page.text
    assert "You may move it all the same." in page.text
    page = client.post(f"/bookings/{booking.id}/move/ask", form(here, days(80, 85), ends=False))
    assert "The window ends after the latest day you gave" in page.text
