"""Registering a project, editing what is stated of it, putting it away and fetching it back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, Reason, Refused, Stale
from portal.ledger import record
from portal.projects import queries
from portal.projects.events import (
    FieldsStated,
    ProjectArchived,
    ProjectEdited,
    ProjectRegistered,
    ProjectRestored,
)
from portal.projects.models import PhaseChange, Project
from portal.projects.rules import facts, phases
from portal.projects.rules.fields import FIELDS, Kind, changes_by_group, reasons_against_values, tidied
from portal.projects.rules.values import FieldGroup, Phase, ProductClass, Visibility

UNSTATED: Mapping[str, Any] = {field.name: [] if field.kind is Kind.WORDS else None for field in FIELDS} | {
    "teaser": "",
    "visibility": Visibility.PRIVATE.value,
}
ENUMS = {"product_class": ProductClass, "visibility": Visibility}


def register_project(
    session: Session,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    phase: Phase,
    phase_since: date | None,
    at: datetime,
    sheet_id: int | None = None,
    is_demo: bool = False,
) -> Project:
    """Store a new project of the actor's organisation, with the first line of its history.

    `values` hold fields by name; what is not named is unknown. Raises `NotAllowed` for anybody but a founder, and
    `Refused` with everything that is wrong.
    """
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        raise NotAllowed
    organisation = _locked_organisation(session, actor.organisation_id)
    stated = {**UNSTATED, **tidied(values)}
    first = phases.Stage(phase=phase, on_hold=False, since=phase_since)
    reasons = [
        *_reasons(stated),
        *phases.reasons_against_next((), first, today=phases.day_of(at)),
        *_reasons_against_name(session, organisation.id, stated["name"]),
    ]
    if reasons:
        raise Refused(reasons)
    project = Project(
        organisation=organisation,
        phase=phase,
        phase_since=phase_since,
        created_at=at,
        updated_at=at,
        is_demo=is_demo,
        **_typed(stated),
    )
    session.add(project)
    session.flush()
    session.add(
        PhaseChange(
            project_id=project.id, phase=phase, since=phase_since, noted_at=at, noted_by_id=actor.user_id
        )
    )
    changes = changes_by_group(UNSTATED, stated)
    changes.setdefault(FieldGroup.TEASER, {})["phase"] = [None, phase.value]
    if phase_since is not None:
        changes.setdefault(FieldGroup.ROADMAP, {})["phase_since"] = [None, phase_since.isoformat()]
    _tell(session, ProjectRegistered, actor, project, changes, sheet_id=sheet_id, at=at)
    return project


def edit_project(
    session: Session,
    actor: Actor,
    project_id: int,
    values: Mapping[str, Any],
    *,
    version: int | None,
    at: datetime,
    sheet_id: int | None = None,
) -> Project:
    """Change stated fields of a project; fields that are not named stay.

    Raises `NotFound` or `NotAllowed` for anybody but its founders, `Stale` with the fields' present values if the
    project is no longer in the version that the page showed, and `Refused` with everything that is wrong.
    """
    project = queries.own_project(session, actor, project_id, at=at, lock=True)
    before = queries.stated_values(project)
    stated = tidied(values)
    if version != project.version:
        raise Stale({name: before[name] for name in stated if before[name] != stated[name]})
    reasons = [*reasons_against_archived(project), *_reasons({**before, **stated}, only=stated)]
    if stated.get("name") and stated["name"] != project.name:
        _locked_organisation(session, project.organisation_id)
        reasons += _reasons_against_name(session, project.organisation_id, stated["name"], but=project.id)
    if reasons:
        raise Refused(reasons)
    changes = changes_by_group(before, stated)
    if changes:
        for name, value in _typed(stated).items():
            setattr(project, name, value)
        project.updated_at = at
        _tell(session, ProjectEdited, actor, project, changes, sheet_id=sheet_id, at=at)
    return project


def archive_project(
    session: Session, actor: Actor, project_id: int, *, version: int | None, at: datetime
) -> Project:
    """Put a project away: it leaves every list, keeps its records, and can be fetched back.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if it is away already.
    """
    project = queries.own_project(session, actor, project_id, at=at, lock=True)
    refuse_stale(project, version)
    if reasons := reasons_against_archived(project):
        raise Refused(reasons)
    project.archived_at, project.updated_at = at, at
    record(session, ProjectArchived(actor_id=actor.user_id, project_id=project.id), at=at)
    session.flush()
    return project


def restore_project(
    session: Session, actor: Actor, project_id: int, *, version: int | None, at: datetime
) -> Project:
    """Fetch back a project that was put away.

    Raises `NotFound`, `NotAllowed`, `Stale`, and `Refused` if it is not away or its name has been taken since.
    """
    project = queries.own_project(session, actor, project_id, at=at, lock=True)
    refuse_stale(project, version)
    _locked_organisation(session, project.organisation_id)
    reasons = _reasons_against_name(session, project.organisation_id, project.name, but=project.id)
    if project.archived_at is None:
        reasons.append(Reason("project_not_archived"))
    if reasons:
        raise Refused(reasons)
    project.archived_at, project.updated_at = None, at
    record(session, ProjectRestored(actor_id=actor.user_id, project_id=project.id), at=at)
    session.flush()
    return project


def refuse_stale(project: Project, version: int | None) -> None:
    """Raise `Stale` if the project is no longer in the version that the page showed."""
    if version != project.version:
        raise Stale({"version": project.version})


def reasons_against_archived(project: Project) -> list[Reason]:
    """Return why nothing of an archived project may change; an empty list for one that is not away."""
    return [Reason("project_archived")] if project.archived_at is not None else []


def _reasons(stated: Mapping[str, Any], *, only: Mapping[str, Any] | None = None) -> list[Reason]:
    single = reasons_against_values(stated if only is None else only)
    return single or facts.reasons_against_facts(stated)


def _reasons_against_name(
    session: Session, organisation_id: int, name: str | None, *, but: int | None = None
) -> list[Reason]:
    if not name or "\x00" in name:
        return []
    taken = session.scalar(
        select(Project.id)
        .where(
            Project.organisation_id == organisation_id,
            Project.archived_at.is_(None),
            func.lower(Project.name) == func.lower(name),
            Project.id != (but or 0),
        )
        .limit(1)
    )
    return [Reason("project_name_taken", {"name": name}, "name")] if taken is not None else []


def _locked_organisation(session: Session, organisation_id: int) -> Organisation:
    # Two projects of one name could be registered at the same moment; the second waits here and is then told.
    return session.scalars(
        select(Organisation).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    ).one()


def _typed(stated: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: ENUMS[name](value) if name in ENUMS and value is not None else value
        for name, value in stated.items()
    }


def _tell(
    session: Session,
    kind: type[FieldsStated],
    actor: Actor,
    project: Project,
    changes: Mapping[FieldGroup, Mapping[str, list[Any]]],
    *,
    sheet_id: int | None,
    at: datetime,
) -> None:
    by_group = {f"{group.value}_changes": dict(found) for group, found in changes.items()}
    event = kind(actor_id=actor.user_id, project_id=project.id, sheet_id=sheet_id, **by_group)
    record(session, event, at=at)
    session.flush()
