"""When a phase may change, and what of its history may be put right."""

from datetime import UTC, date, datetime

import pytest

from portal.projects.rules.phases import (
    Stage,
    day_of,
    is_rest,
    reached_on,
    reasons_against_correction,
    reasons_against_next,
)
from portal.projects.rules.values import Phase

TODAY = date(2027, 1, 4)


def stage(phase: Phase, since: str | None = None, *, on_hold: bool = False) -> Stage:
    return Stage(phase=phase, on_hold=on_hold, since=date.fromisoformat(since) if since else None)


EARLY = [stage(Phase.DISCOVERY, "2025-01-01"), stage(Phase.PRECLINICAL, "2026-01-01")]
RESTING = [*EARLY, stage(Phase.PRECLINICAL, "2026-06-01", on_hold=True)]


@pytest.mark.parametrize(
    ("stages", "new", "codes"),
    [
        ([], stage(Phase.PHASE_2), []),
        ([], stage(Phase.PHASE_2, "2027-01-05"), ["project_day_in_future"]),
        ([], stage(Phase.PHASE_2, "1989-12-31"), ["project_day_too_early"]),
        (EARLY, stage(Phase.PHASE_1, "2026-01-01"), []),
        (EARLY, stage(Phase.PHASE_1, "2027-01-04"), []),
        (EARLY, stage(Phase.DISCOVERY, "2026-05-01"), []),
        (EARLY, stage(Phase.PHASE_1, "2025-12-31"), ["project_day_before_last"]),
        (EARLY, stage(Phase.PHASE_1), ["project_day_missing"]),
        (EARLY, stage(Phase.PRECLINICAL, "2026-05-01"), ["project_phase_same"]),
        (EARLY, stage(Phase.PRECLINICAL, "2030-05-01"), ["project_day_in_future", "project_phase_same"]),
        (EARLY, stage(Phase.PRECLINICAL, "2026-05-01", on_hold=True), []),
        (RESTING, stage(Phase.PRECLINICAL, "2026-07-01"), []),
        (RESTING, stage(Phase.PRECLINICAL, "2026-07-01", on_hold=True), ["project_already_on_hold"]),
        (RESTING, stage(Phase.PHASE_1, "2026-07-01", on_hold=True), ["project_rests"]),
        ([*EARLY, stage(Phase.PHASE_1)], stage(Phase.PHASE_2, "2025-12-31"), ["project_day_before_last"]),
    ],
)
def test_a_new_line_of_the_history(stages: list[Stage], new: Stage, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_against_next(stages, new, today=TODAY)] == codes


@pytest.mark.parametrize(
    ("stages", "corrected", "codes"),
    [
        (EARLY[:1], stage(Phase.PHASE_1), []),
        (EARLY[:1], stage(Phase.DISCOVERY, "2027-01-05"), ["project_day_in_future"]),
        (EARLY, stage(Phase.PHASE_1, "2025-01-01"), []),
        (EARLY, stage(Phase.PHASE_1, "2024-12-31"), ["project_day_before_last"]),
        (EARLY, stage(Phase.PHASE_1), ["project_day_missing"]),
        (EARLY, stage(Phase.DISCOVERY, "2026-01-01"), ["project_phase_same_as_before"]),
        (RESTING, stage(Phase.PRECLINICAL, "2026-01-01", on_hold=True), []),
        (RESTING, stage(Phase.PHASE_1, "2026-01-01", on_hold=True), ["project_rest_keeps_phase"]),
    ],
)
def test_the_last_line_put_right(stages: list[Stage], corrected: Stage, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_against_correction(stages, corrected, today=TODAY)] == codes


def test_a_rest_is_a_line_that_changes_only_the_hold() -> None:
    assert not is_rest(EARLY)
    assert not is_rest(EARLY[:1])
    assert is_rest(RESTING)
    assert is_rest([*RESTING, stage(Phase.PRECLINICAL, "2026-07-01")])


def test_a_day_begins_at_midnight_in_sweden() -> None:
    assert day_of(datetime(2027, 1, 3, 22, 59, tzinfo=UTC)) == date(2027, 1, 3)
    assert day_of(datetime(2027, 1, 3, 23, 0, tzinfo=UTC)) == date(2027, 1, 4)
    assert day_of(datetime(2027, 7, 3, 22, 0, tzinfo=UTC)) == date(2027, 7, 4)


def test_a_phase_is_reached_once_whatever_rests_lie_within_it() -> None:
    assert reached_on(EARLY) == date(2026, 1, 1)
    assert reached_on([*RESTING, stage(Phase.PRECLINICAL, "2026-07-01")]) == date(2026, 1, 1)
    assert reached_on([stage(Phase.DISCOVERY)]) is None
    back = [*EARLY, stage(Phase.DISCOVERY, "2026-02-01"), stage(Phase.DISCOVERY, "2026-03-01", on_hold=True)]
    assert reached_on(back) == date(2026, 2, 1)
