"""The closed lists of the room."""

from collections.abc import Mapping
from enum import StrEnum

from portal.core.actors import Role


class PartnerKind(StrEnum):
    """Whether a partner brings capital or help."""

    INVESTOR = "investor"
    SUPPORT = "support"


class PartnerState(StrEnum):
    """Where a statement stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


KEEPERS: Mapping[PartnerKind, Role] = {
    PartnerKind.INVESTOR: Role.INVESTOR,
    PartnerKind.SUPPORT: Role.SUPPORT_PROVIDER,
}
"""Who in an organisation keeps its statement."""

INSTRUMENTS = ("equity", "convertible", "loan", "grant", "licence", "co_development")
CURRENCIES = ("EUR", "SEK", "DKK", "NOK", "USD", "GBP", "CHF")
APPLICANTS = ("academic", "sme", "company", "hospital")
"""The kinds of organisation that an offer may be for."""

CAPITAL = "capital"
