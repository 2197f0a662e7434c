"""Before its gate is met a GMP run is only held; it is confirmed by itself when the gate is met, and refused otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.bookings import handlers, services
from portal.bookings.models import Booking, BookingState, RequestState, RunKind, SlotRequest
from portal.core.actors import Actor, Role
from portal.core.clock import now
from portal.core.errors import Refused
from portal.facilities.models import Cleanroom, RoomKind
from portal.gates import queries
from portal.gates import services as gates
from portal.gates.rules import Gate
from portal.ledger import Entry
from portal.signatures.queries import signatures_of
from portal.signatures.statements import signed_content
from tests import make
from tests.bookings.facility import arrived, days, room
from tests.client import PageClient


def asked(
    session: Session, run: RunKind = RunKind.CLINICAL_BATCH, **values: Any
) -> tuple[Cleanroom, SlotRequest, Actor]:
    """Store a GMP room, a request for a run in it with the project's dossier, and its manager."""
    where = room(session, kind=RoomKind.GMP)
    request = arrived(session, where, days(30, 35), run_kind=run, **values)
    gates.make_dossier(
        session, request.project, where.facility_id, actor_id=request.requested_by_id, at=now()
    )
    session.commit()
    return where, request, make.manager(session, where)


def approve(session: Session, manager: Actor, request: SlotRequest, **values: Any) -> Booking:
    at = now()
    booking = services.approve_request(
        session, manager, request.id, proof=make.proof(manager, at=at), at=at, **values
    )
    session.commit()
    return booking


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def meet(session: Session, where: Cleanroom, request: SlotRequest, gate: Gate) -> None:
    """Let QA waive everything that holds the gate."""
    qa, at = make.duty(session, where.facility, Role.QA), now()
    dossier = queries.dossier_of(session, request.project_id, where.facility_id)
    assert dossier is not None
    for item in queries.book(session, dossier, gate, today=at.date()).verdict.holding:
        gates.waive_item(
            session,
            qa,
            dossier.id,
            item,
            reason="Shown elsewhere.",
            until=at.date() + timedelta(days=200),
            proof=make.proof(qa, at=at),
            today=at.date(),
            at=at,
        )
    session.commit()


def state(booking: Booking) -> BookingState:
    """Return where a booking stands now; a name of its own, so that mypy forgets where it stood."""
    return booking.state


def deliver(session: Session) -> None:
    """Carry what the ledger says of met gates to the bookings."""
    for entry in session.scalars(select(Entry).where(Entry.name == "gate.met")):
        handlers.confirm_holds(session, entry, now())
    session.commit()


@pytest.mark.parametrize(
    ("run", "gate"),
    [
        (RunKind.ENGINEERING_RUN, Gate.PRE_GMP_EXIT),
        (RunKind.ASEPTIC_PROCESS_SIMULATION, Gate.PRE_GMP_EXIT),
        (RunKind.PROCESS_PERFORMANCE_QUALIFICATION, Gate.GMP_ENTRY),
        (RunKind.CLINICAL_BATCH, Gate.GMP_ENTRY),
    ],
)
def test_a_run_before_its_gate_is_refused_and_approved_once_the_gate_is_met(
    session: Session, run: RunKind, gate: Gate
) -> None:
    where, request, manager = asked(session, run)
    with pytest.raises(Refused) as refused:
        approve(session, manager, request)
    assert codes(refused) == ["gate_not_met"]
    assert refused.value.reasons[0].values["gate"] == gate.value
    session.rollback()
    meet(session, where, request, gate)
    assert approve(session, manager, request).state is BookingState.CONFIRMED
    [signature] = signatures_of(session, "slot_request", [request.id])
    content = signed_content(signature)
    assert (content["gate"], content["gate_met"], content["gate_open"]) == (gate.value, True, [])
    assert content["gate_warns"]


