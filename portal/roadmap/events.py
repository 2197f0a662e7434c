"""What happens to a roadmap and to what a team says of its readiness.

Steps are told by their ids; what was said of them lies beside the entry, for those who may read the roadmap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal.core.events import Event

Changes = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapEvent(Event):
    """Something that has happened to one project's roadmap; changes are told as `{field: [before, after]}`.

    It stands in a history of its own, so that a roadmap that is much worked on does not bury the project's.
    """

    about: ClassVar[Mapping[str, str]] = {"project_id": "project_roadmap"}
    private: ClassVar[Mapping[str, str]] = {"roadmap_changes": "roadmap"}

    project_id: int
    roadmap_changes: Changes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapMade(RoadmapEvent):
    """A roadmap was made from a catalogue."""

    name: ClassVar[str] = "roadmap.made"

    catalogue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueTaken(RoadmapEvent):
    """A roadmap stands on another version of the catalogue from now on."""

    name: ClassVar[str] = "roadmap.catalogue_taken"

    catalogue: str
    previous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsAnswered(RoadmapEvent):
    """Questions that decide which steps apply were answered, or an answer was taken back."""

    name: ClassVar[str] = "roadmap.questions_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsReported(RoadmapEvent):
    """Several steps were said to be done, or not to be done after all."""

    name: ClassVar[str] = "roadmap.steps_reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSet(RoadmapEvent):
    """The plan of that day was kept, to compare later ones with."""

    name: ClassVar[str] = "roadmap.baseline_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent(RoadmapEvent):
    """Something that has happened to one step."""

    step_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMarked(StepEvent):
    """Dates, owner or remark of a step were changed."""

    name: ClassVar[str] = "roadmap.step_marked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(StepEvent):
    """A step was left out, for a reason."""

    name: ClassVar[str] = "roadmap.step_skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTakenUp(StepEvent):
    """A step that had been left out is in the plan again."""

    name: ClassVar[str] = "roadmap.step_taken_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStepAdded(StepEvent):
    """A step of the team's own was added."""

    name: ClassVar[str] = "roadmap.own_step_added"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStepEdited(StepEvent):
    """A step of the team's own was changed."""

    name: ClassVar[str] = "roadmap.own_step_edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStepRemoved(StepEvent):
    """A step of the team's own was taken out."""

    name: ClassVar[str] = "roadmap.own_step_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessEvent(RoadmapEvent):
    """Something that was said of a project's readiness."""

    assessment_id: int
    dimension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessAssessed(ReadinessEvent):
    """A team has placed itself on a level, with evidence."""

    name: ClassVar[str] = "readiness.assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessConfirmed(ReadinessEvent):
    """An adviser has read the evidence and agrees with the level."""

    name: ClassVar[str] = "readiness.confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralEvent(Event):
    """Something that has happened to one referral; whose it is, the referral itself tells."""

    about: ClassVar[Mapping[str, str]] = {"referral_id": "referral"}

    referral_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpProposed(ReferralEvent):
    """An adviser has proposed to ask a provider for help; it waits for the founder's yes."""

    name: ClassVar[str] = "referral.proposed"

    step_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDropped(ReferralEvent):
    """A proposed referral is not sent: one side said no to it, or the founder said nothing in time."""

    name: ClassVar[str] = "referral.dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked(ReferralEvent):
    """A founder has asked a provider for help, and said what opens if it accepts."""

    name: ClassVar[str] = "referral.asked"

    step_id: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccepted(ReferralEvent):
    """The provider has accepted, and reads what the founder opened."""

    name: ClassVar[str] = "referral.accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRefused(ReferralEvent):
    """The provider has refused, with a reason that the founder reads."""

    name: ClassVar[str] = "referral.refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralWithdrawn(ReferralEvent):
    """The founder has withdrawn, and the provider's access has ended."""

    name: ClassVar[str] = "referral.withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCompleted(ReferralEvent):
    """The help was given, and the provider's access has ended."""

    name: ClassVar[str] = "referral.completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralMessageWritten(ReferralEvent):
    """One side has written to the other; the words are in the referral's messages."""

    name: ClassVar[str] = "referral.message_written"

    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralExpired(ReferralEvent):
    """A provider has not answered in time; the access that the referral gave has ended."""

    name: ClassVar[str] = "referral.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidentialEvent(Event):
    """Something that was stated of a project's market access or rights; it stands in a history of its own."""

    about: ClassVar[Mapping[str, str]] = {"project_id": "project_rights"}
    private: ClassVar[Mapping[str, str]] = {"money_changes": "money"}

    project_id: int
    money_changes: Changes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketAccessStated(ConfidentialEvent):
    """A team has stated how its product will be paid for."""

    name: ClassVar[str] = "market_access.stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreedomStated(ConfidentialEvent):
    """A team has stated what it knows of its freedom to operate."""

    name: ClassVar[str] = "right.freedom_stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightEvent(ConfidentialEvent):
    """Something that has happened to one right."""

    right_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAdded(RightEvent):
    """A right was added."""

    name: ClassVar[str] = "right.added"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightEdited(RightEvent):
    """What is stated of a right was changed."""

    name: ClassVar[str] = "right.edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRemoved(RightEvent):
    """A right was taken out of the list."""

    name: ClassVar[str] = "right.removed"
