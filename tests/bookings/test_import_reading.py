"""Reading calendars that were kept elsewhere: every mistake names its row and field, and nothing is guessed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bookings.calendar_files import MOST_BYTES, MOST_EVENTS, decoded, read_calendar, read_csv
from portal.core.errors import Reason


def ics(*events: str) -> str:
    """Return an iCalendar text with these events."""
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{body}END:VCALENDAR\r\n"


def codes(text: str) -> list[tuple[int | None, str | None, str]]:
    return [(one.row, one.field, one.reason.code) for one in read_calendar(text).mistakes]


def test_csv_reads_days_with_a_last_day_that_counts_whole() -> None:
    file = read_calendar("title;room;start;end;process class\nRun 1;P1;2027-01-11;15.01.2027;lv_rv\n")
    (event,) = file.events
    assert (event.title, event.room, event.process_class) == ("Run 1", "P1", "lv_rv")
    assert (event.start, event.end) == (date(2027, 1, 11), date(2027, 1, 16))
    assert event.row == 2


def test_csv_reads_what_outlook_exports() -> None:
    text = 'Subject,Start Date,Start Time,End Date,End Time,Location\n"Run, two",2027-01-11,09:00,2027-01-11,16:30,P1\n'
    (event,) = read_calendar(text).events
    assert event.title == "Run, two"
    assert (str(event.start), str(event.end)) == ("2027-01-11 09:00:00", "2027-01-11 16:30:00")


def test_csv_takes_the_room_from_the_named_column() -> None:
    file = read_csv("titel,Var,start,slut\nA,P1,2027-01-11,2027-01-12\n", room_column="var")
    assert file.events[0].room == "P1"
    file = read_csv("titel,Var,start,slut\nA,P1,2027-01-11,2027-01-12\n", room_column="Zimmer")
    assert [one.reason.code for one in file.mistakes] == ["calendar_column_missing"]


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("A,11/12/2027,2027-12-13", "start", "event_time_unreadable"),
        ("A,2027-02-30,2027-03-01", "start", "event_time_unreadable"),
        ("A,2027-01-11,soon", "end", "event_time_unreadable"),
        ("A,2027-01-11,2027-01-09", "end", "event_ends_before_start"),
        (",2027-01-11,2027-01-12", "title", "event_title_missing"),
        (f"{'x' * 161},2027-01-11,2027-01-12", "title", "event_title_too_long"),
    ],
)
def test_each_mistake_of_a_row_names_row_and_field(row: str, field: str, code: str) -> None:
    assert codes(f"title,start,end\n{row}\n") == [(2, field, code)]


def test_a_process_class_that_is_none_is_named() -> None:
    text = "title,start,end,process class\nA,2027-01-11,2027-01-12,magic\n"
    assert codes(text) == [(2, "process_class", "event_class_unknown")]


def test_columns_that_are_missing_are_named() -> None:
    assert codes("what,begins\nA,2027-01-11\n") == [
        (1, "start", "calendar_column_missing"),
        (1, "end", "calendar_column_missing"),
    ]


def test_too_many_events_are_refused() -> None:
    rows = "".join(f"A{number},2027-01-11,2027-01-12\n" for number in range(MOST_EVENTS + 1))
    assert codes(f"title,start,end\n{rows}") == [(None, None, "calendar_too_many")]
    events = [f"SUMMARY:A{number}\r\nDTSTART;VALUE=DATE:20270111" for number in range(MOST_EVENTS + 1)]
    assert codes(ics(*events)) == [(None, None, "calendar_too_many")]


def test_icalendar_reads_all_day_timed_and_floating_events() -> None:
    file = read_calendar(
        ics(
            "UID:1\r\nSUMMARY:All day\r\nLOCATION:P1\r\nDTSTART;VALUE=DATE:20270111\r\nDTEND;VALUE=DATE:20270116",
            "UID:2\r\nSUMMARY:One day\r\nDTSTART;VALUE=DATE:20270118",
            "UID:3\r\nSUMMARY:In London\r\nDTSTART;TZID=Europe/London:20270120T090000\r\nDURATION:PT2H",
            "UID:4\r\nSUMMARY:On the wall\r\nDTSTART:20270121T090000\r\nDTEND:20270121T100000",
        )
    )
    assert not file.mistakes
    all_day, one_day, london, wall = file.events
    assert (all_day.start, all_day.end, all_day.room) == (date(2027, 1, 11), date(2027, 1, 16), "P1")
    assert (one_day.start, one_day.end) == (date(2027, 1, 18), date(2027, 1, 19))
    assert london.start == datetime(2027, 1, 20, 10, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert (str(wall.start), str(wall.end)) == ("2027-01-21 09:00:00", "2027-01-21 10:00:00")


@pytest.mark.parametrize(
    ("event", "field", "code"),
    [
        ("SUMMARY:A\r\nDTSTART;VALUE=DATE:20270111\r\nRRULE:FREQ=WEEKLY", "start", "event_repeats"),
        ("SUMMARY:A\r\nDTSTART:20270111T090000Z\r\nRDATE:20270112T090000Z", "start", "event_repeats"),
        ("SUMMARY:A", "start", "event_time_missing"),
        ("SUMMARY:A\r\nDTSTART:20270111T090000Z", "end", "event_end_missing"),
        (
            "SUMMARY:A\r\nDTSTART:20270111T090000Z\r\nDTEND:20270111T080000Z",
            "end",
            "event_ends_before_start",
        ),
    ],
)
def test_an_event_that_cannot_be_taken_over_is_refused(event: str, field: str, code: str) -> None:
    assert codes(ics(event)) == [(1, field, code)]


def test_cancelled_and_free_events_are_left_out_and_said() -> None:
    file = read_calendar(
        ics(
            "SUMMARY:A\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20270111",
            "SUMMARY:B\r\nTRANSP:TRANSPARENT\r\nDTSTART;VALUE=DATE:20270111",
        )
    )
    assert not file.events
    assert [one.reason.code for one in file.left_out] == ["event_cancelled", "event_takes_nothing"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BEGIN:VCALENDAR\r\nnonsense", "calendar_unreadable"),
        (ics(), "calendar_without_events"),
        ("title,start,end\n", "calendar_without_events"),
    ],
)
def test_files_that_hold_nothing_are_refused(text: str, code: str) -> None:
    assert [one[2] for one in codes(text)] == [code]


def test_bytes_become_text_or_a_reason() -> None:
    assert decoded("titel;börjar".encode("cp1252")) == "titel;börjar"
    assert decoded("\ufefftitel".encode()) == "titel"
    for content, code in (
        (b"", "calendar_empty"),
        (b"PK\x03\x04\x00\x00", "calendar_no_text"),
        (b"x" * (MOST_BYTES + 1), "calendar_too_big"),
    ):
        found = decoded(content)
        assert isinstance(found, Reason)
        assert found.code == code


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for start in ("", "title,start,end\n", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"):
        file = read_calendar(start + text)
        assert all(one.reason.code for one in file.mistakes)
