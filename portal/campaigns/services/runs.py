"""A run's record: written while the work goes on, closed by signature, certified by the qualified person, corrected with a reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.bookings.models import Booking, BookingState, RunKind
from portal.bookings.needs import GMP_RUNS
from portal.bookings.queries import booking_shown
from portal.bookings.roomtime import local_day
from portal.campaigns import queries
from portal.campaigns.events import (
    RunCertified,
    RunClosed,
    RunCorrected,
    RunFileAdded,
    RunRecorded,
)
from portal.campaigns.models import Run, RunFile
from portal.campaigns.rules import runs as rules
from portal.campaigns.rules.runs import RECORDED, Record, RunState
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, Reason, Refused, Stale
from portal.facilities.models import RoomKind
from portal.facilities.queries import trained_for
from portal.files.services import Kept, add_file
from portal.gates.queries import verdict_on
from portal.gates.rules import Gate
from portal.ledger import record as tell
from portal.ledger.digests import plain
from portal.projects.rules.access import owns
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning, Proof
from portal.signatures.services import sign

SUBJECT = "run"
BEGUN = frozenset({BookingState.CONFIRMED, BookingState.IN_USE, BookingState.COMPLETED})


def has_begun(booking: Booking, *, at: datetime) -> bool:
    """Say whether there can be a record: the booking stands, and its time has come."""
    return booking.state in BEGUN and booking.block.starts_at <= at


def is_gmp(booking: Booking) -> bool:
    """Say whether a booking's work is under good manufacturing practice."""
    return booking.run_kind in GMP_RUNS or booking.block.cleanroom.kind is RoomKind.GMP


def may_record(actor: Actor, booking: Booking) -> bool:
    """Say whether an actor may write in the record of a booking's run."""
    own = booking.organisation_id is not None and owns(actor, booking.organisation_id)
    return rules.may_record(actor, facility_id=booking.block.cleanroom.facility_id, owns=own)


def record_run(
    session: Session,
    actor: Actor,
    booking_id: int,
    said: Record,
    *,
    shown_version: int | None = None,
    at: datetime,
) -> Run:
    """Write what is known of a run, as often as more is known.

    Raises `NotFound`, `NotAllowed` for those who only read it, `Stale`, and `Refused` for what cannot be, or once it is closed.
    """
    booking, run = _locked(session, actor, booking_id, shown_version=shown_version)
    reasons = [] if has_begun(booking, at=at) else [_not_begun(booking)]
    if run is not None and run.state is not RunState.OPEN:
        reasons.append(Reason("run_closed_already"))
    reasons += rules.reasons_against_record(said, at=at)
    reasons += _against_operators(session, booking, said)
    if reasons:
        raise Refused(reasons)
    run = run or _new(session, booking, at=at)
    changes = _write(run, said, actor)
    session.flush()
    tell(session, RunRecorded(actor_id=actor.user_id, **_names(run, booking), changes=changes), at=at)
    return run


def attach_file(
    session: Session, actor: Actor, booking_id: int, kept: Kept, *, title: str = "", at: datetime
) -> RunFile:
    """Attach a file that is in the store to an open record."""
    booking, run = _locked(session, actor, booking_id, shown_version=None)
    reasons = [] if has_begun(booking, at=at) else [_not_begun(booking)]
    if run is not None and run.state is not RunState.OPEN:
        reasons.append(Reason("run_closed_already"))
    if reasons:
        raise Refused(reasons)
    run = run or _new(session, booking, at=at)
    _wrote(run, actor)
    file = add_file(session, kept, by_id=actor.user_id, at=at)
    attached = RunFile(
        run_id=run.id, file_id=file.id, title=title or kept.name, added_by_id=actor.user_id, added_at=at
    )
    session.add(attached)
    session.flush()
    tell(session, RunFileAdded(actor_id=actor.user_id, **_names(run, booking), file_id=file.id), at=at)
    return attached


