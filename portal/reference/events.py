"""What happens to a fact in one installation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRevised(Event):
    """An administrator has replaced a shipped value by a local one."""

    name: ClassVar[str] = "fact.revised"
    about: ClassVar[Mapping[str, str]] = {"revision_id": "fact_revision"}

    revision_id: int
    collection: str
    record_id: str
    field: str
    before: Any
    after: Any
    shipped: Any
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRestored(Event):
    """An administrator has gone back to the shipped value."""

    name: ClassVar[str] = "fact.restored"
    about: ClassVar[Mapping[str, str]] = {"revision_id": "fact_revision"}

    revision_id: int
    collection: str
    record_id: str
    field: str
    before: Any
    after: Any
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactConfirmed(Event):
    """An administrator has read a text and found a value, or a whole record, in it."""

    name: ClassVar[str] = "fact.confirmed"
    about: ClassVar[Mapping[str, str]] = {"confirmation_id": "fact_confirmation"}

    confirmation_id: int
    collection: str
    record_id: str
    field: str | None
    text_read: str
