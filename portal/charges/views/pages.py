"""A facility's basis of invoices, and what an organisation has been charged: as a page, a file and a document."""

from dataclasses import replace
from typing import Any

import flask
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings.roomtime import local_day
from portal.bookings.words import run_kind
from portal.campaigns.queries import Seen
from portal.campaigns.words import standing_badge
from portal.charges import queries, words
from portal.charges.queries import Basis
from portal.charges.rules import Cost, Line, added, sums, total
from portal.charges.views.asking import Asked, read_customer, read_period
from portal.charges.views.blueprint import bp
from portal.charges.views.document import Seller, document
from portal.charges.views.files import sheet
from portal.charges.views.sums import in_other
from portal.core import clock
from portal.core.actors import Role
from portal.facilities.models import Facility
from portal.facilities.queries import facility_to_manage
from portal.facilities.views.base import frame
from portal.partners.rules.values import CURRENCIES
from portal.store import db
from portal.web.actors import current_actor, for_roles, signed_in
from portal.web.exports import Kind as FileKind
from portal.web.filters import money, window
from portal.web.locale import time_zone
from portal.web.paging import page_number, pages_of

A_PAGE = 100


@bp.get("/facilities/<slug>/charges")
@signed_in
def of_facility(slug: str) -> ResponseReturnValue:
    """Show a facility's manager what is to be charged for a period, by customer."""
    facility, asked, basis, customer_id = _facility_basis(slug)
    return flask.render_template(
        "charges/facility.html",
        facility=facility,
        frame=frame(facility, "charges.of_facility"),
        customers=[(one.id, one.name) for one in basis.customers],
        customer_id=customer_id,
        cards=_cards(basis.of(customer_id), asked),
        **_shown(basis.of(customer_id), asked, names_customer=True),
    )


@bp.get("/facilities/<slug>/charges.<any(csv, xlsx):kind>")
@signed_in
def facility_file(slug: str, kind: FileKind) -> ResponseReturnValue:
    """Hand out the lines that the same address without its ending shows."""
    facility, asked, basis, customer_id = _facility_basis(slug)
    return sheet(kind, f"charges-{facility.slug}-{asked.mark}", basis.of(customer_id).lines)


@bp.get("/facilities/<slug>/charges.pdf")
@signed_in
def facility_document(slug: str) -> ResponseReturnValue:
    """Hand out the basis as a document, each customer on a page of its own."""
    facility, asked, basis, customer_id = _facility_basis(slug)
    return document(
        basis.of(customer_id),
        asked,
        seller=Seller.of(facility),
        name=f"charges-{facility.slug}-{asked.mark}",
        rates=_rates(asked),
        at=clock.now(),
    )


@bp.get("/charges")
@for_roles(Role.FOUNDER)
def own() -> ResponseReturnValue:
    """Show a developer what their organisation has been charged, and what is agreed and not over."""
    asked, basis = _own_basis()
    return flask.render_template("charges/own.html", **_shown(basis, asked, names_customer=False))


@bp.get("/charges.<any(csv, xlsx):kind>")
@for_roles(Role.FOUNDER)
def own_file(kind: FileKind) -> ResponseReturnValue:
    """Hand out the lines that the same address without its ending shows."""
    asked, basis = _own_basis()
    return sheet(kind, f"charges-{asked.mark}", basis.lines)


@bp.get("/charges.pdf")
@for_roles(Role.FOUNDER)
def own_document() -> ResponseReturnValue:
    """Hand out what the organisation has been charged as a document."""
    asked, basis = _own_basis()
    return document(
        basis, asked, seller=None, name=f"charges-{asked.mark}", rates=_rates(asked), at=clock.now()
    )


