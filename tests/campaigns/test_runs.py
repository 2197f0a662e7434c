"""Run records: what they need, who closes and certifies them, and what a correction keeps."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.bookings.models import Booking, RunKind
from portal.bookings.services import complete_booking, start_booking
from portal.campaigns import queries, services
from portal.campaigns.models import Run
from portal.campaigns.rules.runs import (
    Failure,
    Outcome,
    Record,
    RunState,
    missing_to_close,
    reasons_against_operators,
    reasons_against_record,
    share_of_target,
)
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.facilities.models import Facility, Training
from portal.gates.rules import Gate
from portal.ledger import history
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning
from portal.signatures.statements import signed_content
from tests import make
from tests.campaigns.conftest import Scene

BEGUN = make.midnight(11) + timedelta(hours=9)
OVER = make.midnight(18)
SAID = Record(
    started_at=BEGUN,
    ended_at=make.midnight(15) + timedelta(hours=14),
    operators="A. Operator",
    batch_reference="CB-01",
    outcome=Outcome.SUCCESS,
    deviations=1,
    yield_amount=1.1e9,
    yield_target=1e9,
    yield_unit="viable cells",
    remarks="As planned.",
)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def booked(scene: Scene, kind: RunKind, where: Facility, manager: Actor, *gates: Gate) -> Booking:
    """Return a booking of the campaign from 11 to 16 January that was used to its end."""
    scene.meet(*gates)
    scene.add(kind, "The run")
    scene.choose()
    scene.request()
    scene.approve(manager, where)
    booking = scene.link("The run").booking
    assert booking is not None
    start_booking(scene.session, manager, booking.id, at=BEGUN)
    complete_booking(scene.session, manager, booking.id, at=make.midnight(15) + timedelta(hours=16))
    scene.session.commit()
    return booking


@pytest.fixture
def batch(scene: Scene) -> Booking:
    """Return a clinical batch in the plant that is over."""
    return booked(scene, RunKind.CLINICAL_BATCH, scene.plant, scene.plant_manager, Gate.GMP_ENTRY)


def record(scene: Scene, booking: Booking, said: Record = SAID, by: Actor | None = None) -> Run:
    run = services.record_run(scene.session, by or scene.founder, booking.id, said, at=OVER)
    scene.session.commit()
    return run


def close(scene: Scene, booking: Booking, by: Actor | None = None) -> Run:
    actor = by or scene.qa
    run = services.close_run(
        scene.session, actor, booking.id, note="Complete.", proof=make.proof(actor, at=OVER), at=OVER
    )
    scene.session.commit()
    return run


def certify(scene: Scene, booking: Booking, by: Actor | None = None) -> Run:
    actor = by or scene.qp
    run = services.certify_run(scene.session, actor, booking.id, proof=make.proof(actor, at=OVER), at=OVER)
    scene.session.commit()
    return run


def test_a_record_contradicts_neither_itself_nor_the_clock() -> None:
    wrong = Record(
        started_at=OVER + timedelta(hours=1),
        ended_at=OVER + timedelta(minutes=30),
        outcome=Outcome.SUCCESS,
        failure=Failure.EQUIPMENT,
        yield_amount=1.0,
    )
    assert [reason.code for reason in reasons_against_record(wrong, at=OVER)] == [
        "run_begins_later",
        "run_ends_later",
        "run_ends_before_start",
        "success_has_no_failure",
        "yield_needs_unit",
    ]
    assert reasons_against_record(SAID, at=OVER) == []


def test_what_a_record_lacks_is_named() -> None:
    lacking = [reason.values["what"] for reason in missing_to_close(Record(), is_gmp=True)]
    assert lacking == ["started_at", "ended_at", "operators", "batch_reference", "outcome", "deviations"]
    assert missing_to_close(SAID, is_gmp=True) == []
    failed = replace(SAID, outcome=Outcome.FAILURE, batch_reference="")
    assert [reason.values["what"] for reason in missing_to_close(failed, is_gmp=False)] == ["failure"]


@pytest.mark.parametrize(
    ("amount", "target", "share"),
    [(1.0, 3.0, 33), (2.0, 3.0, 67), (None, 3.0, None), (1.0, None, None), (1.0, 0.0, None)],
)
def test_a_yield_is_told_against_its_target(
    amount: float | None, target: float | None, share: int | None
) -> None:
    assert share_of_target(amount, target) == share


def test_nothing_is_recorded_before_a_booking_begins(scene: Scene) -> None:
    scene.add(RunKind.PROCESS_DEVELOPMENT, "The run")
    scene.choose()
    scene.request()
    scene.approve(scene.lab_manager, scene.lab)
    booking = scene.link("The run").booking
    assert booking is not None
    with pytest.raises(Refused) as refused:
        services.record_run(scene.session, scene.founder, booking.id, Record(), at=make.NOON)
    assert codes(refused) == ["run_not_begun"]


def test_a_record_is_closed_by_qa_who_did_not_write_in_it(scene: Scene, batch: Booking) -> None:
    record(scene, batch, replace(SAID, batch_reference=""), by=scene.qa)
    with pytest.raises(Refused) as refused:
        close(scene, batch)
    scene.session.rollback()
    assert codes(refused) == ["cannot_close_own_record", "run_lacks"]
    record(scene, batch)
    colleague = make.duty(scene.session, scene.plant, Role.QA)
    run = close(scene, batch, by=colleague)
    assert (run.state, run.closed_by_id) == (RunState.CLOSED, colleague.user_id)
    signature = scene.session.scalars(select(Signature).where(Signature.subject_kind == "run")).one()
    assert (signature.meaning, signature.signer_role) == (Meaning.REVIEWED, Role.QA)
    assert signed_content(signature)["yield_amount"] == "1100000000.0"


def test_others_do_not_close_a_gmp_record_and_strangers_do_not_know_it(scene: Scene, batch: Booking) -> None:
    record(scene, batch)
    for actor in (scene.founder, scene.plant_manager, scene.qp):
        with pytest.raises(NotAllowed):
            close(scene, batch, by=actor)
    for actor in (make.founder(scene.session), scene.lab_manager):
        with pytest.raises(NotFound):
            close(scene, batch, by=actor)
        with pytest.raises(NotFound):
            record(scene, batch, by=actor)
    with pytest.raises(NotAllowed):
        record(scene, batch, by=scene.qp)


def test_outside_gmp_the_manager_closes_too(scene: Scene) -> None:
    booking = booked(scene, RunKind.PROCESS_DEVELOPMENT, scene.lab, scene.lab_manager)
    record(scene, booking, replace(SAID, batch_reference=""))
    assert close(scene, booking, by=scene.lab_manager).state is RunState.CLOSED


def test_a_closed_record_is_only_corrected_and_keeps_the_old_value(scene: Scene, batch: Booking) -> None:
    record(scene, batch)
    run = close(scene, batch)
    with pytest.raises(Refused) as refused:
        record(scene, batch)
    scene.session.rollback()
    assert codes(refused) == ["run_closed_already"]
    with pytest.raises(Refused) as refused:
        services.correct_run(scene.session, scene.founder, batch.id, SAID, why=" ", at=OVER)
    scene.session.rollback()
    assert codes(refused) == ["correction_needs_words"]
    with pytest.raises(Refused) as refused:
        services.correct_run(scene.session, scene.founder, batch.id, SAID, why="None.", at=OVER)
    scene.session.rollback()
    assert codes(refused) == ["nothing_to_correct"]
    mended = replace(SAID, yield_amount=1.2e9)
    services.correct_run(scene.session, scene.founder, batch.id, mended, why="Misread.", at=OVER)
    scene.session.commit()
    assert run.yield_amount == 1.2e9
    line = history(scene.session, "run", run.id, groups=["bookings"])[0]
    assert (line.name, line.private["note"]) == ("run.corrected", "Misread.")
    assert line.private["changes"] == [["yield_amount", "1100000000.0", "1200000000.0"]]
    assert history(scene.session, "run", run.id, groups=[])[0].private == {}


def test_a_batch_is_certified_by_the_qp_after_closing_and_its_gate(scene: Scene, batch: Booking) -> None:
    record(scene, batch)
    with pytest.raises(Refused) as refused:
        certify(scene, batch)
    scene.session.rollback()
    assert codes(refused) == ["run_not_closed", "gate_not_met"]
    close(scene, batch)
    with pytest.raises(Refused) as refused:
        certify(scene, batch)
    scene.session.rollback()
    assert codes(refused) == ["gate_not_met"]
    with pytest.raises(NotAllowed):
        certify(scene, batch, by=scene.qa)
    scene.meet(Gate.BATCH_RELEASE)
    run = certify(scene, batch)
    assert (run.state, run.certified_by_id) == (RunState.CERTIFIED, scene.qp.user_id)
    meanings = [
        one.meaning for one in scene.session.scalars(select(Signature).where(Signature.subject_kind == "run"))
    ]
    assert meanings == [Meaning.REVIEWED, Meaning.CERTIFIED]


def test_only_a_clinical_batch_that_succeeded_is_certified(scene: Scene) -> None:
    booking = booked(scene, RunKind.ENGINEERING_RUN, scene.plant, scene.plant_manager, Gate.PRE_GMP_EXIT)
    record(scene, booking, replace(SAID, outcome=Outcome.FAILURE, failure=Failure.CONTAMINATION))
    close(scene, booking)
    with pytest.raises(Refused) as refused:
        certify(scene, booking)
    assert codes(refused) == ["only_clinical_is_certified", "failed_run_not_certified"]


def test_a_record_that_changed_meanwhile_is_not_overwritten(scene: Scene, batch: Booking) -> None:
    record(scene, batch)
    with pytest.raises(Stale):
        services.record_run(scene.session, scene.plant_manager, batch.id, SAID, shown_version=0, at=OVER)


def test_a_run_is_there_once_somebody_wrote_in_it(scene: Scene, batch: Booking) -> None:
    assert queries.run_of(scene.session, batch.id) is None
    run = record(scene, batch)
    assert run.writer_ids == [scene.founder.user_id]
    assert queries.runs_of(scene.session, [batch.id]) == {batch.id: run}


@pytest.mark.parametrize(
    ("names", "needed", "found"),
    [
        ("Ann Operator, Bo Other", 2, None),
        ("ann operator; Guest", 1, None),
        ("Ann Operator, ann operator", 2, 1),
        ("Guest", 1, 0),
        ("Guest", None, None),
        ("", 2, None),
    ],
)
def test_enough_of_the_named_operators_were_trained(
    names: str, needed: int | None, found: int | None
) -> None:
    reasons = reasons_against_operators(
        names, trained=["Ann Operator", "Bo Other"], needed=needed, day=make.midnight(11).date()
    )
    assert [reason.values["found"] for reason in reasons] == ([] if found is None else [found])


def test_a_run_in_a_room_that_asks_for_trained_people_names_one_whose_training_held_when_it_began(
    scene: Scene,
) -> None:
    booking = booked(scene, RunKind.CLINICAL_BATCH, scene.plant, scene.plant_manager, Gate.GMP_ENTRY)
    room, session = booking.block.cleanroom, scene.session
    person = session.get_one(User, scene.plant_manager.user_id)
    training = Training(cleanroom_id=room.id, user_id=person.id, valid_until=BEGUN.date() - timedelta(days=1))
    session.add(training)
    room.trained_needed = 1
    session.commit()
    said = replace(SAID, operators=f"A. Operator, {person.name}")
    with pytest.raises(Refused) as refused:
        services.record_run(session, scene.founder, booking.id, said, at=OVER)
    assert codes(refused) == ["run_operators_not_trained"]
    session.rollback()
    training.valid_until = BEGUN.date()
    session.commit()
    assert services.record_run(session, scene.founder, booking.id, said, at=OVER).operators == said.operators
