"""Lists for administrators: people, organisations and requests for roles, page by page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import (
    Membership,
    Organisation,
    OrganisationKind,
    RoleRequest,
    RoleRequestState,
    User,
)
from portal.core.actors import Role

Row = TypeVar("Row")
PAGE = 50
PEOPLE_BY = {"name": func.lower(User.name), "signed_in": User.signed_in_at}
ORGANISATIONS_BY = {
    "name": func.lower(Organisation.name),
    "kind": Organisation.kind,
    "town": func.lower(Organisation.city),
}
"""By what a list can be sorted; with a minus in front, downwards."""


class PersonState(StrEnum):
    """Whether a person can sign in."""

    ACTIVE = "active"
    UNCONFIRMED = "unconfirmed"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a longer list, and how long it is."""

    rows: list[Row]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has; an empty one has one."""
        return max(1, -(-self.total // PAGE))


def people(
    session: Session,
    *,
    text: str = "",
    role: Role | None = None,
    state: PersonState | None = None,
    sort: str = "name",
    page: int | None = 1,
) -> Page[User]:
    """Return people, for administrators: those whose name, address or organisation has the text.

    Without a page it is the whole list.
    """
    rows = select(User)
    if text:
        rows = rows.where(
            or_(
                User.name.icontains(text, autoescape=True),
                User.email.icontains(text, autoescape=True),
                _belongs(Organisation.name.icontains(text, autoescape=True)),
            )
        )
    if role is not None:
        rows = rows.where(_belongs(Membership.role == role))
    if state is PersonState.DEACTIVATED:
        rows = rows.where(User.active.is_(False))
    elif state is not None:
        confirmed = (
            User.confirmed_at.is_not(None) if state is PersonState.ACTIVE else User.confirmed_at.is_(None)
        )
        rows = rows.where(User.active, confirmed)
    return _page(session, rows, page, order=(_sorted(PEOPLE_BY, sort), User.id))


def organisations(
    session: Session,
    *,
    text: str = "",
    kind: OrganisationKind | None = None,
    sort: str = "name",
    page: int | None = 1,
) -> Page[Organisation]:
    """Return organisations, for administrators: those whose name, legal name, number or town has the text.

    Without a page it is the whole list.
    """
    rows = select(Organisation)
    if text:
        columns = (Organisation.name, Organisation.legal_name, Organisation.number, Organisation.city)
        rows = rows.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if kind is not None:
        rows = rows.where(Organisation.kind == kind)
    return _page(session, rows, page, order=(_sorted(ORGANISATIONS_BY, sort), Organisation.id))


def all_organisations(session: Session) -> list[tuple[int, str, OrganisationKind]]:
    """Return the id, name and kind of every organisation, by name, for an administrator's choice."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.kind).order_by(Organisation.name)
    ).all()
    return [(row[0], row[1], row[2]) for row in rows]


def role_requests(
    session: Session, *, state: RoleRequestState | None = None, page: int | None = 1
) -> Page[RoleRequest]:
    """Return requests for roles, for administrators, the newest first; without a page it is the whole list."""
    rows = select(RoleRequest).options(
        joinedload(RoleRequest.user), joinedload(RoleRequest.organisation), joinedload(RoleRequest.decided_by)
    )
    if state is not None:
        rows = rows.where(RoleRequest.state == state)
    return _page(session, rows, page, order=(RoleRequest.asked_at.desc(), RoleRequest.id.desc()))


def count_waiting_requests(session: Session) -> int:
    """Return how many requests for roles wait for an administrator."""
    return (
        session.scalar(
            select(func.count()).select_from(RoleRequest).where(RoleRequest.state == RoleRequestState.WAITING)
        )
        or 0
    )


def memberships_of(session: Session, user_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Return the present memberships of people, by person."""
    rows = session.scalars(
        select(Membership)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .options(joinedload(Membership.organisation))
        .where(Membership.user_id.in_(user_ids), Membership.ended_at.is_(None))
        .order_by(Organisation.name, Membership.role)
    ).all()
    found: dict[int, list[Membership]] = {user_id: [] for user_id in user_ids}
    for membership in rows:
        found[membership.user_id].append(membership)
    return found


def member_counts(session: Session, organisation_ids: Collection[int]) -> dict[int, int]:
    """Return how many members organisations have, by id; one without any is not in it."""
    rows = session.execute(
        select(Membership.organisation_id, func.count(Membership.user_id.distinct()))
        .where(Membership.organisation_id.in_(organisation_ids), Membership.ended_at.is_(None))
        .group_by(Membership.organisation_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _belongs(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(Membership.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id == User.id, Membership.ended_at.is_(None), condition)
    )


def _sorted(ways: Mapping[str, Any], asked_for: str) -> Any:
    way = ways.get(asked_for.removeprefix("-"), ways["name"])
    return way.desc().nulls_last() if asked_for.startswith("-") else way.asc().nulls_last()


def _page(
    session: Session,
    rows: Select[Row],
    number: int | None,
    *,
    order: tuple[Any, ...],
) -> Page[Row]:
    rows = rows.order_by(*order)
    if number is None:
        every = list(session.scalars(rows))
        return Page(rows=every, number=1, total=len(every))
    total = session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    number = max(1, min(number, -(-total // PAGE)))
    found = session.scalars(rows.limit(PAGE).offset((number - 1) * PAGE)).all()
    return Page(rows=list(found), number=number, total=total)
