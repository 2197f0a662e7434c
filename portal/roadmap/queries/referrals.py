"""Referrals as each side sees them: founders those of their projects, a provider what it was asked, advisers what they proposed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, false, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.ledger import HistoryLine, history
from portal.partners.models import Partner
from portal.partners.queries import is_public_offer
from portal.partners.rules.values import PartnerKind
from portal.projects.models import FieldGroup, Grant, Project, TeaserWords
from portal.projects.queries import visible_projects
from portal.projects.queries.access import holds_at
from portal.projects.rules.access import owns
from portal.projects.rules.values import GrantReason
from portal.roadmap.events import HelpProposed
from portal.roadmap.models import Referral, ReferralMessage
from portal.roadmap.rules.referrals import HEARD_BY, OPEN, UNSENT, ReferralSide, ReferralState


@dataclass(frozen=True, slots=True)
class SeenReferral:
    """A referral, and as which side the reader looks at it."""

    referral: Referral
    side: ReferralSide


def visible_referrals(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Referral` that holds for those that the actor may know of.

    An adviser follows what their organisation has proposed for as long as the project's roadmap is open to them.
    """
    return or_(false(), *(is_looked_at for _, is_looked_at in sides_of(actor, at=at)))


def sides_of(actor: Actor, *, at: datetime) -> list[tuple[ReferralSide, ColumnElement[bool]]]:
    """Return as which sides the actor may look at referrals, and the condition on `Referral` for each; the first that holds counts."""
    sides: list[tuple[ReferralSide, ColumnElement[bool]]] = []
    if Role.FOUNDER in actor.roles:
        own = Referral.project.has(Project.organisation_id == actor.organisation_id)
        sides.append((ReferralSide.FOUNDER, own))
    if Role.SUPPORT_PROVIDER in actor.roles:
        sides.append((ReferralSide.PROVIDER, _of_provider(actor)))
    if Role.ADVISER in actor.roles:
        is_open = visible_projects(actor, at=at, group=FieldGroup.ROADMAP)
        proposed = and_(Referral.proposed_for_id == actor.organisation_id, Referral.project.has(is_open))
        sides.append((ReferralSide.ADVISER, proposed))
    return sides


def side_of(actor: Actor, referral: Referral) -> ReferralSide:
    """Return as which side the actor looks at a referral that they may know of."""
    if owns(actor, referral.project.organisation_id):
        return ReferralSide.FOUNDER
    is_asked = Role.SUPPORT_PROVIDER in actor.roles and referral.state not in UNSENT
    if is_asked and referral.partner.organisation_id == actor.organisation_id:
        return ReferralSide.PROVIDER
    return ReferralSide.ADVISER


