"""Referrals as each side sees them: founders those of their projects, a provider those that it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.ledger import HistoryLine, history
from portal.partners.models import Partner
from portal.partners.rules.values import PartnerKind
from portal.projects.models import Project
from portal.roadmap.models import Referral, ReferralMessage
from portal.roadmap.rules.referrals import OPEN, ReferralSide, ReferralState


@dataclass(frozen=True, slots=True)
class SeenReferral:
    """A referral, and as which side the reader looks at it."""

    referral: Referral
    side: ReferralSide


def visible_referrals(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Referral` that holds for those that the actor may know of."""
    ways: list[ColumnElement[bool]] = [false()]
    if Role.FOUNDER in actor.roles:
        ways.append(Referral.project.has(Project.organisation_id == actor.organisation_id))
    if Role.SUPPORT_PROVIDER in actor.roles:
        ways.append(_of_provider(actor))
    return or_(*ways)


def side_of(actor: Actor, referral: Referral) -> ReferralSide:
    """Return as which side the actor looks at a referral that they may know of."""
    is_own = referral.project.organisation_id == actor.organisation_id and Role.FOUNDER in actor.roles
    return ReferralSide.FOUNDER if is_own else ReferralSide.PROVIDER


def referral_seen(session: Session, actor: Actor, referral_id: int, *, lock: bool = False) -> SeenReferral:
    """Return a referral that the actor may know of, locked where it is about to change.

    Raises `NotFound` for any other.
    """
    query = select(Referral).where(Referral.id == referral_id, visible_referrals(actor))
    query = query.execution_options(populate_existing=lock)
    found = session.scalars(query.with_for_update(of=Referral) if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return SeenReferral(found, side_of(actor, found))


def referrals(actor: Actor) -> Select[Referral]:
    """Return the question for the referrals that the actor may know of, those that are open first."""
    return (
        select(Referral)
        .where(visible_referrals(actor))
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


def messages_of(session: Session, referral: Referral) -> Sequence[ReferralMessage]:
    """Return what both sides have written, in the order in which they did."""
    return session.scalars(
        select(ReferralMessage)
        .where(ReferralMessage.referral_id == referral.id)
        .options(joinedload(ReferralMessage.author))
        .order_by(ReferralMessage.id)
    ).all()


def referral_history(session: Session, referral: Referral) -> list[HistoryLine]:
    """Return what happened to a referral, newest first."""
    return history(session, "referral", referral.id, groups=set())


def _of_provider(actor: Actor) -> ColumnElement[bool]:
    return Referral.partner.has(
        and_(Partner.organisation_id == actor.organisation_id, Partner.kind == PartnerKind.SUPPORT)
    )
