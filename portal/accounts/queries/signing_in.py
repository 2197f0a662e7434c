"""Questions about sign-ins, known browsers, second factors, passkeys, and new addresses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, SQLColumnExpression, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import (
    AddressChange,
    Authenticator,
    Device,
    Membership,
    Organisation,
    Passkey,
    RecoveryCode,
    SignIn,
    User,
)
from portal.accounts.rules.signing_in import why_over
from portal.accounts.tokens import digest_of
from portal.core.actors import Role
from portal.core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What a person has besides a password."""

    authenticator: Authenticator | None
    passkeys: list[Passkey]
    codes_left: int

    @property
    def count(self) -> int:
        """Return how many there are, recovery codes aside."""
        return len(self.passkeys) + (self.authenticator is not None)


def sign_in_of_token(
    session: Session, token: str, *, roles: Collection[Role]
) -> tuple[SignIn, User, bool] | None:
    """Return the sign-in of a cookie, whose it is, and whether they need a second factor, in one question.

    `roles` are those that need one; None is for no sign-in, and for somebody who is shut out.
    """
    row = session.execute(_BY_TOKEN, {"digest": digest_of(token), "roles": sorted(roles)}).first()
    return (row[0], row[1], bool(row[2])) if row is not None else None


def needs_second_factor(session: Session, user_id: int, *, roles: Collection[Role]) -> bool:
    """Say whether a person needs a second factor, for a role or for an organisation that they belong to."""
    found = session.execute(select(_needs_second_factor(User.id, roles)).where(User.id == user_id)).scalar()
    return bool(found)


def sign_ins_of(session: Session, user_id: int, *, at: datetime) -> list[SignIn]:
    """Return where a person is signed in, the latest used first."""
    rows = session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return [row for row in rows if _lasts(row, at)]


def own_sign_in(session: Session, user_id: int, sign_in_id: int) -> SignIn:
    """Return a sign-in of a person's own that has not ended; raises `NotFound` for any other."""
    found = session.get(SignIn, sign_in_id, with_for_update=True)
    if found is None or found.user_id != user_id or found.ended_at is not None:
        raise NotFound
    return found


def device_of(session: Session, user_id: int, token: str) -> Device | None:
    """Return the browser of a cookie, if the person has signed in in it."""
    return session.scalar(
        select(Device).where(Device.user_id == user_id, Device.token_digest == digest_of(token))
    )


def known_device_id(session: Session, email: str, token: str, *, since: datetime) -> int | None:
    """Return the id of a browser in which whoever has this address has signed in since a moment, or None."""
    return session.scalar(
        select(Device.id)
        .join(User, User.id == Device.user_id)
        .where(User.email == email.lower(), Device.token_digest == digest_of(token), Device.last_at >= since)
    )


def factors_of(session: Session, user_id: int) -> Factors:
    """Return what a person has besides a password."""
    return Factors(
        authenticator=session.scalar(select(Authenticator).where(Authenticator.user_id == user_id)),
        passkeys=list(
            session.scalars(
                select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.added_at, Passkey.id)
            )
        ),
        codes_left=session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        )
        or 0,
    )


def passkey_of_credential(session: Session, credential_id: bytes) -> Passkey | None:
    """Return the passkey that a browser names, if the portal knows it."""
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def own_passkey(session: Session, user_id: int, passkey_id: int) -> Passkey:
    """Return a passkey of a person's own; raises `NotFound` for any other."""
    found = session.get(Passkey, passkey_id)
    if found is None or found.user_id != user_id:
        raise NotFound
    return found


def address_change_of(session: Session, user_id: int, *, at: datetime) -> AddressChange | None:
    """Return the address that a person wants to have, while its link is good."""
    return session.scalar(
        select(AddressChange).where(AddressChange.user_id == user_id, AddressChange.expires_at > at)
    )


def address_change_of_token(session: Session, token: str, *, at: datetime) -> AddressChange | None:
    """Return the change of address that a link confirms, or None if it is void or too old."""
    return session.scalar(
        select(AddressChange).where(
            AddressChange.token_digest == digest_of(token), AddressChange.expires_at > at
        )
    )


def _needs_second_factor(
    user_id: SQLColumnExpression[int], roles: Collection[Role] | BindParameter[Collection[Role]]
) -> ColumnElement[bool]:
    return exists().where(
        Membership.user_id == user_id,
        Membership.ended_at.is_(None),
        Organisation.id == Membership.organisation_id,
        or_(Organisation.requires_second_factor, Membership.role.in_(roles)),
    )


# Every request of somebody who is signed in asks this: made once.
_BY_TOKEN = (
    select(SignIn, User, _needs_second_factor(SignIn.user_id, bindparam("roles", expanding=True)))
    .join(User, User.id == SignIn.user_id)
    .where(SignIn.token_digest == bindparam("digest"), User.active)
)


def _lasts(row: SignIn, at: datetime) -> bool:
    over = why_over(began_at=row.began_at, seen_at=row.seen_at, ended_at=row.ended_at, at=at)
    return over is None
