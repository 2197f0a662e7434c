"""The states of a referral: who takes which step, and from where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from portal.core.errors import Reason

WORDS_MOST = 4000
REMINDED_AFTER = timedelta(days=10)
"""So long a referral waits before its provider is reminded."""
EXPIRES_AFTER = timedelta(days=21)
"""So long a referral waits before it expires, and the access that it gave ends."""


class ReferralState(StrEnum):
    """Where a referral stands; proposed and dropped ones never reach their provider."""

    PROPOSED = "proposed"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    EXPIRED = "expired"
    DROPPED = "dropped"


class ReferralSide(StrEnum):
    """Who does something to a referral."""

    FOUNDER = "founder"
    PROVIDER = "provider"
    ADVISER = "adviser"


class Verb(StrEnum):
    """What may be done to a referral; sending is the founder's yes to what an adviser has proposed."""

    SEND = "send"
    DROP = "drop"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"
    SAY = "say"


PROPOSED = frozenset({ReferralState.PROPOSED})
ASKED, ACCEPTED = frozenset({ReferralState.ASKED}), frozenset({ReferralState.ACCEPTED})
SENT = ASKED | ACCEPTED
OPEN = PROPOSED | SENT
UNSENT = PROPOSED | {ReferralState.DROPPED}
"""What the provider knows nothing of."""
SEATED = SENT | {ReferralState.COMPLETED}
"""What takes a place of the provider's quarter; a no, and silence, give it back."""
FOUNDER, PROVIDER = frozenset({ReferralSide.FOUNDER}), frozenset({ReferralSide.PROVIDER})
ADVISER = frozenset({ReferralSide.ADVISER})
HEARD_BY: Mapping[ReferralSide, frozenset[ReferralSide]] = {
    ReferralSide.FOUNDER: FOUNDER | PROVIDER | ADVISER,
    ReferralSide.PROVIDER: FOUNDER | PROVIDER,
    ReferralSide.ADVISER: ADVISER,
}
"""Whose messages a side reads: an adviser's words are the founder's to pass on, and the answers are not the adviser's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From which states a verb leads where, who may use it, and whether it has to be put in words."""

    before: frozenset[ReferralState]
    after: ReferralState | None
    sides: frozenset[ReferralSide]
    needs_words: bool = False


MOVES: Mapping[Verb, Move] = {
    Verb.SEND: Move(before=PROPOSED, after=ReferralState.ASKED, sides=FOUNDER, needs_words=True),
    Verb.DROP: Move(before=PROPOSED, after=ReferralState.DROPPED, sides=FOUNDER | ADVISER),
    Verb.ACCEPT: Move(before=ASKED, after=ReferralState.ACCEPTED, sides=PROVIDER),
    Verb.REFUSE: Move(before=ASKED, after=ReferralState.REFUSED, sides=PROVIDER, needs_words=True),
    Verb.WITHDRAW: Move(before=SENT, after=ReferralState.WITHDRAWN, sides=FOUNDER),
    Verb.COMPLETE: Move(before=ACCEPTED, after=ReferralState.COMPLETED, sides=FOUNDER | PROVIDER),
    Verb.SAY: Move(before=SENT, after=None, sides=FOUNDER | PROVIDER, needs_words=True),
}


def verbs_for(side: ReferralSide, state: ReferralState) -> frozenset[Verb]:
    """Return what a side may do to a referral in a state."""
    return frozenset(verb for verb, move in MOVES.items() if side in move.sides and state in move.before)


def reasons_against(verb: Verb, state: ReferralState, words: str) -> list[Reason]:
    """Return what stands against a step; an empty list means go."""
    if state not in MOVES[verb].before:
        return [Reason("referral_not_from_here", {"state": state.value})]
    if MOVES[verb].needs_words and not words.strip():
        return [Reason("referral_without_words", {"verb": verb.value}, "words")]
    return []
