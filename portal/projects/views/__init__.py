"""The room's pages, on one blueprint."""

from portal.projects.views import access, editing, importing, lists, pages, pipeline, stages, team
from portal.projects.views.blueprint import bp

__all__ = ["access", "bp", "editing", "importing", "lists", "pages", "pipeline", "stages", "team"]
