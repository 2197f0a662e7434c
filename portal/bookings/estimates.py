"""What a window in a cleanroom would cost, as it is shown before anyone commits."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings.roomtime import local_day
from portal.bookings.rules.timetables import Span, Work
from portal.bookings.search import Diary
from portal.bookings.work import days_between
from portal.core.slots import Slot
from portal.facilities.models import CustomerKind, Rate
from portal.facilities.prices import customer_kind_of, rate_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The cost of a window without VAT, in minor units: open booking units times the rate.

    `extra_units` are those of the changeover, charged only where the facility's terms say so.
    """

    amount: int
    currency: str
    units: int
    unit: str
    unit_amount: int
    extra_units: int
    customer_kind: str
    vat_basis_points: int
    valid_from: str
    is_demo: bool

    def as_json(self) -> dict[str, Any]:
        """Return the estimate as it is kept with a request."""
        return asdict(self)

    @property
    def vat(self) -> int:
        """Return the VAT in minor units, rounded half up."""
        return (self.amount * self.vat_basis_points + 5000) // 10_000


@dataclass(frozen=True, slots=True)
class Prices:
    """What some cleanrooms cost one kind of customer, whatever the day."""

    kind: CustomerKind
    rates: Mapping[int, Sequence[Rate]]
    """By cleanroom, the earliest first."""

    def rate_on(self, cleanroom_id: int, day: date) -> Rate | None:
        """Return the rate that holds in a cleanroom on a day, or None where none is published."""
        held = {
            rate.customer_kind: rate for rate in self.rates.get(cleanroom_id, ()) if rate.valid_from <= day
        }
        return rate_for(held, self.kind)

    def estimate(self, diary: Diary, slot: Slot, work: Work) -> Estimate | None:
        """Return what a window costs, by the rate that holds on its first day, or None where none is published."""
        room = diary.cleanroom
        rate = self.rate_on(room.id, local_day(slot.start, room.facility.time_zone))
        return None if rate is None else price(rate, diary, slot, work)


def prices_for(session: Session, organisation: Organisation, cleanroom_ids: Collection[int]) -> Prices:
    """Return what these cleanrooms cost an organisation, in one query."""
    rates: dict[int, list[Rate]] = defaultdict(list)
    for rate in session.scalars(
        select(Rate).where(Rate.cleanroom_id.in_(cleanroom_ids)).order_by(Rate.valid_from)
    ):
        rates[rate.cleanroom_id].append(rate)
    return Prices(customer_kind_of(organisation), rates)


def estimate(
    session: Session, organisation: Organisation, diary: Diary, slot: Slot, work: Work
) -> Estimate | None:
    """Return what a window in a cleanroom costs an organisation, or None where no rate is published."""
    return prices_for(session, organisation, [diary.cleanroom.id]).estimate(diary, slot, work)


def price(rate: Rate, diary: Diary, slot: Slot, work: Work) -> Estimate:
    """Return what a window costs at a rate; the changeover that follows counts where the terms say so."""
    time, calendar = diary.time, diary.timetable.calendar
    span = time.span(slot)
    units = calendar.open_ticks_in(span)
    extra = 0
    if diary.cleanroom.facility.charges_changeover:
        days = changeover_after(diary, slot, work)
        extra = calendar.open_ticks_in(Span(span.end, span.end + days * time.per_day))
    return Estimate(
        amount=(units + extra) * rate.amount,
        currency=rate.currency,
        units=units,
        unit=diary.cleanroom.unit.value,
        unit_amount=rate.amount,
        extra_units=extra,
        customer_kind=rate.customer_kind.value,
        vat_basis_points=rate.vat_basis_points,
        valid_from=rate.valid_from.isoformat(),
        is_demo=rate.is_demo,
    )


def kept_estimate(kept: Mapping[str, Any] | None) -> Estimate | None:
    """Return an estimate that was kept as JSON, or None for one that was kept without its parts."""
    names = set(Estimate.__dataclass_fields__)
    return Estimate(**kept) if kept and names == set(kept) else None


def for_time_used(agreed: Estimate, diary: Diary, slot: Slot) -> Estimate:
    """Return what the time really occupied costs at the agreed price, never more than was agreed."""
    units = min(agreed.units, diary.timetable.calendar.open_ticks_in(diary.time.span(slot)))
    return replace(agreed, units=units, amount=(units + agreed.extra_units) * agreed.unit_amount)


def changeover_before(diary: Diary, slot: Slot, work: Work) -> int:
    """Return the days of changeover between what runs before a window and this work; none if nothing is known to."""
    start = diary.time.tick(slot.start)
    earlier = [one for one in diary.timetable.occupations if one.span.end <= start]
    if not earlier:
        return 0
    before = max(earlier, key=lambda one: one.span.end).work
    return days_between(diary.cleanroom.facility, diary.own_days, before, work)


def changeover_after(diary: Diary, slot: Slot, work: Work) -> int:
    """Return the days of changeover that follow this work; the facility's default while nothing comes next."""
    end = diary.time.tick_from(slot.end)
    after = next((one.work for one in diary.timetable.occupations if one.span.start >= end), None)
    return days_between(diary.cleanroom.facility, diary.own_days, work, after)
