"""What happens to campaigns and runs; what people wrote is private to the field group `bookings`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEvent(Event):
    """Something happened to a campaign."""

    about: ClassVar[Mapping[str, str]] = {"campaign_id": "campaign", "project_id": "project"}
    private: ClassVar[Mapping[str, str]] = {"note": "bookings"}

    campaign_id: int
    project_id: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignBegun(CampaignEvent):
    """A founder began a campaign."""

    name: ClassVar[str] = "campaign.begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksAdded(CampaignEvent):
    """Links were added to a chain, one or a series."""

    name: ClassVar[str] = "campaign.links_added"
    request_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRemoved(CampaignEvent):
    """A link that had not been sent was taken out of a chain."""

    name: ClassVar[str] = "campaign.link_removed"
    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRequested(CampaignEvent):
    """A chain was requested as one."""

    name: ClassVar[str] = "campaign.requested"
    request_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainMoved(CampaignEvent):
    """A link moved, and what had to follow it."""

    name: ClassVar[str] = "campaign.moved"
    request_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartApproved(CampaignEvent):
    """A facility approved its part of a chain as one; it waits for the rest until a moment, or for nothing."""

    name: ClassVar[str] = "campaign.part_approved"
    facility_id: int
    request_ids: tuple[int, ...]
    waits_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRejected(CampaignEvent):
    """A facility rejected its part of a chain as one."""

    name: ClassVar[str] = "campaign.part_rejected"
    facility_id: int
    request_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainApproved(CampaignEvent):
    """The last open part of a chain was approved, and every part that waited for it is confirmed."""

    name: ClassVar[str] = "campaign.approved"
    booking_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReleased(CampaignEvent):
    """The requester gave back everything of a chain that had not begun."""

    name: ClassVar[str] = "campaign.released"
    request_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent(Event):
    """Something happened to a run's record."""

    about: ClassVar[Mapping[str, str]] = {"run_id": "run", "booking_id": "booking", "project_id": "project"}
    private: ClassVar[Mapping[str, str]] = {"note": "bookings"}

    run_id: int
    booking_id: int
    project_id: int | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecorded(RunEvent):
    """Somebody wrote in a run's record."""

    name: ClassVar[str] = "run.recorded"
    private: ClassVar[Mapping[str, str]] = {"note": "bookings", "changes": "bookings"}
    changes: tuple[tuple[str, str | None, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFileAdded(RunEvent):
    """A file was attached to a run's record."""

    name: ClassVar[str] = "run.file_added"
    file_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClosed(RunEvent):
    """A run's record was closed by signature."""

    name: ClassVar[str] = "run.closed"
    signature_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCorrected(RunEvent):
    """A closed record was corrected; each field keeps its old value beside the new one, and why."""

    name: ClassVar[str] = "run.corrected"
    private: ClassVar[Mapping[str, str]] = {"note": "bookings", "changes": "bookings"}
    changes: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCertified(RunEvent):
    """The qualified person said that the batch is certified."""

    name: ClassVar[str] = "run.certified"
    signature_id: int
