"""Named questions about charges; nobody reads another customer's lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from portal.accounts.models import Organisation
from portal.bookings.estimates import Estimate, kept_estimate
from portal.bookings.models import Block, Booking, BookingState, SlotRequest, Subsidy, SubsidyUse
from portal.bookings.roomtime import local_day, midnight
from portal.bookings.rules.subsidies import Priced
from portal.bookings.subsidies import budget_of, charge_in, foreseen, open_budgets, priced, uses_of
from portal.campaigns.models import Campaign
from portal.campaigns.queries import Seen, links_of, own_campaign
from portal.campaigns.rules.standing import Standing
from portal.charges.rules import Cost, Customer, Exchange, Kind, Line, amount_of
from portal.core.actors import Actor, Role
from portal.facilities.models import Cleanroom, Facility
from portal.partners.models import ExchangeRate

KINDS: Mapping[BookingState, Kind] = {
    BookingState.COMPLETED: Kind.USED,
    BookingState.NO_SHOW: Kind.NOT_USED,
    BookingState.CANCELLED: Kind.CANCELLED,
}
BY_TERMS = (BookingState.NO_SHOW, BookingState.CANCELLED)
"""Where the terms say what is charged; where they charge nothing there is no line."""
EXPECTED = (BookingState.CONFIRMED, BookingState.IN_USE)
MILLION = 10**6
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The charges of a period, and what was agreed for it and is not over."""

    lines: Sequence[Line]
    expected: Sequence[Line]

    @property
    def customers(self) -> list[Customer]:
        """Return who is charged, by name."""
        found = {line.customer.id: line.customer for line in self.lines}
        return sorted(found.values(), key=lambda one: (one.name.casefold(), one.id))

    def of(self, customer_id: int | None) -> "Basis":
        """Return what concerns one customer, or everything."""
        if customer_id is None:
            return self
        return replace(
            self,
            lines=[line for line in self.lines if line.customer.id == customer_id],
            expected=[line for line in self.expected if line.customer.id == customer_id],
        )


def basis_of_facility(session: Session, facility: Facility, *, first: date, last: date) -> Basis:
    """Return what a facility charges for a period, by the day that counts; the caller has asked who may read it."""
    return _basis(session, [Cleanroom.facility_id == facility.id], first=first, last=last)


def basis_of_own(session: Session, actor: Actor, *, first: date, last: date) -> Basis:
    """Return what the actor's organisation is charged for a period anywhere; nothing for anybody but a developer."""
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        return Basis(lines=[], expected=[])
    return _basis(session, [Booking.organisation_id == actor.organisation_id], first=first, last=last)


def costs_of_campaign(
    session: Session, actor: Actor, campaign_id: int, *, at: datetime
) -> tuple[Campaign, list[tuple[Seen, Cost]]]:
    """Return what each link of an own campaign was estimated at and is charged, in their order.

    Raises `NotFound` where the actor may not know of it, and `NotAllowed` where they read it and do not own it.
    """
    campaign = own_campaign(session, actor, campaign_id, at=at)
    links = links_of(session, [campaign.id])[campaign.id]
    uses = uses_of(session, [one.booking.id for one in links if one.booking])
    paid = _paid(session, links, uses)
    return campaign, [(one, _cost(one, paid[place], uses)) for place, one in enumerate(links)]


def _paid(session: Session, links: Sequence[Seen], uses: Mapping[int, SubsidyUse]) -> list[int]:
    """Return what programmes pay of each link: what was agreed, else what they would pay if all were agreed now."""
    rooms = {one.room.facility_id for one in links if one.room is not None}
    budgets = open_budgets(session, rooms)
    works = [None if one.booking else _work_of(one) for one in links]
    paid = [uses[one.booking.id].amount if one.booking and one.booking.id in uses else 0 for one in links]
    for facility_id in sorted(rooms):
        here = [
            work if one.room is not None and one.room.facility_id == facility_id else None
            for one, work in zip(links, works, strict=True)
        ]
        would = foreseen([budget_of(one) for one in budgets[facility_id]], here)
        paid = [known + more for known, more in zip(paid, would, strict=True)]
    return paid


def _work_of(one: Seen) -> Priced | None:
    charge, slot = charge_in(one.request.estimate), one.request.slot
    if charge is None or slot is None or one.room is None or one.standing is Standing.LOST:
        return None
    return priced(charge, slot, one.room, one.request.organisation, one.request.project_id)


def _cost(one: Seen, paid: int, uses: Mapping[int, SubsidyUse]) -> Cost:
    booking = one.booking
    agreed = kept_estimate((booking.estimate if booking else None) or one.request.estimate)
    is_over = booking is not None and booking.state in KINDS
    charged = None
    if booking is not None and is_over:
        used = (kept_estimate(booking.actual) or agreed) if booking.state is BookingState.COMPLETED else None
        use = uses.get(booking.id)
        charged = (_used(used, use) if used is not None else _fee(booking, agreed))["amount"]
    return Cost(
        estimate=amount_of(agreed.amount, agreed.vat_basis_points, agreed.currency) if agreed else None,
        paid=paid,
        own_share=amount_of(agreed.amount - paid, agreed.vat_basis_points, agreed.currency)
        if agreed
        else None,
        charged=charged,
        is_over=is_over,
        is_lost=one.standing is Standing.LOST,
    )


