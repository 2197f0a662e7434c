"""What the answers to teasers say about the ranking, for advisers only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.matching.models import Introduction
from portal.matching.rules.introductions import DeclineReason, Side, State
from portal.matching.rules.learning import Answer
from portal.partners.models import Partner
from portal.projects.models import Project

ANSWERED = or_(
    Introduction.agreed_at.is_not(None),
    Introduction.declined_by == Side.PARTNER,
    Introduction.state == State.EXPIRED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Every answer of a partner whose place in the ranking is known, and how many have none."""

    known: Sequence[Answer]
    without_place: int


def answers(session: Session, actor: Actor) -> Answers:
    """Return what partners have answered to teasers; raises `NotFound` for anybody but an adviser."""
    if Role.ADVISER not in actor.roles:
        raise NotFound
    yes = case((Introduction.agreed_at.is_not(None), 1), else_=0)
    rows = session.execute(
        select(Introduction.place, yes, Project.indication_area, Partner.kind)
        .join(Project, Project.id == Introduction.project_id)
        .join(Partner, Partner.id == Introduction.partner_id)
        .where(Introduction.sent_at.is_not(None), ANSWERED)
        .order_by(Introduction.id)
    ).all()
    known = [
        Answer(place=row[0], is_yes=bool(row[1]), indication_area=row[2], partner_kind=row[3].value)
        for row in rows
        if row[0] is not None
    ]
    return Answers(known=known, without_place=len(rows) - len(known))


def decline_reasons(session: Session, actor: Actor) -> list[tuple[DeclineReason, int]]:
    """Return why partners have said no, the most frequent first; raises `NotFound` for anybody but an adviser."""
    if Role.ADVISER not in actor.roles:
        raise NotFound
    rows = session.execute(
        select(Introduction.decline_reason, func.count())
        .where(Introduction.declined_by == Side.PARTNER, Introduction.decline_reason.is_not(None))
        .group_by(Introduction.decline_reason)
    ).all()
    found = [(reason, int(number)) for reason, number in rows if reason is not None]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].value))