@bp.get("/campaigns/<int:campaign_id>/costs")
@for_roles(Role.FOUNDER)
def of_campaign(campaign_id: int) -> ResponseReturnValue:
    """Show a developer what a campaign was estimated at, what it was charged, and what it costs in the end."""
    campaign, links = queries.costs_of_campaign(db.session(), current_actor(), campaign_id, at=clock.now())
    costs = [cost for _seen, cost in links]
    return flask.render_template(
        "charges/campaign.html",
        campaign=campaign,
        rows=[_link(seen, cost) for seen, cost in links],
        estimated=added(cost.estimate for cost in costs if not cost.is_lost),
        paid=added(
            replace(cost.estimate, net=cost.paid, vat=0)
            for cost in costs
            if cost.estimate is not None and cost.paid and not cost.is_lost
        ),
        charged=added(cost.charged for cost in costs),
        expected=added(cost.expected for cost in costs),
        unknown=sum(1 for cost in costs if cost.expected is None and not cost.is_lost),
    )


def _link(seen: Seen, cost: Cost) -> dict[str, Any]:
    kind, state = standing_badge(seen.standing)
    request = seen.request
    return {
        "title": request.title or run_kind(request.run_kind),
        "reference": request.reference,
        "url": url_for("bookings.show_own_booking", booking_id=seen.booking.id)
        if seen.booking
        else url_for("bookings.show_request", request_id=request.id),
        "where": f"{seen.room.code}, {seen.room.facility.name}" if seen.room else None,
        "kind": kind,
        "state": state,
        "estimate": cost.estimate,
        "paid": cost.paid,
        "charged": cost.charged,
        "is_over": cost.is_over,
    }


def _facility_basis(slug: str) -> tuple[Facility, Asked, Basis, int | None]:
    session = db.session()
    facility = facility_to_manage(session, current_actor(), slug)
    asked = read_period(local_day(clock.now(), facility.time_zone))
    basis = queries.basis_of_facility(session, facility, first=asked.first, last=asked.last)
    return facility, asked, basis, read_customer([one.id for one in basis.customers])


def _own_basis() -> tuple[Asked, Basis]:
    asked = read_period(local_day(clock.now(), time_zone()))
    return asked, queries.basis_of_own(db.session(), current_actor(), first=asked.first, last=asked.last)


def _rates(asked: Asked) -> dict[str, Any]:
    return queries.exchanges(db.session(), on=asked.last)


def _shown(basis: Basis, asked: Asked, *, names_customer: bool) -> dict[str, Any]:
    count = len(basis.lines)
    page = page_number(count, A_PAGE)
    return {
        "asked": asked,
        "lines": [_row(line) for line in basis.lines[(page - 1) * A_PAGE : page * A_PAGE]],
        "names_customer": names_customer,
        "count": count,
        "page": page,
        "pages": pages_of(count, A_PAGE),
        "totals": total(basis.lines),
        "others": in_other(total(basis.lines), asked, _rates(asked)),
        "without_price": sum(1 for line in basis.lines if line.amount is None),
        "expected": total(basis.expected),
        "expected_count": len(basis.expected),
        "currencies": [(one, one) for one in CURRENCIES],
    }


def _row(line: Line) -> dict[str, Any]:
    amount = line.amount
    return {
        "reference": line.reference,
        "customer": line.customer.name,
        "where": line.room,
        "facility": line.facility,
        "when": window(line.starts_at, line.ends_at, line.zone),
        "kind": words.kind(line.kind),
        "how": words.how(line),
        "work": words.work(line),
        "net": money(amount.net, amount.currency) if amount else None,
        "vat": money(amount.vat, amount.currency) if amount else None,
        "rate": words.rate(line.vat_basis_points),
        "gross": money(amount.gross, amount.currency) if amount else None,
        "booking_id": line.booking_id,
    }


def _cards(basis: Basis, asked: Asked) -> list[dict[str, Any]]:
    """Return each customer with what an invoice names, and what it is charged."""
    by_customer = sums(basis.lines, lambda line: line.customer.id)
    return [
        {
            "customer": one,
            "sums": [amount for (key, _currency), amount in sorted(by_customer.items()) if key == one.id],
            "missing": [
                label
                for label, value in (
                    (_("Legal name"), one.legal_name),
                    (_("VAT number"), one.vat_number),
                    (_("Invoice reference"), one.reference),
                )
                if not value
            ],
            "url": flask.request.path
            + f"?from={asked.first}&to={asked.last}&customer={one.id}"
            + (f"&currency={asked.currency}" if asked.currency else ""),
        }
        for one in basis.customers
    ]
