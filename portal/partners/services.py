"""The room's verbs: state, draft, confirm, edit, close and reopen; enter what a currency is worth."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.ledger import record
from portal.partners import queries
from portal.partners.events import (
    CallNoted,
    CallRemoved,
    PartnerClosed,
    PartnerConfirmed,
    PartnerDrafted,
    PartnerEdited,
    PartnerEntered,
    PartnerReopened,
    RateEntered,
)
from portal.partners.models import ExchangeRate, Partner, ProgrammeCall
from portal.partners.queries import KINDS_OF
from portal.partners.rules import access
from portal.partners.rules.calls import reasons_against_call
from portal.partners.rules.fields import reasons_against, tidied, unstated
from portal.partners.rules.sheets import Row
from portal.partners.rules.values import CURRENCIES, PartnerState

MOST_PARTNERS = 50
"""So many statements one organisation may keep."""
DEAREST = 10**12


def enter_partner(
    session: Session,
    actor: Actor,
    organisation_id: int,
    values: Mapping[str, Any],
    *,
    at: datetime,
    is_demo: bool = False,
) -> Partner:
    """Store what a partner states: its own people's word counts at once, an adviser's is a draft to be confirmed.

    Raises `NotFound` where the actor speaks for no partner there, and `Refused` with everything that is wrong.
    """
    organisation = session.get(Organisation, organisation_id, with_for_update=True)
    kind = KINDS_OF.get(organisation.kind) if organisation is not None else None
    if organisation is None or kind is None:
        raise NotFound
    own = access.keeps(actor, organisation_id=organisation_id, kind=kind)
    if not own and not access.may_draft(actor):
        raise NotFound
    stated = tidied(kind, values)
    reasons = reasons_against(kind, stated) or _against_name(session, organisation_id, stated["name"])
    if reasons:
        raise Refused(reasons)
    partner = Partner(
        organisation=organisation,
        kind=kind,
        state=PartnerState.OPEN if own else PartnerState.DRAFT,
        drafted_by_id=None if own else actor.user_id,
        created_at=at,
        updated_at=at,
        is_demo=is_demo,
        **stated,
    )
    session.add(partner)
    session.flush()
    event = PartnerEntered if own else PartnerDrafted
    changes = _changes(unstated(kind), stated)
    record(session, event(actor_id=actor.user_id, partner_id=partner.id, changes=changes), at=at)
    return partner


def edit_partner(
    session: Session,
    actor: Actor,
    partner_id: int,
    values: Mapping[str, Any],
    *,
    version: int | None,
    at: datetime,
) -> Partner:
    """Change a statement; fields that are not named stay.

    Raises `NotFound` or `NotAllowed` for who may not, `Stale` where it is no longer in the version that the page showed,
    and `Refused` with everything that is wrong.
    """
    partner = queries.partner_to_edit(session, actor, partner_id, lock=True)
    _refuse_stale(partner, version)
    before = queries.stated_values(partner)
    stated = tidied(partner.kind, {**before, **values})
    reasons = reasons_against(partner.kind, stated)
    if not reasons and stated["name"] != partner.name:
        reasons = _against_name(session, partner.organisation_id, stated["name"])
    if reasons:
        raise Refused(reasons)
    if changes := _changes(before, stated):
        for name, value in stated.items():
            setattr(partner, name, value)
        partner.updated_at = at
        event = PartnerEdited(actor_id=actor.user_id, partner_id=partner.id, changes=changes)
        record(session, event, at=at)
        session.flush()
    return partner


def confirm_partner(
    session: Session, actor: Actor, partner_id: int, *, version: int | None, at: datetime
) -> Partner:
    """Make a draft the partner's own word.

    Raises `NotFound`, `NotAllowed` for anybody but the partner, `Stale`, and `Refused` where there is no draft.
    """
    return _move(session, actor, partner_id, PartnerState.DRAFT, PartnerConfirmed, version=version, at=at)


def close_partner(
    session: Session, actor: Actor, partner_id: int, *, version: int | None, at: datetime
) -> Partner:
    """Take a partner out of catalogue and ranking; introductions that are open go on.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` where it is not open.
    """
    return _move(session, actor, partner_id, PartnerState.OPEN, PartnerClosed, version=version, at=at)


def reopen_partner(
    session: Session, actor: Actor, partner_id: int, *, version: int | None, at: datetime
) -> Partner:
    """Let a closed partner take part again.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` where it is not closed.
    """
    return _move(session, actor, partner_id, PartnerState.CLOSED, PartnerReopened, version=version, at=at)


def import_partners(session: Session, actor: Actor, rows: Iterable[Row], *, at: datetime) -> int:
    """Store every row of a sheet, or none; return how many there were.

    Raises `Refused` with every mistake of every row.
    """
    names = {body.name.casefold(): body.id for body in queries.organisations_for_drafts(session)}
    done, reasons = 0, []
    for row in rows:
        own = access.may_draft(actor)
        organisation_id = names.get(row.organisation.casefold()) if own else actor.organisation_id
        if organisation_id is None:
            reasons.append(
                Reason("partner_organisation_unknown", {"written": row.organisation, "row": row.number})
            )
            continue
        try:
            with session.begin_nested():
                enter_partner(session, actor, organisation_id, row.values, at=at)
            done += 1
        except Refused as refused:
            reasons += refused.reasons
    if reasons:
        raise Refused(reasons)
    return done


def enter_rate(
    session: Session,
    actor: Actor,
    *,
    currency: str,
    millionths: int,
    day: date,
    source: str,
    at: datetime,
) -> ExchangeRate:
    """Note what one unit of a currency is worth in euro from a day on; the same day again replaces it.

    Raises `NotAllowed` for anybody but an administrator, and `Refused` with everything that is wrong.
    """
    if not actor.is_administrator:
        raise NotAllowed
    reasons = []
    if currency not in CURRENCIES or currency == "EUR":
        allowed = [code for code in CURRENCIES if code != "EUR"]
        reasons.append(Reason("rate_currency_unknown", {"allowed": allowed}, "currency"))
    if not 0 < millionths <= DEAREST:
        reasons.append(Reason("rate_out_of_range", {}, "per_unit"))
    if day > at.date():
        reasons.append(Reason("rate_in_future", {"day": day, "today": at.date()}, "day"))
    if reasons:
        raise Refused(reasons)
    rate = session.scalars(
        select(ExchangeRate)
        .where(ExchangeRate.currency == currency, ExchangeRate.day == day)
        .with_for_update()
    ).one_or_none()
    if rate is None:
        rate = ExchangeRate(currency=currency, day=day)
        session.add(rate)
    rate.millionths, rate.source = millionths, source
    rate.entered_by_id, rate.entered_at = actor.user_id, at
    session.flush()
    event = RateEntered(
        actor_id=actor.user_id,
        rate_id=rate.id,
        currency=currency,
        millionths=millionths,
        day=day.isoformat(),
    )
    record(session, event, at=at)
    return rate


def note_call(
    session: Session,
    actor: Actor,
    programme_id: str,
    *,
    opens: date | None,
    closes: date,
    source: str,
    at: datetime,
) -> ProgrammeCall:
    """Note from when until when a programme takes applications; the same last day again replaces what was noted.

    Raises `NotFound` for a programme that is not shipped, `NotAllowed` for anybody but advisers and administrators, and
    `Refused` where the days cannot be.
    """
    programme = queries.programme(session, programme_id)
    if not access.may_note_calls(actor):
        raise NotAllowed
    if reasons := reasons_against_call(opens=opens, closes=closes):
        raise Refused(reasons)
    call = session.scalars(
        select(ProgrammeCall)
        .where(ProgrammeCall.programme_id == programme.record_id, ProgrammeCall.closes == closes)
        .with_for_update()
    ).one_or_none() or ProgrammeCall(programme_id=programme.record_id, closes=closes)
    call.opens, call.source = opens, source
    call.entered_by_id, call.entered_at = actor.user_id, at
    session.add(call)
    session.flush()
    record(session, CallNoted(actor_id=actor.user_id, **_days_of(call)), at=at)
    return call


def remove_call(session: Session, actor: Actor, programme_id: str, call_id: int, *, at: datetime) -> None:
    """Take out a call that is not one.

    Raises `NotAllowed` for anybody but advisers and administrators, and `NotFound` where it is gone already.
    """
    if not access.may_note_calls(actor):
        raise NotAllowed
    call = session.get(ProgrammeCall, call_id, with_for_update=True)
    if call is None or call.programme_id != programme_id:
        raise NotFound
    record(session, CallRemoved(actor_id=actor.user_id, **_days_of(call)), at=at)
    session.delete(call)


def _days_of(call: ProgrammeCall) -> dict[str, Any]:
    return {
        "call_id": call.id,
        "programme_id": call.programme_id,
        "opens": call.opens.isoformat() if call.opens else None,
        "closes": call.closes.isoformat(),
    }


AFTER = {
    PartnerConfirmed: PartnerState.OPEN,
    PartnerReopened: PartnerState.OPEN,
    PartnerClosed: PartnerState.CLOSED,
}


def _move(
    session: Session,
    actor: Actor,
    partner_id: int,
    before: PartnerState,
    event: type[PartnerConfirmed] | type[PartnerClosed] | type[PartnerReopened],
    *,
    version: int | None,
    at: datetime,
) -> Partner:
    partner = queries.partner_to_edit(session, actor, partner_id, lock=True)
    if not access.keeps(actor, organisation_id=partner.organisation_id, kind=partner.kind):
        raise NotAllowed
    _refuse_stale(partner, version)
    if partner.state is not before:
        raise Refused([Reason("partner_not_in_state", {"state": partner.state.value})])
    partner.state, partner.updated_at = AFTER[event], at
    record(session, event(actor_id=actor.user_id, partner_id=partner.id), at=at)
    session.flush()
    return partner


def _refuse_stale(partner: Partner, version: int | None) -> None:
    if version != partner.version:
        raise Stale({"version": partner.version})


def _against_name(session: Session, organisation_id: int, name: str) -> list[Reason]:
    names = session.scalars(select(Partner.name).where(Partner.organisation_id == organisation_id)).all()
    if name in names:
        return [Reason("partner_name_taken", {"name": name}, "name")]
    if len(names) >= MOST_PARTNERS:
        return [Reason("partner_too_many", {"most": MOST_PARTNERS})]
    return []


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [_plain(before[name]), _plain(value)] for name, value in after.items() if before[name] != value
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
