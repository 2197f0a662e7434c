"""What a decision about a slot request is signed with, and whether the request and its booking are still as they were signed."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.bookings.models import Booking, SlotRequest
from portal.core.actors import Actor, Role
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, RoomKind
from portal.ledger.digests import plain
from portal.signatures import services as signatures
from portal.signatures.models import Signature
from portal.signatures.rules import Difference, Meaning, Proof, differences, reasons_against_signing
from portal.signatures.statements import signed_content

SUBJECT = "slot_request"
WINDOWED = frozenset({"approve", "offer", "confirm"})
"""The decisions that give a window; a place on the waiting list gives the first that fits."""


def is_signed(room: Cleanroom) -> bool:
    """Say whether decisions that give a cleanroom away are signed: always for GMP, for pre-GMP as the facility's terms say."""
    return needs_signature(room.kind, signs_pre_gmp=room.facility.signs_pre_gmp)


def needs_signature(kind: RoomKind, *, signs_pre_gmp: bool) -> bool:
    """Say whether decisions that give a cleanroom of a kind away are signed at a facility."""
    return kind is RoomKind.GMP or signs_pre_gmp


def reasons_against(
    actor: Actor, room: Cleanroom, request: SlotRequest, proof: Proof | None, *, at: datetime
) -> list[Reason]:
    """Return what stands against the actor's signature, where one is needed."""
    if not is_signed(room):
        return []
    return reasons_against_signing(actor, proof, asked_by_ids={request.requested_by_id}, at=at)


def sign_decision(
    session: Session,
    actor: Actor,
    proof: Proof | None,
    request: SlotRequest,
    room: Cleanroom,
    *,
    step: str,
    slot: Slot | None,
    note: str = "",
    condition: str | None = None,
    until: datetime | None = None,
    gate: Mapping[str, Any] | None = None,
    warned: Collection[Reason] = (),
    at: datetime,
) -> Signature | None:
    """Sign a decision with everything that it rests on, where one is needed; return the signature."""
    if not is_signed(room):
        return None
    content = {
        **_asked(request),
        **_place(room, slot if step in WINDOWED else None),
        **(gate or {}),
        **({"acknowledged_rules": sorted(str(one.values["rule"]) for one in warned)} if warned else {}),
        "step": step,
        "note": note.strip(),
        "condition": condition,
        "until": until,
    }
    return signatures.sign(
        session,
        actor,
        proof,
        subject_kind=SUBJECT,
        subject_id=request.id,
        content=content,
        meaning=Meaning.APPROVED_WITH_CONDITIONS if condition or step == "waitlist" else Meaning.APPROVED,
        role=Role.FACILITY_MANAGER,
        on_behalf_of=room.facility.name,
        reason=note.strip(),
        asked_by_ids={request.requested_by_id},
        at=at,
    )


def changes_since(signature: Signature, request: SlotRequest, booking: Booking | None) -> list[Difference]:
    """Return in what a request and its booking are no longer as they were signed."""
    signed = signed_content(signature)
    present: dict[str, Any] = _asked(request)
    if booking is not None and signed["step"] in WINDOWED:
        present |= _place(booking.block.cleanroom, booking.slot)
    now: Mapping[str, Any] = plain(present)
    return differences({field: signed.get(field) for field in now}, now)


def _asked(request: SlotRequest) -> dict[str, Any]:
    return {
        "reference": request.reference,
        "request_id": request.id,
        "project_id": request.project_id,
        "organisation_id": request.organisation_id,
        "requested_by_id": request.requested_by_id,
        "run_kind": request.run_kind,
        "kind": request.kind,
        "grade": request.grade,
        "bsl": request.bsl,
        "vector_level": request.vector_level,
        "gmo_class": request.gmo_class,
        "process_class": request.process_class,
        "equipment": sorted(request.equipment),
        "duration": request.duration,
        "duration_unit": request.duration_unit,
        "mode": request.mode,
    }


def _place(room: Cleanroom, slot: Slot | None) -> dict[str, Any]:
    return {
        "facility_id": room.facility_id,
        "facility": room.facility.name,
        "cleanroom_id": room.id,
        "cleanroom": room.code,
        "starts_at": slot.start if slot else None,
        "ends_at": slot.end if slot else None,
    }
