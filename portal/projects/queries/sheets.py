"""Sheets that somebody uploaded, and the projects that they are compared with."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.projects.models import PhaseChange, Project, ProjectSheet
from portal.projects.queries.access import is_own
from portal.projects.queries.records import stated_values
from portal.projects.rules.imports import Plan, plan_of
from portal.projects.rules.phases import day_of
from portal.projects.rules.sheets import Known, read_sheet


def known_projects(session: Session, actor: Actor) -> list[Known]:
    """Return the actor's own projects, archived ones too, as a sheet is compared with them."""
    projects = session.scalars(select(Project).where(is_own(actor)).order_by(Project.id)).all()
    ids = [project.id for project in projects]
    rows = session.execute(
        select(PhaseChange.project_id, func.max(PhaseChange.since).label("last"))
        .where(PhaseChange.project_id.in_(ids))
        .group_by(PhaseChange.project_id)
    ).all()
    last_days = {row.project_id: row.last for row in rows}
    return [known(project, last_day=last_days.get(project.id)) for project in projects]


def known(project: Project, *, last_day: date | None = None) -> Known:
    """Return a project as plain values, as a sheet writes it and is compared with it."""
    return Known(
        project_id=project.id,
        reference=project.reference,
        version=project.version,
        archived=project.archived_at is not None,
        phase=project.phase.value,
        phase_since=project.phase_since,
        on_hold=project.on_hold,
        values=stated_values(project),
        last_day=last_day,
    )


def own_sheet(session: Session, actor: Actor, sheet_id: int, *, lock: bool = False) -> ProjectSheet:
    """Return a sheet that the actor uploaded for this organisation; raises `NotFound` for anybody else's."""
    query = (
        select(ProjectSheet)
        .where(
            ProjectSheet.id == sheet_id,
            ProjectSheet.uploaded_by_id == actor.user_id,
            ProjectSheet.organisation_id == actor.organisation_id,
        )
        .execution_options(populate_existing=lock)
    )
    sheet = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if sheet is None or Role.FOUNDER not in actor.roles:
        raise NotFound
    return sheet


def sheet_rows(session: Session, actor: Actor, sheet_id: int) -> int:
    """Return how many rows a sheet has; one that was imported is forgotten and has none."""
    return len(read_sheet(own_sheet(session, actor, sheet_id).content or "").rows)


def sheet_plan(session: Session, actor: Actor, sheet: ProjectSheet, *, at: datetime) -> Plan:
    """Return what importing a sheet would do now."""
    organisation = session.get_one(Organisation, sheet.organisation_id)
    return plan_of(
        read_sheet(sheet.content or ""),
        known_projects(session, actor),
        organisation=organisation.name,
        today=day_of(at),
    )
