"""What runs out at the demo's facilities, when they carry fewer runs, what a programme pays there, and who follows their calendars."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.crews import AHEAD
from portal.bookings.models import Block, Booking
from portal.bookings.services import grant_subsidy, name_operators
from portal.calendars.rules import Scope
from portal.calendars.services import make_feed
from portal.core.actors import Role
from portal.demo.cast import SIGN_INS, Cast
from portal.facilities import services
from portal.facilities.models import BookingUnit, Cleanroom, CustomerKind, Facility, Training
from portal.facilities.rules.opening import day_at
from portal.facilities.rules.validity import NeededFor

ASKED_OFTEN = frozenset({"biosafety_cabinet_2", "co2_incubator"})
EQUIPMENT_LEFT, LICENCE_LEFT, TRAINING_LEFT = timedelta(days=40), timedelta(days=75), timedelta(days=400)
CHRISTMAS_RUNS = 3


def keep_up(session: Session, cast: Cast, *, at: datetime) -> None:
    """Let the first cleanroom of each facility have trained people and equipment that is due, and Christmas fewer runs."""
    rooms = session.scalars(
        select(Cleanroom)
        .where(Cleanroom.facility_id.in_(cast.managers), Cleanroom.is_bookable)
        .options(joinedload(Cleanroom.facility))
        .order_by(Cleanroom.facility_id, Cleanroom.code.desc())
    )
    for room in {room.facility_id: room for room in rooms}.values():
        manager, facility = cast.managers[room.facility_id], room.facility
        today = day_at(at, facility.time_zone)
        place = (session, manager, facility.slug, room.slug)
        services.set_training(
            *place, user_id=manager.user_id, until=today + TRAINING_LEFT, shown_version=room.version, at=at
        )
        session.flush()
        services.set_trained_needed(*place, needed=1, shown_version=room.version, at=at)
        session.flush()
        due = next((one for one in room.equipment if one not in ASKED_OFTEN), None)
        if due is not None:
            services.set_equipment_validity(
                *place, equipment=due, until=today + EQUIPMENT_LEFT, shown_version=room.version, at=at
            )
        services.add_licence(
            session,
            manager,
            facility.slug,
            {
                "kind": "gmo_contained_use",
                "number": "Demo: invented",
                "valid_until": today + LICENCE_LEFT,
                "needed_for": NeededFor.NOTHING,
            },
            shown_version=facility.version,
            at=at,
        )
        session.flush()
        services.add_run_limit(
            session,
            manager,
            facility.slug,
            first_day=date(today.year, 12, 21),
            last_day=date(today.year + 1, 1, 6),
            most_runs=CHRISTMAS_RUNS,
            name="Demo: Christmas, fewer people on duty",
            shown_version=facility.version,
            at=at,
        )
        session.flush()


def plan_operators(session: Session, cast: Cast, *, at: datetime) -> None:
    """Let the facilities name who is trained for a cleanroom to run what is booked there ahead."""
    rows = session.execute(
        select(Training.user_id, Cleanroom.facility_id, Booking.id)
        .join(Cleanroom, Cleanroom.id == Training.cleanroom_id)
        .join(Block, Block.cleanroom_id == Training.cleanroom_id)
        .join(Booking, Booking.block_id == Block.id)
        .where(Booking.state.in_(AHEAD), Block.ends_at > at)
        .order_by(Booking.id)
    )
    for user_id, facility_id, booking_id in rows.all():
        name_operators(session, cast.managers[facility_id], booking_id, [user_id], at=at)


def subsidise(session: Session, cast: Cast, *, at: datetime) -> None:
    """Let a programme pay half of some days of academic groups at the first facility."""
    facility_id, manager = min(cast.managers.items(), key=lambda pair: pair[0])
    facility = session.get_one(Facility, facility_id)
    today = day_at(at, facility.time_zone)
    budget = grant_subsidy(
        session,
        manager,
        facility.slug,
        programme="Demo: regional access grant",
        units=90,
        unit=BookingUnit.DAY,
        percent=50,
        first_day=today - timedelta(days=180),
        last_day=today + timedelta(days=365),
        customer_kind=CustomerKind.ACADEMIC,
        at=at,
    )
    budget.is_demo = True


def follow_calendars(session: Session, cast: Cast, *, at: datetime) -> None:
    """Let the founder and the manager whom one can sign in as follow a calendar each with their own program."""
    people = {name: cast.people[person] for _role, name, person in SIGN_INS}
    founder, manager = people["founder"], people["manager"]
    make_feed(session, founder, Scope.ORGANISATION, at=at)
    facility_id = min(manager.facilities_as(Role.FACILITY_MANAGER))
    make_feed(session, manager, Scope.FACILITY, facility_id=facility_id, at=at)
