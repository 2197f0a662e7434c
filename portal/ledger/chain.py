"""The chain over the entries: sealing what waits, and finding what was changed, removed or slipped in."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from portal.ledger.digests import digest_of, entry_digest, salted_digest
from portal.ledger.models import Entry, PrivateValue, Seal, SealedEntry
from portal.store import Base

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
    session.execute(
        insert(Base.metadata.tables[SealedEntry.__tablename__]),
        [
            {"entry_id": entry_id, "seal_id": seal.id, "position": position}
            for position, (entry_id, _) in enumerate(entries)
        ],
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


_ENTRY = (
    Entry.name,
    Entry.at,
    Entry.actor_id,
    Entry.assisted_by_id,
    Entry.facts,
    Entry.private_digests,
)


def _changed_entries(session: Session) -> list[Problem]:
    rows = session.execute(select(Entry.id, Entry.digest, *_ENTRY).execution_options(yield_per=BATCH))
    return [
        Problem("entry_changed", entry_id=row.id)
        for row in rows
        if row.digest
        != entry_digest(
            name=row.name,
            at=row.at,
            actor_id=row.actor_id,
            assisted_by_id=row.assisted_by_id,
            facts=row.facts,
            private_digests=row.private_digests,
        )
    ]


def _changed_private_values(session: Session) -> list[Problem]:
    """Read every entry once beside its private values, so that the time taken grows with them and no faster."""
    problems = [
        Problem("private_value_changed", entry_id=entry_id, field=field)
        for entry_id, field in session.execute(
            select(PrivateValue.entry_id, PrivateValue.field).where(
                ~exists().where(Entry.id == PrivateValue.entry_id)
            )
        )
    ]
    rows = session.execute(
        select(
            Entry.id,
            Entry.private_digests,
            PrivateValue.field,
            PrivateValue.salt,
            PrivateValue.value,
            PrivateValue.erased_at,
        )
        .outerjoin(PrivateValue, PrivateValue.entry_id == Entry.id)
        .order_by(Entry.id, PrivateValue.id)
        .execution_options(yield_per=BATCH)
    )
    for entry_id, group in groupby(rows, key=itemgetter(0)):
        promised, kept = {}, set()
        for _, digests, field, salt, value, erased_at in group:
            promised = digests
            if field is None:
                continue
            kept.add(field)
            is_erased = erased_at is not None and value is None
            content = (value or {}).get("value")
            if not is_erased and salted_digest(salt or "", content) != promised.get(field):
                problems.append(Problem("private_value_changed", entry_id=entry_id, field=field))
        problems.extend(
            Problem("private_value_missing", entry_id=entry_id, field=field)
            for field in sorted(promised.keys() - kept)
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
