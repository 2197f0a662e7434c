"""What happens at gates; what people wrote is private to the field group `process`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from portal.core.events import Event

DOSSIER: Mapping[str, str] = {"dossier_id": "dossier", "project_id": "project"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEvent(Event):
    """Something happened in a dossier."""

    about: ClassVar[Mapping[str, str]] = DOSSIER

    dossier_id: int
    project_id: int
    facility_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierOpened(GateEvent):
    """A founder showed a project's gates to a facility."""

    name: ClassVar[str] = "gate.dossier_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEvent(GateEvent):
    """Something happened to an item."""

    private: ClassVar[Mapping[str, str]] = {"note": "process"}

    gate: str
    item: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceGiven(ItemEvent):
    """Somebody gave evidence; the reviewer is to look at it."""

    name: ClassVar[str] = "gate.evidence_given"
    evidence_id: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAccepted(ItemEvent):
    """A reviewer accepted the evidence of an item."""

    name: ClassVar[str] = "gate.item_accepted"
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReturned(ItemEvent):
    """A reviewer returned the evidence of an item, with what is missing."""

    name: ClassVar[str] = "gate.item_returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWaived(ItemEvent):
    """QA let an item stand open until a day, with a signed reason."""

    name: ClassVar[str] = "gate.item_waived"
    until: date
    signature_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverEnded(ItemEvent):
    """QA took a waiver back before its day."""

    name: ClassVar[str] = "gate.waiver_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMet(GateEvent):
    """Nothing holds a gate any more."""

    name: ClassVar[str] = "gate.met"
    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistPublished(Event):
    """QA published a facility's checklist."""

    name: ClassVar[str] = "gate.checklist_published"
    about: ClassVar[Mapping[str, str]] = {"facility_id": "facility"}

    facility_id: int
    checklist_id: int
    gate: str
    version: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    signature_id: int
