"""Which gate stands before a request's run in a room, and whether it is met."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings.models import Block, Booking, BookingState, SlotRequest
from portal.bookings.roomtime import local_day
from portal.core.errors import Reason
from portal.facilities.models import Cleanroom
from portal.gates import services as gates
from portal.gates.queries import dossier_of, verdict_on
from portal.gates.rules import Gate, Verdict, gate_before
from portal.projects.models import Project

CONDITIONS = {
    Gate.PRE_GMP_EXIT: "The gate “Pre-GMP exit” is met",
    Gate.GMP_ENTRY: "The gate “GMP entry” is met",
    Gate.BATCH_RELEASE: "The gate “First clinical batch release” is met",
}
"""What is written as the condition where an approval waits for its gate alone."""


@dataclass(frozen=True, slots=True)
class Before:
    """The gate before a run, and how it stands."""

    gate: Gate
    verdict: Verdict


def before(session: Session, request: SlotRequest, room: Cleanroom, *, at: datetime) -> Before | None:
    """Return the gate before a request's run in a room with how it stands, or None where there is none."""
    gate = gate_before(room.kind.value, request.run_kind.value)
    if gate is None:
        return None
    today = local_day(at, room.facility.time_zone)
    return Before(gate, verdict_on(session, request.project, room.facility_id, gate, today=today))


def reasons_against(found: Before | None, *, field: str | None = None) -> list[Reason]:
    """Return what stands against going through a gate, or nothing."""
    if found is None or found.verdict.met:
        return []
    values = {"gate": found.gate.value, "open": len(found.verdict.holding)}
    return [Reason("gate_not_met", values, field)]


def signed_as(found: Before | None) -> dict[str, object]:
    """Return how a gate stands, as a decision is signed with it."""
    if found is None:
        return {}
    verdict = found.verdict
    return {
        "gate": found.gate,
        "gate_met": verdict.met,
        "gate_open": sorted(verdict.holding),
        "gate_warns": sorted(verdict.warning),
    }


def open_gates(
    session: Session, request: SlotRequest, room: Cleanroom, *, actor_id: int, at: datetime
) -> None:
    """Begin the dossier of a request's project at a facility where a gate stands before its run, if there is none."""
    if gate_before(room.kind.value, request.run_kind.value) is None:
        return
    project = session.get_one(Project, request.project_id, with_for_update=True)
    if dossier_of(session, project.id, room.facility_id) is None:
        gates.make_dossier(session, project, room.facility_id, actor_id=actor_id, at=at)


def holds_awaiting(
    session: Session, project_id: int, facility_id: int, gate: Gate, *, at: datetime
) -> Collection[int]:
    """Return the holds of a project at a facility that are confirmed once a gate is met, the oldest first."""
    return session.scalars(
        select(Booking.id)
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .where(
            Booking.project_id == project_id,
            Booking.awaits_gate == gate.value,
            Booking.state == BookingState.HELD,
            Booking.held_until > at,
            Cleanroom.facility_id == facility_id,
        )
        .order_by(Booking.id)
    ).all()
