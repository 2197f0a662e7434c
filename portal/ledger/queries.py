"""Reading the ledger: the history of one record, as far as a reader may see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.ledger.models import Entry, Subject


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry as a reader may see it: facts, and the private values of the reader's field groups."""

    entry_id: int
    name: str
    at: datetime
    actor_id: int | None
    assisted_by_id: int | None
    facts: dict[str, Any]
    private: dict[str, Any]
    hidden: bool


def history(
    session: Session, kind: str, subject_id: int, *, groups: Collection[str], limit: int = 200
) -> list[HistoryLine]:
    """Return what happened to a record, newest first, showing private values of the given groups only."""
    entries = session.scalars(
        select(Entry)
        .join(Subject, Subject.entry_id == Entry.id)
        .where(Subject.kind == kind, Subject.subject_id == subject_id)
        .options(selectinload(Entry.private_values))
        .order_by(Entry.at.desc(), Entry.id.desc())
        .limit(limit)
    ).all()
    return [_line(entry, groups) for entry in entries]


def _line(entry: Entry, groups: Collection[str]) -> HistoryLine:
    shown = {
        value.field: value.value["value"]
        for value in entry.private_values
        if value.value is not None and value.field_group in groups
    }
    return HistoryLine(
        entry_id=entry.id,
        name=entry.name,
        at=entry.at,
        actor_id=entry.actor_id,
        assisted_by_id=entry.assisted_by_id,
        facts=dict(entry.facts),
        private=shown,
        hidden=any(value.field_group not in groups for value in entry.private_values),
    )
