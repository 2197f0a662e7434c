"""When a project may change its phase, go on hold or go on, and what of its history may be corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.core.errors import Reason
from portal.projects.rules.values import Phase

HOME_ZONE = ZoneInfo("Europe/Stockholm")
EARLIEST_DAY = date(1990, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One line of a project's history: the phase it is in, whether it rests, and since when; None is not known."""

    phase: Phase
    on_hold: bool
    since: date | None


def day_of(at: datetime) -> date:
    """Return the day on which a moment falls where the portal is at home."""
    return at.astimezone(HOME_ZONE).date()


def reasons_against_next(stages: Sequence[Stage], new: Stage, *, today: date) -> list[Reason]:
    """Return what speaks against a new line at the end of a project's history."""
    reasons = _reasons_against_day(stages, new.since, today=today)
    now = stages[-1] if stages else None
    if now is None:
        return reasons
    if now.on_hold and now.phase is not new.phase:
        reasons.append(Reason("project_rests", {"phase": now.phase}, "phase"))
    elif now.on_hold and new.on_hold:
        reasons.append(Reason("project_already_on_hold"))
    elif now.phase is new.phase and now.on_hold is new.on_hold:
        reasons.append(Reason("project_phase_same", {"phase": new.phase}, "phase"))
    return reasons


def reasons_against_correction(stages: Sequence[Stage], corrected: Stage, *, today: date) -> list[Reason]:
    """Return what speaks against correcting the last line of a project's history."""
    earlier = stages[:-1]
    reasons = _reasons_against_day(earlier, corrected.since, today=today, first=not earlier)
    if earlier and is_rest(stages):
        if corrected.phase is not stages[-1].phase:
            reasons.append(Reason("project_rest_keeps_phase", {"phase": stages[-1].phase}, "phase"))
    elif earlier and earlier[-1].phase is corrected.phase:
        reasons.append(Reason("project_phase_same_as_before", {"phase": corrected.phase}, "phase"))
    return reasons


def reached_on(stages: Sequence[Stage]) -> date | None:
    """Return the day on which the present phase was reached; a rest within it changes nothing about that."""
    place = len(stages) - 1
    while place > 0 and stages[place - 1].phase is stages[place].phase:
        place -= 1
    return stages[place].since


def is_rest(stages: Sequence[Stage]) -> bool:
    """Say whether the last line of the history tells of going on hold, or going on."""
    return len(stages) > 1 and stages[-1].on_hold is not stages[-2].on_hold


def _reasons_against_day(
    stages: Sequence[Stage], since: date | None, *, today: date, first: bool = False
) -> list[Reason]:
    if since is None:
        return [] if first or not stages else [Reason("project_day_missing", {}, "since")]
    if since > today:
        return [Reason("project_day_in_future", {"day": since, "today": today}, "since")]
    if since < EARLIEST_DAY:
        return [Reason("project_day_too_early", {"day": since, "earliest": EARLIEST_DAY}, "since")]
    known = [stage.since for stage in stages if stage.since is not None]
    if known and since < max(known):
        return [Reason("project_day_before_last", {"day": since, "last": max(known)}, "since")]
    return []
