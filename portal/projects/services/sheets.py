"""Keeping an uploaded sheet while somebody looks at what it would change, and then importing it, once."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, Reason, Refused, Stale
from portal.projects import queries
from portal.projects.models import Project, ProjectSheet
from portal.projects.rules import phases, sheets
from portal.projects.rules.imports import Action, Line, Plan
from portal.projects.rules.values import Phase
from portal.projects.services.projects import edit_project, register_project
from portal.projects.services.stages import change_phase, put_on_hold, resume

KEPT = timedelta(days=1)


def upload_sheet(session: Session, actor: Actor, text: str, *, at: datetime) -> ProjectSheet:
    """Keep a sheet for a day so that its effect can be looked at; it replaces the actor's earlier ones.

    Raises `NotAllowed` for anybody but a founder, and `Refused` if it is too big.
    """
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        raise NotAllowed
    size = len(text.encode("utf-8", "replace"))
    if size > sheets.MOST_BYTES:
        raise Refused([sheets.too_big(size)])
    if "\x00" in text:
        raise Refused([Reason("sheet_unprintable")])
    session.execute(
        delete(ProjectSheet).where(
            ProjectSheet.imported_at.is_(None),
            or_(ProjectSheet.uploaded_by_id == actor.user_id, ProjectSheet.uploaded_at < at - KEPT),
        )
    )
    sheet = ProjectSheet(
        organisation_id=actor.organisation_id, uploaded_by_id=actor.user_id, uploaded_at=at, content=text
    )
    session.add(sheet)
    session.flush()
    return sheet


def import_projects(
    session: Session, actor: Actor, sheet_id: int, *, digest: str, at: datetime
) -> ProjectSheet:
    """Do what the preview of a sheet showed, all of it or nothing; a second time it does nothing.

    `digest` is that of the plan that was shown. Raises `NotFound` for a sheet that is not the actor's, `Stale` if the
    projects have changed since so that the plan is another one, and `Refused` if anything stands in the way.
    """
    sheet = queries.own_sheet(session, actor, sheet_id, lock=True)
    if sheet.imported_at is not None:
        return sheet
    session.scalars(
        select(Project)
        .where(Project.organisation_id == sheet.organisation_id)
        .order_by(Project.id)
        .with_for_update()
    ).all()
    plan = _plan_as_shown(session, actor, sheet, digest, at=at)
    for line in plan.lines:
        _apply(session, actor, sheet, line, at=at)
    sheet.imported_at, sheet.content = at, None
    sheet.outcome = {
        action.value: plan.number(action) for action in (Action.REGISTER, Action.EDIT, Action.UNCHANGED)
    }
    return sheet


def check_sheet(session: Session, actor: Actor, sheet_id: int, *, digest: str, at: datetime) -> None:
    """Make sure that a sheet can be imported as it was shown; raises as `import_projects`."""
    sheet = queries.own_sheet(session, actor, sheet_id)
    if sheet.imported_at is None:
        _plan_as_shown(session, actor, sheet, digest, at=at)


def _plan_as_shown(session: Session, actor: Actor, sheet: ProjectSheet, digest: str, *, at: datetime) -> Plan:
    if at - sheet.uploaded_at > KEPT:
        raise Refused([Reason("sheet_expired")])
    plan = queries.sheet_plan(session, actor, sheet, at=at)
    if plan.digest != digest:
        raise Stale
    if not plan.is_clean:
        raise Refused([Reason("sheet_with_mistakes", {"rows": plan.number(Action.REFUSED)})])
    if len(plan.lines) == plan.number(Action.UNCHANGED):
        raise Refused([Reason("sheet_changes_nothing")])
    return plan


def _apply(session: Session, actor: Actor, sheet: ProjectSheet, line: Line, *, at: datetime) -> None:
    if line.action is Action.REGISTER:
        project = register_project(
            session,
            actor,
            line.values,
            phase=Phase(line.phase or ""),
            phase_since=line.phase_since,
            sheet_id=sheet.id,
            at=at,
        )
    elif line.action is Action.EDIT and line.project_id is not None:
        project = session.get_one(Project, line.project_id)
        project = edit_project(
            session, actor, project.id, line.values, version=project.version, sheet_id=sheet.id, at=at
        )
        if line.moves and line.phase_since is not None:
            project = change_phase(
                session,
                actor,
                project.id,
                phase=Phase(line.phase or ""),
                since=line.phase_since,
                version=project.version,
                at=at,
            )
    else:
        return
    if line.rests_or_resumes:
        rest = put_on_hold if line.on_hold else resume
        rest(session, actor, project.id, since=phases.day_of(at), version=project.version, at=at)
