"""What a project asks for in detail, and what the portal proposes because of its phase and its roadmap."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    """One kind of help that a project asks for: by when, for which steps, in words, and for capital by which instrument."""

    kind: str
    by: date | None = None
    words: str = ""
    instrument: str | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the roadmap that comes next: its track, its name, and when it has to be begun."""

    id: str
    track: str
    name: Mapping[str, str]
    by: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step of the roadmap with its dates, and whether it is done."""

    id: str
    track: str
    name: Mapping[str, str]
    start: date
    finish: date
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A project's roadmap as its needs look at it: its steps in order, and those that decide the next milestone."""

    steps: tuple[PlannedStep, ...] = ()
    target: str | None = None
    path: tuple[str, ...] = ()

    def for_kind(self, kind: str) -> list[PlannedStep]:
        """Return the steps that a kind of help can be asked for: money pays for any, other help belongs to its track."""
        return [step for step in self.steps if kind in (CAPITAL, HELPS_WITH.get(step.track))]

    def chosen(self, step_ids: Collection[str]) -> list[PlannedStep]:
        """Return the steps of these ids that the roadmap still has, in its order."""
        return [step for step in self.steps if step.id in step_ids]

    def begins(self, step_ids: Collection[str]) -> date | None:
        """Return when the first of these steps that is not done begins, or None where none lies ahead."""
        return min((step.start for step in self.chosen(step_ids) if not step.is_done), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A kind of help that the portal proposes, because of a step or else because of the phase; with the steps it is for."""

    kind: str
    step: Step | None = None
    steps: tuple[str, ...] = ()
    by: date | None = None


NO_WAY = Way()
"""Of a project without a roadmap."""


def proposals(
    phase: str, steps: Sequence[Step], *, stated: Collection[str], today: date, way: Way = NO_WAY
) -> list[Proposal]:
    """Return what is worth asking for and is not stated yet: what the next steps call for first, then what the phase does.

    Money that a phase usually needs is proposed for the steps that decide the next milestone.
    """
    called_for = {kind: _called_for(kind, steps) for step in steps if (kind := HELPS_WITH.get(step.track))}
    usual = {kind: _usual(kind, way, today) for kind in PROPOSED[phase]}
    found = called_for | {kind: one for kind, one in usual.items() if kind not in called_for}
    return [one for kind, one in found.items() if kind not in stated]


def _called_for(kind: str, steps: Sequence[Step]) -> Proposal:
    served = [step for step in steps if HELPS_WITH.get(step.track) == kind]
    days = [step.by for step in served if step.by is not None]
    return Proposal(
        kind=kind, step=served[0], steps=tuple(step.id for step in served), by=min(days, default=None)
    )


def _usual(kind: str, way: Way, today: date) -> Proposal:
    ahead = [step for step in way.chosen(way.path) if not step.is_done] if kind == CAPITAL else []
    ids = tuple(step.id for step in ahead)
    return Proposal(kind=kind, steps=ids, by=day_for(ids, way, today=today))


def day_for(step_ids: Collection[str], way: Way, *, today: date) -> date | None:
    """Return by when help for these steps is needed: when the first of them begins, today where it has begun."""
    begins = way.begins(step_ids)
    return None if begins is None else max(begins, today)


def reasons_against_needs(
    asked: Iterable[Asked], *, before: Mapping[str, Any], today: date, way: Way = NO_WAY
) -> list[Reason]:
    """Return what is wrong with each need; a day that was stated before may have passed since."""
    return [
        reason
        for one in asked
        for reason in (*_reasons(one, before.get(one.kind), today), *_against_steps(one, way))
    ]


def _against_steps(one: Asked, way: Way) -> Iterator[Reason]:
    if not set(one.steps) <= {step.id for step in way.for_kind(one.kind)}:
        yield Reason("need_step_unknown", {}, f"steps_{one.kind}")


def _reasons(one: Asked, stood: date | None, today: date) -> Iterator[Reason]:
    if one.kind not in vocabulary.ids("need"):
        yield Reason("need_unknown", {"kind": one.kind})
    if one.by is not None and one.by < today and one.by != stood:
        yield Reason("need_day_past", {"day": one.by, "today": today}, f"by_{one.kind}")
    if len(one.words) > LONGEST_WORDS:
        yield Reason("need_words_too_long", {"most": LONGEST_WORDS}, f"words_{one.kind}")
    if one.instrument is not None and (one.kind != CAPITAL or one.instrument not in INSTRUMENTS):
        yield Reason("outcome_instrument_unknown", {}, "instrument")
