"""A basis on paper: for each customer who charges whom, the lines, their sums by rate of VAT, and how they were rounded."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from flask import Response, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.charges import words
from portal.charges.queries import Basis
from portal.charges.rules import Customer, Exchange, Line, sums, total
from portal.charges.views.asking import Asked
from portal.charges.views.sums import in_other
from portal.facilities.models import Facility
from portal.facilities.words import country
from portal.web.filters import money, window
from portal.web.locale import language
from portal.web.making import made_later

TEMPLATE = Path(__file__).parents[1] / "basis.typ"
STANDARDS: "typst.PDFStandards" = ["a-3a", "ua-1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who charges, as an invoice names them."""

    facility: str
    operator: str
    legal_name: str | None
    number: str | None
    vat_number: str | None

    @classmethod
    def of(cls, facility: Facility) -> "Seller":
        """Return the operator of a facility."""
        operator = facility.operator
        return cls(
            facility=facility.name,
            operator=operator.name if operator else facility.operator_name,
            legal_name=operator.legal_name if operator else None,
            number=operator.number if operator else None,
            vat_number=operator.vat_number if operator else None,
        )


def document(
    basis: Basis,
    asked: Asked,
    *,
    seller: Seller | None,
    name: str,
    rates: Mapping[str, Exchange],
    at: datetime,
) -> ResponseReturnValue:
    """Return a basis as a download, fit for an archive (PDF/A-3) and for screen readers (PDF/UA).

    One of many lines is offered as long work.
    """
    page = made_later("pdf", name, len(basis.lines))
    if page is not None:
        return page
    portal = current_app.extensions["portal_settings"].portal_name
    said = {
        "title": _("Basis of invoices") if seller else _("What was charged"),
        "author": seller.operator if seller else portal,
        "portal": portal,
        "language": language().partition("-")[0],
        "lead": " · ".join([seller.facility, asked.period] if seller else [asked.period]),
        "customers": [
            _customer(one, basis.of(one.id), asked, seller=seller, rates=rates) for one in basis.customers
        ],
        "nothing": _("Nothing is charged in this period."),
        "heads": [_("Reference"), _("What"), _("Without VAT"), _("VAT"), _("With VAT")],
        "notes": notes(),
        "footer": _("This is a basis for invoices, not an invoice."),
    }
    body = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"said": json.dumps(said)},
        pdf_standards=STANDARDS,
        timestamp=at.replace(microsecond=0),
    )
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def notes() -> list[str]:
    """Return how amounts come about, as sentences."""
    return [
        _("A charge counts on the day on which the booking ended, or was to end."),
        _("VAT is rounded for each line, half up; every sum is a sum of lines."),
        _(
            "The VAT of a cancellation is shown at the rate of the agreed price. Whether VAT is due on it, and whether "
            "the customer accounts for it in another country, whoever keeps the books decides."
        ),
    ]


def _customer(
    customer: Customer, basis: Basis, asked: Asked, *, seller: Seller | None, rates: Mapping[str, Exchange]
) -> dict[str, Any]:
    by_rate = sums(basis.lines, lambda line: line.vat_basis_points or 0)
    return {
        "name": customer.legal_name or customer.name,
        "parties": [list(pair) for pair in _parties(customer, seller)],
        "rows": [_row(line) for line in basis.lines],
        "sums": [
            [_("VAT %(rate)s", rate=words.rate(points)), *_amounts(amount)]
            for (points, _currency), amount in sorted(by_rate.items())
        ],
        "totals": [[_("Sum"), *_amounts(amount)] for amount in total(basis.lines)],
        "others": in_other(total(basis.lines), asked, rates),
    }


def _parties(customer: Customer, seller: Seller | None) -> Iterator[tuple[str, str]]:
    missing = _("not stated")
    if seller is not None:
        yield _("From"), seller.legal_name or seller.operator
        yield _("Organisation number"), seller.number or missing
        yield _("VAT number"), seller.vat_number or missing
    yield _("To"), customer.legal_name or customer.name
    yield _("Organisation number"), customer.number or missing
    yield _("VAT number"), customer.vat_number or missing
    yield _("Invoice reference"), customer.reference or missing
    yield _("Country"), country(customer.country)


def _row(line: Line) -> list[str]:
    amount = line.amount
    what = [
        f"{line.facility}, {line.room}",
        window(line.starts_at, line.ends_at, line.zone),
        f"{words.kind(line.kind)}: {words.how(line)}",
    ]
    figures = _amounts(amount) if amount else [_("not known")] * 3
    return [line.reference, "\n".join(what), *figures]


def _amounts(amount: Any) -> list[str]:
    return [money(one, amount.currency) for one in (amount.net, amount.vat, amount.gross)]
