"""Asking a support provider for help with a step, or proposing to, and what each side does about it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.ledger import record
from portal.partners.models import Partner
from portal.partners.queries import public_offer
from portal.partners.rules.places import free_seat, next_quarter, quarter_of
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import own_project
from portal.projects.rules.access import OPENED_BY, owns
from portal.projects.rules.phases import day_of
from portal.projects.rules.values import GrantReason
from portal.projects.services import end_grants, grant_group
from portal.roadmap import queries
from portal.roadmap.events import (
    HelpAsked,
    HelpProposed,
    ProposalDropped,
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
    SEATED,
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
    Verb.DROP: ProposalDropped,
}
EXPIRES: Mapping[ReferralState, tuple[ReferralState, type[ReferralEvent]]] = {
    ReferralState.ASKED: (ReferralState.EXPIRED, ReferralExpired),
    ReferralState.PROPOSED: (ReferralState.DROPPED, ProposalDropped),
}
"""What waits for an answer, what it becomes without one, and what that is called."""


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
    """Ask a provider for help with a step that lies ahead; it reads the teaser as it stands now and the words, nothing else yet.

    Raises `NotFound` where the project, the step or the offer is not there, `NotAllowed` for anybody but the founders,
    and `Refused` with everything that stands against it, a provider without a place left in the quarter included.
    """
    project = own_project(session, actor, project_id, at=at, lock=True)
    laid, offer = _ahead_of(session, project, step_id, partner_id)
    reasons = _reasons_against_asking(session, laid, offer, step_id, on=day_of(at))
    seat = _seat_for(session, offer, [*_without_words(words, "ask"), *reasons], at=at)
    referral = _new(laid, offer, step_id, actor, at=at)
    session.add(referral)
    return _sent(session, actor, referral, seat, words=words, groups=groups, at=at)


def propose_help(
    session: Session,
    actor: Actor,
    project_id: int,
    step_id: str,
    partner_id: int,
    *,
    words: str,
    at: datetime,
) -> Referral:
    """Let an adviser with the founders' consent propose a provider for a step; it learns nothing before the founder's yes.

    Raises what `ask_for_help` raises; `NotAllowed` for anybody but such an adviser.
    """
    project = queries.project_to_plan(session, actor, project_id, at=at)
    if owns(actor, project.organisation_id) or Role.ADVISER not in actor.roles:
        raise NotAllowed
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    laid, offer = _ahead_of(session, project, step_id, partner_id)
    reasons = _reasons_against_asking(session, laid, offer, step_id, on=day_of(at))
    _seat_for(session, offer, [*_without_words(words, "propose"), *reasons], at=at)
    referral = _new(laid, offer, step_id, actor, at=at)
    referral.proposed_by_id, referral.proposed_for_id = actor.user_id, actor.organisation_id
    session.add(referral)
    session.flush()
    _write(session, actor, referral, ReferralSide.ADVISER, words, at=at)
    record(session, HelpProposed(actor_id=actor.user_id, referral_id=referral.id, step_id=step_id), at=at)
    return referral


def send_proposed(
    session: Session,
    actor: Actor,
    referral_id: int,
    *,
    words: str,
    groups: Collection[FieldGroup],
    version: int | None,
    at: datetime,
) -> Referral:
    """Say yes, as the founder, to what an adviser has proposed: the provider is asked, in the founder's words.

    Raises `NotFound`, `NotAllowed` for the other sides, `Stale`, and `Refused` with everything that stands against it.
    """
    seen = queries.referral_seen(session, actor, referral_id, at=at, lock=True)
    referral = seen.referral
    if seen.side not in MOVES[Verb.SEND].sides:
        raise NotAllowed
    if version != referral.version:
        raise Stale({"version": referral.version})
    _refuse(reasons_against(Verb.SEND, referral.state, words))
    laid, offer = _ahead_of(session, referral.project, referral.step_id, referral.partner_id)
    reasons = _reasons_against_asking(session, laid, offer, referral.step_id, on=day_of(at), sending=True)
    seat = _seat_for(session, offer, reasons, at=at)
    return _sent(session, actor, referral, seat, words=words, groups=groups, at=at)


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
    """Accept, refuse, withdraw, complete or drop a referral, or write to the other side; access follows in the same unit.

    Raises `NotFound`, `NotAllowed` where the step is the other side's, `Stale`, and `Refused` where it does not follow
    or words are missing.
    """
    seen = queries.referral_seen(session, actor, referral_id, at=at, lock=True)
    referral, move = seen.referral, MOVES[verb]
    if seen.side not in move.sides or verb is Verb.SEND:
        raise NotAllowed
    if version != referral.version:
        raise Stale({"version": referral.version})
    _refuse(reasons_against(verb, referral.state, words))
    referral.updated_at = at
    if move.after is not None:
        _put(referral, move.after, at=at)
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
    """Let referrals expire that have waited too long for an answer, and end the access that they gave; return how many.

    What an adviser proposed and the founder never answered is dropped; the provider has known nothing of it.
    """
    waiting = session.scalars(
        select(Referral)
        .where(Referral.state.in_(sorted(EXPIRES)), Referral.asked_at <= at - EXPIRES_AFTER)
        .order_by(Referral.id)
        .with_for_update(of=Referral, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for referral in waiting:
        state, event = EXPIRES[referral.state]
        _put(referral, state, at=at)
        referral.updated_at = at
        session.flush()
        end_grants(session, actor_id=None, at=at, reason=REASON, reason_id=referral.id)
        record(session, event(actor_id=None, referral_id=referral.id), at=at)
    return len(waiting)


def _put(referral: Referral, state: ReferralState, *, at: datetime) -> None:
    referral.state, referral.answered_at = state, referral.answered_at or at
    if state not in SEATED:
        referral.quarter = referral.seat = None


def _ahead_of(session: Session, project: Project, step_id: str, partner_id: int) -> tuple[Laid, Partner]:
    """Return a project's roadmap that has the step, and the offer, locked, so that its places are counted once."""
    refuse_archived(project)
    laid, offer = queries.laid(session, project), public_offer(session, partner_id)
    if laid is None or all(step["id"] != step_id for step in laid.plan.plan["steps"]):
        raise NotFound
    session.refresh(offer, with_for_update=True)
    return laid, offer


