"""Requests become bookings, offers, waiting and refusals; nobody gets a taken room."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.bookings.models import Block, BlockKind, BookingState, ClosureKind, RequestState
from portal.core.errors import NotFound, Refused, Stale
from portal.ledger import Entry
from tests import make


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    """Return the codes of a refusal."""
    return [reason.code for reason in refused.value.reasons]


def test_approval_confirms_the_booking_and_tells_the_ledger(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, make.slot(11, 16))
    booking = services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    assert booking.state is BookingState.CONFIRMED
    assert request.state is RequestState.APPROVED
    assert session.scalars(select(Entry.name)).all() == ["request.approved"]


def test_a_booking_is_followed_by_its_changeover(session: Session) -> None:
    room = make.cleanroom(session)
    room.facility.default_changeover_days = 3
    request = make.slot_request(session, room, make.slot(11, 16))
    services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    changeover = session.scalars(select(Block).where(Block.kind == BlockKind.CHANGEOVER)).one()
    assert changeover.slot == make.slot(16, 19)


def test_the_second_of_two_overlapping_requests_is_refused_with_the_reason_and_stays(
    session: Session,
) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    first, second = (make.slot_request(session, room, make.slot(11, 16)) for _ in range(2))
    services.approve_request(session, manager, first.id, at=make.NOON)
    with pytest.raises(Refused) as refused:
        services.approve_request(session, manager, second.id, at=make.NOON)
    assert codes(refused) == ["slot_taken"]
    session.rollback()
    assert second.state is RequestState.SUBMITTED


def test_a_manager_of_another_facility_finds_nothing(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, make.slot(11, 16))
    with pytest.raises(NotFound):
        services.approve_request(
            session, make.manager(session, make.cleanroom(session)), request.id, at=make.NOON
        )


def test_nobody_decides_on_their_own_organisations_request(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    operator = room.facility.operator
    assert operator is not None
    request = make.slot_request(session, room, make.slot(11, 16), by=make.founder(session, operator))
    with pytest.raises(Refused) as refused:
        services.approve_request(session, manager, request.id, at=make.NOON)
    assert codes(refused) == ["own_request"]


def test_a_page_that_is_out_of_date_changes_nothing(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, make.slot(11, 16))
    with pytest.raises(Stale):
        services.approve_request(
            session, make.manager(session, room), request.id, shown_version=request.version + 1, at=make.NOON
        )


def test_an_offer_holds_the_room_until_it_is_accepted(session: Session) -> None:
    room = make.cleanroom(session)
    asker = make.founder(session)
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    hold = services.offer_window(
        session,
        make.manager(session, room),
        request.id,
        cleanroom_id=room.id,
        slot=make.slot(18, 23),
        at=make.NOON,
    )
    assert (hold.state, request.state) == (BookingState.HELD, RequestState.OFFERED)
    assert hold.held_until == make.midnight(12) + timedelta(
        hours=17
    )  # five working days, 6 January is a holiday
    services.accept_offer(session, asker, request.id, at=make.NOON)
    assert (hold.state, request.state) == (BookingState.CONFIRMED, RequestState.APPROVED)
    assert request.slot == make.slot(18, 23)


def test_an_unanswered_offer_frees_the_room_and_waits_at_its_old_place_once(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    request = make.slot_request(session, room, make.slot(11, 16), latest_end=make.slot(11, 16).end.date())
    services.offer_window(
        session, manager, request.id, cleanroom_id=room.id, slot=make.slot(25, 30), at=make.NOON
    )
    later = make.NOON + timedelta(days=10)
    assert services.release_due(session, at=later) == 1
    assert request.state is RequestState.WAITLISTED
    assert request.waitlisted_at == request.submitted_at
    services.offer_window(
        session, manager, request.id, cleanroom_id=room.id, slot=make.slot(25, 30), at=later
    )
    services.release_due(session, at=later + timedelta(days=10))
    assert request.state.value == "expired"


def test_an_expired_hold_is_released_by_the_next_decision_that_meets_it(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    first, second = (make.slot_request(session, room, make.slot(25, 30)) for _ in range(2))
    services.offer_window(
        session, manager, first.id, cleanroom_id=room.id, slot=make.slot(25, 30), at=make.NOON
    )
    services.approve_request(session, manager, second.id, at=make.NOON + timedelta(days=10))
    assert (first.state.value, second.state.value) == ("waitlisted", "approved")


def test_freed_time_is_offered_to_the_oldest_that_fits(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    asker = make.founder(session)
    holder = make.slot_request(session, room, make.slot(11, 16), by=asker)
    younger = make.slot_request(session, room, make.slot(11, 16))
    older = make.slot_request(session, room, make.slot(11, 16))
    booking = services.approve_request(session, manager, holder.id, at=make.NOON)
    services.waitlist_request(session, manager, older.id, at=make.NOON)
    services.waitlist_request(session, manager, younger.id, at=make.NOON + timedelta(hours=1))
    services.cancel_booking(session, asker, booking.id, note="Cells did not grow.", at=make.NOON)
    assert (older.state.value, younger.state.value) == ("offered", "waitlisted")


def test_cancelling_charges_what_the_terms_say_and_was_shown(session: Session) -> None:
    room = make.cleanroom(session)
    room.facility.cancellation_steps = [{"days_before": 30, "percent": 50}]
    asker = make.founder(session)
    request = make.slot_request(
        session, room, make.slot(11, 16), by=asker, estimate={"amount": 100_001, "currency": "SEK"}
    )
    booking = services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    with pytest.raises(Refused) as refused:
        services.cancel_booking(session, asker, booking.id, note="Late.", agreed_fee=0, at=make.NOON)
    assert codes(refused) == ["fee_has_changed"]
    services.cancel_booking(session, asker, booking.id, note="Late.", agreed_fee=50_001, at=make.NOON)
    assert (booking.state.value, booking.fee, booking.fee_currency) == ("cancelled", 50_001, "SEK")
    assert request.state is RequestState.WITHDRAWN


def test_a_moved_booking_leaves_its_time_and_takes_the_new_one(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    asker = make.founder(session)
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    booking = services.approve_request(session, manager, request.id, at=make.NOON)
    proposal = services.propose_move(
        session,
        manager,
        booking.id,
        cleanroom_id=room.id,
        slot=make.slot(12, 19),
        why="The air handling is serviced.",
        at=make.NOON,
    )
    assert booking.slot == make.slot(11, 16)
    services.answer_move(session, asker, proposal.id, accept=True, at=make.NOON)
    assert booking.slot == make.slot(12, 19)
    assert session.scalars(select(Block.starts_at).where(Block.kind == BlockKind.CHANGEOVER)).all() == [
        make.midnight(19)
    ]


def test_nobody_came_and_the_rest_of_the_time_is_free(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    request = make.slot_request(session, room, make.slot(11, 16))
    booking = services.approve_request(session, manager, request.id, at=make.NOON)
    services.mark_no_show(session, manager, booking.id, at=make.midnight(12) + timedelta(hours=9))
    assert booking.state is BookingState.NO_SHOW
    assert booking.slot == make.slot(11, 13)


def test_a_closure_never_pushes_anybody_out(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    request = make.slot_request(session, room, make.slot(11, 16))
    services.approve_request(session, manager, request.id, at=make.NOON)
    with pytest.raises(Refused) as refused:
        services.close_cleanroom(
            session,
            manager,
            cleanroom_id=room.id,
            slot=make.slot(15, 18),
            kind=ClosureKind.MAINTENANCE,
            at=make.NOON,
        )
    assert codes(refused) == ["slot_taken"]
