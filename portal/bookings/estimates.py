"""What a window in a cleanroom would cost, as it is shown before anyone commits."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings.roomtime import local_day
from portal.bookings.rules.timetables import Span
from portal.bookings.search import Diary
from portal.core.slots import Slot
from portal.facilities.models import Rate
from portal.facilities.prices import customer_kind_of, rate_for, rates_on


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


def estimates_for(
    session: Session, organisation: Organisation, diaries: dict[int, Diary], *, today: date
) -> dict[int, Rate]:
    """Return the rate that each of these cleanrooms has for an organisation today; rooms without one are missing."""
    kind = customer_kind_of(organisation)
    found = {room_id: rate_for(rates, kind) for room_id, rates in rates_on(session, diaries, today).items()}
    return {room_id: rate for room_id, rate in found.items() if rate is not None}


def estimate(
    session: Session, organisation: Organisation, diary: Diary, slot: Slot, *, changeover_days: int = 0
) -> Estimate | None:
    """Return what a window in a cleanroom costs an organisation, or None where no rate is published.

    Money counts open units occupied by the rate that holds on the first day.
    """
    room = diary.cleanroom
    first_day = local_day(slot.start, room.facility.time_zone)
    rates = rates_on(session, [room.id], first_day).get(room.id, {})
    rate = rate_for(rates, customer_kind_of(organisation))
    return None if rate is None else price(rate, diary, slot, changeover_days=changeover_days)


def price(rate: Rate, diary: Diary, slot: Slot, *, changeover_days: int = 0) -> Estimate:
    """Return what a window costs at a rate."""
    time, calendar = diary.time, diary.timetable.calendar
    span = time.span(slot)
    units = calendar.open_ticks_in(span)
    extra = 0
    if diary.cleanroom.facility.charges_changeover and changeover_days:
        extra = calendar.open_ticks_in(Span(span.end, span.end + changeover_days * time.per_day))
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