def _seat_for(session: Session, offer: Partner, reasons: Sequence[Reason], *, at: datetime) -> int:
    """Return a free place of the provider's quarter.

    Raises `Refused` with these reasons, and where there is no place.
    """
    today = day_of(at)
    taken = queries.seats_taken(session, [offer.id], quarter_of(today))[offer.id]
    seat = free_seat(offer.capacity, taken)
    if seat is None:
        full = Reason("referral_provider_is_full", {"offer": offer.name, "from": next_quarter(today)})
        raise Refused([*reasons, full])
    _refuse(reasons)
    return seat


def _new(laid: Laid, offer: Partner, step_id: str, actor: Actor, *, at: datetime) -> Referral:
    return Referral(
        project_id=laid.roadmap.project_id,
        partner_id=offer.id,
        step_id=step_id,
        step_name=_name_of(laid, step_id),
        state=ReferralState.PROPOSED,
        groups=[],
        apply_by=apply_by(_start_of(laid, step_id), offer.lead_time_days, offer.closes, today=day_of(at)).day,
        asked_at=at,
        asked_by_id=actor.user_id,
        updated_at=at,
    )


def _sent(
    session: Session,
    actor: Actor,
    referral: Referral,
    seat: int,
    *,
    words: str,
    groups: Collection[FieldGroup],
    at: datetime,
) -> Referral:
    opened = {FieldGroup.IDENTITY, *(group for group in groups if group in OPENABLE)}
    referral.groups = sorted(group.value for group in opened)
    referral.state, referral.asked_by_id = ReferralState.ASKED, actor.user_id
    referral.asked_at = referral.updated_at = at
    referral.quarter, referral.seat = quarter_of(day_of(at)), seat
    session.flush()
    _write(session, actor, referral, ReferralSide.FOUNDER, words, at=at)
    _open(session, actor, referral, [FieldGroup.TEASER], at=at)
    event = HelpAsked(
        actor_id=actor.user_id,
        referral_id=referral.id,
        step_id=referral.step_id,
        groups=tuple(referral.groups),
    )
    record(session, event, at=at)
    return referral


def _refuse(reasons: Sequence[Reason]) -> None:
    if reasons:
        raise Refused(list(reasons))


def _without_words(words: str, verb: str) -> list[Reason]:
    return [] if words.strip() else [Reason("referral_without_words", {"verb": verb}, "words")]


def _event(verb: Verb, actor: Actor, referral: Referral, side: ReferralSide) -> ReferralEvent:
    if verb is Verb.SAY:
        return ReferralMessageWritten(actor_id=actor.user_id, referral_id=referral.id, side=side.value)
    return EVENTS[verb](actor_id=actor.user_id, referral_id=referral.id)


def _reasons_against_asking(
    session: Session, laid: Laid, offer: Partner, step_id: str, *, on: date, sending: bool = False
) -> list[Reason]:
    project = laid.roadmap.project
    mark = laid.marks.get(step_id)
    reasons = []
    if mark is not None and mark.finished is not None:
        reasons.append(Reason("referral_step_is_done", {"finished": mark.finished}))
    if not takes(queries.terms_of_offer(offer), queries.applicant_of(project), on=on):
        reasons.append(Reason("referral_offer_does_not_fit", {"offer": offer.name}))
    if not sending and queries.open_referral(session, project.id, offer.id, step_id) is not None:
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
            words=referral.project.words if group is FieldGroup.TEASER else None,
        )
