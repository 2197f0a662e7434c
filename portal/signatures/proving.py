"""Showing anew who one is, at the moment of signing."""

import logging
from datetime import datetime

from portal.accounts.models import User
from portal.accounts.passwords import is_password_of
from portal.core.actors import Actor
from portal.core.errors import Reason, Refused
from portal.signatures import queries, services
from portal.signatures.rules import Method, Proof
from portal.store import db, in_one_unit

logger = logging.getLogger(__name__)


def prove(actor: Actor, typed: str, *, subject_kind: str, subject_id: int, at: datetime) -> Proof:
    """Return the proof that the actor typed their password, before the unit of work that needs it begins.

    Raises `Refused` where it is not theirs, which is recorded, where too many tries failed, or where an administrator
    acts for them.
    """
    if actor.assisted_by_id is not None:
        raise Refused([Reason("cannot_sign_for_others")])
    session = db.session()
    shut = queries.signing_is_shut_until(session, actor.user_id, at=at)
    if shut is not None:
        raise Refused([Reason("signing_is_shut", {"until": shut}, "password")])
    if not typed:
        raise Refused([Reason("signature_needed", field="password")])
    if is_password_of(session.get_one(User, actor.user_id), typed):
        return Proof(user_id=actor.user_id, method=Method.PASSWORD, at=at)
    shut = in_one_unit(
        lambda unit: services.note_failed_try(
            unit,
            actor.user_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            method=Method.PASSWORD,
            at=at,
        )
    )
    logger.warning("user %s failed to sign %s %s", actor.user_id, subject_kind, subject_id)
    code = "signature_password_wrong" if shut is None else "signing_is_shut"
    raise Refused([Reason(code, {} if shut is None else {"until": shut}, "password")])
