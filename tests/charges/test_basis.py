"""The basis of invoices is what the bookings are charged, for its facility and its customer and nobody else."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.bookings.estimates import kept_estimate
from portal.bookings.models import Booking, BookingState
from portal.campaigns.models import CampaignLink
from portal.campaigns.services import begin_campaign
from portal.charges.queries import basis_of_facility, basis_of_own, costs_of_campaign
from portal.charges.rules import Kind, added, amount_of, total
from portal.core.actors import Actor
from portal.facilities.models import Cleanroom
from portal.partners.models import ExchangeRate
from portal.projects.models import Project
from tests import make
from tests.client import PageClient
from tests.sheets import rows_of

JANUARY = make.midnight(1).date(), make.midnight(31).date()


class Scene:
    """A cleanroom with a price and its manager, a developer, and three bookings that ended each in its way."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.room: Cleanroom = make.cleanroom(session)
        self.room.facility.cancellation_steps = [{"days_before": 30, "percent": 50}]
        make.rate(session, self.room, amount=123_45, vat_basis_points=2500)
        self.manager: Actor = make.manager(session, self.room)
        self.customer = make.organisation(
            session, name="Vektor AB", legal_name="Vektor Sverige AB", vat_number="SE556000016701"
        )
        self.founder: Actor = make.founder(session, self.customer)
        self.project: Project = make.project(session, self.customer)

    def booked(self, first: int, last: int) -> Booking:
        """Store a confirmed booking at the price that is published."""
        request = make.slot_request(
            self.session,
            self.room,
            make.slot(first, last),
            by=self.founder,
            project=self.project,
            state="draft",
        )
        request.cleanroom_id = self.room.id
        services.submit_request(self.session, self.founder, request.id, terms_accepted=True, at=make.NOON)
        return services.approve_request(self.session, self.manager, request.id, at=make.NOON)

    def used(self, first: int, last: int, *, until: int | None = None) -> Booking:
        """Store a booking that was completed, early if so."""
        booking = self.booked(first, last)
        services.start_booking(self.session, self.manager, booking.id, at=make.midnight(first))
        end = make.midnight(until or last) + timedelta(hours=-1 if until else 1)
        services.complete_booking(self.session, self.manager, booking.id, at=end)
        return booking

    def ended_in_each_way(self) -> None:
        """Store one booking that was used, one that ended early, one cancelled, one not used and one to come."""
        self.used(7, 9)
        self.used(11, 16, until=13)
        services.cancel_booking(
            self.session, self.founder, self.booked(18, 20).id, note="The cells died.", at=make.midnight(10)
        )
        absent = self.booked(21, 23)
        services.mark_no_show(
            self.session, self.manager, absent.id, at=make.midnight(21) + timedelta(hours=9)
        )
        self.booked(25, 28)
        self.session.commit()


@pytest.fixture
def scene(session: Session) -> Scene:
    """Return the scene."""
    return Scene(session)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.midnight(27))


def test_time_used_is_charged_and_what_was_given_back_is_not(scene: Scene) -> None:
    booking = scene.used(11, 16, until=13)
    agreed, charged = kept_estimate(booking.estimate), kept_estimate(booking.actual)
    assert agreed is not None
    assert charged is not None
    assert (agreed.units, agreed.amount) == (5, 5 * 123_45)
    assert (charged.units, charged.amount) == (2, 2 * 123_45)
    whole = scene.used(18, 20)
    assert whole.actual == whole.estimate


def test_not_to_come_costs_what_cancelling_on_the_first_day_does(scene: Scene) -> None:
    booking = scene.booked(11, 13)
    services.mark_no_show(scene.session, scene.manager, booking.id, at=make.midnight(11) + timedelta(hours=9))
    assert (booking.fee, booking.fee_currency) == (123_45, "SEK")  # half of two days


def test_the_basis_is_what_the_bookings_are_charged(scene: Scene) -> None:
    scene.ended_in_each_way()
    basis = basis_of_facility(scene.session, scene.room.facility, first=JANUARY[0], last=JANUARY[1])
    kinds = [(line.kind, line.amount.net if line.amount else None) for line in basis.lines]
    assert kinds == [
        (Kind.USED, 2 * 123_45),
        (Kind.USED, 2 * 123_45),
        (Kind.CANCELLED, 123_45),
        (Kind.NOT_USED, 123_45),
    ]
    [whole] = total(basis.lines)
    bookings = scene.session.scalars(select(Booking).where(Booking.state != BookingState.CONFIRMED)).all()
    assert whole.net == sum(
        one.fee if one.fee is not None else int((one.actual or {})["amount"]) for one in bookings
    )
    assert [line.amount.net for line in basis.expected if line.amount] == [3 * 123_45]
    own = basis_of_own(scene.session, scene.founder, first=JANUARY[0], last=JANUARY[1])
    assert own.lines == basis.lines


def test_every_charge_lies_in_one_period_however_time_is_cut(scene: Scene) -> None:
    scene.ended_in_each_way()
    facility, (first, last) = scene.room.facility, JANUARY
    whole = basis_of_facility(scene.session, facility, first=first, last=last)
    by_day = [
        line
        for number in range((last - first).days + 1)
        for line in basis_of_facility(
            scene.session,
            facility,
            first=first + timedelta(days=number),
            last=first + timedelta(days=number),
        ).lines
    ]
    assert by_day == whole.lines
    assert total(by_day) == total(whole.lines)


