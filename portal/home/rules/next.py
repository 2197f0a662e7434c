"""What a founder does next: which of the things that wait comes first, and how many are shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

MOST_SHOWN = 3
SOON = timedelta(days=7)


class Waits(StrEnum):
    """What waits for a founder."""

    OFFER = "offer"
    CONDITION = "condition"
    MOVE = "move"
    QUESTION = "question"
    TAKEN_WINDOW = "taken_window"
    DRAFT = "draft"
    ROADMAP_STEP = "roadmap_step"
    UNKNOWN_FACTS = "unknown_facts"
    FIRST_REQUEST = "first_request"
    FIRST_PROJECT = "first_project"


HOLDS_UP_OTHERS = (Waits.OFFER, Waits.MOVE, Waits.QUESTION, Waits.TAKEN_WINDOW)
"""Until it is answered a room is kept from everybody else, or a facility can't decide."""
BEGINS_WORK = (
    Waits.DRAFT,
    Waits.ROADMAP_STEP,
    Waits.UNKNOWN_FACTS,
    Waits.FIRST_REQUEST,
    Waits.FIRST_PROJECT,
)
"""Of each of these only one is shown: it stands for the others of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that waits: until when, if it lapses, since when, and what its sentence needs."""

    waits: Waits
    due: datetime | None = None
    since: datetime | None = None
    values: dict[str, Any] = field(default_factory=dict)


def next_actions(waiting: Iterable[Action], *, at: datetime) -> list[Action]:
    """Return the few that come first: what lapses within a week, what holds up others, what lapses later, new work."""
    shown: list[Action] = []
    for action in sorted(waiting, key=lambda one: _place(one, at)):
        if action.waits in BEGINS_WORK and any(other.waits is action.waits for other in shown):
            continue
        shown.append(action)
    return shown[:MOST_SHOWN]


def _place(action: Action, at: datetime) -> tuple[int, float, int, float]:
    lapses_soon = action.due is not None and action.due - at <= SOON
    if lapses_soon:
        tier = 0
    elif action.waits in HOLDS_UP_OTHERS:
        tier = 1
    else:
        tier = 2 if action.due is not None else 3
    by_date = (action.due - at).total_seconds() if action.due is not None and tier in (0, 2) else 0.0
    waited = -(at - action.since).total_seconds() if action.since is not None else 0.0
    return tier, by_date, list(Waits).index(action.waits), waited
