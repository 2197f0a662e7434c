"""What stands between a developer and a partner without being on any list: whom, and which asset, a partner names, and shared people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Organisation, User
from portal.partners.models import Partner
from portal.projects.models import Project, TeamMember


@dataclass(frozen=True, slots=True)
class Around:
    """By what names developers are known, and whom they and the partners have among them."""

    names: Mapping[int, frozenset[str]]
    """By a developer's id: its own names and number, its projects, and the people of their teams, in small letters."""
    people: Mapping[int, frozenset[str]]
    """By an organisation's id: the addresses of its people, and of those of its projects' teams."""

    def conflicts_of(self, partner: Partner) -> frozenset[str]:
        """Return the developers that a partner names as a company, an asset or a person, or with whom it shares somebody."""
        named = {name.casefold() for name in partner.conflicts}
        own = self.people.get(partner.organisation_id, frozenset())
        return frozenset(
            str(developer)
            for developer, names in self.names.items()
            if named & names or (developer != partner.organisation_id and own & self.people[developer])
        )


def names_around(session: Session, developers: Sequence[Organisation], partners: Iterable[Partner]) -> Around:
    """Return everything by which a conflict between these developers and partners is known."""
    ids = [one.id for one in developers]
    names = {one.id: _names(one.name, one.legal_name, one.number) for one in developers}
    people: dict[int, set[str]] = {one.organisation_id: set() for one in partners}
    people |= {one: set() for one in ids}
    for developer, name in session.execute(
        select(Project.organisation_id, Project.name).where(
            Project.organisation_id.in_(ids), Project.archived_at.is_(None)
        )
    ):
        names[developer] |= _names(name)
    for developer, name, address in session.execute(
        select(Project.organisation_id, TeamMember.name, TeamMember.email)
        .join(Project, Project.id == TeamMember.project_id)
        .where(Project.organisation_id.in_(ids), Project.archived_at.is_(None))
    ):
        names[developer] |= _names(name)
        people[developer] |= _names(address)
    for where, address in session.execute(
        select(Membership.organisation_id, User.email)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id.in_(people), Membership.ended_at.is_(None))
    ):
        people[where] |= _names(address)
    return Around(
        {one: frozenset(known) for one, known in names.items()},
        {one: frozenset(known) for one, known in people.items()},
    )


def _names(*written: str | None) -> set[str]:
    return {name.casefold() for name in written if name}