def test_another_customer_and_another_facility_read_nothing(scene: Scene) -> None:
    scene.ended_in_each_way()
    stranger, elsewhere = make.founder(scene.session), make.facility(scene.session)
    assert basis_of_own(scene.session, stranger, first=JANUARY[0], last=JANUARY[1]).lines == []
    assert basis_of_own(scene.session, scene.manager, first=JANUARY[0], last=JANUARY[1]).lines == []
    assert basis_of_facility(scene.session, elsewhere, first=JANUARY[0], last=JANUARY[1]).lines == []


def test_a_price_that_nobody_published_is_no_amount(scene: Scene, client: PageClient) -> None:
    booking = scene.used(7, 9)
    booking.estimate = booking.actual = None
    scene.session.commit()
    basis = basis_of_facility(scene.session, scene.room.facility, first=JANUARY[0], last=JANUARY[1])
    assert [line.amount for line in basis.lines] == [None]
    assert total(basis.lines) == []
    page = client.sign_in(scene.manager).get(f"/facilities/{scene.room.facility.slug}/charges")
    assert "no price was published" in page.text
    assert "counts in no sum" in page.text


def test_files_hold_the_lines_to_the_ore(scene: Scene, client: PageClient) -> None:
    scene.ended_in_each_way()
    client.sign_in(scene.manager)
    address = f"/facilities/{scene.room.facility.slug}/charges"
    asked = f"?from={JANUARY[0]}&to={JANUARY[1]}&customer={scene.customer.id}&currency=EUR"
    scene.session.add(
        ExchangeRate(
            currency="SEK",
            millionths=87_000,
            day=make.midnight(4).date(),
            source="Sveriges Riksbank",
            entered_at=make.NOON,
        )
    )
    scene.session.commit()
    page = client.get(address + asked)
    assert page.status_code == 200
    net = 6 * 123_45
    vat = sum((one * 2500 + 5000) // 10_000 for one in (2 * 123_45, 2 * 123_45, 123_45, 123_45))
    assert f"SEK {(net + vat) / 100:,.2f}" in page.text
    assert "Vektor Sverige AB" in page.text
    assert "Sveriges Riksbank" in page.text
    rows = list(csv.DictReader(io.StringIO(client.get(f"{address}.csv{asked}").data.decode("utf-8-sig"))))
    assert sum(Decimal(row["Without VAT"]) for row in rows) == Decimal(net).scaleb(-2)
    assert sum(Decimal(row["With VAT"]) for row in rows) == Decimal(net + vat).scaleb(-2)
    assert {row["VAT number"] for row in rows} == {"SE556000016701"}
    assert len(rows_of(client.get(f"{address}.xlsx{asked}").data)) == 5
    text = "".join(
        one.extract_text() for one in PdfReader(io.BytesIO(client.get(f"{address}.pdf{asked}").data)).pages
    )
    for said in ("Vektor Sverige AB", "SE556000016701", f"{(net + vat) / 100:,.2f}", "Sveriges Riksbank"):
        assert said in text


def test_a_customer_reads_its_own_lines_and_a_stranger_nothing(scene: Scene, client: PageClient) -> None:
    scene.ended_in_each_way()
    asked = f"?from={JANUARY[0]}&to={JANUARY[1]}"
    assert client.get(f"/facilities/{scene.room.facility.slug}/charges").status_code in (302, 404)
    client.sign_in(scene.founder)
    page = client.get(f"/charges{asked}")
    assert "4 lines" in page.text
    assert client.get(f"/charges.pdf{asked}").mimetype == "application/pdf"
    assert len(rows_of(client.get(f"/charges.xlsx{asked}").data)) == 5
    assert client.get(f"/facilities/{scene.room.facility.slug}/charges").status_code == 404
    client.sign_in(make.founder(scene.session))
    assert "Nothing is charged" in client.get(f"/charges{asked}").text


def test_days_that_cannot_be_meant_are_left_out_and_said(scene: Scene, client: PageClient) -> None:
    client.sign_in(scene.manager)
    address = f"/facilities/{scene.room.facility.slug}/charges"
    assert "is not a day and was left out" in client.get(f"{address}?from=soon").text
    assert "lies before the first" in client.get(f"{address}?from=2027-02-01&to=2027-01-01").text
    assert "a year is shown" in client.get(f"{address}?from=2020-01-01&to=2027-01-01").text


def test_a_campaign_says_what_was_estimated_charged_and_is_expected(scene: Scene, client: PageClient) -> None:
    used, coming = scene.used(11, 16, until=13), scene.booked(25, 28)
    campaign = begin_campaign(scene.session, scene.founder, scene.project.id, name="First", at=make.NOON)
    for position, booking in enumerate((used, coming)):
        scene.session.add(
            CampaignLink(campaign_id=campaign.id, position=position, request_id=booking.request_id)
        )
    scene.session.commit()
    found, links = costs_of_campaign(scene.session, scene.founder, campaign.id, at=make.midnight(27))
    assert found.id == campaign.id
    assert [(cost.estimate, cost.charged) for _seen, cost in links] == [
        (amount_of(5 * 123_45, 2500, "SEK"), amount_of(2 * 123_45, 2500, "SEK")),
        (amount_of(3 * 123_45, 2500, "SEK"), None),
    ]
    [expected] = added(cost.expected for _seen, cost in links)
    assert expected.net == 5 * 123_45
    client.sign_in(scene.founder)
    page = client.get(f"/campaigns/{campaign.id}/costs").text
    for net in (8 * 123_45, 2 * 123_45, 5 * 123_45):
        assert f"SEK {net / 100:,.2f}" in page
    client.sign_in(make.founder(scene.session))
    assert client.get(f"/campaigns/{campaign.id}/costs").status_code == 404
