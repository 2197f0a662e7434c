"""What happens to a project.

Values lie beside the entry by field group, each as `{field: [before, after]}`, so that a history shows a reader only
the groups that they may see. Who was granted access is the owner's alone, and stands under `owner`, which is no group
that could be granted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal.core.events import Event

Changes = Mapping[str, list[Any]]

OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEvent(Event):
    """Something that has happened to one project."""

    about: ClassVar[Mapping[str, str]] = {"project_id": "project"}

    project_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsStated(ProjectEvent):
    """Values that were stated of a project, by field group; `sheet_id` names the sheet that brought them, if one did."""

    private: ClassVar[Mapping[str, str]] = {
        "teaser_changes": "teaser",
        "identity_changes": "identity",
        "process_changes": "process",
        "roadmap_changes": "roadmap",
        "money_changes": "money",
    }

    teaser_changes: Changes | None = None
    identity_changes: Changes | None = None
    process_changes: Changes | None = None
    roadmap_changes: Changes | None = None
    money_changes: Changes | None = None
    sheet_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRegistered(FieldsStated):
    """A founder has registered a project."""

    name: ClassVar[str] = "project.registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEdited(FieldsStated):
    """A founder has changed what is stated of a project."""

    name: ClassVar[str] = "project.edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEvent(ProjectEvent):
    """A change of phase or rest; its values are part of the teaser, its day of the roadmap."""

    private: ClassVar[Mapping[str, str]] = {"teaser_changes": "teaser", "roadmap_changes": "roadmap"}

    teaser_changes: Changes | None = None
    roadmap_changes: Changes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged(StageEvent):
    """A project has reached another phase."""

    name: ClassVar[str] = "project.phase_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCorrected(StageEvent):
    """The last line of a project's history was wrong and has been put right."""

    name: ClassVar[str] = "project.phase_corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseWithdrawn(StageEvent):
    """The last line of a project's history had not happened and has been taken out."""

    name: ClassVar[str] = "project.phase_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOnHold(StageEvent):
    """A project rests and keeps its phase."""

    name: ClassVar[str] = "project.put_on_hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(StageEvent):
    """A project that rested goes on."""

    name: ClassVar[str] = "project.resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEvent(ProjectEvent):
    """A change of a project's team."""

    private: ClassVar[Mapping[str, str]] = {"identity_changes": "identity"}

    member_id: int
    identity_changes: Changes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberAdded(TeamEvent):
    """Somebody has joined a project's team."""

    name: ClassVar[str] = "project.team_member_added"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberEdited(TeamEvent):
    """What is known of a member of the team has changed."""

    name: ClassVar[str] = "project.team_member_edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberRemoved(TeamEvent):
    """Somebody has left a project's team."""

    name: ClassVar[str] = "project.team_member_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectArchived(ProjectEvent):
    """A project was put away; its records stay."""

    name: ClassVar[str] = "project.archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRestored(ProjectEvent):
    """A project that was put away is back."""

    name: ClassVar[str] = "project.restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvent(ProjectEvent):
    """A change of who may see what of a project."""

    private: ClassVar[Mapping[str, str]] = {"organisation_id": OWNER, "reason_id": OWNER}

    grant_id: int
    organisation_id: int
    field_group: str
    reason: str
    reason_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGranted(AccessEvent):
    """A field group was opened to an organisation, or its end was moved."""

    name: ClassVar[str] = "project.group_granted"

    ends_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEnded(AccessEvent):
    """An organisation's access to a field group has ended before its time."""

    name: ClassVar[str] = "project.access_ended"
