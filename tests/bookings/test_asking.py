"""What the days of a slot request must be, and how a need follows from a project."""

from datetime import date
from typing import Any

import pytest

from portal.bookings.models import RunKind, WorkMode
from portal.bookings.needs import Minimum, least_days, need_from
from portal.bookings.rules.asking import reasons_against_days
from portal.facilities.models import BookingUnit, Grade, RoomKind, VectorLevel
from portal.projects.models import Project

TODAY = date(2027, 1, 4)


def codes(start: date, end: date | None, *, needed: int = 5) -> list[tuple[str, str | None]]:
    """Return the codes of what is wrong, each with the field beside which it stands."""
    reasons = reasons_against_days(
        earliest_start=start, latest_end=end, days_needed=needed, today=TODAY, known_days=550
    )
    return [(reason.code, reason.field) for reason in reasons]


def test_days_that_can_be_meant_have_nothing_against_them() -> None:
    assert codes(TODAY, None) == []
    assert codes(TODAY, date(2027, 1, 8)) == []
    assert codes(date(2028, 7, 7), None) == []


def test_a_day_of_the_past_or_beyond_the_calendar_is_refused() -> None:
    assert codes(date(2027, 1, 3), None) == [("earliest_start_past", "earliest_start")]
    assert codes(date(2028, 7, 8), None) == [("earliest_start_too_far", "earliest_start")]


def test_an_end_must_come_after_the_start_and_leave_time_for_the_work() -> None:
    assert codes(date(2027, 2, 2), date(2027, 2, 1)) == [("latest_end_before_start", "latest_end")]
    assert codes(TODAY, date(2027, 1, 7)) == [("days_too_few", "latest_end")]
    assert codes(TODAY, TODAY, needed=1) == []


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert [code for code, _ in codes(date(2026, 12, 1), date(2026, 11, 1))] == [
        "earliest_start_past",
        "latest_end_before_start",
    ]


@pytest.mark.parametrize(
    ("duration", "unit", "days"),
    [
        (10, BookingUnit.DAY, 10),
        (3, BookingUnit.HALF_DAY, 2),
        (6, BookingUnit.HOUR, 1),
        (25, BookingUnit.HOUR, 2),
    ],
)
def test_work_takes_so_many_days_at_least(duration: int, unit: BookingUnit, days: int) -> None:
    assert least_days(duration, unit) == days


LEAST = Minimum(
    kind=RoomKind.PRE_GMP,
    grade=Grade.D,
    bsl=2,
    vector_level=VectorLevel.AAV,
    gmo_class=1,
    process_class="aav",
    assumed=(),
    project=Project(),
)
NOTHING_SAID: dict[str, Any] = {
    "grade": None,
    "bsl": None,
    "vector_level": None,
    "gmo_class": None,
    "process_class": None,
    "equipment": None,
    "mode": WorkMode.WORKING,
    "duration": 1,
    "duration_unit": BookingUnit.DAY,
    "earliest_start": TODAY,
    "latest_end": None,
    "facility_ids": None,
    "project_id": 7,
}


def test_what_is_not_said_yet_comes_from_the_project() -> None:
    need = need_from(LEAST, RunKind.PROCESS_DEVELOPMENT, NOTHING_SAID)
    assert (need.grade, need.bsl, need.vector_level, need.gmo_class) == (Grade.D, 2, VectorLevel.AAV, 1)
    assert need.process_class == "aav"
    assert not need.gmp_run


@pytest.mark.parametrize(
    ("field", "looser", "tighter"),
    [
        ("grade", Grade.CNC, Grade.C),
        ("bsl", 1, 3),
        ("vector_level", VectorLevel.NONE, VectorLevel.REPLICATION_COMPETENT),
        ("gmo_class", 0, 3),
    ],
)
def test_what_is_said_can_only_tighten(field: str, looser: Any, tighter: Any) -> None:
    least = getattr(LEAST, field)
    for stated, counts in ((looser, least), (least, least), (tighter, tighter)):
        need = need_from(LEAST, RunKind.PROCESS_DEVELOPMENT, {**NOTHING_SAID, field: stated})
        assert getattr(need, field) == counts
