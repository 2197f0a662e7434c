"""What may be stated of a member of a project's team."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from portal.core.errors import Reason
from portal.projects.rules.fields import shortened, tidy

MOST_MEMBERS = 60
LONGEST_NAME = 120
LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberFields:
    """What is stated of a member of a team."""

    name: str
    task: str
    email: str | None = None

    def tidied(self) -> "TeamMemberFields":
        """Return the same without surrounding space, and an empty address as none."""
        email = tidy(self.email or "").lower() or None
        return replace(self, name=tidy(self.name), task=tidy(self.task), email=email)

    def as_values(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def reasons_against_member(stated: TeamMemberFields) -> list[Reason]:
    """Return what is wrong with what is stated; whether an address can exist is looked at elsewhere."""
    bounds = (("name", LONGEST_NAME, True), ("task", LONGEST_NAME, True), ("email", LONGEST_EMAIL, False))
    reasons = []
    for name, longest, required in bounds:
        value = getattr(stated, name) or ""
        if required and not value:
            reasons.append(Reason("project_value_missing", {"field": f"member_{name}"}, name))
        if len(value) > longest:
            values = {"field": f"member_{name}", "longest": longest, "length": len(value)}
            reasons.append(Reason("project_text_too_long", values, name))
        if any(ord(c) < 32 for c in value):
            reasons.append(
                Reason(
                    "project_characters_unprintable",
                    {"field": f"member_{name}", "written": shortened(value)},
                    name,
                )
            )
    return reasons
