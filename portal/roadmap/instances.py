"""From what is stored of a project to what its plan is computed from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from portal.bookings.models import RunKind
from portal.projects.models import Project as StoredProject
from portal.reference import vocabulary
from portal.roadmap.books import Book
from portal.roadmap.models import Roadmap, StepMark
from portal.roadmap.rules.forecast import MILESTONES
from portal.roadmap.rules.marks import OwnStep, edges_of
from portal.roadmap.rules.values import Actual, Duration, Instance, Project, Stated, Step

STATED = (
    "modality",
    "indication_area",
    "starting_material",
    "vector_level",
    "process_class",
    "process_state",
    "infectious_status",
    "bsl",
    "gmo_class",
    "orphan",
    "paediatric",
    "autologous",
)

STEP_OF_RUN: Mapping[RunKind, str] = {
    RunKind.PROCESS_DEVELOPMENT: "process_development",
    RunKind.ENGINEERING_RUN: "engineering_run",
    RunKind.ASEPTIC_PROCESS_SIMULATION: "aseptic_process_simulation",
    RunKind.PROCESS_PERFORMANCE_QUALIFICATION: "ppq",
    RunKind.CLINICAL_BATCH: "clinical_batch_release",
    RunKind.STABILITY: "stability",
}
"""Which step a cleanroom is booked for."""

RUN_OF_STEP = {step: run for run, step in STEP_OF_RUN.items()}


def stated_by(project: StoredProject) -> Project:
    """Return what a project says of itself, as roadmap files name it; what it leaves open is not there."""
    organisation = project.organisation
    states: dict[str, Stated | None] = {name: getattr(project, name) for name in STATED}
    states |= {
        "product_class": project.product_class.value,
        "gmo": None if project.gmo_class is None else project.gmo_class > 0,
        "organisation_kind": vocabulary.kind_in_files(organisation.kind.value, sme=organisation.is_sme),
        "country": organisation.country,
    }
    return Project(
        phase=project.phase.value,
        phase_since=project.phase_since,
        states={name: value for name, value in states.items() if value is not None},
    )


def instance_of(
    roadmap: Roadmap,
    project: StoredProject,
    book: Book,
    marks: Collection[StepMark],
    booked: Mapping[str, date],
    *,
    today: date,
) -> Instance:
    """Return a roadmap as it stands today, ready to be computed; a booked step starts no earlier than its booking."""
    known = set(book.steps) | {mark.step_id for mark in marks if mark.own is not None}
    said = [mark for mark in marks if mark.step_id in known]
    planned = {mark.step_id: mark.not_before for mark in said if mark.not_before is not None}
    fixed = {step: max(day, planned.get(step, day)) for step, day in booked.items() if step in known}
    return Instance(
        name=project.reference,
        today=today,
        catalogue=book.catalogue,
        project=stated_by(project),
        answers={fact: bool(value) for fact, value in roadmap.answers.items() if fact in book.facts},
        actual={mark.step_id: actual_of(mark) for mark in said if mark.started or mark.finished},
        not_before={**planned, **fixed},
        skipped={mark.step_id: mark.skipped for mark in said if mark.skipped is not None},
        own=tuple(own_steps(said, known)),
        milestones=MILESTONES,
    )


def actual_of(mark: StepMark) -> Actual:
    """Return when a step began and ended."""
    return Actual(started=mark.started, finished=mark.finished)


def own_step_of(mark: StepMark) -> OwnStep:
    """Return a step of the team's own as one value.

    Raises `ValueError` for a mark of a step that is the catalogue's.
    """
    if mark.own is None:
        raise ValueError(mark.step_id)
    stated = mark.own
    return OwnStep(
        name=stated["name"],
        track=stated["track"],
        after=tuple(stated["after"]),
        least=stated["least"],
        likely=stated["likely"],
        most=stated["most"],
    )


def own_steps(marks: Iterable[StepMark], known: Collection[str]) -> list[Step]:
    """Return the team's own steps; what they follow and is in this catalogue no more is left out."""
    found = []
    for mark in marks:
        if mark.own is None:
            continue
        own = own_step_of(mark)
        found.append(
            Step(
                id=mark.step_id,
                track=own.track,
                after=tuple(edge for edge in edges_of(own) if edge.step in known),
                duration=Duration(own.least, own.likely, own.most),
                optional=True,
            )
        )
    return found
