"""The room's pages, on one blueprint."""

from portal.roadmap.views import (
    catalogue,
    changing,
    figures,
    files,
    market,
    outline,
    pages,
    pdf,
    portfolio,
    readiness,
    referrals,
    revising,
    rights,
    steps,
    support,
)
from portal.roadmap.views.blueprint import bp

__all__ = [
    "bp",
    "catalogue",
    "changing",
    "figures",
    "files",
    "market",
    "outline",
    "pages",
    "pdf",
    "portfolio",
    "readiness",
    "referrals",
    "revising",
    "rights",
    "steps",
    "support",
]
