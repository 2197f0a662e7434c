"""The pages of charges."""

from portal.charges.views import pages, subsidies
from portal.charges.views.blueprint import bp

__all__ = ["bp", "pages", "subsidies"]
