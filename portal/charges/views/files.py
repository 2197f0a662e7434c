"""The lines of a basis as a spreadsheet: every amount exact, with what an invoice names of the customer."""

from collections.abc import Iterable, Sequence

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.charges import words
from portal.charges.rules import Line, major
from portal.facilities.words import unit
from portal.web.exports import Kind, Value, export
from portal.web.locale import local


def sheet(kind: Kind, name: str, lines: Iterable[Line]) -> ResponseReturnValue:
    """Return lines as a download."""
    return export(kind, name, _columns(), [_row(line) for line in lines])


def _columns() -> Sequence[str]:
    return (
        _("Reference"),
        _("Customer"),
        _("Legal name"),
        _("Organisation number"),
        _("VAT number"),
        _("Invoice reference"),
        _("Country"),
        _("Facility"),
        _("Cleanroom"),
        _("Kind of work"),
        _("From"),
        _("Until before"),
        _("Counts on"),
        _("What for"),
        _("Units"),
        _("Unit"),
        _("Price of a unit"),
        _("Paid by programme"),
        _("Units that it pays a share of"),
        _("What it pays, without VAT"),
        _("Without VAT"),
        _("VAT, %(sign)s", sign="%"),
        _("VAT"),
        _("With VAT"),
        _("Currency"),
    )


def _row(line: Line) -> list[Value]:
    customer, amount = line.customer, line.amount
    return [
        line.reference,
        customer.name,
        customer.legal_name,
        customer.number,
        customer.vat_number,
        customer.reference,
        customer.country,
        line.facility,
        line.room,
        words.work(line),
        local(line.starts_at, line.zone).replace(tzinfo=None),
        local(line.ends_at, line.zone).replace(tzinfo=None),
        line.day,
        words.kind(line.kind),
        line.units,
        unit(line.unit) if line.unit else None,
        major(line.unit_amount) if line.unit_amount is not None else None,
        line.paid_by,
        line.paid_units or None,
        major(line.paid) if line.paid_by else None,
        major(amount.net) if amount else None,
        major(line.vat_basis_points) if line.vat_basis_points is not None else None,
        major(amount.vat) if amount else None,
        major(amount.gross) if amount else None,
        amount.currency if amount else None,
    ]
