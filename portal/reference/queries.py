"""Questions about the facts as they hold in this installation."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.reference import shipped
from portal.reference.models import FactConfirmation, FactRevision
from portal.reference.rules import (
    Confirmation,
    Difference,
    EffectiveFact,
    Revision,
    differences,
    effective_fact,
)

Key = tuple[str, str]
Row = TypeVar("Row", FactRevision, FactConfirmation)


def effective(session: Session, collection: str, record_id: str) -> EffectiveFact:
    """Return a record as it holds here, with the shipped one beside it.

    Raises `NotFound` where nothing of that id is shipped.
    """
    if not shipped.has_record(collection, record_id):
        raise NotFound(f"{collection} {record_id}")
    revisions = _revisions(session, collection, record_id)
    confirmations = _confirmations(session, collection, record_id)
    key = (collection, record_id)
    return effective_fact(*key, shipped.record(*key), revisions[key], confirmations[key])


def effective_records(session: Session, collection: str) -> list[EffectiveFact]:
    """Return all records of a collection as they hold here, in the order in which they are shipped."""
    revisions, confirmations = _revisions(session, collection), _confirmations(session, collection)
    keys = [(collection, record_id) for record_id in shipped.record_ids(collection)]
    return [
        effective_fact(*key, record, revisions[key], confirmations[key])
        for key, record in zip(keys, shipped.records(collection), strict=True)
    ]


def as_shipped(collection: str) -> list[EffectiveFact]:
    """Return all records of a collection as they hold where nobody has touched them, in the order in which they are shipped."""
    keys = [(collection, record_id) for record_id in shipped.record_ids(collection)]
    return [
        effective_fact(*key, record, [], [])
        for key, record in zip(keys, shipped.records(collection), strict=True)
    ]


def is_touched(collection: str) -> ColumnElement[bool]:
    """Return the condition that any record of a collection was ever changed or confirmed here, for others' questions."""
    return or_(
        *(exists().where(model.collection == collection) for model in (FactRevision, FactConfirmation))
    )


def is_revised(session: Session, collection: str) -> bool:
    """Say whether any record of a collection was ever changed here."""
    return session.scalar(select(exists().where(FactRevision.collection == collection))) or False


def fact_history(session: Session, collection: str, record_id: str) -> list[Revision | Confirmation]:
    """Return everything that was done to a record here, newest first."""
    key = (collection, record_id)
    done: list[Revision | Confirmation] = [
        *_revisions(session, *key)[key],
        *_confirmations(session, *key)[key],
    ]
    return sorted(done, key=_moment, reverse=True)


def differences_after_update(session: Session) -> list[Difference]:
    """Return every local change and confirmation from which the shipped facts have moved away since."""
    revisions, confirmations = _revisions(session), _confirmations(session)
    return [
        difference
        for key in sorted({*revisions, *confirmations})
        for difference in differences(
            *key,
            shipped.record(*key) if shipped.has_record(*key) else None,
            revisions[key],
            confirmations[key],
        )
    ]


def _revisions(
    session: Session, collection: str | None = None, record_id: str | None = None
) -> defaultdict[Key, list[Revision]]:
    found = defaultdict(list)
    for row in _rows(session, FactRevision, collection, record_id):
        found[row.collection, row.record_id].append(
            Revision(
                field=row.field,
                value=row.value["value"],
                shipped_value=row.shipped_value["value"],
                restores=row.restores,
                reason=row.reason,
                revised_by_id=row.revised_by_id,
                revised_at=row.revised_at,
            )
        )
    return found


def _confirmations(
    session: Session, collection: str | None = None, record_id: str | None = None
) -> defaultdict[Key, list[Confirmation]]:
    found = defaultdict(list)
    for row in _rows(session, FactConfirmation, collection, record_id):
        found[row.collection, row.record_id].append(
            Confirmation(
                field=row.field,
                value=row.value["value"],
                text_read=row.text_read,
                confirmed_by_id=row.confirmed_by_id,
                confirmed_at=row.confirmed_at,
            )
        )
    return found


def _rows(session: Session, model: type[Row], collection: str | None, record_id: str | None) -> Iterable[Row]:
    given = {"collection": collection, "record_id": record_id}
    asked = {name: value for name, value in given.items() if value is not None}
    return session.scalars(_question(model, tuple(asked)), asked)


@cache
def _question(model: type[Row], narrowed_by: tuple[str, ...]) -> Select[Row]:
    """Return the question for the rows of a model, oldest first; made once, since decisions ask it under a lock."""
    wanted = [getattr(model, name) == bindparam(name) for name in narrowed_by]
    return select(model).where(*wanted).order_by(model.id)


def _moment(done: Revision | Confirmation) -> datetime:
    return done.revised_at if isinstance(done, Revision) else done.confirmed_at
