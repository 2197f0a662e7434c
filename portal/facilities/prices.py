"""Which rate holds for whom, on which day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, OrganisationKind
from portal.facilities.models import CustomerKind, Rate

CUSTOMERS = {
    OrganisationKind.ACADEMIC: CustomerKind.ACADEMIC,
    OrganisationKind.HOSPITAL: CustomerKind.HOSPITAL,
}
FALLBACK = {CustomerKind.SME: CustomerKind.COMPANY}
"""What holds where a kind of customer has no rate of its own: the one for companies holds for SMEs too."""


def customer_kind_of(organisation: Organisation) -> CustomerKind:
    """Return as what kind of customer an organisation pays."""
    if organisation.kind in CUSTOMERS:
        return CUSTOMERS[organisation.kind]
    return CustomerKind.SME if organisation.is_sme else CustomerKind.COMPANY


def rates_on(
    session: Session, cleanroom_ids: Iterable[int], day: date
) -> dict[int, dict[CustomerKind, Rate]]:
    """Return the rates that hold on a day, by cleanroom and kind of customer, in one query."""
    rows = session.scalars(
        select(Rate)
        .where(Rate.cleanroom_id.in_(set(cleanroom_ids)), Rate.valid_from <= day)
        .order_by(Rate.valid_from)
    )
    found: dict[int, dict[CustomerKind, Rate]] = {}
    for rate in rows:
        found.setdefault(rate.cleanroom_id, {})[rate.customer_kind] = rate
    return found


def rate_for(rates: dict[CustomerKind, Rate], kind: CustomerKind) -> Rate | None:
    """Return the rate for a kind of customer, or None where none is published."""
    return rates.get(kind) or rates.get(FALLBACK.get(kind, kind))
