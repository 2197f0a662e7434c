"""The pages: the landing page, each role's home, and what the portal says about itself."""

from portal.home.views import pages, start
from portal.home.views.blueprint import bp

__all__ = ["bp", "pages", "start"]
