"""A world that has grown: everything in it several times over, in the hands of the same people."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Connection, Date, Enum, String, Table, UniqueConstraint, insert, select

from portal.accounts.models import Membership, Organisation, RoleRequest, User
from portal.facilities.models import DutyRecord, Facility
from portal.store import Base

TIMES = 5
APART = 100_000_000
"""How far the ids of two copies lie from one another."""

KEPT = {Organisation.__tablename__, Facility.__tablename__}
"""There are more of these too, but what belongs to one goes on belonging to the first, so that its own lists grow."""

OF_NEW_PEOPLE = {Membership.__tablename__, DutyRecord.__tablename__, RoleRequest.__tablename__}
"""What makes the new people members; everything else is in the hands of those who were there before."""


def grow(connection: Connection) -> None:
    """Put four more of everything beside what there is."""
    for table in Base.metadata.sorted_tables:
        rows = connection.execute(select(table)).mappings().all()
        copies = [_copy(table, dict(row), number) for row in rows for number in range(1, TIMES)]
        if copies:
            connection.execute(insert(table), copies)


def _copy(table: Table, row: dict[str, Any], number: int) -> dict[str, Any]:
    told_apart = set(_told_apart(table))
    return {
        column.name: _value(column, row[column.name], number, is_told_apart=column in told_apart)
        for column in table.columns
        if column.computed is None
    }


def _value(column: Column[Any], value: Any, number: int, *, is_told_apart: bool) -> Any:
    if value is None:
        return None
    if _is_renumbered(column):
        return value + number * APART
    if is_told_apart and isinstance(column.type, String) and not isinstance(column.type, Enum):
        return f"{value}-{number}"
    if is_told_apart and isinstance(column.type, Date):
        return value + timedelta(days=40 * number)
    return value


def _is_renumbered(column: Column[Any]) -> bool:
    """Say whether a column holds the id of something of which the copy has its own."""
    kept = KEPT if column.table.name in OF_NEW_PEOPLE else KEPT | {User.__tablename__}
    targets = {key.column.table.name for key in column.foreign_keys}
    return column.primary_key or (bool(targets) and not targets & kept)


def _told_apart(table: Table) -> Iterator[Column[Any]]:
    """Return the columns whose values must differ between copies, because no id among them does."""
    groups = [
        *(list(rule.columns) for rule in table.constraints if isinstance(rule, UniqueConstraint)),
        *(list(index.columns) for index in table.indexes if index.unique),
        *([column] for column in table.columns if column.unique),
    ]
    for group in groups:
        if not any(_is_renumbered(column) for column in group):
            yield from group
