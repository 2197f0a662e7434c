"""What people decide about calendars outside the portal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent(Event):
    """Something happened to a feed."""

    about: ClassVar[Mapping[str, str]] = {"actor_id": "person"}

    feed_id: int
    scope: str
    facility_id: int | None
    cleanroom_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMade(FeedEvent):
    """Somebody made a secret address from which a calendar program reads."""

    name: ClassVar[str] = "calendar.feed_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRevoked(FeedEvent):
    """Somebody took the address of a feed back."""

    name: ClassVar[str] = "calendar.feed_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationsChosen(Event):
    """Somebody chose whether bookings come as invitations by mail."""

    name: ClassVar[str] = "calendar.invitations_chosen"
    about: ClassVar[Mapping[str, str]] = {"actor_id": "person"}

    invites: bool
