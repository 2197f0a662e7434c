"""Showing anew who one is, at the moment of signing: by password, by a code of one's app, or by a passkey."""

import logging
from dataclasses import dataclass
from datetime import datetime

from portal.accounts import codes, passkeys
from portal.accounts import queries as accounts
from portal.accounts import services as factors
from portal.accounts.models import User
from portal.accounts.passkeys import Purpose
from portal.accounts.passwords import is_password_of
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused
from portal.signatures import queries, services
from portal.signatures.rules import Method, Proof
from portal.store import db, in_one_unit

logger = logging.getLogger(__name__)

WRONG = {
    Method.PASSWORD: ("signature_password_wrong", "password"),
    Method.CODE: ("signature_code_wrong", "code"),
    Method.PASSKEY: ("signature_passkey_not_taken", None),
}
"""What a failed try is told, and beside which field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody gave to show who they are; if they gave several, the first of passkey, password and code counts."""

    password: str = ""
    code: str = ""
    passkey: str = ""

    @property
    def method(self) -> Method | None:
        """Return the way that counts, or None where nothing was given."""
        if self.passkey:
            return Method.PASSKEY
        if self.password:
            return Method.PASSWORD
        return Method.CODE if self.code else None


def prove(actor: Actor, shown: Shown, *, subject_kind: str, subject_id: int, at: datetime) -> Proof:
    """Return the proof that the actor showed who they are, before the unit of work that needs it begins.

    Raises `Refused` where what they gave is not theirs, which is recorded, where too many tries failed, or where an
    administrator acts for them.
    """
    if actor.assisted_by_id is not None:
        raise Refused([Reason("cannot_sign_for_others")])
    shut = queries.signing_is_shut_until(db.session(), actor.user_id, at=at)
    if shut is not None:
        raise Refused([Reason("signing_is_shut", {"until": shut}, "password")])
    method = shown.method
    if method is None:
        raise Refused([Reason("signature_needed", field="password")])
    if _is_theirs(actor.user_id, shown, method, at=at):
        return Proof(user_id=actor.user_id, method=method, at=at)
    shut = in_one_unit(
        lambda unit: services.note_failed_try(
            unit,
            actor.user_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            method=method,
            at=at,
        )
    )
    logger.warning(
        "user %s failed to sign %s %s by %s", actor.user_id, subject_kind, subject_id, method.value
    )
    code, field = WRONG[method] if shut is None else ("signing_is_shut", "password")
    raise Refused([Reason(code, {} if shut is None else {"until": shut}, field)])


def _is_theirs(user_id: int, shown: Shown, method: Method, *, at: datetime) -> bool:
    if method is Method.PASSKEY:
        return _is_their_passkey(user_id, shown.passkey, at=at)
    if method is Method.CODE:
        return _is_their_code(user_id, shown.code)
    return is_password_of(db.session().get_one(User, user_id), shown.password)


def _is_their_passkey(user_id: int, answer: str, *, at: datetime) -> bool:
    found = passkeys.shown(answer, Purpose.PROVE)
    if found is None or found[0].user_id != user_id:
        return False
    passkey_id, count = found[0].id, found[1]
    in_one_unit(lambda unit: factors.note_passkey_used(unit, passkey_id, sign_count=count, at=at))
    return True


def _is_their_code(user_id: int, typed: str) -> bool:
    held = accounts.factors_of(db.session(), user_id).authenticator
    counter = codes.counter_of(typed, held.secret) if held is not None else None
    return counter is not None and in_one_unit(
        lambda unit: factors.take_counter(unit, user_id, counter=counter)
    )
