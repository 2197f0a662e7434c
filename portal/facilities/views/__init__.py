"""The pages of facilities: the public catalogue, and what managers, QA and administrators change."""

from portal.facilities.views import catalogue, cleanrooms, managing, people, upkeep
from portal.facilities.views.base import bp

__all__ = ["bp", "catalogue", "cleanrooms", "managing", "people", "upkeep"]
