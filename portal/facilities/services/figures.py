"""A cleanroom's rates and its own changeover days."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.facilities import queries
from portal.facilities.changeovers import Pair, shipped_days
from portal.facilities.events import ChangeoverTimesChanged, RateAdded, RateWithdrawn
from portal.facilities.models import ChangeoverTime, Cleanroom, CustomerKind, Rate
from portal.facilities.rules.opening import day_at
from portal.facilities.rules.rooms import reasons_against_rate
from portal.facilities.services.changes import check_version, refuse_if, touch
from portal.ledger import record


def add_rate(
    session: Session,
    actor: Actor,
    facility_slug: str,
    slug: str,
    *,
    customer_kind: CustomerKind,
    amount: int,
    currency: str,
    vat_basis_points: int,
    valid_from: date,
    shown_version: int | None,
    at: datetime,
) -> Rate:
    """Let a rate hold for a kind of customer from a day on; earlier rates stay, and hold until then."""
    room = _room(session, actor, facility_slug, slug, shown_version)
    known = session.scalars(
        select(Rate.valid_from).where(Rate.cleanroom_id == room.id, Rate.customer_kind == customer_kind)
    ).all()
    refuse_if(reasons_against_rate(valid_from, known=known, customer_kind=customer_kind))
    rate = Rate(
        cleanroom_id=room.id,
        customer_kind=customer_kind,
        amount=amount,
        currency=currency,
        vat_basis_points=vat_basis_points,
        valid_from=valid_from,
    )
    session.add(rate)
    touch(room, at)
    event = RateAdded(
        actor_id=actor.user_id,
        facility_id=room.facility_id,
        cleanroom_id=room.id,
        code=room.code,
        customer_kind=customer_kind,
        amount=amount,
        currency=currency,
        vat_basis_points=vat_basis_points,
        valid_from=valid_from,
    )
    record(session, event, at=at)
    return rate


def withdraw_rate(
    session: Session,
    actor: Actor,
    facility_slug: str,
    slug: str,
    rate_id: int,
    *,
    shown_version: int | None,
    at: datetime,
) -> None:
    """Take back a rate that has not begun yet; one that holds or held stays, because estimates rest on it."""
    room = _room(session, actor, facility_slug, slug, shown_version)
    rate = session.get(Rate, rate_id)
    if rate is None or rate.cleanroom_id != room.id:
        raise NotFound
    if rate.valid_from <= day_at(at, room.facility.time_zone):
        raise Refused([Reason("rate_has_begun", {"day": rate.valid_from})])
    touch(room, at)
    event = RateWithdrawn(
        actor_id=actor.user_id,
        facility_id=room.facility_id,
        cleanroom_id=room.id,
        code=room.code,
        customer_kind=rate.customer_kind,
        amount=rate.amount,
        currency=rate.currency,
        valid_from=rate.valid_from,
    )
    session.delete(rate)
    record(session, event, at=at)


def set_changeover_days(
    session: Session,
    actor: Actor,
    facility_slug: str,
    slug: str,
    days: Mapping[Pair, int | None],
    *,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Set a cleanroom's own changeover days between process classes; None goes back to the shipped figure."""
    room = _room(session, actor, facility_slug, slug, shown_version)
    rows = {
        (row.before, row.after): row
        for row in session.scalars(select(ChangeoverTime).where(ChangeoverTime.cleanroom_id == room.id))
    }
    changes = {}
    for (before, after), wanted in days.items():
        row = rows.get((before, after))
        known = None if row is None else row.days
        if wanted == known or (before, after) not in shipped_days():
            continue
        changes[f"{before} > {after}"] = {"from": known, "to": wanted}
        if row is None:
            session.add(ChangeoverTime(cleanroom_id=room.id, before=before, after=after, days=wanted))
        elif wanted is None:
            session.delete(row)
        else:
            row.days = wanted
    if changes:
        touch(room, at)
        event = ChangeoverTimesChanged(
            actor_id=actor.user_id,
            facility_id=room.facility_id,
            cleanroom_id=room.id,
            code=room.code,
            changes=changes,
        )
        record(session, event, at=at)
    return room


def _room(
    session: Session, actor: Actor, facility_slug: str, slug: str, shown_version: int | None
) -> Cleanroom:
    room = queries.cleanroom_to_manage(session, actor, facility_slug, slug, lock=True)
    check_version(room, shown_version)
    return room