def subsidies_of(session: Session, facility: Facility) -> Sequence[tuple[Subsidy, dict[str, int]]]:
    """Return a facility's budgets, those that are open first, each with what it has come to by currency; the caller has asked who may read it."""
    budgets = session.scalars(
        select(Subsidy)
        .where(Subsidy.facility_id == facility.id)
        .options(joinedload(Subsidy.project))
        .order_by(Subsidy.ended_at.is_not(None), Subsidy.last_day.desc(), Subsidy.id.desc())
    ).all()
    paid: dict[int, dict[str, int]] = {one.id: {} for one in budgets}
    for subsidy_id, currency, amount in session.execute(
        select(SubsidyUse.subsidy_id, SubsidyUse.currency, func.sum(SubsidyUse.amount))
        .where(SubsidyUse.subsidy_id.in_(paid))
        .group_by(SubsidyUse.subsidy_id, SubsidyUse.currency)
        .order_by(SubsidyUse.currency)
    ):
        paid[subsidy_id][currency] = int(amount)
    return [(one, paid[one.id]) for one in budgets]


def exchanges(session: Session, *, on: date) -> dict[str, Exchange]:
    """Return what each currency is worth on a day, by the latest rate that somebody entered up to it."""
    rows = session.scalars(
        select(ExchangeRate).where(ExchangeRate.day <= on).order_by(ExchangeRate.day, ExchangeRate.id)
    )
    return {"EUR": Exchange(currency="EUR", euro=Decimal(1))} | {
        rate.currency: Exchange(
            currency=rate.currency,
            euro=Decimal(rate.millionths) / MILLION,
            day=rate.day,
            source=rate.source,
        )
        for rate in rows
    }


def _basis(session: Session, conditions: Iterable[ColumnElement[bool]], *, first: date, last: date) -> Basis:
    rows: Iterable[Any] = session.execute(
        select(Booking, Block, Cleanroom, Facility, Organisation, SlotRequest.id, SlotRequest.created_at)
        .join(Block, Block.id == Booking.block_id)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .join(Facility, Facility.id == Cleanroom.facility_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(SlotRequest, SlotRequest.id == Booking.request_id)
        .where(
            *conditions,
            Booking.state.in_((*KINDS, *EXPECTED)),
            # Wide enough for every zone; which day it was at the facility is asked below.
            Block.ends_at > midnight(first, "UTC") - A_DAY,
            Block.ends_at <= midnight(last, "UTC") + 2 * A_DAY,
            or_(Booking.state.not_in(BY_TERMS), Booking.fee.is_(None), Booking.fee != 0),
        )
        .options(lazyload(Booking.block))
        .order_by(Block.ends_at, Booking.id)
    )
    lines: list[Line] = []
    expected: list[Line] = []
    rows = list(rows)
    uses = uses_of(session, [row[0].id for row in rows])
    for booking, block, room, facility, organisation, request_id, asked_at in rows:
        day = counts_on(block.ends_at, facility.time_zone)
        if first <= day <= last:
            line = _line(booking, block, room, facility, organisation, day, uses.get(booking.id))
            line = replace(line, reference=f"SR-{asked_at:%Y}-{request_id:04d}")
            (lines if booking.state in KINDS else expected).append(line)
    return Basis(lines=lines, expected=expected)


def counts_on(ends_at: datetime, zone: str) -> date:
    """Return the day on which a booking ended at its facility: the last that it touched."""
    return local_day(ends_at - timedelta(microseconds=1), zone)


def _line(
    booking: Booking,
    block: Block,
    room: Cleanroom,
    facility: Facility,
    organisation: Organisation,
    day: date,
    use: SubsidyUse | None,
) -> Line:
    agreed = kept_estimate(booking.estimate)
    kind = KINDS.get(booking.state, Kind.USED)
    used = (kept_estimate(booking.actual) or agreed) if kind is Kind.USED else None
    return Line(
        booking_id=booking.id,
        reference="",
        customer=customer_of(organisation),
        facility_id=facility.id,
        facility=facility.name,
        room=f"{room.code} {room.name}",
        starts_at=block.starts_at,
        ends_at=block.ends_at,
        zone=facility.time_zone,
        day=day,
        kind=kind,
        work=booking.run_kind.value,
        **(_used(used, use) if used is not None else _fee(booking, agreed)),
    )


def _used(charge: Estimate, use: SubsidyUse | None) -> dict[str, Any]:
    """Return the price of time used, less what a programme pays of it, in whole minor units."""
    paid = use.amount if use is not None else 0
    return {
        "amount": amount_of(charge.amount - paid, charge.vat_basis_points, charge.currency),
        "paid_by": use.subsidy.programme if use is not None else None,
        "paid_units": use.units if use is not None else 0,
        "paid": paid,
        "vat_basis_points": charge.vat_basis_points,
        "units": charge.units + charge.extra_units,
        "unit": charge.unit,
        "unit_amount": charge.unit_amount,
    }


def _fee(booking: Booking, agreed: Estimate | None) -> dict[str, Any]:
    """Return a fee with the VAT of the price that it is a share of."""
    if booking.fee is None or agreed is None or booking.state not in KINDS:
        return {"amount": None, "vat_basis_points": None}
    points = agreed.vat_basis_points
    return {
        "amount": amount_of(booking.fee, points, booking.fee_currency or agreed.currency),
        "vat_basis_points": points,
    }


def customer_of(organisation: Organisation) -> Customer:
    """Return an organisation as an invoice names it."""
    return Customer(
        id=organisation.id,
        name=organisation.name,
        legal_name=organisation.legal_name,
        number=organisation.number,
        vat_number=organisation.vat_number,
        reference=organisation.invoice_reference,
        country=organisation.country,
    )
