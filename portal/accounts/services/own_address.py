"""Another e-mail address for a person: asked for, shown to be theirs, taken."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import AddressChanged
from portal.accounts.models import AddressChange, User
from portal.accounts.rules.signing_in import ADDRESS_CHANGE_LASTS
from portal.accounts.services.adding import add_or_refuse
from portal.accounts.services.signing_in import end_all_sign_ins
from portal.accounts.tokens import digest_of, new_token
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused
from portal.ledger.services import record


def ask_for_address(session: Session, actor: Actor, email: str, *, at: datetime) -> str:
    """Keep the address that a person wants to have, in place of one that they asked for before; return its link's token.

    Whether somebody else has the address is told to that address alone. Raises `Refused` for the present one.
    """
    user = session.get_one(User, actor.user_id, with_for_update=True)
    if email == user.email:
        raise Refused([Reason("address_is_present", {}, "email")])
    session.execute(delete(AddressChange).where(AddressChange.user_id == user.id))
    token = new_token()
    session.add(
        AddressChange(
            user_id=user.id,
            email=email,
            token_digest=digest_of(token),
            asked_at=at,
            expires_at=at + ADDRESS_CHANGE_LASTS,
        )
    )
    return token


def take_address(session: Session, token: str, *, at: datetime) -> tuple[User, str]:
    """Give a person the address to which a link was sent, and end their sign-ins; return them, and the old address.

    Raises `Refused` for a link that is void, or an address that somebody else has by now.
    """
    change = queries.address_change_of_token(session, token, at=at)
    if change is None:
        raise Refused([Reason("address_link_void")])
    user = session.get_one(User, change.user_id, with_for_update=True)
    if not user.active:
        raise Refused([Reason("address_link_void")])
    before, user.email = user.email, change.email
    session.delete(change)
    add_or_refuse(session, user, Reason("address_link_void"))
    end_all_sign_ins(session, user, at=at)
    changes = {"email": [before, user.email]}
    record(session, AddressChanged(actor_id=user.id, user_id=user.id, changes=changes), at=at)
    return user, before
