"""The file formats `roadmap-instance/1` and `roadmap-plan/1`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import date
from typing import Any

from portal.core.reading import Mistake, Place, Unreadable, parse_json
from portal.reference import vocabulary
from portal.roadmap.catalogue import (
    YES_OR_NO,
    note_circles,
    note_repeats,
    note_unknown_steps,
    organisation_kinds,
    read_catalogue,
    read_duration,
    read_edges,
    read_stated,
    same_word,
)
from portal.roadmap.rules.planning import plan_of
from portal.roadmap.rules.values import (
    Actual,
    Catalogue,
    Instance,
    Late,
    Milestone,
    Plan,
    PlannedStep,
    Project,
    Span,
    Stated,
    Step,
)

INSTANCE_FORMAT = "roadmap-instance/1"
PLAN_FORMAT = "roadmap-plan/1"
GMO_CLASS_MOST = 3
CRITICALITY_DIGITS = 6
NOT_READ = date.min
"""What stands in for a day that could not be read: it is at fault already, and is held against nothing."""

DECIDING = ("product_class", *YES_OR_NO, "organisation_kind", "country")
"""What every project states, be it as null, because the steps ask for it."""

OTHER_FACTS = (
    "phase_since",
    "gmo_class",
    "modality",
    "indication_area",
    "starting_material",
    "vector_level",
    "process_class",
    "process_state",
    "infectious_status",
    "donor_relation",
    "cell_type",
    "bsl",
)
"""What a project may state besides; a catalogue may ask for more."""


def read_instance(text: str | bytes, shipped: Catalogue) -> Instance:
    """Return a roadmap instance with its own catalogue, or with the shipped one where it brings none.

    Raises `Unreadable` with every mistake.
    """
    top = parse_json(text)
    top.has(
        ("format", "name", "today", "project"),
        ("catalogue", "answers", "actual", "planned", "skipped", "own", "milestones"),
    )
    top.at("format").one_of((INSTANCE_FORMAT,))
    given = top.at("catalogue")
    catalogue = read_catalogue(given) if given.known else shipped
    today = top.at("today").day()
    own = _own_steps(top.at("own"), catalogue)
    known = [step.id for step in (*catalogue.steps, *own)]
    instance = Instance(
        name=top.at("name").text(empty=True),
        today=today,
        catalogue=catalogue,
        project=_project(top.at("project"), catalogue, today),
        answers=_answers(top.at("answers"), catalogue.facts),
        actual={step: _actual(place, today) for step, place in _by_step(top.at("actual"), known)},
        not_before=_not_before(top.at("planned"), known),
        skipped={step: place.text() for step, place in _by_step(top.at("skipped"), known)},
        own=own,
        milestones=_milestones(top.at("milestones"), known),
    )
    if top.mistakes:
        raise Unreadable(top.mistakes)
    return instance


def planned(instance: Instance, *, runs: int, seed: int) -> Plan:
    """Return the plan of an instance.

    Raises `Unreadable` where its dates lie beyond the calendar.
    """
    try:
        return plan_of(instance, runs=runs, seed=seed)
    except OverflowError as error:
        raise Unreadable(
            [Mistake("", f"leads to dates outside the years {date.min.year} to {date.max.year}")]
        ) from error


def written_plan(plan: Plan) -> dict[str, Any]:
    """Return a plan as `roadmap-plan/1`."""
    return {
        "format": PLAN_FORMAT,
        "instance": plan.instance,
        "catalogue_version": plan.catalogue_version,
        "steps": [
            {**_written(step), "criticality": round(step.criticality, CRITICALITY_DIGITS)}
            for step in plan.steps
        ],
        "not_applicable": [
            {"id": step_id, "because": list(reasons)} for step_id, reasons in plan.not_applicable
        ],
        "unknown": list(plan.unknown),
        "milestones": {name: _span(span) for name, span in plan.milestones.items()},
        "end": _span(plan.end),
        "late": [_written(late) for late in plan.late],
    }


def _span(span: Span) -> dict[str, Any]:
    return _written(span)


def _written(found: PlannedStep | Span | Late) -> dict[str, Any]:
    """Return the fields of a flat value; `asdict` would copy each of them deeply, which takes longer than a plan."""
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _project(place: Place, catalogue: Catalogue, today: date) -> Project:
    derived_from = {name for derived in catalogue.facts.values() for name in derived or ()}
    place.has((*DECIDING, "phase"), (*OTHER_FACTS, *sorted(derived_from.difference(DECIDING, OTHER_FACTS))))
    since = place.at("phase_since").maybe(Place.day)
    _note_future(place.at("phase_since"), since, today)
    states = {
        name: _stated(name, stated)
        for name, stated in (place.entries() if isinstance(place.value, dict) else ())
        if name not in {"phase", "phase_since"} and stated.known
    }
    return Project(phase=place.at("phase").one_of(catalogue.phases), phase_since=since, states=states)


def _stated(name: str, place: Place) -> Stated:
    if name in YES_OR_NO:
        return place.truth()
    if name == "gmo_class":
        return place.whole(least=0, most=GMO_CLASS_MOST)
    if name == "product_class":
        return place.one_of(vocabulary.ids("product_class"))
    if name == "organisation_kind":
        return place.one_of(organisation_kinds())
    if name == "country":
        return place.text()
    return same_word(name, read_stated(place))


def _answers(place: Place, facts: Collection[str]) -> dict[str, bool]:
    found = {}
    for fact, answer in place.entries() if place.known else ():
        if fact not in facts:
            answer.wrong(f"names a fact that is not there: {fact}")
        elif answer.known:
            found[fact] = answer.truth()
    return found


def _actual(place: Place, today: date) -> Actual:
    place.has((), ("started", "finished"))
    started, finished = (place.at(key).maybe(Place.day) for key in ("started", "finished"))
    if started is not None and finished is not None and NOT_READ < finished < started:
        place.wrong(f"finished on {finished}, before it started on {started}")
    for key, day in (("started", started), ("finished", finished)):
        _note_future(place.at(key), day, today)
    return Actual(started, finished)


def _note_future(place: Place, day: date | None, today: date) -> None:
    if day is not None and NOT_READ < today < day:
        place.wrong(f"{day} is after today, {today}")


def _not_before(place: Place, known: Collection[str]) -> dict[str, date]:
    found = {}
    for step, planned_for in _by_step(place, known):
        planned_for.has((), ("not_before",))
        day = planned_for.at("not_before").maybe(Place.day)
        if day is not None:
            found[step] = day
    return found


def _own_steps(place: Place, catalogue: Catalogue) -> tuple[Step, ...]:
    if not place.known:
        return ()
    places = place.items()
    steps = [_own_step(found) for found in places]
    shipped = [step.id for step in catalogue.steps]
    note_repeats(place, [step.id for step in steps])
    for found, step in zip(places, steps, strict=True):
        if step.id in shipped:
            found.at("id").wrong(f"is the id of a step of the catalogue: {step.id}")
    note_unknown_steps(places, steps, {*shipped, *(step.id for step in steps)})
    note_circles(place, steps)
    return tuple(steps)


def _own_step(place: Place) -> Step:
    place.has(("id", "track", "name", "after", "duration_days"), others=True)
    name = place.at("name")
    name.has((), ("en", "sv"))
    for language in ("en", "sv"):
        name.at(language).maybe(lambda at: at.text(empty=True))
    return Step(
        id=place.at("id").text(),
        track=place.at("track").text(),
        after=read_edges(place.at("after")),
        duration=place.at("duration_days").maybe(read_duration),
    )


def _milestones(place: Place, known: Collection[str]) -> dict[str, Milestone]:
    found = {}
    for name, milestone in place.entries() if place.known else ():
        milestone.has(("step", "at"))
        step = milestone.at("step").text()
        if step and step not in known:
            milestone.at("step").wrong(f"names a step that is not there: {step}")
        found[name] = Milestone(step, at_finish=milestone.at("at").one_of(("start", "finish")) == "finish")
    return found


def _by_step(place: Place, known: Collection[str]) -> list[tuple[str, Place]]:
    found = []
    for step, at_step in place.entries() if place.known else ():
        if step in known:
            found.append((step, at_step))
        else:
            at_step.wrong(f"names a step that is not there: {step}")
    return found
