"""The room's pages: campaigns and their chains, a facility's part of a chain, and runs."""

from portal.campaigns.views import asking, chain, lists, moving, parts, runs
from portal.campaigns.views.blueprint import bp
from portal.campaigns.views.lists import TAB
from portal.campaigns.views.related import related

__all__ = ["TAB", "asking", "bp", "chain", "lists", "moving", "parts", "related", "runs"]
