"""Sums of charges agree to the last öre whichever way lines are cut; VAT and other currencies are rounded as is said."""

from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.charges.rules import (
    Amount,
    Customer,
    Exchange,
    Kind,
    Line,
    amount_of,
    exchanged,
    major,
    sums,
    total,
    vat_on,
)

DAY = date(2027, 1, 1)
CUTS: dict[str, Callable[[Line], Hashable]] = {
    "customer": lambda line: line.customer.id,
    "day": lambda line: line.day,
    "month": lambda line: (line.day.year, line.day.month),
    "room": lambda line: line.room,
    "kind": lambda line: line.kind,
    "rate of VAT": lambda line: line.vat_basis_points,
    "everything": lambda line: (line.customer.id, line.room, line.kind, line.day),
}


def line(number: int, customer: int, days: int, net: int | None, points: int, currency: str) -> Line:
    """Return a line of a booking."""
    ends = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=days)
    return Line(
        booking_id=number,
        reference=f"SR-2027-{number:04d}",
        customer=Customer(
            id=customer,
            name=f"C{customer}",
            legal_name=None,
            number=None,
            vat_number=None,
            reference=None,
            country="SE",
        ),
        facility_id=1,
        facility="F",
        room=f"P{number % 3}",
        starts_at=ends - timedelta(days=1),
        ends_at=ends,
        zone="UTC",
        day=DAY + timedelta(days=days),
        kind=list(Kind)[number % 3],
        work="other",
        amount=None if net is None else amount_of(net, points, currency),
        vat_basis_points=points,
    )


CHARGES = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(0, 400),
        st.one_of(st.none(), st.integers(0, 10**9)),
        st.sampled_from([0, 600, 1200, 2500, 2550]),
        st.sampled_from(["SEK", "EUR"]),
    ),
    max_size=25,
)


@pytest.mark.parametrize("cut", CUTS)
@given(charges=CHARGES)
@settings(max_examples=40)
def test_whichever_way_lines_are_cut_their_sums_are_the_charges(
    cut: str, charges: list[tuple[int, int, int | None, int, str]]
) -> None:
    lines = [line(number, *charge) for number, charge in enumerate(charges)]
    found = sums(lines, CUTS[cut])
    for currency in ("SEK", "EUR"):
        of_it = [
            (net, points)
            for _customer, _days, net, points, own in charges
            if own == currency and net is not None
        ]
        # What VAT on each charge must be, reckoned in another way than the portal does.
        vat = [
            int((Decimal(net) * points / 10_000).quantize(Decimal(1), "ROUND_HALF_UP"))
            for net, points in of_it
        ]
        parts = [amount for (_key, own), amount in found.items() if own == currency]
        assert sum(part.net for part in parts) == sum(net for net, _points in of_it)
        assert sum(part.vat for part in parts) == sum(vat)
    whole = {amount.currency: amount for amount in total(lines)}
    for currency, amount in whole.items():
        assert amount.gross == sum(part.gross for (_key, own), part in found.items() if own == currency)


@pytest.mark.parametrize(
    ("net", "points", "vat"), [(100, 2500, 25), (2, 2500, 1), (1, 2500, 0), (6666, 1200, 800), (0, 2500, 0)]
)
def test_vat_is_rounded_half_up(net: int, points: int, vat: int) -> None:
    assert vat_on(net, points) == vat


def test_another_currency_is_rounded_once() -> None:
    euro, crown = Exchange(currency="EUR", euro=Decimal(1)), Exchange(currency="SEK", euro=Decimal("0.087"))
    assert exchanged(100_00, crown, euro) == 870
    assert exchanged(870, euro, crown) == 100_00
    assert exchanged(1, euro, crown) == 11  # 11.49 öre


def test_minor_units_become_exact_amounts() -> None:
    assert str(major(123_45)) == "123.45"
    assert Amount(net=100, vat=25, currency="SEK").gross == 125
