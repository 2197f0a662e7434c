"""What happens around signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureGiven(Event):
    """Somebody signed a record; the digest stands in the ledger's chain for all that was signed."""

    name: ClassVar[str] = "signature.given"
    about: ClassVar[Mapping[str, str]] = {"signature_id": "signature"}

    signature_id: int
    subject_kind: str
    subject_id: int
    meaning: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRefused(Event):
    """Somebody wanted to sign and did not show who they are; `shut_until` is set where that shut the signing."""

    name: ClassVar[str] = "signature.refused"

    subject_kind: str
    subject_id: int
    method: str
    shut_until: datetime | None = None
