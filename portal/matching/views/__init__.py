"""The room's pages, on one blueprint."""

from portal.matching.views import (
    boards,
    cases,
    desks,
    introductions,
    learning,
    matches,
    meetings,
    needs,
    notes,
    profiles,
    rooms,
    rounds,
    weights,
)
from portal.matching.views.blueprint import bp

__all__ = [
    "boards",
    "bp",
    "cases",
    "desks",
    "introductions",
    "learning",
    "matches",
    "meetings",
    "needs",
    "notes",
    "profiles",
    "rooms",
    "rounds",
    "weights",
]
