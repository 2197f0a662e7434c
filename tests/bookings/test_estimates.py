"""What a window costs, for whom, and how much changeover lies around it."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import OrganisationKind
from portal.bookings import search, services
from portal.bookings.estimates import changeover_after, changeover_before, estimate, prices_for
from portal.bookings.rules.timetables import Work
from portal.facilities.models import CustomerKind
from tests import make

OURS = Work("lv_rv", 7)


@pytest.mark.parametrize(
    ("kind", "is_sme", "amount"),
    [
        (OrganisationKind.COMPANY, False, 500_000),
        (OrganisationKind.COMPANY, True, 500_000),
        (OrganisationKind.ACADEMIC, False, 250_000),
        (OrganisationKind.HOSPITAL, False, None),
    ],
)
def test_a_price_is_that_of_the_kind_of_customer(
    session: Session, kind: OrganisationKind, is_sme: bool, amount: int | None
) -> None:
    room = make.cleanroom(session)
    make.rate(session, room)
    make.rate(session, room, customer_kind=CustomerKind.ACADEMIC, amount=50_000)
    asker = make.organisation(session, kind=kind, is_sme=is_sme)
    diary = search.diaries_of(session, [room], at=make.NOON)[room.id]
    cost = estimate(session, asker, diary, make.slot(11, 18), OURS)  # a week, its weekend closed
    assert (cost.amount if cost else None) == amount


def test_the_rate_of_the_first_day_holds_and_vat_is_rounded(session: Session) -> None:
    room = make.cleanroom(session)
    make.rate(session, room, amount=33_33, vat_basis_points=1200)
    make.rate(session, room, amount=99_999, valid_from=date(2027, 1, 12))
    diary = search.diaries_of(session, [room], at=make.NOON)[room.id]
    cost = estimate(session, make.organisation(session), diary, make.slot(11, 13), OURS)
    assert cost is not None
    assert (cost.amount, cost.vat) == (6666, 800)


def test_prices_of_many_rooms_come_in_one_value(session: Session) -> None:
    rooms = [make.cleanroom(session) for _ in range(3)]
    make.rate(session, rooms[0])
    prices = prices_for(session, make.organisation(session), [room.id for room in rooms])
    found = [prices.rate_on(room.id, date(2027, 1, 4)) for room in rooms]
    assert [rate.amount if rate else None for rate in found] == [100_000, None, None]
    assert prices.rate_on(rooms[0].id, date(2025, 1, 4)) is None


def test_changeover_lies_on_both_sides_of_what_runs_next_to_it(session: Session) -> None:
    room = make.cleanroom(session)
    room.facility.default_changeover_days = 4
    for window in (make.slot(11, 13), make.slot(25, 27)):
        request = make.slot_request(session, room, window)
        request.process_class = "aav"
        services.approve_request(session, make.manager(session, room), request.id, at=make.NOON)
    diary = search.diaries_of(session, [room], at=make.NOON)[room.id]
    between = make.slot(18, 20)
    assert changeover_before(diary, between, Work("aav")) > 0
    assert changeover_before(diary, make.slot(5, 6), OURS) == 0
    assert changeover_after(diary, make.slot(28, 29), OURS) == 4
