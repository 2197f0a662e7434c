"""What an actor sees of projects: the predicate over grants, in the one form that serves everything."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound
from portal.projects.models import Grant, Project
from portal.projects.rules import access
from portal.projects.rules.values import FieldGroup, GrantReason, TeaserWords


@dataclass(frozen=True, slots=True)
class SeenProject:
    """A project together with the field groups of it that the reader may see."""

    project: Project
    groups: frozenset[FieldGroup]
    is_own: bool
    teaser: TeaserWords
    """The words of the teaser that the reader may read: those of today, or those that the owner consented to."""

    def shows(self, group: FieldGroup) -> bool:
        """Say whether the reader sees this field group."""
        return group in self.groups


def visible_projects(actor: Actor | None, *, at: datetime, group: FieldGroup) -> ColumnElement[bool]:
    """Return the condition on `Project` that holds for those of which the actor, or a visitor, sees the field group.

    It is the predicate over grants that pages, search, history and exports share:
    `select(Project).where(visible_projects(actor, at=at, group=FieldGroup.TEASER))`.
    """
    return or_(*_ways(actor, at=at, group=group))


def reads_todays_teaser(actor: Actor | None, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Project` that holds where the words of the teaser as they stand are open to the actor.

    Whoever was sent a teaser reads the words that its owner consented to, until they are consented to anew.
    """
    as_consented = and_(
        Grant.teaser == Project.teaser,
        func.coalesce(Grant.teaser_sv, "") == func.coalesce(Project.teaser_sv, ""),
    )
    return or_(*_ways(actor, at=at, group=FieldGroup.TEASER, which=or_(Grant.teaser.is_(None), as_consented)))


def sent_words_have(actor: Actor | None, words: str, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Project` that a teaser that was sent to the actor has some words, as it was sent."""
    has = or_(*(column.icontains(words, autoescape=True) for column in (Grant.teaser, Grant.teaser_sv)))
    return _granted(actor, at=at, group=FieldGroup.TEASER, which=has)


def _ways(
    actor: Actor | None, *, at: datetime, group: FieldGroup, which: ColumnElement[bool] | None = None
) -> list[ColumnElement[bool]]:
    """Return every way in which a field group is open to an actor; of grants only those that are meant, if any are."""
    ways: list[ColumnElement[bool]] = [_granted(actor, at=at, group=group, which=which)]
    if actor is not None and actor.organisation_id is not None and access.owns(actor, actor.organisation_id):
        ways.append(Project.organisation_id == actor.organisation_id)
    if group is FieldGroup.TEASER:
        open_to = access.teasers_open_to(actor)
        ways.append(and_(Project.visibility.in_(sorted(open_to)), Project.archived_at.is_(None)))
    return ways


def visible_groups(
    session: Session, actor: Actor | None, project: Project, at: datetime
) -> frozenset[FieldGroup]:
    """Return the field groups of a project that the actor, or a visitor, sees; none means that it does not exist."""
    return groups_of_each(session, actor, [project], at=at)[project.id]


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


def teasers_of_each(
    session: Session, actor: Actor | None, projects: Collection[Project], *, at: datetime
) -> dict[int, TeaserWords]:
    """Return the words of each teaser that the actor, or a visitor, may read, by the project's id.

    They are those of today, but for a teaser that was sent: there they are those that its owner consented to.
    """
    found = {project.id: project.words for project in projects}
    reasons = access.reasons_read_by(actor, FieldGroup.TEASER)
    if actor is None or GrantReason.INTRODUCTION not in reasons or not found:
        return found
    sent = session.execute(
        select(Grant.project_id, Grant.teaser, Grant.teaser_sv)
        .join(Project, Project.id == Grant.project_id)
        .where(
            Grant.project_id.in_(found),
            Grant.organisation_id == actor.organisation_id,
            Grant.reason.in_(sorted(reasons)),
            Grant.teaser.is_not(None),
            holds_at(at),
            ~reads_todays_teaser(actor, at=at),
        )
        .order_by(Grant.id)
    ).all()
    return found | {row[0]: TeaserWords(row[1] or "", row[2]) for row in sent}


def seen_project(session: Session, actor: Actor | None, project_id: int, *, at: datetime) -> SeenProject:
    """Return a project with what the actor sees of it.

    Raises `NotFound` where that is nothing.
    """
    project = session.get(Project, project_id)
    groups = visible_groups(session, actor, project, at) if project else frozenset[FieldGroup]()
    if project is None or not groups:
        raise NotFound
    teaser = teasers_of_each(session, actor, [project], at=at)[project.id]
    return SeenProject(project, groups, access.owns(actor, project.organisation_id), teaser)


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


def _granted(
    actor: Actor | None, *, at: datetime, group: FieldGroup, which: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    reasons = access.reasons_read_by(actor, group)
    if actor is None or not reasons:
        return false()
    # Whoever was granted anything of a project sees its teaser.
    what = true() if group is FieldGroup.TEASER else Grant.field_group == group
    meant = true() if which is None else which
    return (
        select(Grant.id)
        .where(
            Grant.project_id == Project.id,
            Grant.organisation_id == actor.organisation_id,
            Grant.reason.in_(sorted(reasons)),
            what,
            meant,
            holds_at(at),
        )
        .correlate(Project)
        .exists()
    )


def holds_at(at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Grant` that holds for those in force at a moment."""
    return and_(Grant.starts_at <= at, or_(Grant.ends_at.is_(None), Grant.ends_at > at))


def is_own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Project` that holds for those of which the actor is a founder."""
    if actor.organisation_id is None or not access.owns(actor, actor.organisation_id):
        return false()
    return Project.organisation_id == actor.organisation_id
