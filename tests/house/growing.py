"""A world that has grown: everything in it several times over, in the hands of the same people."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Connection, Date, Enum, String, Table, UniqueConstraint, insert, select

from portal.accounts.models import Organisation
from portal.facilities.models import Facility
from portal.store import Base

TIMES = 5
APART = 100_000_000
"""How far the ids of two copies lie from one another."""

KEPT = {Organisation.__tablename__, Facility.__tablename__}
"""There are more of these too, but what belongs to one goes on belonging to the first, so that its own lists grow."""


def grow(connection: Connection) -> None:
    """Put four more of everything beside what there is."""
    for table in Base.metadata.sorted_tables:
        rows = connection.execute(select(table)).mappings().all()
        copies = [_copy(table, dict(row), number) for row in rows for number in range(1, TIMES)]
        if copies:
            connection.execute(insert(table), copies)


def _copy(table: Table, row: dict[str, Any], number: int) -> dict[str, Any]:
    unique = set(_unique_columns(table))
    return {
        column.name: _value(column, row[column.name], number, is_unique=column in unique)
        for column in table.columns
        if column.computed is None
    }


def _value(column: Column[Any], value: Any, number: int, *, is_unique: bool) -> Any:
    if value is None:
        return None
    targets = {key.column.table.name for key in column.foreign_keys}
    if column.primary_key or (targets and not targets & KEPT):
        return value + number * APART
    if is_unique and isinstance(column.type, String) and not isinstance(column.type, Enum):
        return f"{value}{number}"
    if is_unique and isinstance(column.type, Date):
        return value + timedelta(days=40 * number)
    return value


def _unique_columns(table: Table) -> Iterator[Column[Any]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield from constraint.columns
    for index in table.indexes:
        if index.unique:
            yield from index.columns
    yield from (column for column in table.columns if column.unique)
