"""How an introduction ends: an outcome, a no, a consent taken back, or silence."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, Refused
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import (
    ConsentWithdrawn,
    IntroductionDeclined,
    OutcomeNoted,
    TeaserExpired,
    TeaserReminded,
)
from portal.matching.models import Introduction
from portal.matching.rules.introductions import (
    OUTCOMES,
    REMINDED_AFTER,
    DeclineReason,
    Side,
    State,
    reasons_against_outcome,
)
from portal.matching.services.going import ask_again, release, step, told
from portal.matching.services.meetings import tend_meetings
from portal.matching.services.notes import tend_follow_ups


def note_outcome(
    session: Session,
    actor: Actor,
    introduction_id: int,
    outcome: State,
    *,
    on: date | None,
    amount: int | None,
    currency: str | None,
    instrument: str | None = None,
    words: str | None,
    version: int | None,
    at: datetime,
) -> Introduction:
    """Note what came of an introduction: an investment, support, or nothing.

    Raises `NotFound`, `NotAllowed` for anybody but an adviser, `Stale`, and `Refused` with everything that is wrong.
    """
    if outcome not in OUTCOMES:
        raise ValueError(outcome)
    one = step(session, actor, introduction_id, Side.ADVISER, outcome, version=version, at=at)
    if reasons := reasons_against_outcome(
        outcome,
        on=on,
        amount=amount,
        currency=currency,
        instrument=instrument,
        words=words or "",
        today=at.date(),
    ):
        raise Refused(reasons)
    one.outcome_on, one.outcome_amount, one.outcome_words = on, amount, words or None
    one.outcome_currency = currency if amount is not None else None
    one.outcome_instrument = instrument or None
    if outcome is State.CLOSED:
        release(session, actor.user_id, one, at=at)
    event = OutcomeNoted(actor_id=actor.user_id, introduction_id=one.id, outcome=outcome.value)
    return told(session, one, event, at=at)


def decline(
    session: Session,
    actor: Actor,
    introduction_id: int,
    *,
    reason: DeclineReason,
    words: str | None,
    final: bool,
    version: int | None,
    at: datetime,
) -> Introduction:
    """Say no, as whichever side one is: access ends, the place is free again, and later rankings know the reason.

    Raises `NotFound`, `Stale`, and `Refused` where the introduction is over.
    """
    side = queries.introduction_seen(session, actor, introduction_id).side
    one = step(session, actor, introduction_id, side, State.DECLINED, version=version, at=at)
    one.declined_at, one.declined_by, one.decline_reason = at, side, reason
    one.decline_words, one.decline_final = words or None, final
    release(session, actor.user_id, one, at=at)
    event = IntroductionDeclined(
        actor_id=actor.user_id,
        introduction_id=one.id,
        by=side.value,
        reason=reason.value,
        final=final,
        words=words or None,
    )
    return told(session, one, event, at=at)


def withdraw_consent(
    session: Session, actor: Actor, introduction_id: int, *, version: int | None, at: datetime
) -> Introduction:
    """Take the founder's consent back: the partner's access ends at once.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` where no consent was given or it is over.
    """
    one = step(session, actor, introduction_id, Side.FOUNDER, State.CONSENT_WITHDRAWN, version=version, at=at)
    if one.consented_at is None:
        raise NotAllowed
    release(session, actor.user_id, one, at=at)
    event = ConsentWithdrawn(actor_id=actor.user_id, introduction_id=one.id)
    return told(session, one, event, at=at)


def tend_introductions(session: Session, *, at: datetime) -> int:
    """Do for introductions what their days ask for; return how much was done.

    Teasers that wait for a week are reminded of, those past due end, and what was put off is asked again; advisers are
    reminded of follow-ups and past meetings.
    """
    back = queries.postponed(session, until=at.date())
    for one in back:
        ask_again(session, one, at=at)
    moved = len(back)
    for one in queries.unanswered(session, before=at - REMINDED_AFTER):
        if one.due_at is not None and one.due_at <= at:
            one.state, one.updated_at = State.EXPIRED, at
            release(session, None, one, at=at)
            record(session, TeaserExpired(actor_id=None, introduction_id=one.id), at=at)
        elif one.reminded_at is None:
            one.reminded_at = at
            session.flush()
            record(session, TeaserReminded(actor_id=None, introduction_id=one.id), at=at)
        else:
            continue
        moved += 1
    return moved + tend_follow_ups(session, at=at) + tend_meetings(session, at=at)
