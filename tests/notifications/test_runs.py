"""What happens to a run's record reaches who closes it, whose work it is, who certifies it, and who signed it."""

from dataclasses import replace
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from portal.bookings.models import RunKind
from portal.bookings.services import complete_booking, start_booking
from portal.campaigns import services
from portal.campaigns.rules.runs import Outcome, Record
from portal.gates.rules import Gate
from tests import make
from tests.campaigns.conftest import Scene, scene
from tests.notifications.test_handlers import deliver, told

__all__ = ["scene"]

RECORDED, CLOSED, CORRECTED, CERTIFIED = "run.recorded", "run.closed", "run.corrected", "run.certified"


def test_each_hears_of_a_record_what_is_theirs_to_know(app: Flask, session: Session, scene: Scene) -> None:
    scene.meet(Gate.GMP_ENTRY, Gate.BATCH_RELEASE)
    scene.add(RunKind.CLINICAL_BATCH, "Batch")
    scene.choose()
    scene.request()
    scene.approve(scene.plant_manager, scene.plant)
    booking = scene.link("Batch").booking
    assert booking is not None
    slot, at = booking.slot, booking.slot.end + timedelta(days=1)
    begun = slot.start + timedelta(hours=9)
    start_booking(session, scene.plant_manager, booking.id, at=begun)
    complete_booking(session, scene.plant_manager, booking.id, at=slot.end - timedelta(hours=1))
    part = Record(started_at=begun, operators="A. Operator")
    services.record_run(session, scene.founder, booking.id, part, at=at)
    deliver(app, session, at=at)
    assert RECORDED not in told(session, scene.qa.user_id)

    whole = replace(
        part,
        ended_at=slot.end - timedelta(hours=4),
        batch_reference="CB-01",
        outcome=Outcome.SUCCESS,
        deviations=0,
    )
    for said in (whole, replace(whole, remarks="Quiet.")):
        services.record_run(session, scene.founder, booking.id, said, at=at)
        deliver(app, session, at=at)
    assert told(session, scene.qa.user_id).count(RECORDED) == 1

    services.close_run(session, scene.qa, booking.id, proof=make.proof(scene.qa, at=at), at=at)
    services.correct_run(
        session, scene.founder, booking.id, replace(whole, deviations=1), why="Found later.", at=at
    )
    later = at + timedelta(hours=1)
    services.certify_run(session, scene.qp, booking.id, proof=make.proof(scene.qp, at=later), at=later)
    deliver(app, session, at=later)
    heard = {CLOSED, CORRECTED, CERTIFIED}
    assert heard & set(told(session, scene.founder.user_id)) == {CLOSED, CERTIFIED}
    assert heard & set(told(session, scene.qp.user_id)) == {CLOSED}
    assert heard & set(told(session, scene.qa.user_id)) == {CORRECTED}
    assert not heard & set(told(session, scene.plant_manager.user_id))
