"""What people prove themselves with besides a password: an app's codes, passkeys, recovery codes."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.events import (
    AuthenticatorAdded,
    AuthenticatorRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorDropped,
)
from portal.accounts.models import Authenticator, Passkey, RecoveryCode, SignIn, User
from portal.accounts.rules.signing_in import (
    RECOVERY_CODES,
    normal_code,
    reasons_against_passkey,
    reasons_against_removing_second_factor,
)
from portal.accounts.services.adding import add_or_refuse
from portal.accounts.services.signing_in import end_all_sign_ins
from portal.accounts.tokens import digest_of, new_recovery_code
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.ledger.services import record


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What a browser has shown of a new passkey."""

    name: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str] = field(default_factory=list)


def add_authenticator(
    session: Session, actor: Actor, *, secret: str, counter: int, sign_in_id: int, at: datetime
) -> list[str]:
    """Let a person sign in with an app's codes, and end their other sign-ins; return recovery codes, if they are new.

    This sign-in has shown both by now. Raises `Refused` where they have an app already.
    """
    codes = _first_codes(session, actor.user_id, at=at)
    add_or_refuse(
        session,
        Authenticator(user_id=actor.user_id, secret=secret, last_counter=counter, added_at=at),
        Reason("authenticator_is_there"),
    )
    record(session, AuthenticatorAdded(actor_id=actor.user_id, user_id=actor.user_id), at=at)
    session.get_one(SignIn, sign_in_id).is_strong = True
    end_all_sign_ins(session, session.get_one(User, actor.user_id), but=sign_in_id, at=at)
    return codes


def remove_authenticator(session: Session, actor: Actor, *, is_needed: bool, at: datetime) -> None:
    """Do without an app's codes; raises `Refused` where a second factor is needed and there is no other."""
    held = _factors(session, actor.user_id)
    if held.authenticator is None:
        raise NotFound
    _may_remove(held, is_needed=is_needed)
    session.delete(held.authenticator)
    record(session, AuthenticatorRemoved(actor_id=actor.user_id, user_id=actor.user_id), at=at)
    _forget_codes_without_factor(session, actor.user_id)


def add_passkey(
    session: Session, actor: Actor, new: NewPasskey, *, sign_in_id: int, at: datetime
) -> list[str]:
    """Let a person sign in with a passkey, and end their other sign-ins; return recovery codes, if they are new.

    Raises `Refused` where there are too many, or it is there already.
    """
    codes = _first_codes(session, actor.user_id, at=at)
    reasons = reasons_against_passkey(held=len(queries.factors_of(session, actor.user_id).passkeys))
    if reasons:
        raise Refused(reasons)
    add_or_refuse(
        session,
        Passkey(
            user_id=actor.user_id,
            name=new.name,
            credential_id=new.credential_id,
            public_key=new.public_key,
            sign_count=new.sign_count,
            transports=new.transports,
            added_at=at,
        ),
        Reason("passkey_is_there"),
    )
    record(session, PasskeyAdded(actor_id=actor.user_id, user_id=actor.user_id), at=at)
    session.get_one(SignIn, sign_in_id).is_strong = True
    end_all_sign_ins(session, session.get_one(User, actor.user_id), but=sign_in_id, at=at)
    return codes


def remove_passkey(session: Session, actor: Actor, passkey_id: int, *, is_needed: bool, at: datetime) -> None:
    """Take a passkey no longer; raises `NotFound` for somebody else's, and `Refused` as `remove_authenticator` does."""
    held = _factors(session, actor.user_id)
    passkey = queries.own_passkey(session, actor.user_id, passkey_id)
    _may_remove(held, is_needed=is_needed)
    session.delete(passkey)
    record(session, PasskeyRemoved(actor_id=actor.user_id, user_id=actor.user_id), at=at)
    _forget_codes_without_factor(session, actor.user_id)


