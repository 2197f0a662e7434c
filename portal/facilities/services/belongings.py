"""A facility's licences, and the days on which it departs from its country's calendar."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.facilities import queries
from portal.facilities.events import HolidayChanged, LicenceChanged
from portal.facilities.models import ExtraHoliday, Facility, Licence
from portal.facilities.rules.opening import day_at, public_holidays, reasons_against_exception
from portal.facilities.services.changes import Values, change, check_version, refuse_if, touch
from portal.ledger import record

LICENCE = frozenset({"kind", "number", "authority", "scope", "valid_from", "valid_until", "needed_for"})
LICENCE_TEXTS = frozenset({"number", "scope"})


def add_licence(
    session: Session, actor: Actor, slug: str, values: Values, *, shown_version: int | None, at: datetime
) -> Licence:
    """Add a licence to a facility that the actor manages."""
    facility = _facility(session, actor, slug, shown_version)
    _check_licence(values)
    licence = Licence(facility_id=facility.id)
    session.add(licence)
    _record_licence(session, actor, facility, licence, "added", values, at=at)
    return licence


def edit_licence(
    session: Session,
    actor: Actor,
    slug: str,
    licence_id: int,
    values: Values,
    *,
    shown_version: int | None,
    at: datetime,
) -> Licence:
    """Change a licence of a facility that the actor manages."""
    facility = _facility(session, actor, slug, shown_version)
    licence = queries.licence_of(session, facility.id, licence_id)
    _check_licence(values)
    _record_licence(session, actor, facility, licence, "edited", values, at=at)
    return licence


def remove_licence(
    session: Session, actor: Actor, slug: str, licence_id: int, *, shown_version: int | None, at: datetime
) -> None:
    """Remove a licence that was entered by mistake; one that has run out may stay and says so."""
    facility = _facility(session, actor, slug, shown_version)
    licence = queries.licence_of(session, facility.id, licence_id)
    event = LicenceChanged(
        actor_id=actor.user_id,
        facility_id=facility.id,
        licence_id=licence.id,
        what="removed",
        kind=licence.kind,
        changes={"valid_until": {"from": licence.valid_until, "to": None}},
        texts={"number": {"from": licence.number, "to": None}} if licence.number else None,
    )
    session.delete(licence)
    touch(facility, at)
    record(session, event, at=at)


def add_holiday(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    day: date,
    name: str,
    is_open: bool,
    shown_version: int | None,
    at: datetime,
) -> ExtraHoliday:
    """Close a facility on one more day, or keep it open on a public holiday."""
    facility = _facility(session, actor, slug, shown_version)
    today = day_at(at, facility.time_zone)
    reasons = reasons_against_exception(day, is_open=is_open, country=facility.country, today=today)
    if any(known.day == day for known in queries.exceptions_of(session, facility.id)):
        reasons.append(Reason("holiday_entered_already", {"day": day}, field="day"))
    refuse_if(reasons)
    label = name or public_holidays(facility.country, day.year).get(day, "")
    holiday = ExtraHoliday(facility_id=facility.id, day=day, name=label, is_open=is_open)
    session.add(holiday)
    _record_holiday(session, actor, facility, holiday, "added", at=at)
    return holiday


def remove_holiday(
    session: Session, actor: Actor, slug: str, holiday_id: int, *, shown_version: int | None, at: datetime
) -> None:
    """Let a day follow the country's calendar again."""
    facility = _facility(session, actor, slug, shown_version)
    holiday = session.get(ExtraHoliday, holiday_id)
    if holiday is None or holiday.facility_id != facility.id:
        raise NotFound
    _record_holiday(session, actor, facility, holiday, "removed", at=at)
    session.delete(holiday)


def _facility(session: Session, actor: Actor, slug: str, shown_version: int | None) -> Facility:
    facility = queries.facility_to_manage(session, actor, slug, lock=True)
    check_version(facility, shown_version)
    return facility


def _check_licence(values: Values) -> None:
    first, last = values.get("valid_from"), values.get("valid_until")
    if first is not None and last is not None and last < first:
        raise Refused(
            [Reason("licence_ends_before_start", {"start": first, "end": last}, field="valid_until")]
        )


def _record_licence(
    session: Session,
    actor: Actor,
    facility: Facility,
    licence: Licence,
    what: str,
    values: Values,
    *,
    at: datetime,
) -> None:
    changed = change(licence, values, allowed=LICENCE, texts=LICENCE_TEXTS)
    if not changed:
        return
    session.flush()
    touch(facility, at)
    event = LicenceChanged(
        actor_id=actor.user_id,
        facility_id=facility.id,
        licence_id=licence.id,
        what=what,
        kind=licence.kind,
        changes=changed.facts,
        texts=changed.texts,
    )
    record(session, event, at=at)


def _record_holiday(
    session: Session, actor: Actor, facility: Facility, holiday: ExtraHoliday, what: str, *, at: datetime
) -> None:
    touch(facility, at)
    event = HolidayChanged(
        actor_id=actor.user_id,
        facility_id=facility.id,
        what=what,
        day=holiday.day,
        label=holiday.name,
        is_open=holiday.is_open,
    )
    record(session, event, at=at)
