"""Questions about organisations: who may see and manage one, its invitations, its requests for roles."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import (
    Invitation,
    Membership,
    Organisation,
    RoleRequest,
    RoleRequestState,
    User,
)
from portal.accounts.queries.acting import roles_held
from portal.accounts.rules.people import managing_roles, may_manage
from portal.accounts.tokens import digest_of
from portal.core.actors import Actor
from portal.core.errors import NotAllowed, NotFound


def organisation_names(session: Session, organisation_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of organisations, by id, for records that the reader may see."""
    wanted = {organisation_id for organisation_id in organisation_ids if organisation_id is not None}
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    ).all()
    return {row[0]: row[1] for row in rows}


def organisation_named(session: Session, name: str) -> Organisation | None:
    """Return the organisation of a name, written in whatever case, or None."""
    return session.scalar(select(Organisation).where(func.lower(Organisation.name) == func.lower(name)))


def organisation_to_see(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """Return an organisation that the actor is a member of, or administers.

    Raises `NotFound` for any other.
    """
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound
    if not actor.is_administrator and not roles_held(session, actor.user_id, organisation_id):
        raise NotFound
    return organisation


def organisation_to_manage(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """Return an organisation that the actor looks after, its row locked until the unit of work ends.

    Raises `NotFound` for a stranger and `NotAllowed` for a member without a managing role.
    """
    organisation = session.get(Organisation, organisation_id, with_for_update=True)
    if organisation is None:
        raise NotFound
    if actor.is_administrator:
        return organisation
    held = roles_held(session, actor.user_id, organisation_id)
    if not held:
        raise NotFound
    if not may_manage(organisation.kind, held):
        raise NotAllowed
    return organisation


def manages(session: Session, actor: Actor, organisation: Organisation) -> bool:
    """Say whether the actor looks after an organisation."""
    return actor.is_administrator or may_manage(
        organisation.kind, roles_held(session, actor.user_id, organisation.id)
    )


def open_invitations(session: Session, organisation_id: int) -> list[Invitation]:
    """Return the invitations of an organisation that were neither accepted nor revoked, expired ones included."""
    return list(
        session.scalars(
            select(Invitation)
            .where(
                Invitation.organisation_id == organisation_id,
                Invitation.accepted_at.is_(None),
                Invitation.revoked_at.is_(None),
            )
            .options(joinedload(Invitation.invited_by))
            .order_by(Invitation.invited_at, Invitation.id)
        )
    )


def invitation_of_token(session: Session, token: str) -> Invitation:
    """Return the invitation that a link belongs to; raises `NotFound` if there is none."""
    invitation = session.scalar(select(Invitation).where(Invitation.token_digest == digest_of(token)))
    if invitation is None:
        raise NotFound
    return invitation


def waiting_requests_of(session: Session, user_id: int, organisation_id: int) -> list[RoleRequest]:
    """Return a person's requests for roles in an organisation that nobody has decided."""
    return list(
        session.scalars(
            select(RoleRequest)
            .where(
                RoleRequest.user_id == user_id,
                RoleRequest.organisation_id == organisation_id,
                RoleRequest.state == RoleRequestState.WAITING,
            )
            .order_by(RoleRequest.asked_at)
        )
    )


def count_other_managers(session: Session, organisation: Organisation, but: Membership) -> int:
    """Return how many managing memberships an organisation would keep without one, of people who can sign in."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Membership)
            .join(User, User.id == Membership.user_id)
            .where(
                User.active,
                Membership.organisation_id == organisation.id,
                Membership.role.in_(managing_roles(organisation.kind)),
                Membership.ended_at.is_(None),
                Membership.id != but.id,
            )
        )
        or 0
    )
