"""Named questions about projects; each hides what the actor may not see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from portal.accounts.models import Membership, Organisation, User
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound
from portal.ledger import HistoryLine, history
from portal.projects.models import Grant, PhaseChange, Project, ProjectSheet, TeamMember
from portal.projects.rules import access
from portal.projects.rules.facts import ProcessFacts
from portal.projects.rules.fields import FIELDS, as_stored
from portal.projects.rules.imports import Plan, plan_of
from portal.projects.rules.phases import Stage, day_of
from portal.projects.rules.sheets import Known, read_sheet
from portal.projects.rules.values import FieldGroup, Phase, ProductClass, Visibility
from portal.reference import vocabulary


@dataclass(frozen=True, slots=True)
class SeenProject:
    """A project together with the field groups of it that the reader may see."""

    project: Project
    groups: frozenset[FieldGroup]
    is_own: bool

    def shows(self, group: FieldGroup) -> bool:
        """Say whether the reader sees this field group."""
        return group in self.groups


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFilter:
    """Which projects of a list are wanted, and in which order; None leaves a question open."""

    words: str = ""
    phase: Phase | None = None
    indication_area: str | None = None
    product_class: ProductClass | None = None
    on_hold: bool | None = None
    archived: bool = False
    sort: str = "name"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class GrantsToOrganisation:
    """What one organisation may see of a project, for which reason."""

    organisation: Organisation
    grants: tuple[Grant, ...]


SORTS = ("name", "phase", "area", "class", "updated")


def visible_projects(actor: Actor | None, *, at: datetime, group: FieldGroup) -> ColumnElement[bool]:
    """Return the condition on `Project` that holds for those of which the actor, or a visitor, sees the field group.

    It is the predicate over grants that pages, search, history and exports share:
    `select(Project).where(visible_projects(actor, at=at, group=FieldGroup.TEASER))`.
    """
    ways: list[ColumnElement[bool]] = [_granted(actor, at=at, group=group)]
    if actor is not None and actor.organisation_id is not None and access.owns(actor, actor.organisation_id):
        ways.append(Project.organisation_id == actor.organisation_id)
    if group is FieldGroup.TEASER:
        open_to = access.teasers_open_to(actor)
        ways.append(and_(Project.visibility.in_(sorted(open_to)), Project.archived_at.is_(None)))
    return or_(*ways)


def visible_groups(
    session: Session, actor: Actor | None, project: Project, at: datetime
) -> frozenset[FieldGroup]:
    """Return the field groups of a project that the actor, or a visitor, sees; none means that it does not exist."""
    return groups_of_each(session, actor, [project], at=at)[project.id]


def seen_project(session: Session, actor: Actor | None, project_id: int, *, at: datetime) -> SeenProject:
    """Return a project with what the actor sees of it.

    Raises `NotFound` where that is nothing.
    """
    project = session.get(Project, project_id)
    groups = visible_groups(session, actor, project, at) if project else frozenset[FieldGroup]()
    if project is None or not groups:
        raise NotFound
    return SeenProject(project, groups, access.owns(actor, project.organisation_id))


def own_project(
    session: Session, actor: Actor, project_id: int, *, at: datetime, lock: bool = False
) -> Project:
    """Return a project of the actor's own organisation, locked where it is about to change.

    Raises `NotFound` where the actor may not know of it, and `NotAllowed` where they see it and do not own it.
    """
    query = select(Project).where(Project.id == project_id).execution_options(populate_existing=lock)
    project = session.scalars(query.with_for_update(of=Project) if lock else query).one_or_none()
    if project is None:
        raise NotFound
    if access.owns(actor, project.organisation_id):
        return project
    raise NotAllowed if visible_groups(session, actor, project, at) else NotFound


def own_projects(actor: Actor, wanted: ProjectFilter) -> Select[Project]:
    """Return the question for the actor's own projects, filtered and in order; its rows are what list and export show."""
    column = _sorted_by(wanted.sort.removeprefix("-"), wanted.language)
    order = column.desc() if wanted.sort.startswith("-") else column.asc()
    return (
        select(Project)
        .where(_is_own(actor), *_wanted(wanted))
        .order_by(order, func.lower(Project.name), Project.id)
    )


def teasers(actor: Actor | None, wanted: ProjectFilter, *, at: datetime) -> Select[Project]:
    """Return the question for the teasers that an actor, or a visitor, may read, the latest changed first.

    A search looks only at the teaser itself, so that no hit tells what else the portal knows.
    """
    own = _is_own(actor) if actor is not None else false()
    return (
        select(Project)
        .where(
            visible_projects(actor, at=at, group=FieldGroup.TEASER),
            Project.archived_at.is_(None),
            ~own,
            *_wanted(wanted, everything=False),
        )
        .order_by(Project.updated_at.desc(), Project.id.desc())
    )


def published_teasers(wanted: ProjectFilter, *, at: datetime) -> Select[Project]:
    """Return the question for the teasers that anyone may read."""
    return teasers(None, wanted, at=at)


def count(session: Session, question: Select[Project]) -> int:
    """Return how many rows a question has."""
    return session.scalar(select(func.count()).select_from(question.order_by(None).subquery())) or 0


def groups_of_each(
    session: Session, actor: Actor | None, projects: Collection[Project], *, at: datetime
) -> dict[int, frozenset[FieldGroup]]:
    """Return what the actor sees of each project of a list, by the project's id."""
    if not projects:
        return {}
    seen = [visible_projects(actor, at=at, group=group).label(group.value) for group in FieldGroup]
    rows = session.execute(
        select(Project.id, *seen).where(Project.id.in_([project.id for project in projects]))
    ).all()
    return {row[0]: frozenset(group for group in FieldGroup if getattr(row, group.value)) for row in rows}