def close_run(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    note: str = "",
    proof: Proof | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> Run:
    """Close a record by signature: from now on it is only corrected, with a reason.

    QA closes it, outside GMP the manager may too; never who wrote in it or asked for the work. Raises `NotAllowed`, and
    `Refused` with everything that is missing.
    """
    booking, run = _locked(session, actor, booking_id, shown_version=shown_version, writes=False)
    room = booking.block.cleanroom
    role = rules.closing_role(actor, facility_id=room.facility_id, is_gmp=is_gmp(booking))
    if role is None:
        raise NotAllowed
    reasons = rules.reasons_against_closing(
        run.record if run else Record(),
        state=run.state if run else RunState.OPEN,
        is_over=booking.state is BookingState.COMPLETED or booking.block.ends_at <= at,
        is_gmp=is_gmp(booking),
        wrote=run is not None and actor.user_id in run.writer_ids,
    )
    if reasons or run is None:
        raise Refused(reasons)
    content = {**content_of(session, run, booking), "note": note.strip()}
    signature = _signed(session, actor, run, booking, proof, content, Meaning.REVIEWED, role, at=at)
    run.state, run.closed_at, run.closed_by_id = RunState.CLOSED, at, actor.user_id
    event = RunClosed(
        actor_id=actor.user_id, **_names(run, booking), signature_id=signature.id, note=note.strip()
    )
    tell(session, event, at=at)
    return run


def certify_run(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    note: str = "",
    proof: Proof | None = None,
    shown_version: int | None = None,
    at: datetime,
) -> Run:
    """Say, signed by the qualified person, that a clinical batch is certified; the gate of batch release stands before it.

    Raises `NotAllowed` for anyone but the facility's QP, and `Refused` with everything that stands in the way.
    """
    booking, run = _locked(session, actor, booking_id, shown_version=shown_version, writes=False)
    room = booking.block.cleanroom
    if not actor.holds(Role.QP, room.facility_id):
        raise NotAllowed
    gate_open = open_items_of_release(session, booking, at=at)
    reasons = rules.reasons_against_certifying(
        run.record if run else Record(),
        state=run.state if run else RunState.OPEN,
        is_clinical=booking.run_kind is RunKind.CLINICAL_BATCH,
        gate_open=gate_open,
        took_part=run is not None and actor.user_id in run.writer_ids,
    )
    if reasons or run is None:
        raise Refused(reasons)
    content = {**content_of(session, run, booking), "gate": Gate.BATCH_RELEASE, "note": note.strip()}
    signature = _signed(session, actor, run, booking, proof, content, Meaning.CERTIFIED, Role.QP, at=at)
    run.state, run.certified_at, run.certified_by_id = RunState.CERTIFIED, at, actor.user_id
    event = RunCertified(
        actor_id=actor.user_id, **_names(run, booking), signature_id=signature.id, note=note.strip()
    )
    tell(session, event, at=at)
    return run


def correct_run(
    session: Session,
    actor: Actor,
    booking_id: int,
    said: Record,
    *,
    why: str,
    shown_version: int | None = None,
    at: datetime,
) -> Run:
    """Correct a closed record with a reason; the ledger keeps the old value of each field, and signatures say what changed."""
    booking, run = _locked(session, actor, booking_id, shown_version=shown_version)
    reasons = [] if run is not None and run.state is not RunState.OPEN else [Reason("run_not_closed")]
    if not why.strip():
        reasons.append(Reason("correction_needs_words", field="why"))
    reasons += rules.reasons_against_record(said, at=at)
    reasons += rules.missing_to_close(said, is_gmp=is_gmp(booking))
    if run is not None and not reasons and not _changes(run, said):
        reasons.append(Reason("nothing_to_correct"))
    if reasons or run is None:
        raise Refused(reasons)
    changes = _write(run, said, actor)
    event = RunCorrected(actor_id=actor.user_id, **_names(run, booking), changes=changes, note=why.strip())
    tell(session, event, at=at)
    return run


def open_items_of_release(session: Session, booking: Booking, *, at: datetime) -> int | None:
    """Return how many items still hold the gate of batch release before a booking's batch; None where none stands there."""
    if booking.run_kind is not RunKind.CLINICAL_BATCH or booking.project is None:
        return None
    facility = booking.block.cleanroom.facility
    today = local_day(at, facility.time_zone)
    verdict = verdict_on(session, booking.project, facility.id, Gate.BATCH_RELEASE, today=today)
    return len(verdict.holding)


def content_of(session: Session, run: Run, booking: Booking) -> dict[str, Any]:
    """Return what a signature of a record binds: everything that it says, its files by their digests, and its place."""
    room = booking.block.cleanroom
    return {
        "booking_id": booking.id,
        "project_id": booking.project_id,
        "run_kind": booking.run_kind,
        "facility": room.facility.name,
        "cleanroom": room.code,
        "booked_from": booking.block.starts_at,
        "booked_until": booking.block.ends_at,
        **{name: getattr(run, name) for name in RECORDED},
        "files": sorted(one.file.sha256 for one in queries.files_of(session, run)),
    }


def _signed(
    session: Session,
    actor: Actor,
    run: Run,
    booking: Booking,
    proof: Proof | None,
    content: Mapping[str, Any],
    meaning: Meaning,
    role: Role,
    *,
    at: datetime,
) -> Signature:
    """Sign a record as it is now; the note in its content is the reason."""
    return sign(
        session,
        actor,
        proof,
        subject_kind=SUBJECT,
        subject_id=run.id,
        content=content,
        meaning=meaning,
        role=role,
        on_behalf_of=booking.block.cleanroom.facility.name,
        reason=str(content["note"]),
        asked_by_ids=_asked_by(booking),
        at=at,
    )


def _locked(
    session: Session, actor: Actor, booking_id: int, *, shown_version: int | None, writes: bool = True
) -> tuple[Booking, Run | None]:
    booking = booking_shown(session, actor, booking_id)
    if writes and not may_record(actor, booking):
        raise NotAllowed
    session.refresh(booking, with_for_update={"of": Booking})
    run = queries.run_of(session, booking_id, lock=True)
    if shown_version is not None and (run.version if run else 0) != shown_version:
        raise Stale({"state": run.state.value if run else None})
    return booking, run


def _against_operators(session: Session, booking: Booking, said: Record) -> list[Reason]:
    room = booking.block.cleanroom
    day = local_day(said.started_at or booking.block.starts_at, room.facility.time_zone)
    trained = [
        person.name for training, person in trained_for(session, room.id) if training.valid_until >= day
    ]
    return rules.reasons_against_operators(
        said.operators, trained=trained, needed=room.trained_needed, day=day
    )


def _new(session: Session, booking: Booking, *, at: datetime) -> Run:
    run = Run(booking_id=booking.id, state=RunState.OPEN, writer_ids=[], created_at=at)
    session.add(run)
    session.flush()
    return run


def _write(run: Run, said: Record, actor: Actor) -> tuple[tuple[str, str | None, str | None], ...]:
    changes = _changes(run, said)
    for name, (_before, after) in changes.items():
        setattr(run, name, after)
    _wrote(run, actor)
    return tuple((name, _kept(before), _kept(after)) for name, (before, after) in changes.items())


def _changes(run: Run, said: Record) -> Mapping[str, tuple[Any, Any]]:
    before = {name: getattr(run, name) for name in RECORDED}
    after = {name: getattr(said, name) for name in RECORDED}
    for text in ("operators", "batch_reference", "yield_unit", "remarks"):
        before[text] = before[text] or ""
    return rules.corrections(before, after)


def _kept(value: Any) -> str | None:
    return None if value in (None, "") else str(plain(value))


def _wrote(run: Run, actor: Actor) -> None:
    if actor.user_id not in run.writer_ids:
        run.writer_ids = [*run.writer_ids, actor.user_id]


def _asked_by(booking: Booking) -> set[int]:
    return {booking.request.requested_by_id} if booking.request else set()


def _not_begun(booking: Booking) -> Reason:
    zone = booking.block.cleanroom.facility.time_zone
    return Reason("run_not_begun", {"start": booking.block.starts_at, "zone": zone})


def _names(run: Run, booking: Booking) -> Mapping[str, Any]:
    return {"run_id": run.id, "booking_id": booking.id, "project_id": booking.project_id}
