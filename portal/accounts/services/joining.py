"""Making an account: by registering with a new organisation, or by accepting an invitation."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import (
    InvitationAccepted,
    OrganisationRegistered,
    PersonConfirmed,
    PersonRegistered,
    RoleGiven,
)
from portal.accounts.models import Invitation, Membership, Organisation, OrganisationKind, User
from portal.accounts.rules.people import FOUNDED_KINDS, invitation_is_open
from portal.accounts.services.adding import add_or_refuse
from portal.core.actors import Role
from portal.core.errors import Reason, Refused
from portal.ledger.services import record


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What somebody says of themselves; the password is hashed already."""

    email: str
    name: str
    password_hash: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganisation:
    """What somebody says of their organisation when they register it."""

    name: str
    kind: OrganisationKind
    country: str = "SE"
    is_sme: bool = False


def register(session: Session, person: NewPerson, organisation: NewOrganisation, *, at: datetime) -> User:
    """Make an account and its organisation, and return the person.

    For an address that is known already no account is made: its owner is returned, to be told by mail and in no other
    way. The name of the organisation is taken all the same, and the same work is done, so that neither a second try nor
    the time tells who is known. Raises `Refused` where an organisation of the name is there already.
    """
    if organisation.kind not in FOUNDED_KINDS:
        raise Refused([Reason("kind_not_registered", {}, "kind")])
    if queries.organisation_named(session, organisation.name) is not None:
        raise Refused([_taken(organisation.name)])
    known = queries.person_by_email(session, person.email)
    home = add_or_refuse(
        session,
        Organisation(
            name=organisation.name,
            kind=organisation.kind,
            country=organisation.country,
            is_sme=organisation.is_sme,
            created_at=at,
        ),
        _taken(organisation.name),
    )
    if known is None:
        return _add_founder(session, person, home, at=at)
    with as_if(session):
        nobody = replace(person, email=f"{new_uniquifier()[:16]}@nobody.invalid")
        _add_founder(session, nobody, home, tells_of_home=False, at=at)
    _tell_of(session, home, actor_id=None, at=at)
    return known


def add_person(session: Session, person: NewPerson, *, at: datetime) -> User:
    """Store a person who has not confirmed their address yet.

    Raises `Refused` where somebody has made an account with the address at the same moment.
    """
    user = add_or_refuse(
        session,
        User(
            email=person.email.lower(),
            name=person.name,
            password=person.password_hash,
            language=person.language,
            active=True,
            fs_uniquifier=new_uniquifier(),
            created_at=at,
        ),
        Reason("registered_meanwhile"),
    )
    record(
        session,
        PersonRegistered(actor_id=user.id, user_id=user.id, person_name=user.name, email=user.email),
        at=at,
    )
    return user


def confirm(session: Session, user: User, *, at: datetime) -> bool:
    """Note that a person's address is theirs; return whether that was news."""
    if user.confirmed_at is not None:
        return False
    user.confirmed_at = at
    record(session, PersonConfirmed(actor_id=user.id, user_id=user.id), at=at)
    return True


def accept_invitation(session: Session, token: str, user_id: int, *, at: datetime) -> Invitation:
    """Give a person who has an account the role that they were invited to, and let them act there.

    Raises `Refused` for an invitation that is void, or that was sent to another address.
    """
    invitation = _open_invitation(session, token, at=at)
    user = session.get_one(User, user_id)
    if user.email != invitation.email:
        raise Refused([Reason("invitation_for_another")])
    return _accept(session, invitation, user, at=at)


def accept_as_new_person(
    session: Session, token: str, *, name: str, password_hash: str, language: str, at: datetime
) -> User:
    """Make an account for somebody who was invited; the link shows that the address is theirs.

    Raises `Refused` for an invitation that is void, or an address that has an account already.
    """
    invitation = _open_invitation(session, token, at=at)
    if queries.person_by_email(session, invitation.email) is not None:
        raise Refused([Reason("invitation_needs_sign_in")])
    person = NewPerson(email=invitation.email, name=name, password_hash=password_hash, language=language)
    user = add_person(session, person, at=at)
    confirm(session, user, at=at)
    _accept(session, invitation, user, at=at)
    return user


def give_role(session: Session, user: User, organisation: Organisation, role: Role, *, at: datetime) -> None:
    """Store a membership; the caller records why there is one.

    Raises `Refused` where the person holds the role already.
    """
    add_or_refuse(
        session,
        Membership(user_id=user.id, organisation_id=organisation.id, role=role, since=at),
        Reason("role_held_already", {"role": role.value}, "role"),
    )
    if user.current_organisation_id is None:
        user.current_organisation_id = organisation.id


@contextmanager
def as_if(session: Session) -> Iterator[None]:
    """Let what happens in here take the time that it takes, and be undone."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def new_uniquifier() -> str:
    """Return a new login id; with it every earlier sign-in and link of the person is void."""
    return secrets.token_hex(32)


def _open_invitation(session: Session, token: str, *, at: datetime) -> Invitation:
    invitation = queries.invitation_of_token(session, token)
    session.refresh(invitation, with_for_update=True)
    if not invitation_is_open(
        accepted_at=invitation.accepted_at,
        revoked_at=invitation.revoked_at,
        expires_at=invitation.expires_at,
        at=at,
    ):
        raise Refused([Reason("invitation_void")])
    return invitation


def _accept(session: Session, invitation: Invitation, user: User, *, at: datetime) -> Invitation:
    give_role(session, user, invitation.organisation, invitation.role, at=at)
    invitation.accepted_at, invitation.accepted_by_id = at, user.id
    user.current_organisation_id = invitation.organisation_id
    record(
        session,
        InvitationAccepted(
            actor_id=user.id,
            organisation_id=invitation.organisation_id,
            invitation_id=invitation.id,
            user_id=user.id,
            role=invitation.role.value,
        ),
        at=at,
    )
    return invitation


def _add_founder(
    session: Session, person: NewPerson, home: Organisation, *, tells_of_home: bool = True, at: datetime
) -> User:
    user = add_person(session, person, at=at)
    user.current_organisation_id = home.id
    if tells_of_home:
        _tell_of(session, home, actor_id=user.id, at=at)
    give_role(session, user, home, Role.FOUNDER, at=at)
    record(
        session,
        RoleGiven(actor_id=user.id, organisation_id=home.id, user_id=user.id, role=Role.FOUNDER.value),
        at=at,
    )
    return user


def _tell_of(session: Session, home: Organisation, *, actor_id: int | None, at: datetime) -> None:
    record(
        session,
        OrganisationRegistered(
            actor_id=actor_id, organisation_id=home.id, organisation_name=home.name, kind=home.kind.value
        ),
        at=at,
    )


def _taken(name: str) -> Reason:
    return Reason("organisation_exists", {"name": name}, "organisation_name")
