"""What another version of the catalogue changes in a roadmap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.roadmap.rules.forecast import Forecast
from portal.roadmap.rules.values import Span

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Steps that come and go, steps whose fields change, and milestones that move: each before and after."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[tuple[str, Any, Any], ...]]
    milestones: Mapping[str, tuple[Span, Span]]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing of this roadmap changes."""
        return not (self.added or self.removed or self.changed or self.milestones)


def update_of(
    before: Mapping[str, Record],
    after: Mapping[str, Record],
    plan_before: Forecast,
    plan_after: Forecast,
) -> Update:
    """Return what changes for a roadmap between two catalogues."""
    old = {step.id for step in plan_before.plan.steps}
    new = {step.id for step in plan_after.plan.steps}
    changed = {
        step: tuple(changes)
        for step in sorted(old & new)
        if step in before and step in after and (changes := _changes(before[step], after[step]))
    }
    return Update(
        added=tuple(sorted(new - old)),
        removed=tuple(sorted(old - new)),
        changed=changed,
        milestones={
            name: (span, plan_after.plan.milestones[name])
            for name, span in plan_before.plan.milestones.items()
            if span.likely != plan_after.plan.milestones[name].likely
        },
    )


def _changes(before: Record, after: Record) -> list[tuple[str, Any, Any]]:
    return [
        (field, before.get(field), after.get(field))
        for field in dict.fromkeys((*before, *after))
        if before.get(field) != after.get(field)
    ]