def note_passkey_used(session: Session, passkey_id: int, *, sign_count: int, at: datetime) -> None:
    """Note the use of a passkey, so that nobody uses the same answer again."""
    passkey = session.get_one(Passkey, passkey_id)
    passkey.sign_count, passkey.used_at = sign_count, at


def passkey_handle_of(session: Session, user_id: int, *, new: bytes) -> bytes:
    """Return how passkeys call a person: a number that says nothing of them, the same for all of theirs."""
    user = session.get_one(User, user_id, with_for_update=True)
    if user.passkey_handle is None:
        user.passkey_handle = new
    return user.passkey_handle


def take_counter(session: Session, user_id: int, *, counter: int) -> bool:
    """Take the code of a moment, and every earlier one, out of use; return whether it still was in use."""
    result = session.execute(
        update(Authenticator)
        .where(Authenticator.user_id == user_id, Authenticator.last_counter < counter)
        .values(last_counter=counter)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount) == 1  # type: ignore[attr-defined]


def take_recovery_code(session: Session, user_id: int, typed: str, *, at: datetime) -> bool:
    """Use a recovery code up; return whether it was one of the person's, and unused."""
    result = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.digest == digest_of(f"{user_id}:{normal_code(typed)}"),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    taken = int(result.rowcount) == 1  # type: ignore[attr-defined]
    if taken:
        record(session, RecoveryCodeUsed(actor_id=user_id, user_id=user_id), at=at)
    return taken


def make_recovery_codes(session: Session, actor: Actor, *, at: datetime) -> list[str]:
    """Give a person new recovery codes, to be shown once; the old ones are void.

    Raises `NotFound` for somebody without an app or a passkey, to whom they would be of no use.
    """
    if _factors(session, actor.user_id).count == 0:
        raise NotFound
    return _new_codes(session, actor.user_id, at=at)


def drop_second_factor(session: Session, actor: Actor, user_id: int, *, reason: str, at: datetime) -> User:
    """Take app, passkeys and recovery codes off a person who has lost them, and end their sign-ins.

    Raises `NotFound` unless the actor administers the portal, and `Refused` for oneself or where there is nothing.
    """
    if not actor.is_administrator:
        raise NotFound
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    if user_id == actor.user_id:
        raise Refused([Reason("own_second_factor")])
    if queries.factors_of(session, user_id).count == 0:
        raise Refused([Reason("no_second_factor")])
    for model in (Authenticator, Passkey, RecoveryCode):
        session.execute(delete(model).where(model.user_id == user_id))
    end_all_sign_ins(session, user, at=at)
    record(session, SecondFactorDropped(actor_id=actor.user_id, user_id=user_id, reason=reason), at=at)
    return user


def _factors(session: Session, user_id: int) -> queries.Factors:
    session.get_one(User, user_id, with_for_update=True)  # so that two removals do not each leave the other's
    return queries.factors_of(session, user_id)


def _may_remove(held: queries.Factors, *, is_needed: bool) -> None:
    reasons = reasons_against_removing_second_factor(is_last=held.count == 1, is_needed=is_needed)
    if reasons:
        raise Refused(reasons)


def _first_codes(session: Session, user_id: int, *, at: datetime) -> list[str]:
    return _new_codes(session, user_id, at=at) if _factors(session, user_id).count == 0 else []


def _new_codes(session: Session, user_id: int, *, at: datetime) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(user_id=user_id, digest=digest_of(f"{user_id}:{normal_code(code)}"), made_at=at)
        for code in codes
    )
    record(session, RecoveryCodesMade(actor_id=user_id, user_id=user_id), at=at)
    return codes


def _forget_codes_without_factor(session: Session, user_id: int) -> None:
    session.flush()
    has_passkey = session.scalar(select(Passkey.id).where(Passkey.user_id == user_id).limit(1))
    has_app = session.scalar(select(Authenticator.id).where(Authenticator.user_id == user_id))
    if has_passkey is None and has_app is None:
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