def counts_by_area_and_phase(session: Session, *, published: bool) -> dict[tuple[str, str], int]:
    """Return how many projects there are by indication area and phase: the published ones, or all the others."""
    is_public = Project.visibility == Visibility.PUBLIC
    rows = session.execute(
        select(Project.indication_area, Project.phase, func.count())
        .where(Project.archived_at.is_(None), is_public if published else ~is_public)
        .group_by(Project.indication_area, Project.phase)
    ).all()
    return {(area, phase.value): number for area, phase, number in rows}


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


def current_grants(session: Session, project: Project, *, at: datetime) -> list[GrantsToOrganisation]:
    """Return what is open of a project at present, by organisation; for its owner's eyes."""
    return _by_organisation(session, project, _holds_at(at))


def past_grants(session: Session, project: Project, *, at: datetime) -> list[GrantsToOrganisation]:
    """Return what was open of a project and no longer is, by organisation; for its owner's eyes."""
    return _by_organisation(session, project, and_(Grant.ends_at.is_not(None), Grant.ends_at <= at))


def adviser_organisations(session: Session) -> Sequence[Organisation]:
    """Return the organisations that have an adviser, by name: whom a founder can show more than the teaser."""
    advises = select(Membership.organisation_id).where(
        Membership.role == Role.ADVISER, Membership.ended_at.is_(None)
    )
    return session.scalars(
        select(Organisation).where(Organisation.id.in_(advises)).order_by(func.lower(Organisation.name))
    ).all()


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


def known_projects(session: Session, actor: Actor) -> list[Known]:
    """Return the actor's own projects, archived ones too, as a sheet is compared with them."""
    projects = session.scalars(select(Project).where(_is_own(actor)).order_by(Project.id)).all()
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


def sheet_plan(session: Session, actor: Actor, sheet: ProjectSheet, *, at: datetime) -> Plan:
    """Return what importing a sheet would do now."""
    organisation = session.get_one(Organisation, sheet.organisation_id)
    return plan_of(
        read_sheet(sheet.content or ""),
        known_projects(session, actor),
        organisation=organisation.name,
        today=day_of(at),
    )


def _granted(actor: Actor | None, *, at: datetime, group: FieldGroup) -> ColumnElement[bool]:
    reasons = access.reasons_read_by(actor, group)
    if actor is None or not reasons:
        return false()
    # Whoever was granted anything of a project sees its teaser.
    what = true() if group is FieldGroup.TEASER else Grant.field_group == group
    return (
        select(Grant.id)
        .where(
            Grant.project_id == Project.id,
            Grant.organisation_id == actor.organisation_id,
            Grant.reason.in_(sorted(reasons)),
            what,
            _holds_at(at),
        )
        .exists()
    )


def _holds_at(at: datetime) -> ColumnElement[bool]:
    return and_(Grant.starts_at <= at, or_(Grant.ends_at.is_(None), Grant.ends_at > at))


def _is_own(actor: Actor) -> ColumnElement[bool]:
    if actor.organisation_id is None or not access.owns(actor, actor.organisation_id):
        return false()
    return Project.organisation_id == actor.organisation_id


def _sorted_by(key: str, language: str) -> ColumnElement[Any]:
    if key == "phase":
        return case({phase: place for place, phase in enumerate(Phase)}, value=Project.phase)
    if key == "updated":
        return Project.updated_at.expression
    if key in ("area", "class"):
        column, list_name = {
            "area": (Project.indication_area, "indication_area"),
            "class": (Project.product_class, "product_class"),
        }[key]
        labels = sorted(vocabulary.words(list_name), key=lambda word: word.label(language).casefold())
        places = {
            ProductClass(word.id) if key == "class" else word.id: place for place, word in enumerate(labels)
        }
        return case(places, value=column, else_=len(places))
    return func.lower(Project.name)


def _wanted(wanted: ProjectFilter, *, everything: bool = True) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.phase is not None:
        conditions.append(Project.phase == wanted.phase)
    if wanted.indication_area is not None:
        conditions.append(Project.indication_area == wanted.indication_area)
    if wanted.product_class is not None:
        conditions.append(Project.product_class == wanted.product_class)
    if everything:
        conditions.append(
            Project.archived_at.is_not(None) if wanted.archived else Project.archived_at.is_(None)
        )
        if wanted.on_hold is not None:
            conditions.append(Project.on_hold.is_(wanted.on_hold))
    if wanted.words:
        searched = [Project.teaser, Project.teaser_sv]
        if everything:
            searched += [Project.name, Project.indication, Project.reference]
        conditions.append(or_(*(column.icontains(wanted.words, autoescape=True) for column in searched)))
    return conditions


def _by_organisation(
    session: Session, project: Project, condition: ColumnElement[bool]
) -> list[GrantsToOrganisation]:
    grants = session.scalars(
        select(Grant)
        .join(Organisation, Organisation.id == Grant.organisation_id)
        .where(Grant.project_id == project.id, condition)
        .options(selectinload(Grant.organisation), selectinload(Grant.granted_by))
        .order_by(func.lower(Organisation.name), Organisation.id, Grant.id)
    ).all()
    found: dict[int, list[Grant]] = {}
    for grant in grants:
        found.setdefault(grant.organisation_id, []).append(grant)
    return [GrantsToOrganisation(held[0].organisation, tuple(held)) for held in found.values()]
