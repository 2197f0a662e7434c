"""Who acts: a person, on behalf of one organisation, with the roles and duties held there."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may come to do, in the words of the shared vocabulary."""

    FOUNDER = "founder"
    FACILITY_MANAGER = "facility_manager"
    QA = "qa"
    QP = "qp"
    ADVISER = "adviser"
    INVESTOR = "investor"
    SUPPORT_PROVIDER = "support_provider"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A role that a person holds at one facility, for themselves or for somebody absent."""

    role: Role
    facility_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person acting for one organisation at one moment.

    `assisted_by_id` names the administrator who acts for this person, if one does.
    """

    user_id: int
    organisation_id: int | None = None
    roles: frozenset[Role] = frozenset()
    duties: frozenset[Duty] = frozenset()
    assisted_by_id: int | None = None

    def holds(self, role: Role, facility_id: int) -> bool:
        """Say whether the actor holds the role at this facility."""
        return Duty(role=role, facility_id=facility_id) in self.duties

    def facilities_as(self, role: Role) -> frozenset[int]:
        """Return the facilities at which the actor holds the role."""
        return frozenset(duty.facility_id for duty in self.duties if duty.role is role)

    @property
    def facility_ids(self) -> frozenset[int]:
        """Return every facility at which the actor holds any duty."""
        return frozenset(duty.facility_id for duty in self.duties)

    @property
    def is_administrator(self) -> bool:
        """Say whether the actor administers the portal."""
        return Role.ADMINISTRATOR in self.roles
