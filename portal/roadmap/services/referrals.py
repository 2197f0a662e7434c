"""Asking a support provider for help with a step, and what either side does about it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.ledger import record
from portal.partners.models import Partner
from portal.partners.queries import public_offer
from portal.projects.models import FieldGroup
from portal.projects.queries import own_project
from portal.projects.rules.access import OPENED_BY
from portal.projects.rules.phases import day_of
from portal.projects.rules.values import GrantReason
from portal.projects.services import end_grants, grant_group
from portal.roadmap import queries
from portal.roadmap.events import (
    HelpAsked,
    ReferralAccepted,
    ReferralCompleted,
    ReferralEvent,
    ReferralExpired,
    ReferralMessageWritten,
    ReferralRefused,
    ReferralWithdrawn,
)
from portal.roadmap.models import Referral, ReferralMessage
from portal.roadmap.queries import Laid
from portal.roadmap.rules.referrals import (
    EXPIRES_AFTER,
    MOVES,
    OPEN,
    ReferralSide,
    ReferralState,
    Verb,
    reasons_against,
)
from portal.roadmap.rules.support import apply_by, takes
from portal.roadmap.services.roadmaps import refuse_archived

REASON = GrantReason.REFERRAL
OPENABLE = tuple(
    group for group in FieldGroup if group in OPENED_BY[REASON] and group is not FieldGroup.TEASER
)
"""What a founder may open to a provider that accepts; the name always goes with it."""

EVENTS: Mapping[Verb, type[ReferralEvent]] = {
    Verb.ACCEPT: ReferralAccepted,
    Verb.REFUSE: ReferralRefused,
    Verb.WITHDRAW: ReferralWithdrawn,
    Verb.COMPLETE: ReferralCompleted,
}


def ask_for_help(
    session: Session,
    actor: Actor,
    project_id: int,
    step_id: str,
    partner_id: int,
    *,
    words: str,
    groups: Collection[FieldGroup],
    at: datetime,
) -> Referral:
    """Ask a provider for help with a step that lies ahead; it reads the teaser and the words, and nothing else yet.

    Raises `NotFound` where the project, the step or the offer is not there, `NotAllowed` for anybody but the founders,
    and `Refused` with everything that stands against it.
    """
    project = own_project(session, actor, project_id, at=at, lock=True)
    refuse_archived(project)
    laid, offer = queries.laid(session, project), public_offer(session, partner_id)
    if laid is None:
        raise NotFound
    start = _start_of(laid, step_id)
    reasons = _reasons_against_asking(session, laid, offer, step_id, words, on=day_of(at))
    if reasons:
        raise Refused(reasons)
    due = apply_by(start, offer.lead_time_days, offer.closes, today=day_of(at))
    kept = sorted({FieldGroup.IDENTITY, *(group for group in groups if group in OPENABLE)})
    referral = Referral(
        project_id=project.id,
        partner_id=offer.id,
        step_id=step_id,
        step_name=_name_of(laid, step_id),
        state=ReferralState.ASKED,
        groups=[group.value for group in kept],
        apply_by=due.day,
        asked_at=at,
        asked_by_id=actor.user_id,
        updated_at=at,
    )
    session.add(referral)
    session.flush()
    _write(session, actor, referral, ReferralSide.FOUNDER, words, at=at)
    _open(session, actor, referral, [FieldGroup.TEASER], at=at)
    event = HelpAsked(
        actor_id=actor.user_id, referral_id=referral.id, step_id=step_id, groups=tuple(referral.groups)
    )
    record(session, event, at=at)
    return referral


def move_referral(
    session: Session,
    actor: Actor,
    referral_id: int,
    verb: Verb,
    *,
    words: str,
    version: int | None,
    at: datetime,
) -> Referral:
    """Accept, refuse, withdraw or complete a referral, or write to the other side; access follows in the same unit.

    Raises `NotFound`, `NotAllowed` where the step is the other side's, `Stale`, and `Refused` where it does not follow
    or words are missing.
    """
    seen = queries.referral_seen(session, actor, referral_id, lock=True)
    referral, move = seen.referral, MOVES[verb]
    if seen.side not in move.sides:
        raise NotAllowed
    if version != referral.version:
        raise Stale({"version": referral.version})
    if reasons := reasons_against(verb, referral.state, words):
        raise Refused(reasons)
    referral.updated_at = at
    if move.after is not None:
        referral.state = move.after
        referral.answered_at = referral.answered_at or at
    if words.strip():
        _write(session, actor, referral, seen.side, words, at=at)
    session.flush()
    if referral.state is ReferralState.ACCEPTED and verb is Verb.ACCEPT:
        _open(session, actor, referral, [FieldGroup(group) for group in referral.groups], at=at)
    elif referral.state not in OPEN:
        end_grants(session, actor_id=actor.user_id, at=at, reason=REASON, reason_id=referral.id)
    record(session, _event(verb, actor, referral, seen.side), at=at)
    return referral


def expire_referrals(session: Session, *, at: datetime) -> int:
    """Let referrals expire that have waited too long for an answer, and end the access that they gave; return how many."""
    waiting = session.scalars(
        select(Referral)
        .where(Referral.state == ReferralState.ASKED, Referral.asked_at <= at - EXPIRES_AFTER)
        .order_by(Referral.id)
        .with_for_update(of=Referral, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for referral in waiting:
        referral.state, referral.answered_at, referral.updated_at = ReferralState.EXPIRED, at, at
        session.flush()
        end_grants(session, actor_id=None, at=at, reason=REASON, reason_id=referral.id)
        record(session, ReferralExpired(actor_id=None, referral_id=referral.id), at=at)
    return len(waiting)


def _event(verb: Verb, actor: Actor, referral: Referral, side: ReferralSide) -> ReferralEvent:
    if verb is Verb.SAY:
        return ReferralMessageWritten(actor_id=actor.user_id, referral_id=referral.id, side=side.value)
    return EVENTS[verb](actor_id=actor.user_id, referral_id=referral.id)


def _reasons_against_asking(
    session: Session, laid: Laid, offer: Partner, step_id: str, words: str, *, on: date
) -> list[Reason]:
    project = laid.roadmap.project
    mark = laid.marks.get(step_id)
    reasons = []
    if not words.strip():
        reasons.append(Reason("referral_without_words", {"verb": "ask"}, "words"))
    if mark is not None and mark.finished is not None:
        reasons.append(Reason("referral_step_is_done", {"finished": mark.finished}))
    if not takes(queries.terms_of_offer(offer), queries.applicant_of(project), on=on):
        reasons.append(Reason("referral_offer_does_not_fit", {"offer": offer.name}))
    if queries.open_referral(session, project.id, offer.id, step_id) is not None:
        reasons.append(Reason("referral_open_already", {"offer": offer.name}))
    return reasons


def _start_of(laid: Laid, step_id: str) -> date:
    for step in laid.plan.plan["steps"]:
        if step["id"] == step_id:
            return date.fromisoformat(step["earliest_start"])
    raise NotFound


def _name_of(laid: Laid, step_id: str) -> dict[str, str]:
    record_of = laid.book.steps.get(step_id)
    if record_of is not None:
        return dict(record_of["name"])
    own = laid.marks[step_id].own or {}
    return {"en": own["name"], "sv": own["name"]}


def _write(
    session: Session, actor: Actor, referral: Referral, side: ReferralSide, words: str, *, at: datetime
) -> None:
    message = ReferralMessage(
        referral_id=referral.id, side=side, author_id=actor.user_id, words=words.strip(), written_at=at
    )
    session.add(message)
    session.flush()


def _open(
    session: Session, actor: Actor, referral: Referral, groups: Collection[FieldGroup], *, at: datetime
) -> None:
    for group in groups:
        grant_group(
            session,
            actor_id=actor.user_id,
            project_id=referral.project_id,
            organisation_id=referral.partner.organisation_id,
            group=group,
            reason=REASON,
            reason_id=referral.id,
            at=at,
        )
