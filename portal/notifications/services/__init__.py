"""What people do with their messages, and what the clock does for them."""

from portal.notifications.services.choosing import Choices, choose, stop
from portal.notifications.services.digests import take_digest
from portal.notifications.services.reading import archive, archive_read, read_all, read_message, restore
from portal.notifications.services.reminding import remind

__all__ = [
    "Choices",
    "archive",
    "archive_read",
    "choose",
    "read_all",
    "read_message",
    "remind",
    "restore",
    "stop",
    "take_digest",
]
