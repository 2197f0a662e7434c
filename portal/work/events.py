"""What happens to jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent(Event):
    """Something happened to a job."""

    about: ClassVar[Mapping[str, str]] = {"job_id": "job"}

    job_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAsked(JobEvent):
    """Somebody asked for long work, for the first time or again."""

    name: ClassVar[str] = "job.asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled(JobEvent):
    """Somebody cancelled long work."""

    name: ClassVar[str] = "job.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded(JobEvent):
    """Long work was done, or failed."""

    name: ClassVar[str] = "job.ended"
    owner_id: int
    state: str
