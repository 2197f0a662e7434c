"""Which gate stands before which run, whether an item is needed, whether it holds the gate, and who may do what about it."""

import calendar
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.actors import Actor, Role
from portal.core.errors import Reason


class Gate(StrEnum):
    """A list of what must be shown, in the words of the facts file."""

    PRE_GMP_EXIT = "pre_gmp_exit"
    GMP_ENTRY = "gmp_entry"
    BATCH_RELEASE = "first_clinical_batch_release"


class ItemState(StrEnum):
    """Where an item stands, as its reviewer left it."""

    OPEN = "open"
    GIVEN = "given"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class Standing(StrEnum):
    """How an item stands on a day."""

    NOT_NEEDED = "not_needed"
    ACCEPTED = "accepted"
    WAIVED = "waived"
    GIVEN = "given"
    RETURNED = "returned"
    RUN_OUT = "run_out"
    OPEN = "open"


BEFORE_RUN: Mapping[str, Gate] = {
    "engineering_run": Gate.PRE_GMP_EXIT,
    "aseptic_process_simulation": Gate.PRE_GMP_EXIT,
    "process_performance_qualification": Gate.GMP_ENTRY,
    "clinical_batch": Gate.GMP_ENTRY,
}
"""The gate before each kind of run in a GMP room; before batch release stands the third, when a run is closed as certified."""

SETTLED = frozenset({Standing.NOT_NEEDED, Standing.ACCEPTED, Standing.WAIVED})
STAFF_ROLES = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
LONGEST_WAIVER_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that must be shown, as a checklist has it."""

    id: str
    gate: Gate
    owner_role: Role
    reviewer_role: Role
    blocking: bool
    valid_months: int | None = None
    applies_when: Mapping[str, Any] | None = None
    confidence: str = "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored of an item: its state, until when an acceptance holds, and until when a waiver does."""

    state: ItemState = ItemState.OPEN
    valid_until: date | None = None
    waived_until: date | None = None


UNTOUCHED = Known()
"""What is known of an item about which nothing was ever done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a gate stands on a day: what holds it, what only warns, and how each item stands."""

    holding: tuple[str, ...]
    warning: tuple[str, ...]
    standings: Mapping[str, Standing]

    @property
    def met(self) -> bool:
        """Say whether nothing holds the gate."""
        return not self.holding

    @property
    def needed(self) -> int:
        """Return how many items are needed."""
        return sum(standing is not Standing.NOT_NEEDED for standing in self.standings.values())

    @property
    def settled(self) -> int:
        """Return how many needed items are accepted or waived."""
        return sum(standing in {Standing.ACCEPTED, Standing.WAIVED} for standing in self.standings.values())


def gate_before(room_kind: str, run_kind: str) -> Gate | None:
    """Return the gate that stands before such a run in such a room, or None."""
    return BEFORE_RUN.get(run_kind) if room_kind == "gmp" else None


