"""What is stored of one project: its facts, its dated history, its team, and what happened to it."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, User
from portal.core.errors import NotFound
from portal.ledger import HistoryLine, history
from portal.projects.models import PhaseChange, Project, TeamMember
from portal.projects.rules.facts import ProcessFacts
from portal.projects.rules.fields import FIELDS, as_stored
from portal.projects.rules.phases import Stage


def process_facts(project: Project) -> ProcessFacts:
    """Return what is known of a project's process and biosafety as one frozen value."""
    stated = {
        field.name: getattr(project, field.name)
        for field in fields(ProcessFacts)
        if field.name != "project_id"
    }
    return ProcessFacts(project_id=project.id, **{name: as_stored(value) for name, value in stated.items()})


def stated_values(project: Project) -> dict[str, Any]:
    """Return every field of a project as plain words and numbers."""
    return {field.name: as_stored(getattr(project, field.name)) for field in FIELDS}


def phase_history(session: Session, project: Project) -> Sequence[PhaseChange]:
    """Return the lines of a project's history, the first one first."""
    return session.scalars(
        select(PhaseChange).where(PhaseChange.project_id == project.id).order_by(PhaseChange.id)
    ).all()


def stages(changes: Collection[PhaseChange]) -> list[Stage]:
    """Return the lines of a history as plain values."""
    return [Stage(phase=change.phase, on_hold=change.on_hold, since=change.since) for change in changes]


def team(session: Session, project: Project) -> Sequence[TeamMember]:
    """Return a project's team by name."""
    return session.scalars(
        select(TeamMember)
        .where(TeamMember.project_id == project.id)
        .order_by(func.lower(TeamMember.name), TeamMember.id)
    ).all()


def team_member(session: Session, project: Project, member_id: int) -> TeamMember:
    """Return one member of a project's team; raises `NotFound` where the team has nobody of that id."""
    member = session.get(TeamMember, member_id)
    if member is None or member.project_id != project.id:
        raise NotFound
    return member


def project_history(session: Session, project: Project, groups: Collection[str]) -> list[HistoryLine]:
    """Return what happened to a project, newest first, with the values of these field groups only."""
    lines = history(session, "project", project.id, groups=groups)
    return [line for line in lines if line.name.startswith("project.")]


def names_of_people(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these people by id."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(list(user_ids)))).all()
    return {row.id: row.name for row in rows}


def names_of_organisations(session: Session, organisation_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these organisations by id; for the owner of what they were granted."""
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(list(organisation_ids)))
    ).all()
    return {row.id: row.name for row in rows}
