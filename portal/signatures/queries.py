"""Named questions about signatures."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.ledger import Entry
from portal.signatures.events import SignatureGiven, SignatureRefused
from portal.signatures.models import Signature
from portal.signatures.rules import WITHIN, shut_until

BATCH = 500


def signatures_of(session: Session, subject_kind: str, subject_ids: Collection[int]) -> list[Signature]:
    """Return the signatures of these records, the oldest first; whether a reader may see them is asked above."""
    return list(
        session.scalars(
            select(Signature)
            .where(Signature.subject_kind == subject_kind, Signature.subject_id.in_(subject_ids))
            .order_by(Signature.id)
        )
    )


def signature_of(session: Session, subject_kind: str, subject_id: int, signature_id: int) -> Signature:
    """Return a signature of this record; raises `NotFound`."""
    found = session.get(Signature, signature_id)
    if found is None or (found.subject_kind, found.subject_id) != (subject_kind, subject_id):
        raise NotFound
    return found


def failed_tries(session: Session, user_id: int, *, at: datetime) -> list[datetime]:
    """Return when somebody failed to show who they are, as far as it still counts."""
    return list(
        session.scalars(
            select(Entry.at).where(
                Entry.name == SignatureRefused.name, Entry.actor_id == user_id, Entry.at > at - WITHIN
            )
        )
    )


def signing_is_shut_until(session: Session, user_id: int, *, at: datetime) -> datetime | None:
    """Return until when somebody cannot sign, or None."""
    return shut_until(failed_tries(session, user_id, at=at), at=at)


def every_signature(session: Session) -> Iterator[Signature]:
    """Yield all signatures, the oldest first."""
    yield from session.scalars(select(Signature).order_by(Signature.id).execution_options(yield_per=BATCH))


def promised_digests(session: Session) -> dict[int, str]:
    """Return the digest of every signature as the ledger keeps it, by the signature's number."""
    facts = session.scalars(select(Entry.facts).where(Entry.name == SignatureGiven.name))
    return {int(fact["signature_id"]): str(fact["digest"]) for fact in facts}
