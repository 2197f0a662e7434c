"""Named questions about partners; each hides what the actor may not see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Organisation, OrganisationKind
from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound
from portal.ledger import HistoryLine, history
from portal.partners.events import PARTNER
from portal.partners.models import ExchangeRate, Partner, ProgrammeCall
from portal.partners.rules import access
from portal.partners.rules.calls import Call, standing_call
from portal.partners.rules.fields import FIELDS
from portal.partners.rules.values import CURRENCIES, KEEPERS, PartnerKind, PartnerState
from portal.reference.queries import effective, effective_records
from portal.reference.rules import EffectiveFact

PROGRAMMES = "support_programmes"
MILLION = 10**6
KINDS_OF = {
    OrganisationKind.INVESTOR: PartnerKind.INVESTOR,
    OrganisationKind.SUPPORT_PROVIDER: PartnerKind.SUPPORT,
}
"""What kind of partner an organisation of each kind is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFilter:
    """Which support is wanted; None leaves a question open."""

    words: str = ""
    need: str | None = None
    phase: str | None = None
    product_class: str | None = None
    organisation_kind: str | None = None


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Partner` that holds for those whose whole statement the actor reads."""
    if access.may_read_all(actor):
        return true()
    return and_(Partner.organisation_id == actor.organisation_id, Partner.kind.in_(_kept_by(actor)))


SORTS: Mapping[str, ColumnElement[Any]] = {
    "name": func.lower(Partner.name),
    "kind": Partner.kind.expression,
    "capacity": Partner.capacity.expression,
    "state": Partner.state.expression,
}


def partners(
    actor: Actor, *, words: str = "", kind: PartnerKind | None = None, sort: str = "name"
) -> Select[Partner]:
    """Return the question for the partners that the actor reads whole, in order."""
    conditions = [seen_by(actor)]
    if words:
        conditions.append(or_(*(c.icontains(words, autoescape=True) for c in (Partner.name, Partner.text))))
    if kind is not None:
        conditions.append(Partner.kind == kind)
    column = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    return (
        select(Partner)
        .where(*conditions)
        .options(joinedload(Partner.organisation))
        .order_by(
            column.desc() if sort.startswith("-") else column.asc(), func.lower(Partner.name), Partner.id
        )
    )


def count(session: Session, question: Select[Partner]) -> int:
    """Return how many rows a question has."""
    return session.scalar(select(func.count()).select_from(question.order_by(None).subquery())) or 0


def partner_to_see(session: Session, actor: Actor, partner_id: int) -> Partner:
    """Return a partner whose whole statement the actor reads; raises `NotFound` for any other."""
    partner = session.scalars(
        select(Partner)
        .where(Partner.id == partner_id, seen_by(actor))
        .options(joinedload(Partner.organisation))
    ).one_or_none()
    if partner is None:
        raise NotFound
    return partner


def partner_to_edit(session: Session, actor: Actor, partner_id: int, *, lock: bool = False) -> Partner:
    """Return a partner that the actor may change, locked where it is about to change.

    Raises `NotFound` where the actor may not know of it, and `NotAllowed` where they read it only.
    """
    query = select(Partner).where(Partner.id == partner_id, seen_by(actor))
    query = query.execution_options(populate_existing=lock)
    partner = session.scalars(query.with_for_update(of=Partner) if lock else query).one_or_none()
    if partner is None:
        raise NotFound
    if not access.may_edit(
        actor, organisation_id=partner.organisation_id, kind=partner.kind, state=partner.state
    ):
        raise NotAllowed
    return partner


def open_partners(session: Session) -> Sequence[Partner]:
    """Return every partner that takes part in matching, by id."""
    return session.scalars(
        select(Partner)
        .where(Partner.state == PartnerState.OPEN)
        .options(joinedload(Partner.organisation))
        .order_by(Partner.id)
    ).all()


def is_public_offer() -> ColumnElement[bool]:
    """Return the condition on `Partner` that holds for the support offers that anyone may read."""
    return and_(Partner.state == PartnerState.OPEN, Partner.kind == PartnerKind.SUPPORT)


def public_offers(session: Session, wanted: SupportFilter) -> Sequence[Partner]:
    """Return the support offers that anyone may read, by name."""
    rows = session.scalars(
        select(Partner)
        .where(is_public_offer())
        .options(joinedload(Partner.organisation))
        .order_by(func.lower(Partner.name), Partner.id)
    ).all()
    return [row for row in rows if _offer_fits(row, wanted)]


def public_offer(session: Session, partner_id: int) -> Partner:
    """Return a support offer that anyone may read; raises `NotFound` for any other partner."""
    partner = session.get(Partner, partner_id)
    if partner is None or partner.state is not PartnerState.OPEN or partner.kind is not PartnerKind.SUPPORT:
        raise NotFound
    return partner


def programmes(session: Session, wanted: SupportFilter | None = None) -> list[EffectiveFact]:
    """Return the support programmes as they hold in this installation, those that fit what is wanted."""
    facts = effective_records(session, PROGRAMMES)
    return [fact for fact in facts if wanted is None or _programme_fits(fact.record, wanted)]


def programme(session: Session, programme_id: str) -> EffectiveFact:
    """Return one support programme; raises `NotFound` where none has this id."""
    return effective(session, PROGRAMMES, programme_id)


def calls_of(session: Session, programme_id: str) -> Sequence[ProgrammeCall]:
    """Return the calls of a programme that somebody noted, the latest first."""
    return session.scalars(
        select(ProgrammeCall)
        .where(ProgrammeCall.programme_id == programme_id)
        .order_by(ProgrammeCall.closes.desc())
    ).all()


def standing_calls(session: Session, *, on: date) -> dict[str, Call]:
    """Return for each programme with known calls the one that counts on a day: the open, the next, or the last."""
    known: dict[str, list[Call]] = {}
    for row in session.scalars(select(ProgrammeCall).order_by(ProgrammeCall.id)):
        known.setdefault(row.programme_id, []).append(row.call)
    found = {programme_id: standing_call(calls, on=on) for programme_id, calls in known.items()}
    return {programme_id: call for programme_id, call in found.items() if call is not None}


def organisations_for_drafts(session: Session) -> Sequence[Organisation]:
    """Return the organisations for which an adviser may draft, by name."""
    return session.scalars(
        select(Organisation)
        .where(Organisation.kind.in_(list(KINDS_OF)))
        .order_by(func.lower(Organisation.name))
    ).all()


def stated_values(partner: Partner) -> dict[str, Any]:
    """Return every field of a statement as it is stored."""
    stored = {field.name: getattr(partner, field.name) for field in FIELDS}
    return {name: list(value) if isinstance(value, list) else value for name, value in stored.items()}


def partner_history(session: Session, actor: Actor, partner: Partner) -> list[HistoryLine]:
    """Return what happened to a statement, newest first; the values only for who keeps it."""
    keeps = access.keeps(actor, organisation_id=partner.organisation_id, kind=partner.kind)
    lines = history(session, "partner", partner.id, groups={PARTNER} if keeps else set())
    return [line for line in lines if line.name.startswith("partner.")]


def rates(session: Session, *, on: date) -> dict[str, float]:
    """Return what one unit of each currency is worth in euro on a day, as far as somebody entered it."""
    rows = session.execute(
        select(ExchangeRate.currency, ExchangeRate.millionths)
        .where(ExchangeRate.day <= on)
        .order_by(ExchangeRate.day, ExchangeRate.id)
    ).all()
    return {"EUR": 1.0} | {
        row.currency: row.millionths / MILLION for row in rows if row.currency in CURRENCIES
    }


def entered_rates(session: Session) -> Sequence[ExchangeRate]:
    """Return every rate that was entered, by currency, the latest day first."""
    return session.scalars(
        select(ExchangeRate).order_by(ExchangeRate.currency, ExchangeRate.day.desc())
    ).all()


def _kept_by(actor: Actor) -> list[PartnerKind]:
    return [kind for kind, role in KEEPERS.items() if role in actor.roles]


def _offer_fits(partner: Partner, wanted: SupportFilter) -> bool:
    listed = (
        (wanted.phase, partner.phases),
        (wanted.product_class, partner.product_classes),
        (wanted.organisation_kind, partner.organisation_kinds),
    )
    if wanted.need is not None and wanted.need not in partner.serves:
        return False
    if any(word is not None and words and word not in words for word, words in listed):
        return False
    return _says(wanted.words, partner.name, partner.text, partner.text_sv, partner.organisation.name)


def _programme_fits(record: dict[str, Any], wanted: SupportFilter) -> bool:
    asked = record["eligibility"]
    listed = (
        (wanted.need, record["needs_served"]),
        (wanted.phase, asked["phases"]),
        (wanted.product_class, asked["product_class"]),
        (wanted.organisation_kind, asked["organisation"]),
    )
    if any(word is not None and words is not None and word not in words for word, words in listed):
        return False
    gives = record["gives"] or {}
    return _says(wanted.words, record["name"], record["provider"], gives.get("en"), gives.get("sv"))


def _says(words: str, *texts: str | None) -> bool:
    folded = words.casefold()
    return not folded or any(folded in (text or "").casefold() for text in texts)
