"""What a run's record needs, who may write, close, correct and certify it, and what was corrected."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from portal.core.actors import Actor, Role
from portal.core.errors import Reason


class RunState(StrEnum):
    """Where a run's record stands."""

    OPEN = "open"
    CLOSED = "closed"
    CERTIFIED = "certified"


class Outcome(StrEnum):
    """What became of a run."""

    SUCCESS = "success"
    FAILURE = "failure"


class Failure(StrEnum):
    """Why a run failed."""

    CONTAMINATION = "contamination"
    EQUIPMENT = "equipment"
    FACILITY = "facility"
    STARTING_MATERIAL = "starting_material"
    SPECIFICATION = "specification"
    OPERATOR = "operator"
    OTHER = "other"


RECORDED = (
    "started_at",
    "ended_at",
    "operators",
    "batch_reference",
    "outcome",
    "deviations",
    "failure",
    "yield_amount",
    "yield_target",
    "yield_unit",
    "remarks",
)
"""What a record says, in the order of its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a run's record says."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    operators: str = ""
    batch_reference: str = ""
    outcome: Outcome | None = None
    deviations: int | None = None
    failure: Failure | None = None
    yield_amount: float | None = None
    yield_target: float | None = None
    yield_unit: str = ""
    remarks: str = ""


def reasons_against_record(record: Record, *, at: datetime) -> list[Reason]:
    """Return what in a record contradicts itself or the clock, whatever is still missing."""
    reasons = []
    if record.started_at and record.started_at > at:
        reasons.append(Reason("run_begins_later", field="started_at"))
    if record.ended_at and record.ended_at > at:
        reasons.append(Reason("run_ends_later", field="ended_at"))
    if record.started_at and record.ended_at and record.ended_at <= record.started_at:
        reasons.append(Reason("run_ends_before_start", field="ended_at"))
    if record.outcome is Outcome.SUCCESS and record.failure is not None:
        reasons.append(Reason("success_has_no_failure", field="failure"))
    if (record.yield_amount is not None or record.yield_target is not None) and not record.yield_unit:
        reasons.append(Reason("yield_needs_unit", field="yield_unit"))
    return reasons


def missing_to_close(record: Record, *, is_gmp: bool) -> list[Reason]:
    """Return what a record still lacks before it can be closed."""
    needed = {
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "operators": record.operators,
        "batch_reference": record.batch_reference or not is_gmp,
        "outcome": record.outcome,
        "deviations": record.deviations is not None,
        "failure": record.failure or record.outcome is not Outcome.FAILURE,
    }
    return [Reason("run_lacks", {"what": name}) for name, value in needed.items() if not value]


def reasons_against_operators(
    names: str, *, trained: Collection[str], needed: int | None, day: date
) -> list[Reason]:
    """Return what stands against the people who ran in a room: too few of them were trained for it on the day it began.

    Names are told apart by commas, semicolons or line ends; `needed` is None where the room asks for nobody trained.
    """
    named = [name.strip() for name in re.split(r"[,;\n]", names) if name.strip()]
    known = {name.casefold() for name in trained}
    untrained = [name for name in named if name.casefold() not in known]
    found = len({name.casefold() for name in named} & known)
    if needed is None or not named or found >= needed:
        return []
    values = {"needed": needed, "found": found, "names": untrained, "day": day}
    return [Reason("run_operators_not_trained", values, "operators")]


def closers(*, is_gmp: bool) -> tuple[Role, ...]:
    """Return the duties that close a record: QA, and for work outside GMP the manager too."""
    return (Role.QA,) if is_gmp else (Role.QA, Role.FACILITY_MANAGER)


def may_record(actor: Actor, *, facility_id: int, owns: bool) -> bool:
    """Say whether an actor may write in a run's record: the team whose work it is, and the facility's manager and QA."""
    return owns or any(actor.holds(role, facility_id) for role in (Role.FACILITY_MANAGER, Role.QA))


def closing_role(actor: Actor, *, facility_id: int, is_gmp: bool) -> Role | None:
    """Return the duty in which an actor may close a record at a facility, or None."""
    return next((role for role in closers(is_gmp=is_gmp) if actor.holds(role, facility_id)), None)


def reasons_against_closing(
    record: Record, *, state: RunState, is_over: bool, is_gmp: bool, wrote: bool
) -> list[Reason]:
    """Return what stands against closing a record; `wrote` says that the closer wrote in it."""
    reasons = []
    if state is not RunState.OPEN:
        reasons.append(Reason("run_closed_already"))
    if not is_over:
        reasons.append(Reason("run_not_over"))
    if wrote:
        reasons.append(Reason("cannot_close_own_record"))
    return [*reasons, *missing_to_close(record, is_gmp=is_gmp)]


def reasons_against_certifying(
    record: Record, *, state: RunState, is_clinical: bool, gate_open: int | None, took_part: bool
) -> list[Reason]:
    """Return what stands against certifying a batch; `gate_open` counts what still holds batch release."""
    reasons = []
    if not is_clinical:
        reasons.append(Reason("only_clinical_is_certified"))
    if state is RunState.CERTIFIED:
        reasons.append(Reason("run_certified_already"))
    if state is RunState.OPEN:
        reasons.append(Reason("run_not_closed"))
    if record.outcome is not Outcome.SUCCESS:
        reasons.append(Reason("failed_run_not_certified"))
    if took_part:
        reasons.append(Reason("cannot_certify_own_record"))
    if gate_open:
        reasons.append(Reason("gate_not_met", {"gate": "first_clinical_batch_release", "open": gate_open}))
    return reasons


def corrections(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return every field that changes, with its old and its new value, in the order of the page."""
    return {name: (before[name], after[name]) for name in RECORDED if before[name] != after[name]}


def share_of_target(amount: float | None, target: float | None) -> int | None:
    """Return a yield in whole per cent of its target, rounded half up, or None where either is not stated."""
    if amount is None or not target:
        return None
    return math.floor(amount * 100 / target + 0.5)
