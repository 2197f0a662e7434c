"""The room's pages, on one blueprint."""

from portal.roadmap.views import catalogue, changing, files, pages, portfolio, readiness, revising, steps
from portal.roadmap.views.blueprint import bp

__all__ = ["bp", "catalogue", "changing", "files", "pages", "portfolio", "readiness", "revising", "steps"]
