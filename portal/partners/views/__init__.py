"""The room's pages, on one blueprint."""

from portal.partners.views import catalogue, importing, keeping, rates
from portal.partners.views.blueprint import bp

__all__ = ["bp", "catalogue", "importing", "keeping", "rates"]
