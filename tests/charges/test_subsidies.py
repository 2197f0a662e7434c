"""What programmes pay: taken from a budget when a booking is agreed, never beyond it, given back, and told to the öre."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.bookings.models import Booking, Subsidy, SubsidyUse
from portal.bookings.rules.subsidies import Budget, Priced, budget_for, paid_for
from portal.bookings.subsidies import foreseen
from portal.campaigns.models import CampaignLink
from portal.campaigns.services import begin_campaign
from portal.charges.queries import basis_of_facility, costs_of_campaign
from portal.charges.rules import total
from portal.core.errors import NotFound, Refused
from portal.facilities.models import BookingUnit, CustomerKind
from portal.ledger import Entry
from portal.store import Base, db, in_one_unit, prepare_engine
from tests import make
from tests.bookings.stage import make_app
from tests.charges.test_basis import JANUARY, Scene
from tests.client import PageClient
from tests.engines import ENGINES, new_database

PRICE = 123_45
"""Of one open day, as the scene publishes it."""


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.midnight(27))


@pytest.fixture
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON)


def grant(scene: Scene, units: int = 6, percent: int = 33, **values: Any) -> Subsidy:
    """Enter a budget for the scene's facility, for everybody and the year unless told otherwise."""
    given = {
        "programme": "SciLifeLab demo grant",
        "unit": BookingUnit.DAY,
        "first_day": date(2027, 1, 1),
        "last_day": date(2027, 12, 31),
        "at": make.NOON,
        **values,
    }
    subsidy = services.grant_subsidy(
        scene.session, scene.manager, scene.room.facility.slug, units=units, percent=percent, **given
    )
    scene.session.commit()
    return subsidy


