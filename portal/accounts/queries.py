"""Named questions about people, organisations and memberships."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Organisation, User
from portal.core.actors import Actor, Role


def actor_of(session: Session, user_id: int) -> Actor:
    """Return a person as an actor for their current organisation, with the roles held there."""
    user = session.get_one(User, user_id)
    held = session.execute(
        select(Membership.organisation_id, Membership.role)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Membership.organisation_id)
    ).all()
    own = {organisation_id for organisation_id, _ in held}
    organisation_id = user.current_organisation_id
    if organisation_id not in own:
        organisation_id = min(own, default=None)
    return Actor(
        user_id=user_id,
        organisation_id=organisation_id,
        roles=frozenset(role for held_at, role in held if held_at == organisation_id),
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
