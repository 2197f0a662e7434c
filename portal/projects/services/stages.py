"""The dated history of a project: reaching a phase, resting and going on, and putting the last line right."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Reason, Refused
from portal.ledger import record
from portal.projects import queries
from portal.projects.events import (
    PhaseChanged,
    PhaseCorrected,
    PhaseWithdrawn,
    PutOnHold,
    Resumed,
    StageEvent,
)
from portal.projects.models import PhaseChange, Project
from portal.projects.rules import phases
from portal.projects.rules.phases import Stage
from portal.projects.rules.values import Phase
from portal.projects.services.projects import reasons_against_archived, refuse_stale


def change_phase(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    phase: Phase,
    since: date,
    version: int | None,
    at: datetime,
) -> Project:
    """Note that a project reached another phase on a day, which may lie back to the day of the line before.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` with everything that is wrong.
    """
    project = _to_move(session, actor, project_id, version=version, at=at)
    new = Stage(phase=phase, on_hold=project.on_hold, since=since)
    return _move(session, actor, project, new, PhaseChanged, at=at)


def put_on_hold(
    session: Session, actor: Actor, project_id: int, *, since: date, version: int | None, at: datetime
) -> Project:
    """Let a project rest from a day on; it keeps its phase.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if it rests already or the day cannot be.
    """
    project = _to_move(session, actor, project_id, version=version, at=at)
    new = Stage(phase=project.phase, on_hold=True, since=since)
    return _move(session, actor, project, new, PutOnHold, at=at)


def resume(
    session: Session, actor: Actor, project_id: int, *, since: date, version: int | None, at: datetime
) -> Project:
    """Let a project that rests go on from a day in the phase that it had.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if it does not rest or the day cannot be.
    """
    project = _to_move(session, actor, project_id, version=version, at=at)
    if not project.on_hold:
        raise Refused([Reason("project_not_on_hold")])
    new = Stage(phase=project.phase, on_hold=False, since=since)
    return _move(session, actor, project, new, Resumed, at=at)


def correct_last_stage(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    phase: Phase,
    since: date | None,
    version: int | None,
    at: datetime,
) -> Project:
    """Put the last line of a project's history right: its day, and its phase unless it tells of rest.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` with everything that is wrong.
    """
    project = _to_move(session, actor, project_id, version=version, at=at)
    lines = queries.phase_history(session, project)
    stages = queries.stages(lines)
    corrected = Stage(phase=phase, on_hold=project.on_hold, since=since)
    reasons = phases.reasons_against_correction(stages, corrected, today=phases.day_of(at))
    if reasons:
        raise Refused(reasons)
    if stages[-1] != corrected:
        lines[-1].phase, lines[-1].since = phase, since
        lines[-1].noted_at, lines[-1].noted_by_id = at, actor.user_id
        rested = [stages[-1].since, since] if phases.is_rest(stages) else None
        _follow(session, actor, project, [*stages[:-1], corrected], PhaseCorrected, rested=rested, at=at)
    return project


def withdraw_last_stage(
    session: Session, actor: Actor, project_id: int, *, version: int | None, at: datetime
) -> Project:
    """Take out the last line of a project's history, which had not happened; the ledger keeps that it stood there.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if only the first line is left.
    """
    project = _to_move(session, actor, project_id, version=version, at=at)
    lines = queries.phase_history(session, project)
    if len(lines) < 2:
        raise Refused([Reason("project_first_stage")])
    stages = queries.stages(lines)
    session.delete(lines[-1])
    rested = [stages[-1].since, None] if phases.is_rest(stages) else None
    _follow(session, actor, project, stages[:-1], PhaseWithdrawn, rested=rested, at=at)
    return project


def _to_move(
    session: Session, actor: Actor, project_id: int, *, version: int | None, at: datetime
) -> Project:
    project = queries.own_project(session, actor, project_id, at=at, lock=True)
    refuse_stale(project, version)
    if reasons := reasons_against_archived(project):
        raise Refused(reasons)
    if not queries.phase_history(session, project):
        # A project that was stored without a history begins it with the phase in which it is found.
        session.add(_line(project, _now(project), actor, at=project.created_at))
        session.flush()
    return project


def _move(
    session: Session, actor: Actor, project: Project, new: Stage, kind: type[StageEvent], *, at: datetime
) -> Project:
    stages = queries.stages(queries.phase_history(session, project))
    if reasons := phases.reasons_against_next(stages, new, today=phases.day_of(at)):
        raise Refused(reasons)
    session.add(_line(project, new, actor, at=at))
    rested = [None, new.since] if new.phase is project.phase else None
    _follow(session, actor, project, [*stages, new], kind, rested=rested, at=at)
    return project


def _follow(
    session: Session,
    actor: Actor,
    project: Project,
    stages: Sequence[Stage],
    kind: type[StageEvent],
    *,
    rested: list[date | None] | None,
    at: datetime,
) -> None:
    """Let the project stand where its history ends, and tell the ledger; `rested` is the day of a rest, and before."""
    now, reached = stages[-1], phases.reached_on(stages)
    told: dict[str, list[object]] = {}
    dated: dict[str, list[date | None]] = {}
    if project.phase is not now.phase:
        told["phase"] = [project.phase.value, now.phase.value]
    if project.on_hold is not now.on_hold:
        told["on_hold"] = [project.on_hold, now.on_hold]
    if project.phase_since != reached:
        dated["phase_since"] = [project.phase_since, reached]
    if rested is not None:
        dated["since"] = rested
    project.phase, project.on_hold, project.phase_since = now.phase, now.on_hold, reached
    project.updated_at = at
    event = kind(
        actor_id=actor.user_id,
        project_id=project.id,
        teaser_changes=told or None,
        roadmap_changes=dated or None,
    )
    record(session, event, at=at)
    session.flush()


def _now(project: Project) -> Stage:
    return Stage(phase=project.phase, on_hold=project.on_hold, since=project.phase_since)


def _line(project: Project, stage: Stage, actor: Actor, *, at: datetime) -> PhaseChange:
    return PhaseChange(
        project_id=project.id,
        phase=stage.phase,
        on_hold=stage.on_hold,
        since=stage.since,
        noted_at=at,
        noted_by_id=actor.user_id,
    )
