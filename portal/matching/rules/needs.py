"""What a project asks for in detail, and what the portal proposes because of its phase and its roadmap."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.core.errors import Reason
from portal.matching.rules.values import CAPITAL
from portal.partners.rules.values import INSTRUMENTS
from portal.reference import vocabulary

PROPOSED: Mapping[str, tuple[str, ...]] = {
    "discovery": ("regulatory", "ip", "business"),
    "preclinical": ("regulatory", "manufacturing", "capital"),
    "phase_1": ("manufacturing", "clinical", "capital"),
    "phase_2": ("clinical", "manufacturing", "capital", "reimbursement"),
    "phase_3": ("clinical", "reimbursement", "partners"),
    "marketing_authorisation": ("regulatory", "reimbursement", "partners"),
    "on_market": ("reimbursement", "partners"),
}
"""What a project of each phase usually needs next."""

HELPS_WITH: Mapping[str, str] = {
    "cmc": "manufacturing",
    "clinical": "clinical",
    "financing": CAPITAL,
    "follow_up": "clinical",
    "ip": "ip",
    "market_access": "reimbursement",
    "nonclinical": "nonclinical",
    "regulatory": "regulatory",
}
"""Which kind of help belongs to a track of the roadmap."""

LONGEST_WORDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One kind of help that a project asks for: by when, in words, and for capital by which instrument."""

    kind: str
    by: date | None = None
    words: str = ""
    instrument: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the roadmap that comes next: its track, its name, and when it has to be begun."""

    track: str
    name: Mapping[str, str]
    by: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A kind of help that the portal proposes, because of a step or else because of the phase."""

    kind: str
    step: Step | None = None


def proposals(phase: str, steps: Iterable[Step], *, stated: Collection[str]) -> list[Proposal]:
    """Return what is worth asking for and is not stated yet: what the next steps call for first, then what the phase does."""
    found = {
        kind: Proposal(kind=kind, step=step)
        for step in reversed(list(steps))
        if (kind := HELPS_WITH.get(step.track))
    }
    ordered = [*reversed(found.values()), *(Proposal(kind=kind) for kind in PROPOSED[phase])]
    first = {proposal.kind: proposal for proposal in reversed(ordered)}
    kinds = dict.fromkeys(proposal.kind for proposal in ordered)
    return [first[kind] for kind in kinds if kind not in stated]


def reasons_against_needs(asked: Iterable[Asked], *, before: Mapping[str, Any], today: date) -> list[Reason]:
    """Return what is wrong with each need; a day that was stated before may have passed since."""
    return [reason for one in asked for reason in _reasons(one, before.get(one.kind), today)]


def _reasons(one: Asked, stood: date | None, today: date) -> Iterator[Reason]:
    if one.kind not in vocabulary.ids("need"):
        yield Reason("need_unknown", {"kind": one.kind})
    if one.by is not None and one.by < today and one.by != stood:
        yield Reason("need_day_past", {"day": one.by, "today": today}, f"by_{one.kind}")
    if len(one.words) > LONGEST_WORDS:
        yield Reason("need_words_too_long", {"most": LONGEST_WORDS}, f"words_{one.kind}")
    if one.instrument is not None and (one.kind != CAPITAL or one.instrument not in INSTRUMENTS):
        yield Reason("outcome_instrument_unknown", {}, "instrument")
