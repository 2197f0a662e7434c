"""Keeping the terms: whenever a session writes a record that is found, its terms follow in the same transaction."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Connection, delete, event, insert, select
from sqlalchemy import inspect as state_of
from sqlalchemy.orm import Session, UOWTransaction

from portal.search.entries import BY_MODEL, PARTS, SEARCHABLE, Entry, Searchable
from portal.search.models import SearchTerm, Shelf
from portal.search.rules import terms_of
from portal.store import Base

A_BATCH = 500
TERMS = SearchTerm.__table__
Term = tuple[Shelf, str, bool]


def follow_sessions() -> None:
    """From now on let the terms follow whatever any session of this process writes."""
    if not event.contains(Session, "after_flush", follow):
        event.listen(Session, "after_flush", follow)


def follow(session: Session, _context: UOWTransaction) -> None:
    """Bring the terms of every record that was just written up to date."""
    for record in session.new:
        kind = BY_MODEL.get(type(record))
        if kind is not None:  # Nothing can be there yet, so that nothing is asked.
            connection = session.connection()
            _add(connection, _rows(record.id, _wanted(kind.says(connection, record))))
    for kind, record in _changed(session):
        connection = session.connection()
        write(connection, kind, record.id, kind.says(connection, record))
    for record in session.deleted:
        if type(record) in BY_MODEL:
            write(session.connection(), BY_MODEL[type(record)], record.id, {})


def rebuild(session: Session) -> int:
    """Write the terms of everything anew, and return how many records have some."""
    session.execute(delete(SearchTerm))
    return sum(_write_all(session, kind) for kind in SEARCHABLE)


def complete(session: Session) -> int:
    """Write the terms of each kind of record that has none on some shelf, as after an upgrade that finds more; return of how many."""
    count = 0
    for kind in SEARCHABLE:
        if not all(_has_terms(session, shelf) for shelf in kind.shelves):
            session.execute(delete(SearchTerm).where(SearchTerm.shelf.in_(kind.shelves)))
            count += _write_all(session, kind)
    return count


def _has_terms(session: Session, shelf: Shelf) -> bool:
    return session.scalar(select(SearchTerm.id).where(SearchTerm.shelf == shelf).limit(1)) is not None


def _write_all(session: Session, kind: Searchable) -> int:
    connection, count = session.connection(), 0
    for records in session.scalars(select(kind.model).execution_options(yield_per=A_BATCH)).partitions():
        rows = (_rows(record.id, _wanted(kind.says(connection, record))) for record in records)
        _add(connection, list(chain.from_iterable(rows)))
        count += len(records)
    return count


def write(connection: Connection, kind: Searchable, record_id: int, entry: Entry) -> None:
    """Let a record have the terms of its entry, and no others; only what differs is written."""
    wanted = _wanted(entry)
    rows = connection.execute(
        select(TERMS.c.id, TERMS.c.shelf, TERMS.c.term, TERMS.c.in_name).where(
            TERMS.c.shelf.in_(kind.shelves), TERMS.c.record_id == record_id
        )
    )
    there = {(row.shelf, row.term, row.in_name): row.id for row in rows}
    gone = [row_id for key, row_id in there.items() if key not in wanted]
    if gone:
        connection.execute(delete(SearchTerm).where(SearchTerm.id.in_(gone)))
    _add(connection, _rows(record_id, wanted - there.keys()))


def _rows(record_id: int, terms: Iterable[Term]) -> list[dict[str, Any]]:
    return [
        {"shelf": shelf, "record_id": record_id, "term": term, "in_name": in_name}
        for shelf, term, in_name in sorted(terms)
    ]


def _add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(SearchTerm), rows)


def _wanted(entry: Entry) -> set[Term]:
    found: set[Term] = set()
    for shelf, said in entry.items():
        name = terms_of(said.name)
        found |= {(shelf, term, True) for term in name}
        found |= {(shelf, term, False) for term in terms_of(said.text) - name}
    return found


def _changed(session: Session) -> Iterator[tuple[Searchable, Any]]:
    for record in session.dirty:
        kind = BY_MODEL.get(type(record))
        if kind is not None and _has_changed(record, kind.watched):
            yield kind, record
    for whole in _wholes(session):
        yield BY_MODEL[type(whole)], whole


def _wholes(session: Session) -> list[Base]:
    """Return the records of which a part was just written."""
    written = (*session.new, *session.dirty, *session.deleted)
    touched = {
        (model, getattr(part, column))
        for part in written
        for model, column in [PARTS.get(type(part), (None, ""))]
        if model is not None
    }
    found = (session.get(model, number) for model, number in touched)
    return [whole for whole in found if whole is not None]


def _has_changed(record: Base, watched: Iterable[str]) -> bool:
    attributes = state_of(record).attrs
    return any(attributes[name].history.has_changes() for name in watched)
