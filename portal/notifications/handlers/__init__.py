"""Who is told of what happens, by the name of the event."""

from collections.abc import Mapping

from portal.notifications.handlers import bookings, gates, introductions, referrals, rights, runs
from portal.notifications.handlers.telling import Handler

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    **bookings.HANDLERS,
    **gates.HANDLERS,
    **introductions.HANDLERS,
    **referrals.HANDLERS,
    **runs.HANDLERS,
    **rights.HANDLERS,
}
