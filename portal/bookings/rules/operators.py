"""Who may be named to run what is booked, and what speaks against those who are named."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from portal.core.actors import Actor, Role
from portal.core.errors import Reason
from portal.core.slots import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRun:
    """Another run on which somebody is named: when, for whom it may be told where, and how many its facility lets one carry."""

    slot: Slot
    place: str | None
    zone: str
    most_each: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody who is named, or could be: until when they are trained for the room, and on what else they are named."""

    user_id: int
    name: str
    trained_until: date | None
    others: tuple[OtherRun, ...] = ()


def may_name_operators(actor: Actor, facility_id: int) -> bool:
    """Say whether an actor names who runs what is booked: the facility's manager and its QA."""
    return any(actor.holds(role, facility_id) for role in (Role.FACILITY_MANAGER, Role.QA))


def reasons_against_naming(
    operators: Iterable[Operator], slot: Slot, *, last_day: date, room: str, most_each: int
) -> list[Reason]:
    """Return what stands against these people on a run: each is trained for its room to the last day, and not on too many runs.

    On how many runs at once somebody may be named, each facility says; of those that have a part in it the least holds.
    """
    reasons = []
    for one in operators:
        named = {"name": one.name, "room": room}
        if one.trained_until is None:
            reasons.append(Reason("operator_not_trained", named, "people"))
        elif one.trained_until < last_day:
            days = {"until": one.trained_until, "last": last_day}
            reasons.append(Reason("operator_training_ends", {**named, **days}, "people"))
        reasons += _on_too_many(one, slot, most_each)
    return reasons


def lacking_operators(named: Collection[Operator], needed: int | None) -> list[Reason]:
    """Return that fewer are named than the room asks for, where anybody is; a plan may be made step by step."""
    if not named or needed is None or len(named) >= needed:
        return []
    return [Reason("operators_too_few", {"needed": needed, "named": len(named)})]


def most_at_once(slots: Iterable[Slot], within: Slot) -> int:
    """Return how many of these stretches of time lie over one moment of another, at most."""
    inside = [slot for slot in slots if slot.overlaps(within)]
    moments = [max(slot.start, within.start) for slot in inside]
    return max((sum(slot.contains(moment) for slot in inside) for moment in moments), default=0)


def _on_too_many(one: Operator, slot: Slot, most_each: int) -> list[Reason]:
    beside = sorted((other for other in one.others if other.slot.overlaps(slot)), key=lambda run: run.slot)
    most = min([most_each, *(other.most_each for other in beside)])
    if most_at_once([other.slot for other in beside], slot) < most:
        return []
    first = beside[0]
    values = {
        "name": one.name,
        "most": most,
        "place": first.place,
        "start": first.slot.start,
        "end": first.slot.end,
        "zone": first.zone,
    }
    return [Reason("operator_on_other_runs", values, "people")]
