"""Storing what must be the only one of its kind, and telling changes."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.errors import Reason, Refused

Row = TypeVar("Row")


def add_or_refuse(session: Session, row: Row, reason: Reason) -> Row:
    """Store a row and return it; two people at once must not both succeed.

    Raises `Refused` with the reason where the database holds one like it.
    """
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused([reason]) from error
    return row


def apply(row: object, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set values on a row and return those that changed, each with the value before and after."""
    changed = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changed[name] = [before, value]
            setattr(row, name, value)
    return changed
