"""When a process counts as dead, how often a job is tried, and how long the rest takes."""

from datetime import timedelta

from portal.work.rules import ALIVE, PAUSE, TRIES, is_alive, next_try, time_left
from tests.make import NOON


def test_a_silent_process_counts_as_dead() -> None:
    assert is_alive(NOON, at=NOON + ALIVE - timedelta(seconds=1))
    assert not is_alive(NOON, at=NOON + ALIVE)


def test_a_broken_job_is_tried_at_growing_distances_and_then_no_more() -> None:
    tries = [next_try(attempts, at=NOON) for attempts in range(1, TRIES + 1)]
    assert tries == [NOON + PAUSE, NOON + 2 * PAUSE, None]


def test_the_rest_takes_as_long_as_the_pace_says_once_there_is_one() -> None:
    def left(done: int, seconds: int, total: int | None = 100) -> timedelta | None:
        return time_left(done=done, total=total, started_at=NOON, at=NOON + timedelta(seconds=seconds))

    assert left(25, 10) == timedelta(seconds=30)
    assert left(100, 10) == timedelta(0)
    assert (left(0, 10), left(25, 1), left(25, 10, None)) == (None, None, None)
