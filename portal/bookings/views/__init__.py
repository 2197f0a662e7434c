"""The room's pages, on one blueprint: the requester's side and the facility's."""

from portal.bookings.views import (
    calendar,
    checking,
    closures,
    facility_bookings,
    imports,
    inbox,
    moving,
    own_bookings,
    record,
    requests,
    signed,
    windows,
    wizard,
)
from portal.bookings.views.blueprint import bp

__all__ = [
    "bp",
    "calendar",
    "checking",
    "closures",
    "facility_bookings",
    "imports",
    "inbox",
    "moving",
    "own_bookings",
    "record",
    "requests",
    "signed",
    "windows",
    "wizard",
]
