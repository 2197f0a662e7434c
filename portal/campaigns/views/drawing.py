"""A chain as a picture: its links as rows, weeks as columns, whatever its length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.bookings.views.ruler import Bar, Row
from portal.campaigns import words
from portal.campaigns.outlook import Window
from portal.campaigns.queries import Seen
from portal.core.slots import Slot
from portal.web.filters import window
from portal.web.locale import local

COLUMNS = 112
WORDS_FROM = 14
"""From how many columns on a bar has room for words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the part that draws timelines needs."""

    rows: list[Row]
    upper: list[tuple[int, int, str]]
    lower: list[tuple[int, int, str]]
    now: int | None


def picture(
    links: Sequence[Seen],
    urls: Mapping[int, str | None],
    *,
    at: datetime,
    proposed: Mapping[int, Window] | None = None,
    named: bool = True,
) -> Picture | None:
    """Return the picture of a chain as it stands, with what is proposed for it; None while nothing has a window.

    Where its project is not `named` any more, links are called by their requests' references.
    """
    bars = {one.link.id: _bars(one, (proposed or {}).get(one.link.id)) for one in links}
    days = [day for found in bars.values() for _bar, first, last in found for day in (first, last)]
    if not days:
        return None
    first = min(days) - timedelta(days=min(days).weekday())
    weeks = -(-((max(days) - first).days + 1) // 7)
    per_column = max(1, -(-weeks * 7 // COLUMNS))
    scale = _Scale(first, per_column)
    return Picture(
        rows=[
            Row(
                name=one.request.title if named else one.request.reference,
                grade=one.room.grade.value if one.room and one.room.grade else one.request.grade.value,
                detail=one.room.code if one.room else _("no room yet"),
                bars=[scale.placed(bar, start, end) for bar, start, end in bars[one.link.id]],
                url=urls.get(one.link.id),
            )
            for one in links
        ],
        upper=scale.months(),
        lower=scale.weeks(),
        now=scale.column(at.date()),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    per_column: int

    def column(self, day: date) -> int | None:
        column = (day - self.first).days // self.per_column + 1
        return column if 1 <= column <= COLUMNS else None

    def placed(self, bar: Bar, first: date, last: date) -> Bar:
        start, end = self.column(first) or 1, self.column(last) or COLUMNS
        span = end - start + 1
        told = f"{bar.title}, {bar.detail}"
        if span < WORDS_FROM:
            return Bar(bar.kind, start, span, words=told, row=bar.row, url=bar.url)
        return Bar(bar.kind, start, span, title=bar.title, detail=bar.detail, row=bar.row, url=bar.url)

    def months(self) -> list[tuple[int, int, str]]:
        found, day = [], self.first
        last = self.first + timedelta(days=COLUMNS * self.per_column)
        while day < last:
            following = min((day.replace(day=1) + timedelta(days=32)).replace(day=1), last)
            start, end = self.column(day) or 1, self.column(following) or COLUMNS + 1
            if end > start:
                form = "LLLL" if end - start > 8 else "LLL"
                found.append((start, end - start, str(format_date(day, form, locale=get_locale()))))
            day = following
        return found

    def weeks(self) -> list[tuple[int, int, str]]:
        step = 7 * -(-4 * self.per_column // 7) if self.per_column > 1 else 7
        found, day = [], self.first
        while (start := self.column(day)) is not None:
            following = day + timedelta(days=step)
            end = self.column(following) or COLUMNS + 1
            found.append((start, end - start, str(day.isocalendar().week)))
            day = following
        return found


def _bars(one: Seen, proposed: Window | None) -> list[tuple[Bar, date, date]]:
    found = []
    if one.moments is not None and one.room is not None:
        slot, zone = Slot(*one.moments), one.room.facility.time_zone
        kind, said = words.standing_badge(one.standing)
        bar = Bar(kind, 1, 1, title=said, detail=window(slot.start, slot.end, zone))
        found.append((bar, *_days(slot, zone)))
    if proposed is not None:
        zone = proposed.room.facility.time_zone
        detail = window(proposed.slot.start, proposed.slot.end, zone)
        row = 2 if found else 1
        bar = Bar("asked", 1, 1, title=_("Proposed"), detail=detail, row=row)
        found.append((bar, *_days(proposed.slot, zone)))
    return found


def _days(slot: Slot, zone: str) -> tuple[date, date]:
    return local(slot.start, zone).date(), local(slot.end - timedelta(seconds=1), zone).date()
