"""Named questions of the search: what somebody can find, and what they have found."""

from portal.search.queries.asked import Asker, Kind
from portal.search.queries.finding import Found, found, kinds_for

__all__ = ["Asker", "Found", "Kind", "found", "kinds_for"]
