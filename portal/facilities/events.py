"""What happens to facilities, cleanrooms, rates and duties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from portal.core.events import Event

Changes = Mapping[str, Any]
"""Fields that changed, each with the value before and the value after: `{"city": {"from": "Lund", "to": "Malmö"}}`."""

FACILITY: Mapping[str, str] = {"facility_id": "facility"}
CLEANROOM: Mapping[str, str] = {"facility_id": "facility", "cleanroom_id": "cleanroom"}
TEXTS: Mapping[str, str] = {"texts": "facility"}
"""Free texts and contact data may name people, so they lie where they can be erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityAdded(Event):
    """A facility has been added to the catalogue; without an actor it came with the shipped facts."""

    name: ClassVar[str] = "facility.added"
    about: ClassVar[Mapping[str, str]] = FACILITY
    facility_id: int
    slug: str
    facility_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedFactsLoaded(Event):
    """A newer catalogue has changed what it knows of a facility; fields kept locally were left alone."""

    name: ClassVar[str] = "facility.shipped_facts_loaded"
    about: ClassVar[Mapping[str, str]] = FACILITY
    facility_id: int
    changes: Changes
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityEdited(Event):
    """A manager has changed facts or terms of a facility."""

    name: ClassVar[str] = "facility.edited"
    about: ClassVar[Mapping[str, str]] = FACILITY
    private: ClassVar[Mapping[str, str]] = TEXTS
    facility_id: int
    changes: Changes
    texts: Changes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorChanged(Event):
    """An administrator has said which organisation operates a facility."""

    name: ClassVar[str] = "facility.operator_changed"
    about: ClassVar[Mapping[str, str]] = FACILITY
    facility_id: int
    from_id: int | None
    to_id: int
    ended_duty_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyGiven(Event):
    """A person has been given a role at a facility."""

    name: ClassVar[str] = "facility.duty_given"
    about: ClassVar[Mapping[str, str]] = {**FACILITY, "user_id": "user"}
    facility_id: int
    duty_id: int
    user_id: int
    role: str
    starts_on: date
    ends_on: date | None
    stands_in_for_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyEnded(Event):
    """A person's role at a facility has been given a last day; None says that it never begins."""

    name: ClassVar[str] = "facility.duty_ended"
    about: ClassVar[Mapping[str, str]] = {**FACILITY, "user_id": "user"}
    facility_id: int
    duty_id: int
    user_id: int
    role: str
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceChanged(Event):
    """A licence of a facility has been added, changed or removed."""

    name: ClassVar[str] = "facility.licence_changed"
    about: ClassVar[Mapping[str, str]] = FACILITY
    private: ClassVar[Mapping[str, str]] = TEXTS
    facility_id: int
    licence_id: int
    what: str
    kind: str
    changes: Changes
    texts: Changes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayChanged(Event):
    """A facility closes on one more day, stays open on a public holiday, or no longer does so."""

    name: ClassVar[str] = "facility.holiday_changed"
    about: ClassVar[Mapping[str, str]] = FACILITY
    facility_id: int
    what: str
    day: date
    label: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimitChanged(Event):
    """A facility carries another number of runs at once on some days, or no longer does so."""

    name: ClassVar[str] = "facility.run_limit_changed"
    about: ClassVar[Mapping[str, str]] = FACILITY
    facility_id: int
    what: str
    first_day: date
    last_day: date
    most_runs: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanroomAdded(Event):
    """A cleanroom has been added; without an actor it came with the demonstration data."""

    name: ClassVar[str] = "cleanroom.added"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    facility_id: int
    cleanroom_id: int
    code: str
    facts: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanroomEdited(Event):
    """Facts of a cleanroom have changed."""

    name: ClassVar[str] = "cleanroom.edited"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    private: ClassVar[Mapping[str, str]] = TEXTS
    facility_id: int
    cleanroom_id: int
    code: str
    changes: Changes
    texts: Changes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanroomRetired(Event):
    """A cleanroom takes no new requests any more; its bookings stand."""

    name: ClassVar[str] = "cleanroom.retired"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    private: ClassVar[Mapping[str, str]] = {"reason": "facility"}
    facility_id: int
    cleanroom_id: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanroomReopened(Event):
    """A cleanroom takes requests again."""

    name: ClassVar[str] = "cleanroom.reopened"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    facility_id: int
    cleanroom_id: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationChanged(Event):
    """A manager or QA has said until when a cleanroom is qualified."""

    name: ClassVar[str] = "cleanroom.qualification_changed"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    private: ClassVar[Mapping[str, str]] = {"reason": "facility"}
    facility_id: int
    cleanroom_id: int
    code: str
    changes: Changes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentValidityChanged(Event):
    """A manager or QA has said until when a piece of a cleanroom's equipment is qualified; None says no day."""

    name: ClassVar[str] = "cleanroom.equipment_validity_changed"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    facility_id: int
    cleanroom_id: int
    code: str
    equipment: str
    from_day: date | None
    to_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingChanged(Event):
    """A manager or QA has said until when somebody is trained for a cleanroom; None says that they are not."""

    name: ClassVar[str] = "cleanroom.training_changed"
    about: ClassVar[Mapping[str, str]] = {**CLEANROOM, "user_id": "user"}
    facility_id: int
    cleanroom_id: int
    code: str
    user_id: int
    from_day: date | None
    to_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedNeededChanged(Event):
    """A manager or QA has said how many people must be trained for a cleanroom."""

    name: ClassVar[str] = "cleanroom.trained_needed_changed"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    facility_id: int
    cleanroom_id: int
    code: str
    changes: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class RateAdded(Event):
    """A rate holds for a kind of customer from a day on."""

    name: ClassVar[str] = "cleanroom.rate_added"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    facility_id: int
    cleanroom_id: int
    code: str
    customer_kind: str
    amount: int
    currency: str
    vat_basis_points: int
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RateWithdrawn(Event):
    """A rate that had not begun yet was taken back."""

    name: ClassVar[str] = "cleanroom.rate_withdrawn"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    facility_id: int
    cleanroom_id: int
    code: str
    customer_kind: str
    amount: int
    currency: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeoverTimesChanged(Event):
    """A cleanroom's own changeover days have changed; keys are `before > after`, null means the shipped figure."""

    name: ClassVar[str] = "cleanroom.changeover_changed"
    about: ClassVar[Mapping[str, str]] = CLEANROOM
    facility_id: int
    cleanroom_id: int
    code: str
    changes: Changes
