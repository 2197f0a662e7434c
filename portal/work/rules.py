"""When a process counts as dead, how often a job is tried, and how long one still takes."""

from datetime import datetime, timedelta

ALIVE = timedelta(seconds=20)
"""A process that has not said for so long that it lives counts as dead."""

TRIES = 3
PAUSE = timedelta(seconds=10)
SURE = timedelta(seconds=3)
"""Before so much time has passed nobody can say how long the rest takes."""


def is_alive(seen_at: datetime, *, at: datetime) -> bool:
    """Say whether a process that was last seen then still counts as alive."""
    return at - seen_at < ALIVE


def next_try(attempts: int, *, at: datetime) -> datetime | None:
    """Return when to try a job again that broke so many times, or None once it has been tried enough."""
    return None if attempts >= TRIES else at + PAUSE * 2 ** (attempts - 1)


def time_left(*, done: int, total: int | None, started_at: datetime | None, at: datetime) -> timedelta | None:
    """Return how long the rest takes at the pace so far, or None where nobody can say."""
    if not total or not done or started_at is None or at - started_at < SURE:
        return None
    return (at - started_at) / done * max(0, total - done)
