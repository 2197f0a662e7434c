"""What holds at a facility: the rules that its QA has decided on as it signed them, and the shipped ones for the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.reference.shipped import records
from portal.segregation.casefile import read_ruleset
from portal.segregation.rules import Rulebook, Stance

Record = dict[str, Any]
BLOCKS_AT_ONCE = frozenset({"official", "secondary"})
"""A rule with a source that somebody has read blocks without being adopted; general knowledge warns first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A rule at a facility: as it holds there, and what QA said of it, if anything."""

    record: Record
    stance: Stance | None = None

    @property
    def blocks(self) -> bool:
        """Say whether the rule blocks there."""
        if self.stance is None:
            return self.record.get("confidence") in BLOCKS_AT_ONCE
        return self.stance is not Stance.SET_ASIDE

    @property
    def is_in_play(self) -> bool:
        """Say whether the rule blocks or warns there."""
        return self.stance is not Stance.SET_ASIDE


def held(shipped: list[Record], stances: Mapping[str, tuple[Stance, Record]]) -> list[Held]:
    """Return every rule as it holds at a facility, in the shipped order; adopted ones that are no longer shipped last."""
    found = []
    for record in shipped:
        stance, signed = stances.get(record["id"], (None, record))
        found.append(Held(record=signed, stance=stance))
    gone = stances.keys() - {record["id"] for record in shipped}
    found += [Held(record=stances[rule][1], stance=stances[rule][0]) for rule in sorted(gone)]
    return found


def rulebook(rules: list[Held]) -> Rulebook:
    """Return the rules of a facility, ready to judge by."""
    return _rulebook(
        json.dumps([one.record for one in rules if one.blocks], sort_keys=True),
        json.dumps([one.record for one in rules if one.is_in_play], sort_keys=True),
    )


@lru_cache(maxsize=64)
def _rulebook(blocking: str, in_play: str) -> Rulebook:
    classes = records("changeover_classes")

    def ruleset(rules: str) -> Any:
        listed = json.loads(rules)
        known = {rule["id"] for rule in listed}
        kept = [{**rule, "overrides": [one for one in rule["overrides"] if one in known]} for rule in listed]
        return read_ruleset({"segregation": kept, "changeover": [], "changeover_classes": classes})

    return Rulebook(blocking=ruleset(blocking), in_play=ruleset(in_play))
