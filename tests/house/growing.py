"""A world that has grown: everything in it several times over, in the hands of the same people."""

from collections.abc import Collection, Container, Iterable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Connection, Date, Enum, String, Table, UniqueConstraint, insert, select

from portal.accounts.models import AddressChange, Authenticator, Membership, Organisation, RoleRequest, User
from portal.facilities.models import DutyRecord, Facility
from portal.store import Base

TIMES = 5
APART = 100_000_000
"""How far the ids of two copies lie from one another."""

KEPT = {Organisation.__tablename__, Facility.__tablename__}
"""There are more of these too, but what belongs to one goes on belonging to the first, so that its own lists grow."""

OF_NEW_PEOPLE = {
    AddressChange.__tablename__,
    Authenticator.__tablename__,
    DutyRecord.__tablename__,
    Membership.__tablename__,
    RoleRequest.__tablename__,
}
"""What makes the new people members, and what each has one of; everything else is in the hands of those who were there before."""


Row = dict[str, Any]
Key = tuple[str, int]


def grow(
    connection: Connection,
    *,
    numbers: Iterable[int] = range(1, TIMES),
    but: Collection[str] = (),
    only_tables: Collection[str] = (),
    only: Container[int] | None = None,
) -> None:
    """Put four more of everything beside what there is, but for some tables, or of some alone.

    Each copy has a number, by which it differs from the others. `only` holds the ids with which to begin: then only these are copied, and what belongs to them.
    """
    copied: set[Key] = set()
    for table in Base.metadata.sorted_tables:
        if table.name not in but and (not only_tables or table.name in only_tables):
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            if only is not None:
                rows = [row for row in rows if row["id"] in only or _belongs(table, row, copied)]
            copied |= {(table.name, row["id"]) for row in rows}
            copies = [_copy(table, row, number, copied) for row in rows for number in numbers]
            if copies:
                connection.execute(insert(table), copies)


def _belongs(table: Table, row: Row, copied: Container[Key]) -> bool:
    """Say whether a row hangs on something that is copied."""
    return any(
        _is_own(column, row[column.name], copied) for column in table.columns if not column.primary_key
    )


def _copy(table: Table, row: Row, number: int, copied: Container[Key]) -> Row:
    told_apart = set(_told_apart(table))
    values = {}
    for column in table.columns:
        value = row[column.name]
        if column.computed is not None:
            continue
        if value is not None and _is_own(column, value, copied):
            value += number * APART
        elif value is not None and (column in told_apart or column.name == "seat"):
            value = _another(column, value, number)
        values[column.name] = value
    return values


def _another(column: Column[Any], value: Any, number: int) -> Any:
    if isinstance(column.type, String) and not isinstance(column.type, Enum):
        written = f"{value}-{number}"
        return written[-column.type.length :] if column.type.length else written
    if isinstance(value, bytes):
        return value + bytes([number])
    if isinstance(column.type, Date):
        return value + timedelta(days=40 * number)
    if column.name == "seat":
        return value + 100 * number  # each introduction of a quarter has a place of its own
    return value


def _is_own(column: Column[Any], value: Any, copied: Container[Key]) -> bool:
    """Say whether a value is the id of something of which each copy has its own."""
    if column.primary_key:
        return True
    targets = {key.column.table.name for key in column.foreign_keys}
    return _leads_to_own(column) and any((target, value) in copied for target in targets)


def _leads_to_own(column: Column[Any]) -> bool:
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
        if not any(_leads_to_own(column) for column in group):
            yield from group
