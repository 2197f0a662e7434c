"""What people change of their own: settings, password, for whom they act."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import PasswordChanged, PersonEdited
from portal.accounts.models import User
from portal.accounts.services.adding import apply
from portal.accounts.services.joining import confirm
from portal.accounts.services.signing_in import end_all_sign_ins
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.ledger.services import record


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSettings:
    """What a person may change of their own account."""

    name: str
    language: str
    time_zone: str
    theme: str


def edit_own_account(session: Session, actor: Actor, settings: OwnSettings, *, at: datetime) -> None:
    """Change a person's name and how the portal speaks to them."""
    user = session.get_one(User, actor.user_id)
    changes = apply(user, asdict(settings))
    if changes:
        record(session, PersonEdited(actor_id=actor.user_id, user_id=user.id, changes=changes), at=at)


def change_password(session: Session, user_id: int, *, password_hash: str, at: datetime) -> User:
    """Give a signed-in person a new password and end every sign-in of theirs; the caller signs this one in again."""
    return _set_password(session, session.get_one(User, user_id), password_hash, how="changed", at=at)


def reset_password(session: Session, user_id: int, *, password_hash: str, at: datetime) -> User:
    """Give a person who came by a link in a mail a new password; that mail shows, too, that the address is theirs."""
    user = session.get_one(User, user_id)
    confirm(session, user, at=at)
    return _set_password(session, user, password_hash, how="reset", at=at)


def switch_organisation(session: Session, actor: Actor, organisation_id: int) -> None:
    """Act for another organisation from now on; raises `NotFound` where the person is not a member of it."""
    if not queries.roles_held(session, actor.user_id, organisation_id):
        raise NotFound
    session.get_one(User, actor.user_id).current_organisation_id = organisation_id


def rehash_password(session: Session, user_id: int, *, before: str, password_hash: str) -> None:
    """Keep the same password in a hash of today's cost, unless the person has taken another one meanwhile."""
    user = session.get_one(User, user_id)
    if user.password == before:
        user.password = password_hash


def _set_password(session: Session, user: User, password_hash: str, *, how: str, at: datetime) -> User:
    user.password = password_hash
    end_all_sign_ins(session, user, at=at)
    record(session, PasswordChanged(actor_id=user.id, user_id=user.id, how=how), at=at)
    return user
