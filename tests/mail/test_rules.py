"""How long a message waits before the next try."""

from datetime import timedelta

from portal.mail.rules import PATIENCE, next_try
from tests.make import NOON


def test_the_pause_grows_with_every_try() -> None:
    pauses = [next_try(attempts=n, posted_at=NOON, at=NOON) for n in range(1, 9)]
    assert pauses[0] == NOON + timedelta(minutes=1)
    assert pauses[-1] == NOON + timedelta(hours=12)
    assert pauses == sorted(pauses, key=lambda moment: moment or NOON)


def test_patience_ends_after_three_days() -> None:
    assert next_try(attempts=9, posted_at=NOON, at=NOON + PATIENCE) is None
    assert next_try(attempts=9, posted_at=NOON, at=NOON + PATIENCE - timedelta(seconds=1)) is not None
