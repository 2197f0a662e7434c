"""The closed lists of the room, in the words of the shared vocabulary."""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class ProductClass(StrEnum):
    """The legal class of an ATMP."""

    GTMP = "GTMP"
    SCTMP = "sCTMP"
    TEP = "TEP"
    COMBINED = "combined"


class Phase(StrEnum):
    """How far a project has come."""

    DISCOVERY = "discovery"
    PRECLINICAL = "preclinical"
    PHASE_1 = "phase_1"
    PHASE_2 = "phase_2"
    PHASE_3 = "phase_3"
    MARKETING_AUTHORISATION = "marketing_authorisation"
    ON_MARKET = "on_market"


class FieldGroup(StrEnum):
    """What of a project somebody may see as a whole."""

    TEASER = "teaser"
    IDENTITY = "identity"
    PROCESS = "process"
    ROADMAP = "roadmap"
    MONEY = "money"
    BOOKINGS = "bookings"


@dataclass(frozen=True, slots=True)
class TeaserWords:
    """The words of a teaser in both languages, as somebody reads or consents to them."""

    teaser: str
    teaser_sv: str | None = None

    @property
    def digest(self) -> str:
        """Return what stands for exactly these words, and changes with each letter."""
        return sha256(json.dumps([self.teaser, self.teaser_sv or ""]).encode()).hexdigest()


class GrantReason(StrEnum):
    """Why a field group was opened to an organisation."""

    REQUEST = "request"
    CONSENT = "consent"
    INTRODUCTION = "introduction"
    REFERRAL = "referral"


class Visibility(StrEnum):
    """To whom the owner shows the teaser without being asked."""

    PRIVATE = "private"
    INVESTORS = "investors"
    PUBLIC = "public"
