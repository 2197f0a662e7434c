"""Who is in a project's team."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Reason, Refused, Stale
from portal.ledger import record
from portal.projects import queries
from portal.projects.events import TeamMemberAdded, TeamMemberEdited, TeamMemberRemoved
from portal.projects.models import Project, TeamMember
from portal.projects.rules.team import MOST_MEMBERS, TeamMemberFields, reasons_against_member
from portal.projects.services.projects import reasons_against_archived


def add_team_member(
    session: Session, actor: Actor, project_id: int, stated: TeamMemberFields, *, at: datetime
) -> TeamMember:
    """Add a person to a project's team.

    Raises `NotFound`, `NotAllowed`, and `Refused` with everything that is wrong.
    """
    project, stated = _own(session, actor, project_id, at=at), stated.tidied()
    reasons = _reasons(project, stated) or _reasons_against_twin(session, project, stated)
    size = session.scalar(select(func.count()).where(TeamMember.project_id == project.id)) or 0
    if size >= MOST_MEMBERS:
        reasons.append(Reason("project_team_full", {"most": MOST_MEMBERS}))
    if reasons:
        raise Refused(reasons)
    member = TeamMember(project_id=project.id, name=stated.name, task=stated.task, email=stated.email)
    session.add(member)
    session.flush()
    event = TeamMemberAdded(
        actor_id=actor.user_id,
        project_id=project.id,
        member_id=member.id,
        identity_changes=_changes({}, stated.as_values()),
    )
    record(session, event, at=at)
    session.flush()
    return member


def edit_team_member(
    session: Session,
    actor: Actor,
    project_id: int,
    member_id: int,
    stated: TeamMemberFields,
    *,
    version: int | None,
    at: datetime,
) -> TeamMember:
    """Change what is known of a member of a project's team.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` with everything that is wrong.
    """
    project, stated = _own(session, actor, project_id, at=at), stated.tidied()
    member = queries.team_member(session, project, member_id)
    if version != member.version:
        raise Stale({"version": member.version})
    reasons = _reasons(project, stated) or _reasons_against_twin(session, project, stated, but=member.id)
    if reasons:
        raise Refused(reasons)
    changes = _changes({"name": member.name, "task": member.task, "email": member.email}, stated.as_values())
    if changes:
        member.name, member.task, member.email = stated.name, stated.task, stated.email
        event = TeamMemberEdited(
            actor_id=actor.user_id, project_id=project.id, member_id=member.id, identity_changes=changes
        )
        record(session, event, at=at)
        session.flush()
    return member


def remove_team_member(
    session: Session, actor: Actor, project_id: int, member_id: int, *, version: int | None, at: datetime
) -> None:
    """Take a person out of a project's team.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if the project is archived.
    """
    project = _own(session, actor, project_id, at=at)
    member = queries.team_member(session, project, member_id)
    if version != member.version:
        raise Stale({"version": member.version})
    if reasons := reasons_against_archived(project):
        raise Refused(reasons)
    left = {"name": [member.name, None], "task": [member.task, None]}
    session.delete(member)
    event = TeamMemberRemoved(
        actor_id=actor.user_id, project_id=project.id, member_id=member_id, identity_changes=left
    )
    record(session, event, at=at)
    session.flush()


def _own(session: Session, actor: Actor, project_id: int, *, at: datetime) -> Project:
    return queries.own_project(session, actor, project_id, at=at, lock=True)


def _reasons(project: Project, stated: TeamMemberFields) -> list[Reason]:
    reasons = [*reasons_against_archived(project), *reasons_against_member(stated)]
    if stated.email and not any(reason.field == "email" for reason in reasons):
        try:
            validate_email(stated.email, check_deliverability=False)
        except EmailNotValidError:
            reasons.append(Reason("project_email_unreadable", {"written": stated.email}, "email"))
    return reasons


def _reasons_against_twin(
    session: Session, project: Project, stated: TeamMemberFields, *, but: int | None = None
) -> list[Reason]:
    twin = session.scalar(
        select(TeamMember.id)
        .where(
            TeamMember.project_id == project.id,
            TeamMember.name == stated.name,
            TeamMember.task == stated.task,
            TeamMember.id != (but or 0),
        )
        .limit(1)
    )
    return [Reason("project_team_member_twice", {"name": stated.name}, "name")] if twin is not None else []


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
