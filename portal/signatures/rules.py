"""What a signature means, who may give one, and what it takes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.core.actors import Actor
from portal.core.errors import Reason


class Meaning(StrEnum):
    """What a signature means, in the words of the facts file."""

    AUTHORED = "authored"
    PERFORMED = "performed"
    WITNESSED = "witnessed"
    REVIEWED = "reviewed"
    VERIFIED = "verified"
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved_with_conditions"
    WAIVED = "waived"
    REJECTED = "rejected"
    RELEASED = "released"
    CERTIFIED = "certified"
    QUARANTINED = "quarantined"
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Method(StrEnum):
    """How somebody showed who they are."""

    PASSWORD = "password"  # noqa: S105  (the name of a way, not a secret)
    CODE = "code"
    PASSKEY = "passkey"
    DEMO = "demo"


PROOF_LASTS = timedelta(minutes=5)
TRIES, WITHIN = 5, timedelta(minutes=15)
"""How many failed tries are taken within which time before signing is shut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a person has shown anew, at a moment, who they are."""

    user_id: int
    method: Method
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field of a record that is no longer as it was signed."""

    field: str
    signed: Any
    present: Any


def reasons_against_signing(
    actor: Actor, proof: Proof | None, *, asked_by_ids: Collection[int], at: datetime
) -> list[Reason]:
    """Return what stands against a signature of the actor; `asked_by_ids` are those who asked for what is signed."""
    if actor.assisted_by_id is not None:
        return [Reason("cannot_sign_for_others")]
    reasons = []
    if actor.user_id in asked_by_ids:
        reasons.append(Reason("cannot_sign_own_request"))
    if proof is None or proof.user_id != actor.user_id or abs(at - proof.at) > PROOF_LASTS:
        reasons.append(Reason("signature_needed", field="password"))
    return reasons


def shut_until(failed_at: Collection[datetime], *, at: datetime) -> datetime | None:
    """Return until when signing is shut after failed tries at these moments, or None where it is open."""
    recent = sorted(moment for moment in failed_at if at - WITHIN < moment <= at)
    return recent[-TRIES] + WITHIN if len(recent) >= TRIES else None


def differences(signed: Mapping[str, Any], present: Mapping[str, Any]) -> list[Difference]:
    """Return every field of a record that is no longer as it was signed, in the order of its name."""
    return [
        Difference(field=field, signed=signed.get(field), present=present.get(field))
        for field in sorted(signed.keys() | present.keys())
        if signed.get(field) != present.get(field)
    ]