def unknown_facts(item: Item, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the facts on which it depends whether an item is needed, and that nobody has stated."""
    return tuple(key for key in item.applies_when or {} if _fact(key, facts) is None)


def is_needed(item: Item, facts: Mapping[str, Any]) -> bool:
    """Say whether an item is needed for a project; what is unknown counts as if it were."""
    if not item.applies_when:
        return True
    return all(_may_be(key, wanted, facts) for key, wanted in item.applies_when.items())


def standing_of(item: Item, known: Known, facts: Mapping[str, Any], *, today: date) -> Standing:
    """Return how an item stands on a day."""
    if not is_needed(item, facts):
        return Standing.NOT_NEEDED
    if known.state is ItemState.ACCEPTED:
        if known.valid_until is None or today <= known.valid_until:
            return Standing.ACCEPTED
        return Standing.WAIVED if _is_waived(known, today) else Standing.RUN_OUT
    if _is_waived(known, today):
        return Standing.WAIVED
    return Standing(known.state.value)


def verdict(
    items: Iterable[Item],
    known: Mapping[str, Known],
    facts: Mapping[str, Any],
    *,
    adopted: bool,
    today: date,
) -> Verdict:
    """Return how a gate stands; `adopted` says that the facility's QA has published the checklist as its own."""
    listed = list(items)
    standings = {
        item.id: standing_of(item, known.get(item.id, UNTOUCHED), facts, today=today) for item in listed
    }
    open_items = [item for item in listed if item.blocking and standings[item.id] not in SETTLED]
    return Verdict(
        holding=tuple(item.id for item in open_items if binds(item, adopted=adopted)),
        warning=tuple(item.id for item in open_items if not binds(item, adopted=adopted)),
        standings=standings,
    )


def binds(item: Item, *, adopted: bool) -> bool:
    """Say whether an item holds its gate: by its source, or because the facility's QA has adopted it."""
    return adopted or item.confidence != "general"


def valid_until(item: Item, reviewed_on: date) -> date | None:
    """Return the last day of an acceptance, or None where it does not run out."""
    if item.valid_months is None:
        return None
    months = reviewed_on.month - 1 + item.valid_months
    year, month = reviewed_on.year + months // 12, months % 12 + 1
    return date(year, month, min(reviewed_on.day, calendar.monthrange(year, month)[1]))


def may_give(actor: Actor, item: Item, *, facility_id: int, owns_project: bool) -> bool:
    """Say whether the actor answers for an item: the project's team, or who holds its role at the facility."""
    if item.owner_role is Role.FOUNDER:
        return owns_project
    return actor.holds(item.owner_role, facility_id)


def may_review(actor: Actor, item: Item, *, facility_id: int) -> bool:
    """Say whether the actor holds the reviewer's role at the facility."""
    return actor.holds(item.reviewer_role, facility_id)


def may_waive(actor: Actor, *, facility_id: int) -> bool:
    """Only the facility's QA waives an item, adopts and changes checklists."""
    return actor.holds(Role.QA, facility_id)


def reasons_against_review(
    actor: Actor,
    state: ItemState,
    *,
    given_by_ids: Collection[int],
    owner_organisation_id: int,
    accepts: bool,
    note: str,
) -> list[Reason]:
    """Return what stands against a review."""
    reasons = []
    if state is not ItemState.GIVEN:
        reasons.append(Reason("nothing_to_review"))
    if actor.user_id in given_by_ids:
        reasons.append(Reason("cannot_review_own_evidence"))
    if actor.organisation_id == owner_organisation_id:
        reasons.append(Reason("cannot_review_own_project"))
    if not accepts and not note.strip():
        reasons.append(Reason("return_needs_words", field="note"))
    return reasons


def reasons_against_waiver(
    actor: Actor, standing: Standing, *, owner_organisation_id: int, until: date, today: date
) -> list[Reason]:
    """Return what stands against a waiver."""
    reasons = []
    if standing in SETTLED:
        reasons.append(Reason("nothing_to_waive"))
    if actor.organisation_id == owner_organisation_id:
        reasons.append(Reason("cannot_review_own_project"))
    if not today <= until <= date.fromordinal(today.toordinal() + LONGEST_WAIVER_DAYS):
        reasons.append(Reason("waiver_needs_an_end", {"most": LONGEST_WAIVER_DAYS}, "until"))
    return reasons


def _is_waived(known: Known, today: date) -> bool:
    return known.waived_until is not None and today <= known.waived_until


def _fact(key: str, facts: Mapping[str, Any]) -> Any:
    return facts.get({"gmo_class_min": "gmo_class", "shelf_life_days_max": "shelf_life_days"}.get(key, key))


def _may_be(key: str, wanted: Any, facts: Mapping[str, Any]) -> bool:
    stated = _fact(key, facts)
    if stated is None:
        return True
    if key == "gmo_class_min":
        return bool(stated >= wanted)
    if key == "shelf_life_days_max":
        return bool(stated <= wanted)
    return stated in wanted if isinstance(wanted, list | tuple) else bool(stated == wanted)
