"""How charges are called, in the reader's language."""

from decimal import Decimal

from flask_babel import gettext as _

from portal.bookings.models import RunKind
from portal.bookings.words import run_kind
from portal.charges.rules import Exchange, Kind, Line
from portal.facilities.words import units, vat
from portal.web.filters import day, money, number


def kind(one: Kind) -> str:
    """Return what a charge is for."""
    return {
        Kind.USED: _("Time used"),
        Kind.NOT_USED: _("Nobody came"),
        Kind.CANCELLED: _("Cancelled"),
    }[one]


def how(line: Line) -> str:
    """Return how an amount comes about."""
    if line.amount is None:
        return _("no price was published")
    if line.units is None or line.unit is None or line.unit_amount is None:
        return _("share of the agreed price by the facility’s terms")
    priced = f"{units(line.units, line.unit)} × {money(line.unit_amount, line.amount.currency)}"
    if line.paid_by is None:
        return priced
    less = _(
        "less %(paid)s that %(programme)s pays for %(units)s",
        paid=money(line.paid, line.amount.currency),
        programme=line.paid_by,
        units=units(line.paid_units, line.unit),
    )
    return f"{priced}, {less}"


def work(line: Line) -> str:
    """Return what kind of work it was."""
    return run_kind(RunKind(line.work))


def rate(points: int | None) -> str:
    """Return a rate of VAT, or nothing where there is none."""
    return "" if points is None else vat(points)


def exchange(given: Exchange, wanted: Exchange) -> str:
    """Return a dated rate with its source as a sentence."""
    worth = number((given.euro / wanted.euro).quantize(Decimal("0.000001")).normalize())
    dated = [one for one in (given, wanted) if one.day is not None]
    sources = "; ".join(f"{one.currency}: {day(one.day)}, {one.source}" for one in dated)
    return _(
        "1 %(given)s = %(worth)s %(wanted)s (%(sources)s)",
        given=given.currency,
        worth=worth,
        wanted=wanted.currency,
        sources=sources,
    )
