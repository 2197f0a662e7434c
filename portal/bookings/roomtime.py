"""A cleanroom's wall clock: between moments in UTC and the ticks in which it is booked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.bookings.rules.timetables import Span
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom

TICKS_PER_DAY: Mapping[BookingUnit, int] = {
    BookingUnit.DAY: 1,
    BookingUnit.HALF_DAY: 2,
    BookingUnit.HOUR: 24,
}


@dataclass(frozen=True, slots=True)
class RoomTime:
    """The ticks of a cleanroom, counted from the local midnight that begins `first_day`.

    On the night when clocks go forward the hour that does not exist has no length; when they go back, the hour that
    comes twice is one tick of two hours.
    """

    zone: ZoneInfo
    unit: BookingUnit
    first_day: date

    @classmethod
    def of(cls, cleanroom: Cleanroom, first_day: date) -> "RoomTime":
        """Return the clock of a cleanroom, counting from a day."""
        return cls(ZoneInfo(cleanroom.facility.time_zone), cleanroom.unit, first_day)

    @property
    def per_day(self) -> int:
        """Return how many ticks a day has."""
        return TICKS_PER_DAY[self.unit]

    def moment(self, tick: int) -> datetime:
        """Return the moment in UTC at which a tick begins."""
        days, part = divmod(tick, self.per_day)
        hour = part * 24 // self.per_day
        wall = datetime.combine(self.first_day + timedelta(days=days), time(hour), tzinfo=self.zone)
        return wall.astimezone(UTC)

    def tick(self, moment: datetime) -> int:
        """Return the tick in which a moment lies."""
        wall = moment.astimezone(self.zone)
        days = wall.toordinal() - self.first_day.toordinal()
        return days * self.per_day + wall.hour * self.per_day // 24

    def tick_from(self, moment: datetime) -> int:
        """Return the first tick that begins at a moment or after it."""
        wall = moment.astimezone(self.zone)
        per_day = self.per_day
        part, rest = divmod(wall.hour * per_day, 24)
        tick = (wall.toordinal() - self.first_day.toordinal()) * per_day + part
        if not (rest or wall.minute or wall.second or wall.microsecond or wall.fold):
            return tick
        return tick if self.moment(tick) >= moment else tick + 1

    def span(self, slot: Slot) -> Span:
        """Return the ticks that a stretch of time touches."""
        return Span(self.tick(slot.start), self.tick_from(slot.end))

    def slot(self, span: Span) -> Slot:
        """Return the stretch of time that ticks cover."""
        return Slot(self.moment(span.start), self.moment(span.end))

    def exists(self, tick: int) -> bool:
        """Say whether a tick has any length; an hour skipped in spring has none."""
        return self.moment(tick) < self.moment(tick + 1)

    def on_the_clock(self, slot: Slot) -> bool:
        """Say whether a stretch starts and ends where ticks do."""
        return (
            self.moment(self.tick(slot.start)) == slot.start and self.moment(self.tick(slot.end)) == slot.end
        )


def local_day(moment: datetime, zone: str) -> date:
    """Return the day that a moment falls on at a place."""
    return moment.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Return the moment in UTC with which a day begins at a place."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def wall_moment(wall: datetime, zone: str) -> datetime:
    """Return the moment in UTC at which the wall clock of a place shows a naive time."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days_later(moment: datetime, days: int, zone: str) -> datetime:
    """Return the moment when the wall clock shows the same time some calendar days later."""
    wall = moment.astimezone(ZoneInfo(zone))
    return (wall.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
