"""What programmes pay of bookings: units are taken from a budget when a booking is agreed, and given back when it ends.

The budgets of a facility are locked while one of them is taken from, and the database lets none be used beyond itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Organisation
from portal.bookings.events import SubsidyGivenBack, SubsidyTaken, SubsidyUseEvent
from portal.bookings.models import Booking, Subsidy, SubsidyUse
from portal.bookings.roomtime import local_day
from portal.bookings.rules.subsidies import Budget, Priced, budget_for, paid_for
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.facilities.prices import customer_kind_of
from portal.ledger import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What of a kept estimate budgets ask about."""

    units: int
    unit: str
    unit_amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a programme pays of one booking, in minor units, without VAT."""

    subsidy_id: int
    programme: str
    percent: int
    units: int
    unit: str
    amount: int
    currency: str
    is_demo: bool


def charge_in(kept: Mapping[str, Any] | None) -> Charge | None:
    """Return what an estimate that was kept as JSON charges for time, or None where it was kept without its parts."""
    names = Charge.__dataclass_fields__
    return Charge(**{name: kept[name] for name in names}) if kept and names.keys() <= kept.keys() else None


def take_units(session: Session, booking: Booking, *, actor_id: int | None, at: datetime) -> None:
    """Let a booking that is agreed, or has moved, take units of the budget that is for it; what it had is given back first.

    The ledger tells of it where something else is paid than before.
    """
    if booking.organisation_id is None:
        return
    locked = {one.id: one for one in _locked(session, booking)}
    if not locked:
        return
    payer = session.get_one(Organisation, booking.organisation_id)
    use = _use_of(session, booking)
    before = _share(use)
    if use is not None:
        _give(session, use, locked[use.subsidy_id])
    still = None if use is None else use.subsidy_id
    open_here = [one for one in locked.values() if one.ended_at is None or one.id == still]
    after = _take_from(session, booking, payer, open_here)
    if before != after:
        _tell(session, SubsidyGivenBack, booking, before, actor_id=actor_id, at=at)
        _tell(session, SubsidyTaken, booking, after, actor_id=actor_id, at=at)


def give_back(session: Session, booking: Booking, *, actor_id: int | None, at: datetime) -> None:
    """Give the units of a booking that ends without being used back to its budget."""
    use = _use_of(session, booking)
    if use is not None:
        locked = {one.id: one for one in _locked(session, booking)}
        before = _share(use)
        _give(session, use, locked[use.subsidy_id])
        _tell(session, SubsidyGivenBack, booking, before, actor_id=actor_id, at=at)


def keep_used(session: Session, booking: Booking, *, actor_id: int | None, at: datetime) -> None:
    """Let completed work keep no more units of a budget than it occupied."""
    use, used = _use_of(session, booking), charge_in(booking.actual)
    if use is None or used is None or used.units >= use.units:
        return
    subsidy = {one.id: one for one in _locked(session, booking)}[use.subsidy_id]
    before = _share(use)
    _give(session, use, subsidy)
    after = _take(session, booking, subsidy, used, used.units) if used.units > 0 else None
    _tell(session, SubsidyGivenBack, booking, before, actor_id=actor_id, at=at)
    _tell(session, SubsidyTaken, booking, after, actor_id=actor_id, at=at)


def priced(
    charge: Charge, slot: Slot, room: Cleanroom, payer: Organisation, project_id: int | None
) -> Priced:
    """Return a piece of work as budgets ask about it; the changeover that a facility charges is subsidised by nobody.

    It is the payer's own kind that counts, not that of the rate, which may be the one for companies.
    """
    return Priced(
        day=local_day(slot.start, room.facility.time_zone),
        unit=charge.unit,
        units=charge.units,
        unit_amount=charge.unit_amount,
        project_id=project_id,
        customer_kind=customer_kind_of(payer).value,
    )


def budget_of(one: Subsidy) -> Budget:
    """Return what is left of a budget, and for whom it is."""
    return Budget(
        id=one.id,
        unit=one.unit.value,
        percent=one.percent,
        left=one.left,
        first_day=one.first_day,
        last_day=one.last_day,
        project_id=one.project_id,
        customer_kind=one.customer_kind.value if one.customer_kind else None,
    )


def share_agreed(session: Session, booking: Booking) -> Share | None:
    """Return what a programme pays of a booking that is agreed."""
    return _share(_use_of(session, booking))


def share_foreseen(
    session: Session,
    kept: Mapping[str, Any] | None,
    slot: Slot,
    room: Cleanroom,
    payer: Organisation,
    project_id: int | None,
) -> Share | None:
    """Return what a programme would pay of a window if it were agreed now; others may be agreed before it."""
    charge = charge_in(kept)
    if charge is None or charge.units <= 0 or charge.unit_amount <= 0:
        return None
    budgets = {one.id: one for one in open_budgets(session, [room.facility_id])[room.facility_id]}
    work = priced(charge, slot, room, payer, project_id)
    chosen = budget_for(work, [budget_of(one) for one in budgets.values()])
    if chosen is None:
        return None
    units = min(charge.units, chosen.left)
    return _share_of(
        budgets[chosen.id], units, paid_for(units, charge.unit_amount, chosen.percent), charge.currency
    )


def uses_of(session: Session, booking_ids: Collection[int]) -> dict[int, SubsidyUse]:
    """Return what programmes pay of these bookings, by booking."""
    rows = session.scalars(
        select(SubsidyUse)
        .where(SubsidyUse.booking_id.in_(booking_ids))
        .options(joinedload(SubsidyUse.subsidy))
    )
    return {use.booking_id: use for use in rows}


def open_budgets(session: Session, facility_ids: Collection[int]) -> dict[int, list[Subsidy]]:
    """Return the budgets from which bookings at these facilities take, by facility."""
    found: dict[int, list[Subsidy]] = {facility_id: [] for facility_id in facility_ids}
    for one in session.scalars(
        select(Subsidy)
        .where(Subsidy.facility_id.in_(facility_ids), Subsidy.ended_at.is_(None))
        .order_by(Subsidy.id)
    ):
        found[one.facility_id].append(one)
    return found


def foreseen(budgets: Iterable[Budget], works: Sequence[Priced | None]) -> list[int]:
    """Return what programmes would pay of each piece of work if all were agreed now, one after the other."""
    left, found = {one.id: one for one in budgets}, []
    for work in works:
        chosen = budget_for(work, left.values()) if work is not None else None
        if work is None or chosen is None:
            found.append(0)
            continue
        units = min(work.units, chosen.left)
        left[chosen.id] = replace(chosen, left=chosen.left - units)
        found.append(paid_for(units, work.unit_amount, chosen.percent))
    return found


def _use_of(session: Session, booking: Booking) -> SubsidyUse | None:
    return session.scalars(
        select(SubsidyUse).where(SubsidyUse.booking_id == booking.id).options(joinedload(SubsidyUse.subsidy))
    ).one_or_none()


def _give(session: Session, use: SubsidyUse, subsidy: Subsidy) -> None:
    subsidy.used_units -= use.units
    session.delete(use)
    session.flush()


def _locked(session: Session, booking: Booking) -> Sequence[Subsidy]:
    """Lock the budgets of the facility where a booking is, and of that from which it has taken."""
    given = {"facility": booking.block.cleanroom.facility_id, "booking": booking.id}
    return session.scalars(_LOCKED, given).all()


# Every decision asks this under the lock of its cleanroom: made once.
_taken_from = (
    select(Subsidy.facility_id)
    .join(SubsidyUse, SubsidyUse.subsidy_id == Subsidy.id)
    .where(SubsidyUse.booking_id == bindparam("booking"))
)
_LOCKED = (
    select(Subsidy)
    .where(or_(Subsidy.facility_id == bindparam("facility"), Subsidy.facility_id.in_(_taken_from)))
    .order_by(Subsidy.id)
    .with_for_update(of=Subsidy)
    .execution_options(populate_existing=True)
)


def _take_from(
    session: Session, booking: Booking, payer: Organisation, open_here: Iterable[Subsidy]
) -> Share | None:
    charge, budgets = charge_in(booking.estimate), {one.id: one for one in open_here}
    if charge is None or charge.units <= 0 or charge.unit_amount <= 0:
        return None
    work = priced(charge, booking.slot, booking.block.cleanroom, payer, booking.project_id)
    chosen = budget_for(work, [budget_of(one) for one in budgets.values()])
    if chosen is None:
        return None
    return _take(session, booking, budgets[chosen.id], charge, min(charge.units, chosen.left))


def _take(session: Session, booking: Booking, subsidy: Subsidy, charge: Charge, units: int) -> Share:
    subsidy.used_units += units
    amount = paid_for(units, charge.unit_amount, subsidy.percent)
    session.add(
        SubsidyUse(
            subsidy_id=subsidy.id,
            booking_id=booking.id,
            units=units,
            amount=amount,
            currency=charge.currency,
        )
    )
    session.flush()
    return _share_of(subsidy, units, amount, charge.currency)


def _share(use: SubsidyUse | None) -> Share | None:
    return None if use is None else _share_of(use.subsidy, use.units, use.amount, use.currency)


def _share_of(subsidy: Subsidy, units: int, amount: int, currency: str) -> Share:
    return Share(
        subsidy_id=subsidy.id,
        programme=subsidy.programme,
        percent=subsidy.percent,
        units=units,
        unit=subsidy.unit.value,
        amount=amount,
        currency=currency,
        is_demo=subsidy.is_demo,
    )


def _tell(
    session: Session,
    what: type[SubsidyUseEvent],
    booking: Booking,
    share: Share | None,
    *,
    actor_id: int | None,
    at: datetime,
) -> None:
    if share is None:
        return
    event = what(
        actor_id=actor_id,
        booking_id=booking.id,
        request_id=booking.request_id,
        subsidy_id=share.subsidy_id,
        units=share.units,
        unit=share.unit,
        programme=share.programme,
        amount=share.amount,
        currency=share.currency,
    )
    record(session, event, at=at)
