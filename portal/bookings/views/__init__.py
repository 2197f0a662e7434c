"""The room's pages, on one blueprint: the requester's side and the facility's."""

from portal.bookings.views.blueprint import bp

__all__ = ["bp"]