def referral_seen(
    session: Session, actor: Actor, referral_id: int, *, at: datetime, lock: bool = False
) -> SeenReferral:
    """Return a referral that the actor may know of, locked where it is about to change.

    Raises `NotFound` for any other.
    """
    query = select(Referral).where(Referral.id == referral_id, visible_referrals(actor, at=at))
    query = query.execution_options(populate_existing=lock)
    found = session.scalars(query.with_for_update(of=Referral) if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return SeenReferral(found, side_of(actor, found))


def referrals(actor: Actor, *, at: datetime) -> Select[Referral]:
    """Return the question for the referrals that the actor may know of, those that are open first."""
    return (
        select(Referral)
        .where(visible_referrals(actor, at=at))
        .options(
            joinedload(Referral.project).joinedload(Project.organisation),
            joinedload(Referral.partner).joinedload(Partner.organisation),
        )
        .order_by(
            case({state.value: place for place, state in enumerate(ReferralState)}, value=Referral.state),
            Referral.updated_at.desc(),
            Referral.id.desc(),
        )
    )


def count_referrals_waiting(session: Session, actor: Actor) -> int:
    """Return how many referrals wait for the actor's answer as a provider."""
    if Role.SUPPORT_PROVIDER not in actor.roles:
        return 0
    asked = select(func.count()).select_from(Referral).where(Referral.state == ReferralState.ASKED)
    return session.scalar(asked.where(_of_provider(actor))) or 0


def referrals_of(session: Session, project: Project) -> Sequence[Referral]:
    """Return the referrals of a project, the latest first; whoever calls has asked who may see them."""
    return session.scalars(
        select(Referral)
        .where(Referral.project_id == project.id)
        .options(joinedload(Referral.partner))
        .order_by(Referral.id.desc())
    ).all()


def open_referral(session: Session, project_id: int, partner_id: int, step_id: str) -> Referral | None:
    """Return the referral of a step to a provider that is not over, if there is one."""
    return session.scalars(
        select(Referral).where(
            Referral.project_id == project_id,
            Referral.partner_id == partner_id,
            Referral.step_id == step_id,
            Referral.state.in_(sorted(OPEN)),
        )
    ).one_or_none()


def read_by(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `ReferralMessage`, joined with its referral, that the actor reads it on the referral's page."""
    ways: list[ColumnElement[bool]] = [false()]
    earlier: list[ColumnElement[bool]] = []
    for side, is_looked_at in sides_of(actor, at=at):
        ways.append(and_(is_looked_at, *earlier, ReferralMessage.side.in_(sorted(HEARD_BY[side]))))
        earlier.append(not_(is_looked_at))
    return or_(*ways)


def words_read(
    session: Session, actor: Actor, referral_ids: Collection[int], *, at: datetime
) -> Mapping[int, Sequence[str]]:
    """Return what was written about each of these referrals that the actor reads, in the order in which it was."""
    found: dict[int, list[str]] = {number: [] for number in referral_ids}
    rows = session.execute(
        select(ReferralMessage.referral_id, ReferralMessage.words)
        .join(Referral, Referral.id == ReferralMessage.referral_id)
        .where(Referral.id.in_(referral_ids), read_by(actor, at=at))
        .order_by(ReferralMessage.id)
    )
    for number, words in rows:
        found[number].append(words)
    return found


def messages_of(session: Session, referral: Referral, side: ReferralSide) -> Sequence[ReferralMessage]:
    """Return what was written that a side reads, in the order in which it was."""
    return session.scalars(
        select(ReferralMessage)
        .where(ReferralMessage.referral_id == referral.id, ReferralMessage.side.in_(sorted(HEARD_BY[side])))
        .options(joinedload(ReferralMessage.author))
        .order_by(ReferralMessage.id)
    ).all()


def referral_history(session: Session, referral: Referral, side: ReferralSide) -> list[HistoryLine]:
    """Return what happened to a referral as far as a side knows of it, newest first."""
    hidden = {HelpProposed.name} if side is ReferralSide.PROVIDER else set()
    lines = history(session, "referral", referral.id, groups=set())
    return [line for line in lines if line.name not in hidden]


def seats_taken(session: Session, partner_ids: Collection[int], quarter: str) -> dict[int, list[int]]:
    """Return which places of a quarter are taken by referrals, by provider's offer."""
    rows = session.execute(
        select(Referral.partner_id, Referral.seat).where(
            Referral.partner_id.in_(partner_ids), Referral.quarter == quarter, Referral.seat.is_not(None)
        )
    )
    found: dict[int, list[int]] = {partner_id: [] for partner_id in partner_ids}
    for partner_id, seat in rows:
        if seat is not None:
            found[partner_id].append(seat)
    return found


def offers_in_use(session: Session, actor: Actor) -> Sequence[Partner]:
    """Return the open offers of the actor's organisation, by name, whose places referrals take."""
    if Role.SUPPORT_PROVIDER not in actor.roles:
        return ()
    return session.scalars(
        select(Partner)
        .where(Partner.organisation_id == actor.organisation_id, is_public_offer())
        .order_by(Partner.name)
    ).all()


def teaser_sent(session: Session, referral: Referral, *, at: datetime) -> TeaserWords | None:
    """Return the words of the teaser that the provider reads until it has accepted, or None where it reads none of them."""
    row = session.execute(
        select(Grant.teaser, Grant.teaser_sv).where(
            Grant.project_id == referral.project_id,
            Grant.reason == GrantReason.REFERRAL,
            Grant.reason_id == referral.id,
            Grant.field_group == FieldGroup.TEASER,
            Grant.teaser.is_not(None),
            holds_at(at),
        )
    ).first()
    return TeaserWords(row[0] or "", row[1]) if row is not None else None


def _of_provider(actor: Actor) -> ColumnElement[bool]:
    is_theirs = Referral.partner.has(
        and_(Partner.organisation_id == actor.organisation_id, Partner.kind == PartnerKind.SUPPORT)
    )
    return and_(is_theirs, Referral.state.not_in(sorted(UNSENT)))
