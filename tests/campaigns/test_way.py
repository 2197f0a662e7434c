"""One product's way from a first development run to a certified clinical batch: a refusal at each gate, and one waiver."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings.models import Booking, BookingState, RunKind
from portal.bookings.services import complete_booking, confirm_at_gate, start_booking
from portal.campaigns import queries, services
from portal.campaigns.rules.runs import Outcome, Record, RunState
from portal.campaigns.rules.standing import ChainState, Standing
from portal.core.actors import Actor, Role
from portal.core.errors import Refused
from portal.gates import services as gates
from portal.gates.models import Dossier, GateItem
from portal.gates.queries import book
from portal.gates.rules import Gate, ItemState
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning
from tests import make
from tests.campaigns.conftest import TODAY, Scene

UNTIL = make.midnight(28, 2)
ADVICE = "gme_authority_advice"


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    reasons = refused.value.reasons
    return [reason.values["reason"].code if "reason" in reason.values else reason.code for reason in reasons]


def carried_out(scene: Scene, title: str, manager: Actor) -> Booking:
    """Let the work of a link be done in its time, and its record be written by the founder."""
    booking = scene.link(title).booking
    assert booking is not None
    slot = booking.slot
    begun, ended = slot.start + timedelta(hours=9), slot.end - timedelta(hours=4)
    start_booking(scene.session, manager, booking.id, at=begun)
    complete_booking(scene.session, manager, booking.id, at=slot.end - timedelta(hours=1))
    said = Record(
        started_at=begun,
        ended_at=ended,
        operators="A. Operator",
        batch_reference="CB-01",
        outcome=Outcome.SUCCESS,
        deviations=0,
        yield_amount=1.1e9,
        yield_target=1e9,
        yield_unit="viable cells",
    )
    services.record_run(scene.session, scene.founder, booking.id, said, at=slot.end)
    scene.session.commit()
    return booking


def certify(scene: Scene, booking: Booking, *, at: datetime) -> None:
    services.certify_run(scene.session, scene.qp, booking.id, proof=make.proof(scene.qp, at=at), at=at)
    scene.session.commit()


def waive_one_and_accept_the_rest(scene: Scene, session: Session) -> None:
    """Let QA waive one item of the gate before GMP entry, signed, and accept every other."""
    dossier = session.scalars(select(Dossier).where(Dossier.facility_id == scene.plant.id)).one()
    for item in book(session, dossier, Gate.GMP_ENTRY, today=TODAY).checklist.rows:
        if item["id"] != ADVICE:
            session.add(GateItem(dossier_id=dossier.id, item=item["id"], state=ItemState.ACCEPTED))
    session.flush()
    gates.waive_item(
        session,
        scene.qa,
        dossier.id,
        ADVICE,
        reason="The advice is dated March; the batch is for engineering of the release tests.",
        until=TODAY + timedelta(days=90),
        proof=make.proof(scene.qa),
        today=TODAY,
        at=make.NOON,
    )
    session.commit()


def test_a_product_goes_from_the_laboratory_to_a_certified_batch(session: Session, scene: Scene) -> None:
    scene.add(RunKind.PROCESS_DEVELOPMENT, "Development")
    scene.add(RunKind.ENGINEERING_RUN, "Engineering", lag_days=7)
    scene.add(RunKind.CLINICAL_BATCH, "Batch", lag_days=14)
    scene.choose()
    scene.request()
    scene.approve(scene.lab_manager, scene.lab, until=UNTIL)

    with pytest.raises(Refused) as refused:
        scene.approve(scene.plant_manager, scene.plant)
    session.rollback()
    assert codes(refused) == ["gate_not_met", "gate_not_met"]
    scene.approve(scene.plant_manager, scene.plant, until=UNTIL)
    assert [one.standing for one in scene.links()] == [Standing.BOOKED, Standing.HELD, Standing.HELD]

    scene.meet(Gate.PRE_GMP_EXIT)
    held = {one.request.title: one.booking.id for one in scene.links() if one.booking is not None}
    assert confirm_at_gate(session, held["Batch"], at=make.NOON) is None
    assert confirm_at_gate(session, held["Engineering"], at=make.NOON) is not None
    session.commit()
    waive_one_and_accept_the_rest(scene, session)
    confirmed = confirm_at_gate(session, held["Batch"], at=make.NOON)
    session.commit()
    assert confirmed is not None
    assert confirmed.state is BookingState.CONFIRMED
    assert queries.chain_state(scene.links()) is ChainState.APPROVED

    carried_out(scene, "Development", scene.lab_manager)
    carried_out(scene, "Engineering", scene.plant_manager)
    batch = carried_out(scene, "Batch", scene.plant_manager)
    assert queries.chain_state(scene.links()) is ChainState.DONE

    at = batch.slot.end + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        certify(scene, batch, at=at)
    session.rollback()
    assert codes(refused) == ["run_not_closed", "gate_not_met"]
    services.close_run(session, scene.qa, batch.id, proof=make.proof(scene.qa, at=at), at=at)
    session.commit()
    with pytest.raises(Refused) as refused:
        certify(scene, batch, at=at)
    session.rollback()
    assert codes(refused) == ["gate_not_met"]
    scene.meet(Gate.BATCH_RELEASE)
    certify(scene, batch, at=at)

    run = queries.run_of(session, batch.id)
    assert run is not None
    assert run.state is RunState.CERTIFIED
    signed = [
        (one.meaning, one.signer_role) for one in session.scalars(select(Signature).order_by(Signature.id))
    ]
    assert signed == [
        (Meaning.APPROVED_WITH_CONDITIONS, Role.FACILITY_MANAGER),
        (Meaning.APPROVED_WITH_CONDITIONS, Role.FACILITY_MANAGER),
        (Meaning.WAIVED, Role.QA),
        (Meaning.REVIEWED, Role.QA),
        (Meaning.CERTIFIED, Role.QP),
    ]