def test_work_without_a_gate_is_approved_at_once(session: Session) -> None:
    _where, request, manager = asked(session, RunKind.PROCESS_DEVELOPMENT)
    assert approve(session, manager, request).state is BookingState.CONFIRMED


def test_a_hold_that_waits_for_its_gate_is_confirmed_by_itself(session: Session) -> None:
    where, request, manager = asked(session)
    booking = approve(session, manager, request, condition_until=now() + timedelta(days=20))
    assert state(booking) is BookingState.HELD
    assert (booking.awaits_gate, booking.condition) == ("gmp_entry", "The gate “GMP entry” is met")
    deliver(session)
    assert state(booking) is BookingState.HELD
    meet(session, where, request, Gate.GMP_ENTRY)
    deliver(session)
    deliver(session)
    assert state(booking) is BookingState.CONFIRMED
    names = session.scalars(select(Entry.name)).all()
    assert names.count("request.condition_met") == 1


def test_a_hold_whose_date_has_passed_is_not_revived_by_its_gate(session: Session) -> None:
    where, request, manager = asked(session)
    booking = approve(session, manager, request, condition_until=now() + timedelta(days=20))
    meet(session, where, request, Gate.GMP_ENTRY)
    entry = session.scalars(select(Entry).where(Entry.name == "gate.met")).one()
    handlers.confirm_holds(session, entry, now() + timedelta(days=21))
    session.commit()
    assert state(booking) is not BookingState.CONFIRMED


def test_with_a_condition_of_its_own_a_manager_confirms_after_the_gate(session: Session) -> None:
    where, request, manager = asked(session)
    booking = approve(
        session,
        manager,
        request,
        condition="The vector lot is here",
        condition_until=now() + timedelta(days=20),
    )
    at = now()
    with pytest.raises(Refused) as refused:
        services.confirm_condition(session, manager, booking.id, proof=make.proof(manager, at=at), at=at)
    assert codes(refused) == ["gate_not_met"]
    session.rollback()
    meet(session, where, request, Gate.GMP_ENTRY)
    deliver(session)
    assert state(booking) is BookingState.HELD
    services.confirm_condition(session, manager, booking.id, proof=make.proof(manager, at=at), at=now())
    assert state(booking) is BookingState.CONFIRMED


def test_an_offer_is_accepted_after_its_gate_only(session: Session) -> None:
    founder = make.founder(session)
    where, request, manager = asked(session, by=founder)
    at = now()
    services.offer_window(
        session,
        manager,
        request.id,
        cleanroom_id=where.id,
        slot=days(40, 45),
        proof=make.proof(manager, at=at),
        at=at,
    )
    session.commit()
    with pytest.raises(Refused) as refused:
        services.accept_offer(session, founder, request.id, at=now())
    assert codes(refused) == ["gate_before_acceptance"]
    session.rollback()
    meet(session, where, request, Gate.GMP_ENTRY)
    assert services.accept_offer(session, founder, request.id, at=now()).state is BookingState.CONFIRMED


def test_the_decision_shows_the_gate_and_says_what_to_do(client: PageClient, session: Session) -> None:
    where, request, manager = asked(session)
    text = client.sign_in(manager).get(f"/inbox/{request.id}").text
    assert "stands before this run and is not met" in text
    assert "See what the gate asks for" in text
    meet(session, where, request, Gate.GMP_ENTRY)
    assert "Nothing holds it" in client.get(f"/inbox/{request.id}").text
    assert request.state is RequestState.SUBMITTED


def test_the_gate_that_a_hold_waits_for_is_named_in_the_readers_language(
    client: PageClient, session: Session
) -> None:
    _where, request, manager = asked(session)
    booking = approve(session, manager, request, condition_until=now() + timedelta(days=20))
    session.get_one(User, manager.user_id).language = "sv"
    session.commit()
    page = client.sign_in(manager).get(f"/bookings/{booking.id}").text
    assert "Kontrollpunkten ”Ingång till GMP” är uppfylld" in page
    assert "The gate" not in page
