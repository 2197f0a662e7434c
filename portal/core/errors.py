"""Every error that the portal raises on purpose; the edge maps them to pages, JSON or exit codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something may not be: a stable code, its values, and the form field where people look for it.

    The sentence is made at the edge, in the reader's language and the facility's time.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    field: str | None = None


class PortalError(Exception):
    """An error that a person can understand and act on."""


class NotFound(PortalError):
    """What was asked for does not exist, or the actor may not know that it does."""


class NotAllowed(PortalError):
    """The actor knows of the thing, and may not do this with it."""


class Refused(PortalError):
    """The rules object, with every reason at once."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        """Keep the reasons; there is always at least one."""
        self.reasons = tuple(reasons)
        if not self.reasons:
            raise ValueError("a refusal needs a reason")
        super().__init__(", ".join(reason.code for reason in self.reasons))


class Stale(PortalError):
    """The page showed something that has changed since; carries what changed."""

    def __init__(self, changes: Mapping[str, Any] | None = None) -> None:
        """Keep the fields that changed and their present values."""
        self.changes = dict(changes or {})
        super().__init__(", ".join(self.changes) or "changed")
