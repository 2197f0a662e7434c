"""What QA decides about segregation at a facility."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDecided(Event):
    """QA adopted, tightened or set aside a rule for a facility's rooms."""

    name: ClassVar[str] = "segregation.rule_decided"
    about: ClassVar[Mapping[str, str]] = {"facility_id": "facility"}
    private: ClassVar[Mapping[str, str]] = {"reason": "facility"}

    facility_id: int
    rule_id: str
    stance: str
    stance_id: int
    signature_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingDeclared(Event):
    """QA said what a cleanroom shares with others, and to which project it is dedicated."""

    name: ClassVar[str] = "segregation.sharing_declared"
    about: ClassVar[Mapping[str, str]] = {"facility_id": "facility", "cleanroom_id": "cleanroom"}
    private: ClassVar[Mapping[str, str]] = {"reason": "facility"}

    facility_id: int
    cleanroom_id: int
    code: str
    changes: Mapping[str, Any]
    dedicated_to_id: int | None
    was_dedicated_to_id: int | None
    signature_id: int
    reason: str = ""
