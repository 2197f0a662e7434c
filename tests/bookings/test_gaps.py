"""Where a cleanroom is free for two weeks or more, beside its calendar."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.bookings.roomtime import local_day
from portal.bookings.views.gaps import gaps
from portal.bookings.views.lanes import Line
from portal.bookings.views.ruler import Ruler
from portal.core.clock import now
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from tests import make
from tests.bookings.facility import ZONE, days, room
from tests.bookings.test_calendar import path_of
from tests.bookings.test_moving import own_work
from tests.client import PageClient
from tests.page import parsed

QUARTER = 91


def found(where: Cleanroom, *taken: Slot, kind: str = "firm") -> list[tuple[Slot, bool]]:
    ruler = Ruler(local_day(now(), ZONE), QUARTER, ZONE)
    lines = [Line(room=where, starts_at=one.start, ends_at=one.end, kind=kind, what="Work") for one in taken]
    return [(gap.slot, gap.is_too_soon) for gap in gaps([where], lines, ruler, at=now())]


def test_what_is_between_two_takings_is_free_from_fourteen_days_on(session: Session) -> None:
    where = room(session)
    assert found(where, days(0, 10), days(24, 80)) == [(days(10, 24), False)]
    assert found(where, days(0, 11), days(24, 80)) == []
    assert found(where, days(24, 80), days(0, 10)) == [(days(10, 24), False)]


def test_takings_over_one_another_leave_only_what_none_takes(session: Session) -> None:
    where = room(session)
    assert found(where, days(0, 40), days(5, 20), days(60, 91)) == [(days(40, 60), False)]


def test_an_empty_calendar_is_free_from_tomorrow_to_its_end(session: Session) -> None:
    where = room(session)
    assert found(where) == [(days(1, QUARTER), False)]


def test_what_is_only_asked_for_takes_nothing(session: Session) -> None:
    where = room(session)
    assert found(where, days(10, 80), kind="asked") == [(days(1, QUARTER), False)]


def test_a_stretch_ends_with_the_qualification(session: Session) -> None:
    where = room(session, qualified_until=local_day(now(), ZONE) + timedelta(days=30))
    assert found(where) == [(days(1, 31), False)]


@pytest.mark.parametrize(("notice", "too_soon"), [(26, False), (27, True)])
def test_what_the_notice_leaves_less_than_two_weeks_of_is_too_soon(
    session: Session, notice: int, *, too_soon: bool
) -> None:
    where = room(session, notice_days=notice)
    assert found(where, days(0, 10), days(40, 91)) == [(days(10, 40), too_soon)]


def test_everybody_reads_it_beside_the_calendar(client: PageClient, session: Session) -> None:
    where = room(session, notice_days=60)
    manager = make.manager(session, where)
    own_work(session, manager, where, days(20, 91))
    path = path_of(where, scale="quarter")
    for page in (client.get(path).text, client.sign_in(manager).get(path).text):
        [panel] = parsed(page).query("#free")
        words = " ".join(panel.to_text().split())
        assert where.code in words
        assert "too soon: notice is 60 days" in words
    assert parsed(client.get(path + "&kind=closures").text).query("#free") == []
