"""The pictures of the guide: who looks at which page."""

SHOTS = {
    "everyone-messages": ("founder", "/messages"),
    "founder-home": ("founder", "/"),
    "founder-request": ("founder", "/requests/new"),
    "manager-inbox": ("manager", "/inbox"),
    "manager-calendar": ("manager", "/facilities/lund_pre_gmp/calendar"),
    "quality-home": ("qa", "/"),
    "adviser-home": ("adviser", "/"),
    "investor-home": ("investor", "/"),
    "provider-home": ("provider", "/"),
    "analyst-home": ("analyst", "/"),
    "administrator-home": ("admin", "/"),
    "administrator-clock": ("admin", "/admin/clock"),
}
"""By the picture's name: who, and the address."""
