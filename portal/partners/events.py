"""What happens to what partners state; values lie beside the entry, for the partner's own eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal.core.events import Event

PARTNER = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEvent(Event):
    """Something that has happened to one partner's statement."""

    about: ClassVar[Mapping[str, str]] = {"partner_id": "partner"}

    partner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerStated(PartnerEvent):
    """Fields that were stated, each with its value before and after."""

    private: ClassVar[Mapping[str, str]] = {"changes": PARTNER}

    changes: Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEntered(PartnerStated):
    """A partner has stated what it looks for or gives."""

    name: ClassVar[str] = "partner.entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDrafted(PartnerStated):
    """An adviser has drafted a statement for a partner, who has to confirm it."""

    name: ClassVar[str] = "partner.drafted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEdited(PartnerStated):
    """A statement has changed."""

    name: ClassVar[str] = "partner.edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerConfirmed(PartnerEvent):
    """A partner has confirmed what was drafted for it."""

    name: ClassVar[str] = "partner.confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerClosed(PartnerEvent):
    """A partner takes part in nothing for now."""

    name: ClassVar[str] = "partner.closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerReopened(PartnerEvent):
    """A closed partner takes part again."""

    name: ClassVar[str] = "partner.reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent(Event):
    """Something that has happened to what is known of a programme's call."""

    about: ClassVar[Mapping[str, str]] = {"call_id": "programme_call"}

    call_id: int
    programme_id: str
    opens: str | None
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNoted(CallEvent):
    """Somebody has noted from when until when a programme takes applications."""

    name: ClassVar[str] = "programme_call.noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRemoved(CallEvent):
    """Somebody has taken out a call that is not one."""

    name: ClassVar[str] = "programme_call.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateEntered(Event):
    """An administrator has entered what one unit of a currency is worth in euro."""

    name: ClassVar[str] = "rate.entered"
    about: ClassVar[Mapping[str, str]] = {"rate_id": "exchange_rate"}

    rate_id: int
    currency: str
    millionths: int
    day: str
