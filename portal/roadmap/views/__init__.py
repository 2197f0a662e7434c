"""The room's pages, on one blueprint."""

from portal.roadmap.views import catalogue, revising
from portal.roadmap.views.blueprint import bp

__all__ = ["bp", "catalogue", "revising"]
