"""From the shortlist to a discussion: consent, teaser, answer, introduction."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, Reason, Refused, Stale
from portal.core.events import Event
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import (
    AskingAgainFailed,
    ConsentAsked,
    ConsentGiven,
    DiscussionBegun,
    Introduced,
    PartnerAgreed,
    PartnerAskedAgain,
    PartnerPostponed,
    PartnerShortlisted,
    TeaserRenewed,
    TeaserSent,
)
from portal.matching.models import Introduction
from portal.matching.rules.introductions import (
    ANSWER_WITHIN,
    Side,
    State,
    reasons_against_later,
    reasons_against_move,
)
from portal.matching.services.beginning import (
    keep_words,
    open_partner,
    opened,
    reasons_against_pair,
    refuse_other_words,
)
from portal.matching.services.conflicts import refuse_conflicted
from portal.matching.services.meetings import call_off
from portal.partners.models import Partner
from portal.partners.rules.places import free_seat, quarter_of
from portal.projects import queries as projects
from portal.projects.models import FieldGroup
from portal.projects.rules.values import GrantReason
from portal.projects.services import end_grants, grant_group

REASON = GrantReason.INTRODUCTION
JUDGED = frozenset(FieldGroup)
CODES_OF_ITS_OWN = frozenset({"NO_CAPACITY"})
"""Said by the place in the partner's quarter, which is counted under its lock."""