def use_of(scene: Scene, booking: Booking) -> tuple[int, int] | None:
    """Return the units that a booking takes, and what a programme pays of it."""
    row = scene.session.execute(
        select(SubsidyUse.units, SubsidyUse.amount).where(SubsidyUse.booking_id == booking.id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


BUDGETS = st.lists(
    st.builds(
        Budget,
        id=st.integers(1, 99),
        unit=st.sampled_from(["day", "hour"]),
        percent=st.integers(1, 100),
        left=st.integers(0, 9),
        first_day=st.just(date(2027, 1, 1)),
        last_day=st.dates(date(2027, 1, 1), date(2027, 3, 1)),
        project_id=st.sampled_from([None, 1, 2]),
        customer_kind=st.sampled_from([None, "sme", "academic"]),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)
WORKS = st.lists(
    st.builds(
        Priced,
        day=st.dates(date(2027, 1, 1), date(2027, 3, 1)),
        unit=st.sampled_from(["day", "hour"]),
        units=st.integers(1, 9),
        unit_amount=st.integers(1, 10**7),
        project_id=st.sampled_from([1, 2]),
        customer_kind=st.sampled_from(["sme", "academic"]),
    ),
    max_size=5,
)


@given(BUDGETS, WORKS)
@settings(max_examples=100)
def test_nothing_is_foreseen_beyond_a_budget_and_never_more_than_its_share(
    budgets: list[Budget], works: list[Priced]
) -> None:
    paid = foreseen(budgets, works)
    most = sum(one.left for one in budgets)
    dearest = max((work.unit_amount for work in works), default=0)
    assert sum(paid) <= most * dearest + len(works)
    for work, amount in zip(works, paid, strict=True):
        chosen = budget_for(work, budgets)
        assert amount <= work.units * work.unit_amount
        assert amount == 0 or chosen is not None


def test_a_share_is_rounded_half_up_once() -> None:
    assert paid_for(3, 101, 50) == 152  # 151.5
    assert paid_for(5, PRICE, 33) == 20369  # 20369.25
    assert paid_for(1, 1, 100) == 1


def test_what_is_for_a_project_comes_before_what_is_for_its_kind_and_for_all() -> None:
    everything: dict[str, Any] = {
        "unit": "day",
        "percent": 10,
        "left": 1,
        "first_day": date.min,
        "last_day": date.max,
    }
    one, two, three = (
        Budget(id=3, **everything, project_id=1),
        Budget(id=2, **everything, customer_kind="sme"),
        Budget(id=1, **everything),
    )
    work = Priced(day=date(2027, 1, 1), unit="day", units=1, unit_amount=1, project_id=1, customer_kind="sme")
    assert [budget_for(work, budgets) for budgets in ([one, two, three], [two, three], [three], [])] == [
        one,
        two,
        three,
        None,
    ]


def test_a_budget_counts_down_as_bookings_are_agreed_and_nothing_goes_beyond_it(scene: Scene) -> None:
    subsidy = grant(scene)
    first, second, third = scene.booked(11, 16), scene.booked(18, 23), scene.booked(25, 27)
    assert use_of(scene, first) == (5, paid_for(5, PRICE, 33))
    assert use_of(scene, second) == (1, paid_for(1, PRICE, 33))
    assert use_of(scene, third) is None
    assert (subsidy.used_units, subsidy.left) == (6, 0)
    with pytest.raises(IntegrityError), scene.session.begin_nested():
        scene.session.execute(update(Subsidy).values(used_units=7))


@pytest.mark.parametrize("way", ["cancel", "no_show"])
def test_what_is_not_used_is_given_back(scene: Scene, way: str) -> None:
    subsidy, booking = grant(scene), scene.booked(11, 16)
    if way == "cancel":
        services.cancel_booking(scene.session, scene.founder, booking.id, note="No cells.", at=make.NOON)
    else:
        at = make.midnight(11) + timedelta(hours=9)
        services.mark_no_show(scene.session, scene.manager, booking.id, at=at)
    assert (use_of(scene, booking), subsidy.used_units) == (None, 0)


def test_a_booking_that_moves_out_of_the_time_of_a_budget_gives_its_units_back(scene: Scene) -> None:
    scene.room.facility.moves_without_asking_days = 1
    subsidy = grant(scene, last_day=date(2027, 1, 16))
    booking = scene.booked(11, 16)
    services.propose_move(
        scene.session,
        scene.manager,
        booking.id,
        cleanroom_id=scene.room.id,
        slot=make.slot(18, 23),
        why="Later.",
        at=make.NOON,
    )
    assert (use_of(scene, booking), subsidy.used_units) == (None, 0)


def test_what_has_ended_is_for_no_new_booking_and_those_that_took_from_it_keep_it(scene: Scene) -> None:
    subsidy, before = grant(scene), scene.booked(11, 16)
    services.end_subsidy(scene.session, scene.manager, scene.room.facility.slug, subsidy.id, at=make.NOON)
    after = scene.booked(18, 20)
    assert (use_of(scene, before), use_of(scene, after)) == ((5, paid_for(5, PRICE, 33)), None)


@pytest.mark.parametrize(
    ("values", "units"),
    [
        ({"unit": BookingUnit.HOUR}, None),
        ({"customer_kind": CustomerKind.ACADEMIC}, None),
        ({"first_day": date(2027, 1, 12)}, None),
        ({"customer_kind": CustomerKind.SME}, 5),
        ({"customer_kind": CustomerKind.COMPANY}, 5),
    ],
)
def test_a_budget_is_only_for_whom_and_when_it_says(
    scene: Scene, values: dict[str, Any], units: int | None
) -> None:
    scene.customer.is_sme = True
    grant(scene, **values)
    found = use_of(scene, scene.booked(11, 16))
    assert (None if found is None else found[0]) == units


def test_a_budget_for_one_project_names_one_that_has_asked_here(scene: Scene) -> None:
    other = make.project(scene.session)
    with pytest.raises(Refused) as refused:
        grant(scene, project=other.reference, percent=101, units=0, last_day=date(2026, 1, 1))
    assert [reason.code for reason in refused.value.reasons] == [
        "subsidy_units_out_of_range",
        "subsidy_percent_out_of_range",
        "subsidy_ends_before_it_begins",
        "subsidy_project_not_known",
    ]
    scene.booked(7, 9)
    subsidy = grant(scene, project=scene.project.reference.lower())
    assert subsidy.project_id == scene.project.id
    with pytest.raises(NotFound):
        services.end_subsidy(
            scene.session,
            make.manager(scene.session, make.cleanroom(scene.session)),
            scene.room.facility.slug,
            subsidy.id,
            at=make.NOON,
        )


def test_a_budget_that_is_sent_twice_is_entered_once(scene: Scene) -> None:
    first = grant(scene)
    with pytest.raises(Refused) as refused:
        grant(scene)
    assert [(one.code, one.field) for one in refused.value.reasons] == [
        ("subsidy_entered_already", "programme")
    ]
    grant(scene, programme="Another grant")
    services.end_subsidy(scene.session, scene.manager, scene.room.facility.slug, first.id, at=make.NOON)
    grant(scene)


@pytest.mark.usefixtures("_now")
def test_the_basis_is_less_what_a_programme_pays_to_the_oere_and_says_who(
    scene: Scene, client: PageClient
) -> None:
    subsidy = grant(scene, units=6, percent=33)
    scene.used(11, 16)
    early = scene.used(18, 23, until=20)
    scene.session.commit()
    # Of the second only one day was left in the budget, and it was used.
    assert use_of(scene, early) == (1, paid_for(1, PRICE, 33))
    basis = basis_of_facility(scene.session, scene.room.facility, first=JANUARY[0], last=JANUARY[1])
    (sum_of_all,) = total(basis.lines)
    paid = paid_for(5, PRICE, 33) + paid_for(1, PRICE, 33)
    assert sum_of_all.net == 7 * PRICE - paid
    assert sum(line.paid for line in basis.lines) == paid
    path = f"/facilities/{scene.room.facility.slug}"
    page = client.sign_in(scene.manager).get(f"{path}/charges?from=2027-01-01&to=2027-01-31").text
    assert "SciLifeLab demo grant" in page
    sheet = client.get(f"{path}/charges.csv?from=2027-01-01&to=2027-01-31").text.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert sum(int(row["Without VAT"].replace(".", "")) for row in rows) == sum_of_all.net
    assert [row["Paid by programme"] for row in rows] == ["SciLifeLab demo grant"] * 2
    listed = client.get(f"{path}/subsidies").text
    assert "6 open days" in listed
    assert "Used up" in listed
    assert subsidy.left == 0


@pytest.mark.usefixtures("_now")
def test_a_campaign_says_what_programmes_pay_and_would_pay(scene: Scene) -> None:
    grant(scene, units=6, percent=50)
    campaign = begin_campaign(scene.session, scene.founder, scene.project.id, name="First", at=make.NOON)
    agreed = scene.booked(11, 16)
    asked = make.slot_request(
        scene.session, scene.room, make.slot(18, 23), by=scene.founder, project=scene.project, state="draft"
    )
    services.submit_request(scene.session, scene.founder, asked.id, terms_accepted=True, at=make.NOON)
    for position, request_id in enumerate((agreed.request_id, asked.id)):
        scene.session.add(CampaignLink(campaign_id=campaign.id, request_id=request_id, position=position))
    scene.session.commit()
    _campaign, links = costs_of_campaign(scene.session, scene.founder, campaign.id, at=make.midnight(27))
    assert [cost.paid for _seen, cost in links] == [paid_for(5, PRICE, 50), paid_for(1, PRICE, 50)]
    shares = [cost.expected.net for _seen, cost in links if cost.expected is not None]
    assert shares == [5 * PRICE - paid_for(5, PRICE, 50), 5 * PRICE - paid_for(1, PRICE, 50)]


def test_over_the_pages_and_what_is_wrong_stands_beside_its_field(scene: Scene, client: PageClient) -> None:
    path = f"/facilities/{scene.room.facility.slug}/subsidies"
    scene.session.commit()
    client.sign_in(scene.manager)
    sent = {
        "programme": "A programme",
        "units": "10",
        "unit": "day",
        "percent": "50",
        "first_day": "2027-01-01",
        "last_day": "2026-12-31",
    }
    wrong = client.post(path, sent)
    assert wrong.status_code == 422
    assert "The last day lies before the first" in wrong.text
    assert client.post(path, {**sent, "last_day": "2027-12-31"}).status_code == 303
    (subsidy,) = scene.session.scalars(select(Subsidy)).all()
    assert client.post(f"{path}/{subsidy.id}/end").status_code == 303
    assert "over" in client.get(path).text
    client.sign_in(scene.founder)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("engine_name", ENGINES)
def test_of_two_decisions_at_once_no_more_is_taken_than_there_is(engine_name: str, tmp_path: Path) -> None:
    url = new_database(engine_name, tmp_path)
    with make_app(url, tmp_path).app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()
    engine = create_engine(url, pool_size=4, max_overflow=0)
    prepare_engine(engine)
    with Session(engine, expire_on_commit=False) as session:
        scene = Scene(session)
        other = make.cleanroom(session, scene.room.facility)
        make.rate(session, other, amount=PRICE)
        grant(scene, units=7)
        requests = [
            make.slot_request(session, room, make.slot(11, 16), by=scene.founder, project=scene.project)
            for room in (scene.room, other)
        ]
        for request in requests:
            request.estimate = {**_estimate(scene)}
        session.commit()
        ids, manager = [request.id for request in requests], scene.manager
    barrier = Barrier(2)

    def approve(request_id: int) -> None:
        with Session(engine) as session:
            barrier.wait(timeout=60)
            work: Callable[[Session], object] = lambda unit: services.approve_request(  # noqa: E731
                unit, manager, request_id, at=make.NOON
            )
            in_one_unit(work, session)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(approve, ids))
    with Session(engine) as session:
        assert sorted(session.scalars(select(SubsidyUse.units))) == [2, 5]
        assert session.scalars(select(Subsidy.used_units)).one() == 7
    engine.dispose()


def _estimate(scene: Scene) -> dict[str, Any]:
    return {
        "amount": 5 * PRICE,
        "currency": "SEK",
        "units": 5,
        "unit": "day",
        "unit_amount": PRICE,
        "extra_units": 0,
        "customer_kind": "company",
        "vat_basis_points": 2500,
        "valid_from": "2026-01-01",
        "is_demo": scene.room.is_demo,
    }


@pytest.mark.usefixtures("_at_noon")
def test_who_asks_and_who_decides_read_what_a_programme_would_pay(scene: Scene, client: PageClient) -> None:
    grant(scene, units=3, percent=50)
    draft = make.slot_request(
        scene.session, scene.room, make.slot(11, 16), by=scene.founder, project=scene.project, state="draft"
    )
    scene.session.commit()
    page = client.sign_in(scene.founder).get(f"/requests/{draft.id}/check").text
    assert "SciLifeLab demo grant would pay" in page
    assert "185.18" in page  # Half of three days.
    assert "432.07" in page  # What is left of five days.
    services.submit_request(scene.session, scene.founder, draft.id, terms_accepted=True, at=make.NOON)
    scene.session.commit()
    assert "would pay" in client.get(f"/requests/{draft.id}").text
    client.sign_in(scene.manager)
    assert "SciLifeLab demo grant pays SEK" in client.get(f"/inbox/{draft.id}").text


@pytest.mark.usefixtures("_at_noon")
def test_what_a_programme_pays_of_a_booking_stands_on_its_pages_and_in_its_history(
    scene: Scene, client: PageClient
) -> None:
    grant(scene, units=6, percent=50)
    booking = scene.booked(11, 16)
    scene.session.commit()
    amount = paid_for(5, PRICE, 50)
    entries = scene.session.scalars(select(Entry).where(Entry.name.like("booking.subsidy%"))).all()
    assert [(one.name, one.facts["units"]) for one in entries] == [("booking.subsidy_taken", 5)]
    for reader, path in ((scene.founder, "my-bookings"), (scene.manager, "bookings")):
        page = client.sign_in(reader).get(f"/{path}/{booking.id}").text
        assert "SciLifeLab demo grant pays" in page
        assert f"{amount / 100:.2f} of the price, for 5 open days." in page
    services.cancel_booking(scene.session, scene.manager, booking.id, note="Broken fan.", at=make.NOON)
    scene.session.commit()
    page = client.get(f"/bookings/{booking.id}").text
    assert "5 open days went back to the budget of SciLifeLab demo grant." in page


@pytest.mark.usefixtures("_at_noon")
def test_who_asks_for_a_chain_reads_what_programmes_would_pay_of_it(scene: Scene, client: PageClient) -> None:
    grant(scene, units=6, percent=50)
    campaign = begin_campaign(scene.session, scene.founder, scene.project.id, name="First", at=make.NOON)
    for position, window in enumerate((make.slot(11, 16), make.slot(18, 23))):
        asked = make.slot_request(
            scene.session, scene.room, window, by=scene.founder, project=scene.project, state="draft"
        )
        scene.session.add(CampaignLink(campaign_id=campaign.id, request_id=asked.id, position=position))
    scene.session.commit()
    page = client.sign_in(scene.founder).get(f"/campaigns/{campaign.id}/request").text
    paid = paid_for(5, PRICE, 50) + paid_for(1, PRICE, 50)
    assert f"programmes would pay SEK {paid / 100:.2f} of it" in page.replace("\xa0", " ")
