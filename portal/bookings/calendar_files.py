"""Reading calendars that somebody kept elsewhere, CSV or iCalendar, into plain events; every mistake names its row and field.

A day without a time counts from its midnight, and a last day without a time counts whole. A time without a zone is the
clock on the facility's wall. Events that repeat are not unfolded: each is refused with a sentence, because a repeated
event that is read wrongly would take rooms that are free.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from portal.core.errors import Reason
from portal.reference import vocabulary

MOST_BYTES = 512 * 1024
MOST_EVENTS = 400
LONGEST_TITLE = 160
LONGEST_CELL = 500
SHOWN = 60
DELIMITERS = (",", ";", "\t")
REPEATING = ("RRULE", "RDATE")
DAY_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d")
TIME_FORMS = ("%H:%M", "%H:%M:%S", "%H.%M")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "subject", "summary", "what", "name", "titel", "ämne", "rubrik", "vad"),
    "room": ("room", "cleanroom", "suite", "location", "rum", "renrum", "lokal", "plats"),
    "start": (
        "start",
        "starts",
        "from",
        "first day",
        "start date",
        "startdatum",
        "från",
        "första dag",
        "börjar",
    ),
    "start_time": ("start time", "starttid"),
    "end": ("end", "ends", "to", "last day", "end date", "slutdatum", "till", "sista dag", "slut", "slutar"),
    "end_time": ("end time", "sluttid"),
    "process_class": ("process class", "runs", "class", "processklass", "klass"),
    "key": ("id", "uid", "key", "nummer"),
}
"""The columns of a CSV file, each with the names under which it is found, in any case."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a file: the row (None for the file as a whole), the field, and the reason."""

    row: int | None
    field: str | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as it was written: days, times on the facility's wall, or moments anywhere."""

    row: int
    key: str
    title: str
    start: date | datetime
    end: date | datetime
    """Not part of the event any more; a day stands for its midnight."""
    room: str | None = None
    process_class: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The events of a file, what is wrong with it, and the rows that were left out on purpose, each with the reason."""

    events: tuple[Event, ...]
    mistakes: tuple[Mistake, ...] = ()
    left_out: tuple[Mistake, ...] = ()


@dataclass(slots=True)
class _Reading:
    events: list[Event] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    left_out: list[Mistake] = field(default_factory=list)

    def wrong(self, row: int | None, name: str | None, code: str, **values: Any) -> None:
        self.mistakes.append(Mistake(row, name, Reason(code, values)))

    def done(self) -> CalendarFile:
        return CalendarFile(tuple(self.events), tuple(self.mistakes), tuple(self.left_out))


def decoded(content: bytes) -> str | Reason:
    """Return a file's text, or why it can't be read: it is too big, empty, or no text."""
    if len(content) > MOST_BYTES:
        return Reason("calendar_too_big", {"most": MOST_BYTES // 1024, "size": len(content) // 1024 + 1})
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text if text.strip() else Reason("calendar_empty")
    return Reason("calendar_no_text")


def read_calendar(text: str, *, room_column: str = "") -> CalendarFile:
    """Return the events of a text, which is iCalendar if it begins like one, and CSV otherwise."""
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        return read_icalendar(text)
    return read_csv(text, room_column=room_column)


def read_icalendar(text: str) -> CalendarFile:
    """Return the events of an iCalendar text."""
    reading = _Reading()
    try:
        components = [
            event for calendar in Calendar.from_ical(text, multiple=True) for event in calendar.walk("VEVENT")
        ]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        reading.wrong(None, None, "calendar_unreadable", what=_shortened(str(error)))
        return reading.done()
    if not components:
        reading.wrong(None, None, "calendar_without_events")
    if len(components) > MOST_EVENTS:
        reading.wrong(None, None, "calendar_too_many", most=MOST_EVENTS, found=len(components))
        return reading.done()
    for row, component in enumerate(components, start=1):
        _read_vevent(reading, row, component)
    return reading.done()


def _read_vevent(reading: _Reading, row: int, component: Any) -> None:
    title = _line(component.get("SUMMARY"))
    if str(component.get("STATUS", "")).upper() == "CANCELLED":
        reading.left_out.append(Mistake(row, "title", Reason("event_cancelled", {"title": title})))
        return
    if str(component.get("TRANSP", "")).upper() == "TRANSPARENT":
        reading.left_out.append(Mistake(row, "title", Reason("event_takes_nothing", {"title": title})))
        return
    if any(component.get(name) is not None for name in REPEATING):
        reading.wrong(row, "start", "event_repeats", title=title)
        return
    start, end = _times(component)
    if start is None:
        reading.wrong(row, "start", "event_time_missing", title=title)
        return
    if end is None:
        reading.wrong(row, "end", "event_end_missing", title=title)
        return
    if not _before(start, end):
        reading.wrong(row, "end", "event_ends_before_start", title=title)
        return
    if len(title) > LONGEST_TITLE:
        reading.wrong(row, "title", "event_title_too_long", most=LONGEST_TITLE, found=len(title))
        return
    uid = _line(component.get("UID"))
    part = getattr(component.get("RECURRENCE-ID"), "dt", "")
    reading.events.append(
        Event(
            row=row,
            key=_digest("ics", uid, str(part)) if uid else _digest("ics", title, str(start), str(end)),
            title=title,
            start=start,
            end=end,
            room=_line(component.get("LOCATION")) or None,
        )
    )


def _times(component: Any) -> tuple[date | datetime | None, date | datetime | None]:
    try:
        start = getattr(component.get("DTSTART"), "dt", None)
        end = getattr(component.get("DTEND"), "dt", None)
        lasts = getattr(component.get("DURATION"), "dt", None)
    except (ValueError, TypeError):
        return None, None
    if not isinstance(start, date):
        return None, None
    if end is None and isinstance(lasts, timedelta):
        end = start + lasts
    if end is None and not isinstance(start, datetime):
        end = start + timedelta(days=1)
    return start, end if isinstance(end, date) else None


def read_csv(text: str, *, room_column: str = "") -> CalendarFile:
    """Return the events of a CSV text whose first row names its columns."""
    reading = _Reading()
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = csv.reader(
        io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n").lstrip()), delimiter=delimiter
    )
    try:
        lines = [
            (rows.line_num, [cell.strip() for cell in line]) for line in rows if any(map(str.strip, line))
        ]
    except csv.Error as error:
        reading.wrong(rows.line_num, None, "calendar_unreadable", what=_shortened(str(error)))
        return reading.done()
    if not lines:
        reading.wrong(None, None, "calendar_empty")
        return reading.done()
    places = _places(reading, lines[0][1], room_column)
    if reading.mistakes:
        return reading.done()
    if len(lines) - 1 > MOST_EVENTS:
        reading.wrong(None, None, "calendar_too_many", most=MOST_EVENTS, found=len(lines) - 1)
        return reading.done()
    if len(lines) == 1:
        reading.wrong(None, None, "calendar_without_events")
    for row, cells in lines[1:]:
        _read_row(reading, row, {name: cells[at] if at < len(cells) else "" for name, at in places.items()})
    return reading.done()


def _places(reading: _Reading, heading: Sequence[str], room_column: str) -> dict[str, int]:
    folded = [_folded(cell) for cell in heading]
    places = {}
    for name, spellings in COLUMNS.items():
        found = next((folded.index(one) for one in spellings if one in folded), None)
        if found is not None:
            places[name] = found
    if room_column:
        if _folded(room_column) in folded:
            places["room"] = folded.index(_folded(room_column))
        else:
            reading.wrong(
                1,
                "room",
                "calendar_column_missing",
                column=_shortened(room_column),
                found=_shortened(", ".join(heading)),
            )
    for name in ("title", "start", "end"):
        if name not in places:
            reading.wrong(
                1,
                name,
                "calendar_column_missing",
                column=COLUMNS[name][0],
                found=_shortened(", ".join(heading)),
            )
    return places


def _read_row(reading: _Reading, row: int, cells: Mapping[str, str]) -> None:
    mistakes = len(reading.mistakes)
    title = _line(cells["title"])
    start = _moment(reading, row, "start", cells["start"], cells.get("start_time", ""))
    end = _moment(reading, row, "end", cells["end"] or cells["start"], cells.get("end_time", ""))
    if not title:
        reading.wrong(row, "title", "event_title_missing")
    if len(title) > LONGEST_TITLE:
        reading.wrong(row, "title", "event_title_too_long", most=LONGEST_TITLE, found=len(title))
    process_class = None
    if cells.get("process_class"):
        word = vocabulary.find("process_class", cells["process_class"])
        if word is None:
            known = ", ".join(vocabulary.ids("process_class"))
            written = _shortened(cells["process_class"])
            reading.wrong(row, "process_class", "event_class_unknown", written=written, known=known)
        else:
            process_class = word.id
    if start is None or end is None:
        return
    if not isinstance(end, datetime):
        end += timedelta(days=1)
    if not _before(start, end):
        reading.wrong(row, "end", "event_ends_before_start", title=title)
    if len(reading.mistakes) > mistakes:
        return
    room = _line(cells.get("room", "")) or None
    own = cells.get("key", "")
    reading.events.append(
        Event(
            row=row,
            key=_digest("csv", own) if own else _digest("csv", room or "", title, str(start), str(end)),
            title=title,
            start=start,
            end=end,
            room=room,
            process_class=process_class,
        )
    )


def _moment(reading: _Reading, row: int, name: str, written: str, time: str) -> date | datetime | None:
    found = _read_moment(f"{written} {time}".strip())
    if found is None:
        reading.wrong(row, name, "event_time_unreadable", written=_shortened(f"{written} {time}".strip()))
    return found


def _read_moment(written: str) -> date | datetime | None:
    if len(written) > SHOWN:
        return None
    for form in DAY_FORMS:
        try:
            return datetime.strptime(written, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    for day_form in DAY_FORMS:
        for time_form in TIME_FORMS:
            try:
                return datetime.strptime(written, f"{day_form} {time_form}")  # noqa: DTZ007  (the facility's wall)
            except ValueError:
                continue
    return None


def _before(start: date | datetime, end: date | datetime) -> bool:
    """Say whether an event has any length; times with and without a zone are compared as they stand on a wall."""
    return _comparable(start) < _comparable(end)


def _comparable(when: date | datetime) -> datetime:
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when.astimezone(UTC) if when.tzinfo is not None else when.replace(tzinfo=UTC)


def _line(value: Any) -> str:
    text = "".join(character if ord(character) >= 32 else " " for character in str(value or ""))
    return " ".join(text[: 10 * LONGEST_CELL].split())


def _folded(cell: str) -> str:
    return " ".join(cell.replace("_", " ").casefold().split())


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]
