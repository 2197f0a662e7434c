"""What people change of their own: settings, password, for whom they act."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import PasswordChanged, PersonEdited, SignedOutEverywhere
from portal.accounts.models import User
from portal.accounts.services.adding import apply
from portal.accounts.services.joining import confirm, new_uniquifier
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


def sign_out_everywhere(session: Session, actor: Actor, *, at: datetime) -> None:
    """End every sign-in of a person."""
    user = session.get_one(User, actor.user_id)
    user.fs_uniquifier = new_uniquifier()
    record(session, SignedOutEverywhere(actor_id=actor.user_id, user_id=user.id), at=at)


def switch_organisation(session: Session, actor: Actor, organisation_id: int) -> None:
    """Act for another organisation from now on; raises `NotFound` where the person is not a member of it."""
    if not queries.roles_held(session, actor.user_id, organisation_id):
        raise NotFound
    session.get_one(User, actor.user_id).current_organisation_id = organisation_id


def note_sign_in(session: Session, user_id: int, *, at: datetime) -> None:
    """Note when a person has last signed in."""
    session.get_one(User, user_id).signed_in_at = at


def _set_password(session: Session, user: User, password_hash: str, *, how: str, at: datetime) -> User:
    user.password = password_hash
    user.fs_uniquifier = new_uniquifier()
    record(session, PasswordChanged(actor_id=user.id, user_id=user.id, how=how), at=at)
    return user
