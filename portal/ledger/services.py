"""Writing to the ledger: record an event, erase what must be forgotten."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.core.events import Event
from portal.ledger.digests import entry_digest, plain, salted_digest
from portal.ledger.models import Entry, PrivateValue, Subject, Waiting
from portal.store import Base

ASSISTED_BY = "assisted_by_id"


@dataclass(frozen=True, slots=True)
class Written:
    """An event as the ledger keeps it: the entry's values, and the rows that lie beside it."""

    entry: dict[str, Any]
    subjects: list[dict[str, Any]]
    private: list[dict[str, Any]]


def written(
    event: Event,
    *,
    at: datetime,
    assisted_by_id: int | None = None,
    new_salt: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Written:
    """Return an event as the ledger keeps it, not stored yet."""
    facts: dict[str, Any] = {}
    private: list[dict[str, Any]] = []
    digests: dict[str, str] = {}
    for field in fields(event):
        value = plain(getattr(event, field.name))
        group = type(event).private.get(field.name)
        if field.name == "actor_id":
            continue
        if group is None:
            facts[field.name] = value
        elif value is not None:
            salt = new_salt()
            digests[field.name] = salted_digest(salt, value)
            private.append(
                {"field": field.name, "field_group": group, "salt": salt, "value": {"value": value}}
            )
    values: dict[str, Any] = {
        "name": event.name,
        "at": at,
        "actor_id": event.actor_id,
        "assisted_by_id": assisted_by_id,
        "facts": facts,
        "private_digests": digests,
    }
    subjects = [
        {"kind": kind, "subject_id": facts[name]}
        for name, kind in type(event).about.items()
        if facts.get(name) is not None
    ]
    return Written({**values, "digest": entry_digest(**values)}, subjects, private)


def record(session: Session, event: Event, *, at: datetime) -> int:
    """Write an event into the ledger, in the transaction of the change that it tells of, and return the entry's id.

    An administrator who acts for someone is read from `session.info` and recorded with it.
    """
    rows = written(event, at=at, assisted_by_id=session.info.get(ASSISTED_BY))
    session.flush()
    # Plain inserts, not objects: every change in the house comes through here, and most under a lock.
    inserted: Any = session.execute(_ENTRY, rows.entry)
    entry_id: int = inserted.inserted_primary_key[0]
    for statement, beside in ((_SUBJECTS, rows.subjects), (_PRIVATE, rows.private), (_WAITING, [{}])):
        if beside:
            session.execute(statement, [{"entry_id": entry_id, **row} for row in beside])
    return entry_id


_ENTRY, _SUBJECTS, _PRIVATE, _WAITING = (
    insert(Base.metadata.tables[model.__tablename__]) for model in (Entry, Subject, PrivateValue, Waiting)
)


def erase_private_values(session: Session, entry_ids: Iterable[int], *, at: datetime) -> int:
    """Forget the private values of these entries; return how many were erased. The chain stays whole."""
    values = session.scalars(
        select(PrivateValue).where(
            PrivateValue.entry_id.in_(list(entry_ids)), PrivateValue.erased_at.is_(None)
        )
    ).all()
    for value in values:
        value.salt, value.value, value.erased_at = None, None, at
    return len(values)
