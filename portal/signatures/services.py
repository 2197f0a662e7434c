"""Giving a signature, recording a failed try, and proving that all of them are as they were given."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.core.actors import Actor, Role
from portal.core.errors import Refused
from portal.ledger import record
from portal.signatures import queries, statements
from portal.signatures.events import SignatureGiven, SignatureRefused
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning, Method, Proof, reasons_against_signing, shut_until
from portal.signatures.statements import Troubled


def sign(
    session: Session,
    actor: Actor,
    proof: Proof | None,
    *,
    subject_kind: str,
    subject_id: int,
    content: Mapping[str, Any],
    meaning: Meaning,
    role: Role,
    on_behalf_of: str = "",
    reason: str = "",
    asked_by_ids: Collection[int] = (),
    at: datetime,
) -> Signature:
    """Sign a record with its exact content, in the transaction of the change that the signature is for.

    Raises `Refused` where the actor has not just shown who they are, asked for it themselves, or is assisted.
    """
    reasons = reasons_against_signing(actor, proof, asked_by_ids=asked_by_ids, at=at)
    if reasons or proof is None:
        raise Refused(reasons)
    person = session.get_one(User, actor.user_id)
    signature = Signature(
        subject_kind=subject_kind,
        subject_id=subject_id,
        meaning=meaning,
        signer_id=person.id,
        signer_name=person.name,
        signer_role=role,
        signed_at=at,
        method=proof.method,
    )
    signature.statement = statements.statement_of(
        signature, content, on_behalf_of=on_behalf_of, reason=reason
    )
    signature.digest = statements.digest_of_text(signature.statement)
    session.add(signature)
    session.flush()
    record(
        session,
        SignatureGiven(
            actor_id=actor.user_id,
            signature_id=signature.id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            meaning=meaning.value,
            digest=signature.digest,
        ),
        at=at,
    )
    return signature


def note_failed_try(
    session: Session, user_id: int, *, subject_kind: str, subject_id: int, method: Method, at: datetime
) -> datetime | None:
    """Record that somebody did not show who they are; return until when that shuts the signing, if it does."""
    shut = shut_until([*queries.failed_tries(session, user_id, at=at), at], at=at)
    record(
        session,
        SignatureRefused(
            actor_id=user_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            method=method.value,
            shut_until=shut,
        ),
        at=at,
    )
    return shut


def verify(session: Session) -> Iterator[Troubled]:
    """Yield every signature that is not as it was given, that the ledger does not know, or that is gone."""
    promised = queries.promised_digests(session)
    for signature in queries.every_signature(session):
        digest = promised.pop(signature.id, None)
        if digest is None:
            yield Troubled("not_in_ledger", signature.id)
        elif digest != signature.digest or statements.digest_of_text(signature.statement) != digest:
            yield Troubled("changed", signature.id)
        elif not statements.holds(signature):
            yield Troubled("columns_changed", signature.id)
    yield from (Troubled("missing", signature_id) for signature_id in sorted(promised))
