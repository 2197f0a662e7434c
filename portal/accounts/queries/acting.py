"""Questions about people: who acts, who belongs where, what somebody is called."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Membership, Organisation, User
from portal.core.actors import Actor, Role
from portal.ledger.services import ASSISTED_BY


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person with the roles held in one organisation."""

    user: User
    memberships: list[Membership]

    @property
    def roles(self) -> list[Role]:
        """Return the roles held."""
        return [membership.role for membership in self.memberships]


# Every request of somebody who is signed in asks this: made once.
_HELD = (
    select(Membership.organisation_id, Membership.role)
    .where(Membership.user_id == bindparam("user"), Membership.ended_at.is_(None))
    .order_by(Membership.organisation_id)
)


def actor_of(session: Session, user_id: int) -> Actor:
    """Return a person as an actor for their current organisation, with the roles held there."""
    user = session.get_one(User, user_id)
    held = session.execute(_HELD, {"user": user_id}).all()
    own = {organisation_id for organisation_id, _ in held}
    organisation_id = user.current_organisation_id
    if organisation_id not in own:
        organisation_id = min(own, default=None)
    return Actor(
        user_id=user_id,
        organisation_id=organisation_id,
        roles=frozenset(role for held_at, role in held if held_at == organisation_id),
        assisted_by_id=session.info.get(ASSISTED_BY),
    )


def organisations_of(session: Session, user_id: int) -> list[tuple[Organisation, list[Role]]]:
    """Return the organisations that a person is a member of, with the roles held in each, by name."""
    rows = session.execute(
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Organisation.name, Membership.role)
    ).all()
    found: dict[int, tuple[Organisation, list[Role]]] = {}
    for organisation, role in rows:
        found.setdefault(organisation.id, (organisation, []))[1].append(role)
    return list(found.values())


def roles_held(session: Session, user_id: int, organisation_id: int) -> frozenset[Role]:
    """Return the roles that a person holds in an organisation by membership."""
    return frozenset(
        session.scalars(
            select(Membership.role).where(
                Membership.user_id == user_id,
                Membership.organisation_id == organisation_id,
                Membership.ended_at.is_(None),
            )
        )
    )


def is_administrator(session: Session, user_id: int) -> bool:
    """Say whether a person administers the portal, whichever organisation they act for."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Membership.user_id == user_id,
                    Membership.role == Role.ADMINISTRATOR,
                    Membership.ended_at.is_(None),
                )
            )
        )
    )


def members(session: Session, organisation_id: int) -> list[Member]:
    """Return the members of an organisation with their roles, by name."""
    rows = session.scalars(
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .options(joinedload(Membership.user))
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
        .order_by(User.name, User.id, Membership.role)
    ).all()
    found: dict[int, Member] = {}
    for membership in rows:
        member = found.setdefault(membership.user_id, Member(user=membership.user, memberships=[]))
        member.memberships.append(membership)
    return list(found.values())


def members_as(session: Session, organisation_id: int, *roles: Role) -> list[User]:
    """Return the active members of an organisation who hold one of the roles."""
    return list(
        session.scalars(
            select(User)
            .where(
                User.active,
                exists().where(
                    Membership.user_id == User.id,
                    Membership.organisation_id == organisation_id,
                    Membership.role.in_(roles),
                    Membership.ended_at.is_(None),
                ),
            )
            .order_by(User.id)
        )
    )


def people_as(session: Session, *roles: Role) -> list[User]:
    """Return the active people who hold one of the roles in any organisation."""
    held = select(Membership.user_id).where(Membership.role.in_(roles), Membership.ended_at.is_(None))
    return list(session.scalars(select(User).where(User.active, User.id.in_(held)).order_by(User.id)))


def administrators(session: Session) -> list[User]:
    """Return everybody who administers the portal and can sign in."""
    return list(
        session.scalars(
            select(User)
            .where(
                User.active,
                exists().where(
                    Membership.user_id == User.id,
                    Membership.role == Role.ADMINISTRATOR,
                    Membership.ended_at.is_(None),
                ),
            )
            .order_by(User.id)
        )
    )


def names_of(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of people, by id, for records that the reader may see."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all()
    return {row[0]: row[1] for row in rows}


def person_by_email(session: Session, email: str) -> User | None:
    """Return the person with an address, or None."""
    return session.scalar(select(User).where(User.email == email.lower()))


def person_of_uniquifier(session: Session, uniquifier: str) -> User | None:
    """Return the person who may sign in and whom links call so at present, or None."""
    return session.scalar(select(User).where(User.fs_uniquifier == uniquifier, User.active))


def count_other_administrators(session: Session, user_id: int, *, but: int | None = None) -> int:
    """Return how many administrators who can sign in there are besides a person, or besides one membership of theirs.

    Whoever counts holds them all until the unit of work ends, so that no two of them can end each other.
    """
    rows = session.execute(
        select(Membership.id, Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(User.active, Membership.role == Role.ADMINISTRATOR, Membership.ended_at.is_(None))
        .order_by(Membership.id)
        .with_for_update()
    ).all()
    return len({holder for id, holder in rows if (id != but if but is not None else holder != user_id)})
