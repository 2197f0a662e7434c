"""The room's pages, on one blueprint."""

from portal.matching.views import boards, introductions, matches, needs, notes, profiles, rooms
from portal.matching.views.blueprint import bp

__all__ = ["boards", "bp", "introductions", "matches", "needs", "notes", "profiles", "rooms"]
