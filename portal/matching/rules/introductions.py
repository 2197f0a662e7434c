"""The states of an introduction: what follows what, and who may do it."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from portal.core.errors import Reason
from portal.partners.rules.fields import BIGGEST_AMOUNT
from portal.partners.rules.values import CURRENCIES, INSTRUMENTS

ANSWER_WITHIN = timedelta(days=14)
"""A teaser that nobody answers for so long expires, and gives the partner's capacity back."""
REMINDED_AFTER = timedelta(days=7)


class State(StrEnum):
    """Where an introduction stands, in the words of the contract."""

    SUGGESTED = "suggested"
    SHORTLISTED = "shortlisted"
    CONSENT_ASKED = "consent_asked"
    TEASER_SENT = "teaser_sent"
    MUTUAL_YES = "mutual_yes"
    INTRODUCED = "introduced"
    IN_DISCUSSION = "in_discussion"
    INVESTED = "invested"
    SUPPORTED = "supported"
    CLOSED = "closed"
    DECLINED = "declined"
    LATER = "later"
    EXPIRED = "expired"
    CONSENT_WITHDRAWN = "consent_withdrawn"


OUTCOMES = frozenset({State.INVESTED, State.SUPPORTED, State.CLOSED})
OVER = OUTCOMES | {State.DECLINED, State.EXPIRED, State.CONSENT_WITHDRAWN}
OPEN = frozenset(State) - OVER
AGREED = frozenset({State.MUTUAL_YES, State.INTRODUCED, State.IN_DISCUSSION})
"""Both have said yes, and nothing is decided yet."""
SHOWING = AGREED | {State.TEASER_SENT, State.INVESTED, State.SUPPORTED}
"""States in which the partner sees something of the project."""


SHARING = AGREED | {State.INVESTED, State.SUPPORTED}
"""States in which the partner reads the profile and the documents that the founder adds."""


class Side(StrEnum):
    """Who does something to an introduction."""

    FOUNDER = "founder"
    PARTNER = "partner"
    ADVISER = "adviser"


class DeclineReason(StrEnum):
    """Why somebody says no, from a short list; the first six teach the ranking about other projects too."""

    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOT_OUR_AREA = "not_our_area"
    NOT_OUR_MODALITY = "not_our_modality"
    NOT_OUR_CLASS = "not_our_class"
    NOT_OUR_REGION = "not_our_region"
    AMOUNT = "amount"
    NO_ROOM_NOW = "no_room_now"
    CONFLICT = "conflict"
    NOT_WANTED = "not_wanted"
    OTHER = "other"


BEFORE: Mapping[State, frozenset[State]] = {
    State.SHORTLISTED: frozenset({State.SUGGESTED}),
    State.CONSENT_ASKED: frozenset({State.SHORTLISTED}),
    State.TEASER_SENT: frozenset({State.SHORTLISTED, State.CONSENT_ASKED, State.LATER}),
    State.MUTUAL_YES: frozenset({State.TEASER_SENT}),
    State.LATER: frozenset({State.TEASER_SENT}),
    State.INTRODUCED: frozenset({State.MUTUAL_YES}),
    State.IN_DISCUSSION: frozenset({State.INTRODUCED}),
    State.INVESTED: frozenset({State.INTRODUCED, State.IN_DISCUSSION}),
    State.SUPPORTED: frozenset({State.INTRODUCED, State.IN_DISCUSSION}),
    State.CLOSED: frozenset({State.INTRODUCED, State.IN_DISCUSSION}),
    State.EXPIRED: frozenset({State.TEASER_SENT}),
    State.DECLINED: OPEN,
    State.CONSENT_WITHDRAWN: OPEN | {State.INVESTED, State.SUPPORTED},
}
"""From which states each may be reached."""


def reasons_against_move(before: State, after: State, *, consented: bool) -> list[Reason]:
    """Return what stands against a step; an empty list means go."""
    if before not in BEFORE[after]:
        return [Reason("introduction_not_from_here", {"before": before.value, "after": after.value})]
    if after is State.TEASER_SENT and not consented:
        return [Reason("introduction_without_consent")]
    return []


def reasons_against_outcome(
    outcome: State,
    *,
    on: date | None,
    amount: int | None,
    currency: str | None,
    instrument: str | None,
    words: str,
    today: date,
) -> list[Reason]:
    """Return what is wrong with an outcome; an amount or instrument that nobody tells may stay open."""
    reasons = []
    if on is None or on > today:
        reasons.append(Reason("outcome_day_ahead", {"today": today}, "on"))
    if amount is not None and currency not in CURRENCIES:
        reasons.append(Reason("outcome_without_currency", {"allowed": list(CURRENCIES)}, "currency"))
    if amount is not None and not 0 <= amount <= BIGGEST_AMOUNT:
        reasons.append(Reason("outcome_amount_out_of_range", {"most": BIGGEST_AMOUNT}, "amount"))
    if instrument and instrument not in INSTRUMENTS:
        reasons.append(Reason("outcome_instrument_unknown", {}, "instrument"))
    if instrument and outcome is not State.INVESTED:
        reasons.append(Reason("outcome_instrument_without_investment", {}, "instrument"))
    if outcome is State.SUPPORTED and not words:
        reasons.append(Reason("outcome_support_unsaid", {}, "explained"))
    if outcome is State.CLOSED and not words:
        reasons.append(Reason("outcome_reason_unsaid", {}, "explained"))
    return reasons


def reasons_against_later(until: date | None, *, today: date) -> list[Reason]:
    """Return why somebody cannot be asked again on that day."""
    if until is None:
        return [Reason("introduction_day_missing", {}, "until")]
    if not today < until <= today + timedelta(days=730):
        return [Reason("introduction_day_out_of_range", {"day": until, "today": today}, "until")]
    return []


def is_back(state: State, until: date | None, *, today: date) -> bool:
    """Say whether the day has come from which a partner that said later may be asked again."""
    return state is State.LATER and until is not None and until <= today
