"""A stretch of time in a room."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A half-open stretch of time, `[start, end)`, both aware.

    Raises `ValueError` for a naive moment or an end that is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse what is not a stretch of time."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a slot needs aware moments")
        if self.end <= self.start:
            raise ValueError("a slot ends after it starts")

    def overlaps(self, other: "Slot") -> bool:
        """Say whether the two share any moment; touching ends do not count."""
        return self.start < other.end and other.start < self.end

    def contains(self, moment: datetime) -> bool:
        """Say whether the moment lies within the slot; its end does not."""
        return self.start <= moment < self.end

    @property
    def length(self) -> timedelta:
        """Return how long the slot lasts."""
        return self.end - self.start
