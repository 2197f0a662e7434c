"""Naming the first administrator, by whoever operates the installation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import OrganisationRegistered, PersonConfirmed, PersonRegistered, RoleGiven
from portal.accounts.models import Organisation, OrganisationKind, User
from portal.accounts.rules.people import reasons_against_role
from portal.accounts.services.joining import give_role, new_uniquifier
from portal.core.actors import Role
from portal.core.errors import Refused
from portal.ledger import record


def name_administrator(session: Session, *, email: str, name: str, organisation: str, at: datetime) -> User:
    """Make a person, new or known, administrator of the portal in a public body, new or known.

    Raises `Refused` if the organisation is no public body, or the person is administrator already.
    """
    home = session.scalars(select(Organisation).where(Organisation.name == organisation)).first()
    if home is None:
        home = Organisation(name=organisation, kind=OrganisationKind.PUBLIC_BODY, created_at=at)
        session.add(home)
        session.flush()
        event = OrganisationRegistered(
            actor_id=None, organisation_id=home.id, organisation_name=home.name, kind=home.kind.value
        )
        record(session, event, at=at)
    person = session.scalars(select(User).where(User.email == email.strip().lower())).first()
    if person is None:
        person = _new_person(session, email.strip().lower(), name, at=at)
    held = Role.ADMINISTRATOR in queries.roles_held(session, person.id, home.id)
    reasons = reasons_against_role(home.kind, Role.ADMINISTRATOR, by_administrator=True, held=held)
    if reasons:
        raise Refused(reasons)
    give_role(session, person, home, Role.ADMINISTRATOR, at=at)
    record(
        session,
        RoleGiven(actor_id=None, organisation_id=home.id, user_id=person.id, role=Role.ADMINISTRATOR.value),
        at=at,
    )
    return person


def _new_person(session: Session, email: str, name: str, *, at: datetime) -> User:
    person = User(
        email=email, name=name, active=True, fs_uniquifier=new_uniquifier(), confirmed_at=at, created_at=at
    )
    session.add(person)
    session.flush()
    registered = PersonRegistered(actor_id=None, user_id=person.id, person_name=name, email=email)
    record(session, registered, at=at)
    record(session, PersonConfirmed(actor_id=None, user_id=person.id), at=at)
    return person
