"""What a team says of its steps: dates, owners, remarks, skipping, and steps of its own."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.ledger import record
from portal.projects.models import Project
from portal.projects.rules.phases import day_of
from portal.roadmap import queries
from portal.roadmap.books import Book, book_of
from portal.roadmap.events import (
    OwnStepAdded,
    OwnStepEdited,
    OwnStepRemoved,
    StepMarked,
    StepSkipped,
    StepsReported,
    StepTakenUp,
)
from portal.roadmap.instances import own_step_of
from portal.roadmap.models import Roadmap, StepMark
from portal.roadmap.rules.marks import (
    MOST_OWN_STEPS,
    Mark,
    OwnStep,
    reasons_against_mark,
    reasons_against_own_step,
    reasons_against_skipping,
)
from portal.roadmap.services.roadmaps import changed_roadmap, compute

NO_MARK = 0
"""The version of a step of which nothing has been said."""


def mark_step(
    session: Session,
    actor: Actor,
    project_id: int,
    step_id: str,
    said: Mark,
    *,
    version: int | None,
    at: datetime,
) -> StepMark:
    """Keep when a step began, ended or is planned for, who has it, and a remark; the plan is computed anew.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` with everything that is wrong.
    """
    roadmap, mark = _step(session, actor, project_id, step_id, version=version, at=at)
    if reasons := reasons_against_mark(said, today=day_of(at)):
        raise Refused(reasons)
    changes = _say(mark, said)
    if not changes:
        return mark
    _settle(session, roadmap, mark, at=at)
    event = StepMarked(
        actor_id=actor.user_id, project_id=project_id, step_id=step_id, roadmap_changes=changes
    )
    record(session, event, at=at)
    return mark


def plan_step(
    session: Session,
    actor: Actor,
    project_id: int,
    step_id: str,
    *,
    not_before: date | None,
    version: int | None,
    at: datetime,
) -> StepMark:
    """Plan a step for no earlier than a day, or for as soon as it can be.

    Raises what `mark_step` raises.
    """
    _roadmap, mark = _step(session, actor, project_id, step_id, version=version, at=at)
    said = replace(_said(mark), not_before=not_before)
    return mark_step(session, actor, project_id, step_id, said, version=version, at=at)


def report_steps(
    session: Session,
    actor: Actor,
    project_id: int,
    finished: Mapping[str, date | None],
    *,
    not_done: frozenset[str] = frozenset(),
    version: int | None,
    at: datetime,
) -> int:
    """Say at once which steps are done, each with its day or None where nobody knows it; return how many that changes.

    A day that nobody knows is stored as the day on which the project reached its phase, or today. Raises `NotFound`,
    `NotAllowed`, `Stale`, and `Refused` with everything that is wrong.
    """
    roadmap = changed_roadmap(session, actor, project_id, version=version, at=at)
    project, book = session.get_one(Project, project_id), book_of(roadmap.catalogue)
    marks = {mark.step_id: mark for mark in queries.marks_of(session, roadmap)}
    known = set(book.steps) | set(marks)
    today = day_of(at)
    by_then = project.phase_since or today
    unknown = sorted((set(finished) | not_done) - known)
    reasons = [Reason("roadmap_step_unknown", {"steps": unknown})] if unknown else []
    said: dict[str, Mark] = {}
    for step_id in sorted((set(finished) | not_done) & known):
        mark = _said(marks.get(step_id))
        if step_id in finished:
            day = finished[step_id]
            last = day or max(by_then, mark.started or by_then)
            said[step_id] = replace(mark, finished=last, day_unknown=day is None, not_before=None)
        else:
            said[step_id] = replace(mark, finished=None, day_unknown=False)
        reasons += [
            Reason(reason.code, reason.values, f"day-{step_id}")
            for reason in reasons_against_mark(said[step_id], today=today)
        ]
    if reasons:
        raise Refused(reasons)
    changes = {}
    for step_id, words in said.items():
        stored = marks.get(step_id) or _new_mark(roadmap, step_id)
        if changed := _say(stored, words):
            session.add(stored)
            changes[step_id] = changed.get("finished", [None, None])
    if changes:
        session.flush()
        compute(session, roadmap, at=at)
        event = StepsReported(actor_id=actor.user_id, project_id=project_id, roadmap_changes=changes)
        record(session, event, at=at)
    return len(changes)


def skip_step(
    session: Session,
    actor: Actor,
    project_id: int,
    step_id: str,
    *,
    reason: str,
    version: int | None,
    at: datetime,
) -> StepMark:
    """Leave a step out of the plan, for a reason; the order of those around it stays.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` with everything that is wrong.
    """
    roadmap, mark = _step(session, actor, project_id, step_id, version=version, at=at)
    begun = mark.started is not None or mark.finished is not None
    if reasons := reasons_against_skipping(reason, begun=begun):
        raise Refused(reasons)
    before, mark.skipped = mark.skipped, reason.strip()
    _settle(session, roadmap, mark, at=at)
    event = StepSkipped(
        actor_id=actor.user_id,
        project_id=project_id,
        step_id=step_id,
        roadmap_changes={"skipped": [before, mark.skipped]},
    )
    record(session, event, at=at)
    return mark


def take_up_step(
    session: Session, actor: Actor, project_id: int, step_id: str, *, version: int | None, at: datetime
) -> StepMark:
    """Put a step that was left out back into the plan.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if it was not left out.
    """
    roadmap, mark = _step(session, actor, project_id, step_id, version=version, at=at)
    if mark.skipped is None:
        raise Refused([Reason("roadmap_step_not_skipped")])
    before, mark.skipped = mark.skipped, None
    _settle(session, roadmap, mark, at=at)
    event = StepTakenUp(
        actor_id=actor.user_id,
        project_id=project_id,
        step_id=step_id,
        roadmap_changes={"skipped": [before, None]},
    )
    record(session, event, at=at)
    return mark


def add_own_step(session: Session, actor: Actor, project_id: int, own: OwnStep, *, at: datetime) -> StepMark:
    """Add a step of the team's own.

    Raises `NotFound`, `NotAllowed`, and `Refused` with everything that is wrong.
    """
    roadmap = changed_roadmap(session, actor, project_id, version=None, at=at)
    marks, book = queries.marks_of(session, roadmap), book_of(roadmap.catalogue)
    reasons = _against_own(own, None, book, marks)
    owned = [mark for mark in marks if mark.own is not None]
    if len(owned) >= MOST_OWN_STEPS:
        reasons.append(Reason("roadmap_too_many_own_steps", {"most": MOST_OWN_STEPS}))
    if reasons:
        raise Refused(reasons)
    taken = [int(mark.step_id.removeprefix("own_")) for mark in owned]
    mark = _new_mark(roadmap, f"own_{max(taken, default=0) + 1}")
    mark.own = _described(own)
    _settle(session, roadmap, mark, at=at)
    event = OwnStepAdded(
        actor_id=actor.user_id,
        project_id=project_id,
        step_id=mark.step_id,
        roadmap_changes=_changes({}, mark.own),
    )
    record(session, event, at=at)
    return mark


def edit_own_step(
    session: Session,
    actor: Actor,
    project_id: int,
    step_id: str,
    own: OwnStep,
    *,
    version: int | None,
    at: datetime,
) -> StepMark:
    """Change a step of the team's own.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` with everything that is wrong, a circle among it.
    """
    roadmap, mark = _own(session, actor, project_id, step_id, version=version, at=at)
    marks, book = queries.marks_of(session, roadmap), book_of(roadmap.catalogue)
    if reasons := _against_own(own, step_id, book, marks):
        raise Refused(reasons)
    before, mark.own = dict(mark.own or {}), _described(own)
    changes = _changes(before, mark.own)
    if changes:
        _settle(session, roadmap, mark, at=at)
        event = OwnStepEdited(
            actor_id=actor.user_id, project_id=project_id, step_id=step_id, roadmap_changes=changes
        )
        record(session, event, at=at)
    return mark


def remove_own_step(
    session: Session, actor: Actor, project_id: int, step_id: str, *, version: int | None, at: datetime
) -> None:
    """Take a step of the team's own out; those that followed it no longer do.

    Raises `NotFound`, `NotAllowed` and `Stale`.
    """
    roadmap, mark = _own(session, actor, project_id, step_id, version=version, at=at)
    left = {field: [value, None] for field, value in (mark.own or {}).items()}
    for other in queries.marks_of(session, roadmap):
        if other.own is not None and step_id in other.own["after"]:
            other.own = {**other.own, "after": [step for step in other.own["after"] if step != step_id]}
    session.delete(mark)
    session.flush()
    compute(session, roadmap, at=at)
    event = OwnStepRemoved(
        actor_id=actor.user_id, project_id=project_id, step_id=step_id, roadmap_changes=left
    )
    record(session, event, at=at)


def _step(
    session: Session, actor: Actor, project_id: int, step_id: str, *, version: int | None, at: datetime
) -> tuple[Roadmap, StepMark]:
    """Return a roadmap, locked, and what is said of one of its steps, be it nothing yet."""
    roadmap = changed_roadmap(session, actor, project_id, version=None, at=at)
    marks = {mark.step_id: mark for mark in queries.marks_of(session, roadmap)}
    mark = marks.get(step_id)
    if mark is None and step_id not in book_of(roadmap.catalogue).steps:
        raise NotFound
    present = NO_MARK if mark is None else mark.version
    if version != present:
        raise Stale({"version": present})
    return roadmap, mark or _new_mark(roadmap, step_id)


def _own(
    session: Session, actor: Actor, project_id: int, step_id: str, *, version: int | None, at: datetime
) -> tuple[Roadmap, StepMark]:
    roadmap, mark = _step(session, actor, project_id, step_id, version=version, at=at)
    if mark.own is None:
        raise NotFound
    return roadmap, mark


def _new_mark(roadmap: Roadmap, step_id: str) -> StepMark:
    return StepMark(roadmap_id=roadmap.id, step_id=step_id, day_unknown=False, owner="", remark="")


def _settle(session: Session, roadmap: Roadmap, mark: StepMark, *, at: datetime) -> None:
    session.add(mark)
    session.flush()
    compute(session, roadmap, at=at)


def _said(mark: StepMark | None) -> Mark:
    if mark is None:
        return Mark()
    return Mark(
        started=mark.started,
        finished=mark.finished,
        day_unknown=mark.day_unknown,
        not_before=mark.not_before,
        owner=mark.owner,
        remark=mark.remark,
    )


def _say(mark: StepMark, said: Mark) -> dict[str, list[Any]]:
    """Write what is said into a mark and return what that changes."""
    changes = _changes(asdict(_said(mark)), asdict(said))
    for field, value in asdict(said).items():
        setattr(mark, field, value)
    return changes


def _against_own(own: OwnStep, step_id: str | None, book: Book, marks: Any) -> list[Reason]:
    owned = {mark.step_id: own_step_of(mark) for mark in marks if mark.own is not None}
    edges: dict[str, tuple[str, ...]] = {
        step.id: tuple(edge.step for edge in step.after) for step in book.catalogue.steps
    }
    edges |= {name: tuple(step for step in other.after) for name, other in owned.items()}
    known = set(book.steps) | set(owned)
    return reasons_against_own_step(own, step_id=step_id, known=known, tracks=book.tracks, edges=edges)


def _described(own: OwnStep) -> dict[str, Any]:
    return {**asdict(own), "name": own.name.strip(), "after": list(own.after)}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        field: [_plain(before.get(field)), _plain(value)]
        for field, value in after.items()
        if before.get(field) != value
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
