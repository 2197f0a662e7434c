"""Who was granted what of a project, for its owner's eyes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, selectinload

from portal.accounts.models import Membership, Organisation
from portal.core.actors import Role
from portal.projects.models import Grant, Project
from portal.projects.queries.access import holds_at


@dataclass(frozen=True, slots=True)
class GrantsToOrganisation:
    """What one organisation may see of a project, for which reason."""

    organisation: Organisation
    grants: tuple[Grant, ...]


def current_grants(session: Session, project: Project, *, at: datetime) -> list[GrantsToOrganisation]:
    """Return what is open of a project at present, by organisation; for its owner's eyes."""
    return _by_organisation(session, project, holds_at(at))


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
