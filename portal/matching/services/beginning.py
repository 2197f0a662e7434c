"""Beginning an introduction: an adviser's shortlist, and a founder's wish."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Reason, Refused
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import IntroductionWished, PartnerShortlisted
from portal.matching.models import Introduction
from portal.matching.queries import Sight
from portal.matching.rules.introductions import OPEN, State
from portal.matching.services.conflicts import refuse_conflicted
from portal.partners.models import Partner, PartnerState
from portal.projects import queries as projects
from portal.projects.models import FieldGroup, Project
from portal.projects.rules.access import OPENED_BY
from portal.projects.rules.values import GrantReason

OPENABLE = OPENED_BY[GrantReason.INTRODUCTION] - {FieldGroup.TEASER}


def shortlist(
    session: Session, actor: Actor, project_id: int, partner_id: int, *, at: datetime
) -> Introduction:
    """Put a partner on a project's shortlist.

    Raises `NotFound` for anybody but an adviser who sees the teaser, and `Refused` with every rule against the pair, or
    where an introduction of both is open already.
    """
    if Role.ADVISER not in actor.roles:
        raise NotFound
    project = projects.seen_project(session, actor, project_id, at=at).project
    introduction = _begun(session, actor, project, partner_id, at=at)
    introduction.state, introduction.adviser_id = State.SHORTLISTED, actor.user_id
    session.flush()
    event = PartnerShortlisted(actor_id=actor.user_id, introduction_id=introduction.id)
    record(session, event, at=at)
    return introduction


def wish(
    session: Session,
    actor: Actor,
    project_id: int,
    partner_id: int,
    *,
    groups: Collection[FieldGroup],
    read: str | None = None,
    at: datetime,
) -> Introduction:
    """Ask, as a founder, to be introduced to a partner: the consent to exactly these field groups is given with it.

    It is a consent to the words of the teaser that the founder has `read`, by their digest. Raises `NotFound` or
    `NotAllowed` for anybody else, and `Refused` as for a shortlist, or where the words have changed since.
    """
    project = projects.own_project(session, actor, project_id, at=at, lock=True)
    refuse_other_words(project, read)
    introduction = _begun(session, actor, project, partner_id, at=at)
    introduction.wished_at = introduction.consented_at = at
    introduction.consented_by_id = actor.user_id
    introduction.groups = opened(groups)
    keep_words(introduction, project)
    session.flush()
    event = IntroductionWished(actor_id=actor.user_id, introduction_id=introduction.id)
    record(session, event, at=at)
    return introduction


def refuse_other_words(project: Project, read: str | None) -> None:
    """Raise `Refused` where the teaser has other words by now than those that a founder has read."""
    if read is not None and read != project.words.digest:
        raise Refused([Reason("introduction_words_changed")])


def keep_words(introduction: Introduction, project: Project) -> None:
    """Keep the words of a teaser to which its founder has just consented."""
    introduction.teaser, introduction.teaser_sv = project.teaser, project.teaser_sv


def opened(groups: Collection[FieldGroup]) -> list[str]:
    """Return what a consent opens: name and people always, since that is what an introduction tells; never bookings."""
    return [
        group.value
        for group in FieldGroup
        if group in OPENABLE and (group in groups or group is FieldGroup.IDENTITY)
    ]


def reasons_against_pair(sight: Sight, partner_id: int) -> list[Reason]:
    """Return every rule that stands against a pair, as one reason that holds all their codes."""
    known = queries.id_of(partner_id)
    found = [refusal.codes for refusal in sight.ranking.refusals() if refusal.partner == known]
    return [Reason("introduction_not_eligible", {"codes": codes}) for codes in found]


def open_partner(session: Session, partner_id: int) -> Partner:
    """Return a partner that takes part, locked; raises `NotFound` for any other."""
    partner = session.scalars(
        select(Partner)
        .where(Partner.id == partner_id, Partner.state == PartnerState.OPEN)
        .with_for_update(of=Partner)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if partner is None:
        raise NotFound
    return partner


def _begun(
    session: Session, actor: Actor, project: Project, partner_id: int, *, at: datetime
) -> Introduction:
    if project.archived_at is not None:
        raise NotAllowed
    partner = open_partner(session, partner_id)
    if project.organisation_id != actor.organisation_id:
        refuse_conflicted(session, actor, project, partner)
    there = session.scalar(
        select(Introduction.id).where(
            Introduction.project_id == project.id,
            Introduction.partner_id == partner_id,
            Introduction.state.in_(sorted(OPEN)),
        )
    )
    if there is not None:
        raise Refused([Reason("introduction_already_open")])
    sight = queries.sight(session, actor, project, at=at)
    if reasons := reasons_against_pair(sight, partner_id):
        raise Refused(reasons)
    known = queries.id_of(partner_id)
    place, score = next(
        (place, match.score)
        for place, match in enumerate(sight.ranking.matches(), start=1)
        if match.partner == known
    )
    introduction = Introduction(
        project=project,
        partner_id=partner_id,
        state=State.SUGGESTED,
        score=round(score, 3),
        place=place,
        created_at=at,
        updated_at=at,
    )
    session.add(introduction)
    return introduction
