"""The chain over the entries: sealing what waits, and finding what was changed, removed or slipped in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portal.ledger.digests import digest_of, entry_digest, salted_digest
from portal.ledger.models import Entry, PrivateValue, Seal, SealedEntry

BEGINNING = "0" * 64
BATCH = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the ledger that is not as it was written."""

    code: str
    entry_id: int | None = None
    seal_id: int | None = None
    field: str | None = None


def seal_waiting(session: Session, *, at: datetime, limit: int = BATCH) -> int:
    """Chain the entries that no seal covers yet, oldest first; return how many were sealed.

    Two sealers at once can't fork the chain: the second one's seal has a taken predecessor and is refused.
    """
    entries = session.execute(
        select(Entry.id, Entry.digest)
        .where(~exists().where(SealedEntry.entry_id == Entry.id))
        .order_by(Entry.id)
        .limit(limit)
    ).all()
    if not entries:
        return 0
    previous = session.scalar(select(Seal.digest).order_by(Seal.id.desc()).limit(1)) or BEGINNING
    seal = Seal(
        previous=previous,
        digest=_seal_digest(previous, [(entry_id, digest) for entry_id, digest in entries]),
        entries=len(entries),
        sealed_at=at,
    )
    session.add(seal)
    session.flush()
    session.add_all(
        SealedEntry(entry_id=entry_id, seal_id=seal.id, position=position)
        for position, (entry_id, _) in enumerate(entries)
    )
    return len(entries)


def verify(session: Session) -> list[Problem]:
    """Return everything in the ledger that was changed, removed or slipped in; an empty list means it is whole."""
    return [*_changed_entries(session), *_changed_private_values(session), *_broken_seals(session)]


def head(session: Session) -> tuple[str, int]:
    """Return the digest of the newest seal and how many entries the chain covers, to be kept elsewhere."""
    digest = session.scalar(select(Seal.digest).order_by(Seal.id.desc()).limit(1)) or BEGINNING
    return digest, session.scalar(select(func.count()).select_from(SealedEntry)) or 0


def _seal_digest(previous: str, entries: list[tuple[int, str]]) -> str:
    return digest_of([previous, [[entry_id, digest] for entry_id, digest in entries]])


def _changed_entries(session: Session) -> list[Problem]:
    problems = []
    for entry in session.scalars(select(Entry).order_by(Entry.id).execution_options(yield_per=BATCH)):
        expected = entry_digest(
            name=entry.name,
            at=entry.at,
            actor_id=entry.actor_id,
            assisted_by_id=entry.assisted_by_id,
            facts=entry.facts,
            private_digests=entry.private_digests,
        )
        if expected != entry.digest:
            problems.append(Problem("entry_changed", entry_id=entry.id))
    return problems


def _changed_private_values(session: Session) -> list[Problem]:
    problems = []
    kept: dict[int, set[str]] = {}
    for value in session.scalars(select(PrivateValue).execution_options(yield_per=BATCH)):
        kept.setdefault(value.entry_id, set()).add(value.field)
        if value.erased_at is not None and value.value is None:
            continue
        entry = session.get(Entry, value.entry_id)
        promised = entry.private_digests.get(value.field) if entry else None
        content = (value.value or {}).get("value")
        if promised is None or salted_digest(value.salt or "", content) != promised:
            problems.append(Problem("private_value_changed", entry_id=value.entry_id, field=value.field))
    for entry_id, digests in session.execute(select(Entry.id, Entry.private_digests)):
        problems.extend(
            Problem("private_value_missing", entry_id=entry_id, field=field)
            for field in sorted(set(digests) - kept.get(entry_id, set()))
        )
    return problems


def _broken_seals(session: Session) -> list[Problem]:
    problems, previous = [], BEGINNING
    for seal in session.scalars(select(Seal).order_by(Seal.id)).all():
        if seal.previous != previous:
            problems.append(Problem("seal_missing_before", seal_id=seal.id))
        rows = session.execute(
            select(SealedEntry.entry_id, Entry.digest)
            .outerjoin(Entry, Entry.id == SealedEntry.entry_id)
            .where(SealedEntry.seal_id == seal.id)
            .order_by(SealedEntry.position)
        ).all()
        problems.extend(
            Problem("entry_missing", entry_id=entry_id, seal_id=seal.id)
            for entry_id, digest in rows
            if digest is None
        )
        found = _seal_digest(seal.previous, [(entry_id, digest or "") for entry_id, digest in rows])
        if found != seal.digest or len(rows) != seal.entries:
            problems.append(Problem("seal_broken", seal_id=seal.id))
        previous = seal.digest
    return problems


__all__ = ["Problem", "head", "seal_waiting", "verify"]
