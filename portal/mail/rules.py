"""How long to wait before a message is tried again, and when to give it up."""

from datetime import datetime, timedelta

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
PATIENCE = timedelta(days=3)


def next_try(*, attempts: int, posted_at: datetime, at: datetime) -> datetime | None:
    """Return when to try a message again after so many attempts, or None once patience has ended."""
    if at - posted_at >= PATIENCE:
        return None
    return at + PAUSES[min(attempts, len(PAUSES)) - 1]
