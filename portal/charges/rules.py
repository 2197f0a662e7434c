"""What a charge is, its VAT, sums that agree whichever way lines are cut, and what they are in another currency."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TypeVar

WHOLE = 10_000
"""Basis points in one."""
LONGEST_DAYS = 366
"""A basis covers a year at most."""

Key = TypeVar("Key", bound=Hashable)


class Kind(StrEnum):
    """What a charge is for."""

    USED = "used"
    NOT_USED = "not_used"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money without VAT, its VAT, in whole minor units of one currency."""

    net: int
    vat: int
    currency: str

    @property
    def gross(self) -> int:
        """Return the sum with VAT."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who is charged, as an invoice names them."""

    id: int
    name: str
    legal_name: str | None
    number: str | None
    vat_number: str | None
    reference: str | None
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A charge as it stands on an invoice; without an amount where no price was published."""

    booking_id: int
    reference: str
    customer: Customer
    facility_id: int
    facility: str
    room: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    day: date
    kind: Kind
    work: str
    amount: Amount | None
    vat_basis_points: int | None
    units: int | None = None
    unit: str | None = None
    unit_amount: int | None = None
    paid_by: str | None = None
    """The programme that pays a share, which the amount is less."""
    paid_units: int = 0
    paid: int = 0
    """What it pays, without VAT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was estimated for a piece of work, and what it is charged once it is over."""

    estimate: Amount | None
    paid: int
    """What programmes pay of the estimate, or would if it were agreed now, without VAT."""
    own_share: Amount | None
    """The estimate less that."""
    charged: Amount | None
    is_over: bool
    is_lost: bool
    """Whether it was given back or refused, so that its estimate costs nobody anything."""

    @property
    def expected(self) -> Amount | None:
        """Return what it costs in the end, as far as is known today."""
        if self.is_over or self.is_lost:
            return self.charged
        return self.own_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What a unit of a currency is worth in euro, from which day, and who says so."""

    currency: str
    euro: Decimal
    day: date | None = None
    source: str = ""


def vat_on(net: int, basis_points: int) -> int:
    """Return the VAT on an amount in minor units, rounded half up."""
    return (net * basis_points + WHOLE // 2) // WHOLE


def amount_of(net: int, basis_points: int, currency: str) -> Amount:
    """Return an amount with its VAT."""
    return Amount(net=net, vat=vat_on(net, basis_points), currency=currency)


def sums(lines: Iterable[Line], by: Callable[[Line], Key]) -> dict[tuple[Key, str], Amount]:
    """Return the sums of lines by a key and currency; a line without an amount counts in none."""
    found: Mapping[tuple[Key, str], list[Amount]] = defaultdict(list)
    for line in lines:
        if line.amount is not None:
            found[by(line), line.amount.currency].append(line.amount)
    return {
        (key, currency): Amount(
            net=sum(one.net for one in amounts), vat=sum(one.vat for one in amounts), currency=currency
        )
        for (key, currency), amounts in found.items()
    }


def total(lines: Iterable[Line]) -> list[Amount]:
    """Return the sum of all lines in each currency, by currency."""
    return [amount for _key, amount in sorted(sums(lines, lambda _line: 0).items())]


def added(amounts: Iterable[Amount | None]) -> list[Amount]:
    """Return the sum of amounts in each currency, by currency; what is not known counts in none."""
    by_currency: dict[str, list[Amount]] = defaultdict(list)
    for amount in amounts:
        if amount is not None:
            by_currency[amount.currency].append(amount)
    return [
        Amount(net=sum(one.net for one in found), vat=sum(one.vat for one in found), currency=currency)
        for currency, found in sorted(by_currency.items())
    ]


def exchanged(minor_units: int, given: Exchange, wanted: Exchange) -> int:
    """Return an amount in another currency, rounded once, half up."""
    exact = Decimal(minor_units) * given.euro / wanted.euro
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def major(minor_units: int) -> Decimal:
    """Return minor units as an exact amount of the currency, with its two places."""
    return Decimal(minor_units).scaleb(-2)