def take_up(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Introduction:
    """Take a founder's wish on the shortlist."""
    one = step(session, actor, introduction_id, Side.ADVISER, State.SHORTLISTED, version=version, at=at)
    one.adviser_id = actor.user_id
    return told(session, one, PartnerShortlisted(actor_id=actor.user_id, introduction_id=one.id), at=at)


def ask_consent(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Introduction:
    """Ask the founder's consent to this partner."""
    one = step(session, actor, introduction_id, Side.ADVISER, State.CONSENT_ASKED, version=version, at=at)
    one.consent_asked_at, one.adviser_id = at, one.adviser_id or actor.user_id
    return told(session, one, ConsentAsked(actor_id=actor.user_id, introduction_id=one.id), at=at)


def give_consent(
    session: Session,
    actor: Actor,
    introduction_id: int,
    *,
    groups: Collection[FieldGroup],
    read: str | None = None,
    version: int | None,
    at: datetime,
) -> Introduction:
    """Say yes, as the founder, to this partner, and to exactly these field groups once both have said yes.

    The words of the teaser that the founder has `read`, by their digest, are kept: these and no others are sent. Raises
    `NotFound`, `NotAllowed`, `Stale`, and `Refused` where no consent is asked, or the words have changed since.
    """
    one = _of_side(session, actor, introduction_id, Side.FOUNDER, version=version)
    if one.state is not State.CONSENT_ASKED or one.consented_at is not None:
        after = {"before": one.state.value, "after": State.TEASER_SENT.value}
        raise Refused([Reason("introduction_not_from_here", after)])
    project = projects.own_project(session, actor, one.project_id, at=at, lock=True)
    refuse_other_words(project, read)
    one.consented_at, one.consented_by_id, one.updated_at = at, actor.user_id, at
    one.groups = opened(groups)
    keep_words(one, project)
    event = ConsentGiven(actor_id=actor.user_id, introduction_id=one.id, groups=tuple(one.groups))
    return told(session, one, event, at=at)


def renew_teaser(
    session: Session,
    actor: Actor,
    introduction_id: int,
    *,
    read: str | None,
    version: int | None,
    at: datetime,
) -> Introduction:
    """Consent anew, as the founder, to the words of the teaser as they stand: from now on the partner reads these.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` where nothing was consented to, both have agreed, or the words
    have changed since they were `read`.
    """
    one = _of_side(session, actor, introduction_id, Side.FOUNDER, version=version)
    project = projects.own_project(session, actor, one.project_id, at=at, lock=True)
    refuse_other_words(project, read)
    if not one.is_behind:
        raise Refused([Reason("introduction_nothing_to_renew")])
    keep_words(one, project)
    one.updated_at = at
    if one.state is State.TEASER_SENT:
        _open(session, actor.user_id, one, [FieldGroup.TEASER], at=at)
    return told(session, one, TeaserRenewed(actor_id=actor.user_id, introduction_id=one.id), at=at)


def send_teaser(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Introduction:
    """Send the teaser to the partner: it takes a place of its quarter, and is to be answered within two weeks.

    The pair is judged on everything that is known of the project, whoever sends. Raises `NotFound`, `NotAllowed`,
    `Stale`, and `Refused` with every rule against it, or where the partner has no place left.
    """
    one = step(session, actor, introduction_id, Side.ADVISER, State.TEASER_SENT, version=version, at=at)
    partner = open_partner(session, one.partner_id)
    sight = queries.sight(session, actor, one.project, at=at, groups=JUDGED)
    reasons = [
        reason
        for reason in reasons_against_pair(sight, partner.id)
        if set(reason.values["codes"]) - CODES_OF_ITS_OWN
    ]
    seat = _free_seat(session, partner, at=at)
    if reasons:
        raise Refused([Reason("introduction_no_longer_fits")])
    if seat is None:
        raise Refused([Reason("partner_without_room", {"capacity": partner.capacity})])
    one.adviser_id = one.adviser_id or actor.user_id
    due = _put_out(session, actor.user_id, one, seat, at=at).isoformat()
    return told(session, one, TeaserSent(actor_id=actor.user_id, introduction_id=one.id, due_at=due), at=at)


def ask_again(session: Session, one: Introduction, *, at: datetime) -> Introduction:
    """Send the teaser again, of itself, on the day that its partner named; where that can't be, an adviser has to look.

    It takes a place of the quarter like any other teaser, and the pair is judged anew. It is tried once only.
    """
    partner = session.get_one(
        Partner, one.partner_id, with_for_update={"of": Partner}, populate_existing=True
    )
    seat = _free_seat(session, partner, at=at)
    one.updated_at = at
    if seat is None or not _still_fits(session, one, partner, at=at):
        one.reminded_at = at
        return told(session, one, AskingAgainFailed(actor_id=None, introduction_id=one.id), at=at)
    one.state = State.TEASER_SENT
    due = _put_out(session, None, one, seat, at=at).isoformat()
    return told(session, one, PartnerAskedAgain(actor_id=None, introduction_id=one.id, due_at=due), at=at)


def answer_yes(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Introduction:
    """Say yes as the partner: with the founder's yes it is mutual, and what the founder consented to opens at once."""
    one = step(session, actor, introduction_id, Side.PARTNER, State.MUTUAL_YES, version=version, at=at)
    one.agreed_at, one.due_at = at, None
    groups = [FieldGroup(group) for group in one.groups]
    _open(session, actor.user_id, one, [FieldGroup.TEASER, *groups], at=at)
    return told(session, one, PartnerAgreed(actor_id=actor.user_id, introduction_id=one.id), at=at)


def answer_later(
    session: Session,
    actor: Actor,
    introduction_id: int,
    *,
    until: date | None,
    version: int | None,
    at: datetime,
) -> Introduction:
    """Say later as the partner: its place in the quarter is free again, and it is asked again after that day."""
    one = step(session, actor, introduction_id, Side.PARTNER, State.LATER, version=version, at=at)
    if reasons := reasons_against_later(until, today=at.date()):
        raise Refused(reasons)
    one.later_until = until
    release(session, actor.user_id, one, at=at)
    said = until.isoformat() if until else ""
    event = PartnerPostponed(actor_id=actor.user_id, introduction_id=one.id, until=said)
    return told(session, one, event, at=at)


def introduce(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Introduction:
    """Note that both were brought together."""
    one = step(session, actor, introduction_id, Side.ADVISER, State.INTRODUCED, version=version, at=at)
    return told(session, one, Introduced(actor_id=actor.user_id, introduction_id=one.id), at=at)


def begin_discussion(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Introduction:
    """Note that both talk with each other."""
    one = step(session, actor, introduction_id, Side.ADVISER, State.IN_DISCUSSION, version=version, at=at)
    return told(session, one, DiscussionBegun(actor_id=actor.user_id, introduction_id=one.id), at=at)


def step(
    session: Session,
    actor: Actor,
    introduction_id: int,
    side: Side | None,
    after: State,
    *,
    version: int | None,
    at: datetime,
) -> Introduction:
    """Return a locked introduction in its next state, for the side whose step it is.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` where the step does not follow.
    """
    one = _of_side(session, actor, introduction_id, side, version=version)
    if reasons := reasons_against_move(one.state, after, consented=one.consented_at is not None):
        raise Refused(reasons)
    one.state, one.updated_at = after, at
    return one


def told(session: Session, one: Introduction, event: Event, *, at: datetime) -> Introduction:
    """Record an event of an introduction, and return the introduction as it is stored."""
    session.flush()
    record(session, event, at=at)
    return one


def release(session: Session, actor_id: int | None, one: Introduction, *, at: datetime) -> None:
    """Give the partner its place back, and end everything that it saw or agreed to because of this introduction."""
    call_off(session, actor_id, one, at=at)
    one.seat = one.quarter = one.due_at = None
    session.flush()
    end_grants(session, actor_id=actor_id, at=at, reason=REASON, reason_id=one.id)


def _of_side(
    session: Session, actor: Actor, introduction_id: int, side: Side | None, *, version: int | None
) -> Introduction:
    seen = queries.introduction_seen(session, actor, introduction_id, lock=True)
    if side is not None and seen.side is not side:
        raise NotAllowed
    if seen.side is Side.ADVISER:
        refuse_conflicted(session, actor, seen.introduction.project, seen.introduction.partner)
    if version != seen.introduction.version:
        raise Stale({"version": seen.introduction.version})
    return seen.introduction


def _free_seat(session: Session, partner: Partner, *, at: datetime) -> int | None:
    return free_seat(partner.capacity, queries.seats_of(session, partner.id, quarter_of(at)))


def _still_fits(session: Session, one: Introduction, partner: Partner, *, at: datetime) -> bool:
    """Say whether a pair is eligible on everything that is known of its project."""
    if one.project.archived_at is not None or one.consented_at is None:
        return False
    return partner in queries.partners_that_fit(session, one.project, JUDGED, least=0, at=at)


def _put_out(
    session: Session, actor_id: int | None, one: Introduction, seat: int, *, at: datetime
) -> datetime:
    """Give an introduction its place of the quarter, open the teaser, and return until when it is to be answered."""
    due = at + ANSWER_WITHIN
    one.sent_at, one.due_at, one.reminded_at, one.later_until = at, due, None, None
    one.quarter, one.seat = quarter_of(at), seat
    session.flush()
    _open(session, actor_id, one, [FieldGroup.TEASER], at=at)
    return due


def _open(
    session: Session, actor_id: int | None, one: Introduction, groups: Collection[FieldGroup], *, at: datetime
) -> None:
    for group in groups:
        frozen = group is FieldGroup.TEASER and one.state is State.TEASER_SENT
        grant_group(
            session,
            actor_id=actor_id,
            project_id=one.project_id,
            organisation_id=one.partner.organisation_id,
            group=group,
            reason=REASON,
            reason_id=one.id,
            at=at,
            words=one.words if frozen else None,
        )
