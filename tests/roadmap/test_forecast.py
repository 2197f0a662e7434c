"""What a forecast says of waiting and of shorter durations holds against plans that are computed anew with them."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.roadmap.catalogue import shipped_catalogue
from portal.roadmap.rules.dates import Node
from portal.roadmap.rules.forecast import MILESTONES, MONTH, forecast_of
from portal.roadmap.rules.grid import COLUMNS, Scale, Window, window_at
from portal.roadmap.rules.next import MOST_SHOWN, Because, next_actions
from portal.roadmap.rules.planning import plan_of
from portal.roadmap.rules.ranges import drawn
from portal.roadmap.rules.standing import (
    Standing,
    implied_by_phase,
    may_apply,
    premature_steps,
    standing_of,
)
from portal.roadmap.rules.values import Actual, Edge, EdgeKind, Instance, Project, Stated

TODAY = date(2026, 11, 25)
STEPS = [step.id for step in shipped_catalogue().steps]


def instance(**values: object) -> Instance:
    states: dict[str, Stated] = {
        "product_class": "GTMP",
        "gmo": True,
        "orphan": True,
        "paediatric": False,
        "autologous": True,
        "organisation_kind": "sme",
        "country": "SE",
    }
    defaults = Instance(
        name="one",
        today=TODAY,
        catalogue=shipped_catalogue(),
        project=Project(phase="preclinical", phase_since=date(2026, 1, 1), states=states),
        milestones=MILESTONES,
    )
    return replace(defaults, **values)  # type: ignore[arg-type]


def first_patient(found: Instance) -> date:
    likely = plan_of(found, runs=1).milestones["first_patient"].likely
    assert likely is not None
    return likely


some_done = st.dictionaries(
    st.sampled_from(STEPS),
    st.integers(0, 300).map(lambda days: Actual(finished=TODAY - timedelta(days=days))),
).map(lambda done: {step: actual for step, actual in done.items() if step != "fih_trial"})


@settings(max_examples=25, deadline=None)
@given(done=some_done, chosen=st.data())
def test_what_waiting_costs_is_what_a_plan_with_the_wait_says(
    done: dict[str, Actual], chosen: st.DataObject
) -> None:
    found = instance(actual=done)
    forecast = forecast_of(found, runs=1)
    assert forecast.target == "first_patient"
    starts = {step.id: step.earliest_start for step in forecast.plan.steps if step.id not in done}
    step = chosen.draw(st.sampled_from(sorted(starts)))
    waited = replace(found, not_before={step: starts[step] + timedelta(days=MONTH)})
    assert forecast.delays[step] == (first_patient(waited) - first_patient(found)).days


@settings(max_examples=25, deadline=None)
@given(done=some_done, chosen=st.data())
def test_what_the_least_time_gains_is_what_a_plan_with_it_says(
    done: dict[str, Actual], chosen: st.DataObject
) -> None:
    found = instance(actual=done)
    forecast = forecast_of(found, runs=1)
    step = chosen.draw(st.sampled_from(sorted(forecast.gains)))
    shorter = tuple(
        replace(one, duration=replace(one.duration, likely=one.duration.min))
        if one.id == step and one.duration is not None
        else one
        for one in found.catalogue.steps
    )
    quicker = replace(found, catalogue=replace(found.catalogue, steps=shorter))
    assert forecast.gains[step] == (first_patient(found) - first_patient(quicker)).days


def test_every_step_that_decides_the_date_costs_days_when_it_waits() -> None:
    forecast = forecast_of(instance(), runs=1)
    assert forecast.path[-1] == "fih_trial"
    assert all(forecast.delays[step] > 0 for step in forecast.path)


def test_a_step_draws_the_same_in_every_plan_and_otherwise_than_its_neighbours() -> None:
    first, second = [step for step in shipped_catalogue().steps if step.duration is not None][:2]
    draws = [drawn(Node(step=step, binding=()), 500, seed=1) for step in (first, second, first)]
    assert np.array_equal(draws[0], draws[2])
    assert abs(np.corrcoef(draws[0], draws[1])[0, 1]) < 0.2
    other = drawn(Node(step=first, binding=()), 500, seed=2)
    assert not np.array_equal(draws[0], other)


def test_the_next_milestone_is_the_first_that_is_not_reached() -> None:
    begun = {"fih_trial": Actual(started=date(2026, 5, 1))}
    assert forecast_of(instance(actual=begun), runs=1).target == "authorisation"
    everything = {step.step: Actual(finished=date(2026, 5, 1)) for step in MILESTONES.values()}
    assert forecast_of(instance(actual=everything), runs=1).target is None


def test_at_most_three_actions_come_next_and_the_dearest_first() -> None:
    found = instance()
    actions = next_actions(forecast_of(found, runs=1), found)
    assert 0 < len(actions) <= MOST_SHOWN
    assert actions[0].because is Because.DECIDES_DATE
    assert [action.effect_days for action in actions] == sorted(
        (action.effect_days for action in actions), reverse=True
    )


def test_a_project_beyond_its_steps_is_told_what_is_late() -> None:
    project = replace(instance().project, phase="phase_2", phase_since=TODAY - timedelta(days=40))
    found = instance(project=project)
    actions = next_actions(forecast_of(found, runs=1), found)
    assert all(action.by is None for action in actions if action.because is Because.LATE)
    assert {"ctis_application"} <= implied_by_phase(found.catalogue, STEPS, "phase_2")
    assert not implied_by_phase(found.catalogue, STEPS, "discovery")


@pytest.mark.parametrize(
    ("reasons", "states", "may"),
    [
        (("condition_unanswered",), {}, True),
        (("orphan",), {}, True),
        (("orphan",), {"orphan": False}, False),
        (("orphan", "condition_unanswered"), {}, True),
        (("product_class", "condition_unanswered"), {}, False),
        (("condition",), {}, False),
        (("skipped",), {}, False),
        ((), {}, False),
    ],
)
def test_a_step_may_apply_where_only_an_answer_is_missing(
    reasons: tuple[str, ...], states: dict[str, object], *, may: bool
) -> None:
    assert may_apply(reasons, states) is may


def test_what_has_happened_goes_before_what_should_have() -> None:
    day = date(2026, 5, 1)
    assert standing_of(Actual(finished=day), late=True, booked=True) is Standing.DONE
    assert standing_of(Actual(started=day), late=True, booked=False) is Standing.LATE
    assert standing_of(Actual(started=day), late=False, booked=True) is Standing.RUNNING
    assert standing_of(Actual(), late=False, booked=True) is Standing.BOOKED
    assert standing_of(Actual(), late=False, booked=False) is Standing.PLANNED


def test_a_step_that_runs_or_is_fixed_for_a_near_day_before_its_time_is_named() -> None:
    edges = {
        "b": [Edge("a", EdgeKind.FINISH_TO_START)],
        "c": [Edge("a", EdgeKind.FINISH_TO_START)],
        "d": [Edge("a", EdgeKind.START_TO_START)],
    }
    starts = dict.fromkeys("abcd", TODAY)
    found = premature_steps(
        starts,
        edges,
        {"b": Actual(started=TODAY)},
        {"c": TODAY + timedelta(days=60), "d": TODAY},
        today=TODAY,
    )
    assert [(one.step, one.missing, one.in_days) for one in found] == [("b", "a", None), ("c", "a", 60)]


@given(st.sampled_from(list(Scale)), st.dates(date(1995, 1, 1), date(2110, 1, 1)), st.integers(0, 4000))
def test_days_lie_in_the_columns_of_their_cells(scale: Scale, first: date, days: int) -> None:
    window = window_at(scale, first)
    assert window.first <= first < window.after(1)
    assert window.column(window.first) == 1
    assert window.column(window.end) == COLUMNS + 1
    assert window.column(window.first - timedelta(days=1)) == 0
    day = window.first + timedelta(days=days)
    assert window.column(day) <= window.column(day + timedelta(days=1))
    stretch = window.stretch(first, day)
    if first <= day and stretch is not None:
        assert 1 <= stretch[0] <= COLUMNS
        assert stretch[1] >= 1
        assert stretch[0] + stretch[1] - 1 <= COLUMNS


def test_a_window_moves_by_cells() -> None:
    window = Window(Scale.QUARTER, date(2026, 10, 1))
    assert window.moved(-1).first == date(2026, 7, 1)
    assert window.moved(6).first == date(2028, 4, 1)
    assert Window(Scale.WEEK, date(2026, 11, 23)).moved(2).first == date(2026, 12, 7)
