"""Named questions about messages, and about what people chose for them."""

from portal.notifications.queries.inbox import (
    Show,
    due_digests,
    message_count,
    messages_of,
    own_message,
    unread_count,
)
from portal.notifications.queries.people import (
    Reach,
    chosen_ways,
    digest_times,
    founders_of,
    reach_of,
    roles_of,
)
from portal.notifications.queries.told import Told, told

__all__ = [
    "Reach",
    "Show",
    "Told",
    "chosen_ways",
    "digest_times",
    "due_digests",
    "founders_of",
    "message_count",
    "messages_of",
    "own_message",
    "reach_of",
    "roles_of",
    "told",
    "unread_count",
]
