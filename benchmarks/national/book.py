"""Rows that are gathered in memory and written to either engine at once, as its driver likes them best."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, func, select, text

from portal.store import Base

Row = tuple[Any, ...]


class _Shape:
    """How the rows of one table are made: its columns, and what stands in those that nobody names."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [column for column in table.columns if column.computed is None]
        self.names = [column.name for column in self.columns]
        self._usual = [(column.name, _usual(column)) for column in self.columns]

    def row(self, values: dict[str, Any]) -> Row:
        """Return the row of these values."""
        return tuple(values[name] if name in values else usual() for name, usual in self._usual)


class Book:
    """The rows of every table, each with its id."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._shapes = {table.name: _Shape(table) for table in Base.metadata.sorted_tables}

    def add(self, model: type[Base], **values: Any) -> int:
        """Keep a row and return its id: the next one of its table."""
        name = model.__tablename__
        rows = self.rows[name]
        number = len(rows) + 1
        rows.append(self._shapes[name].row({"id": number, **values}))
        return number

    def next_id(self, model: type[Base]) -> int:
        """Return the id that the next row of a table will have."""
        return len(self.rows[model.__tablename__]) + 1

    def write(self, connection: Connection) -> None:
        """Write everything into an empty database, in the order that foreign keys ask for."""
        for table in Base.metadata.sorted_tables:
            rows = self.rows.get(table.name)
            if rows:
                _write(connection, self._shapes[table.name], rows)


def _write(connection: Connection, shape: _Shape, rows: list[Row]) -> None:
    table, dialect = shape.table, connection.dialect
    columns = ", ".join(f'"{name}"' for name in shape.names)
    bound = _bound(shape, rows, dialect)
    raw: Any = connection.connection.dbapi_connection
    if dialect.name == "sqlite":
        places = ", ".join("?" for _ in shape.names)
        raw.executemany(f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})', bound)  # noqa: S608
        return
    with raw.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in bound:
            copy.write_row(row)
    last = select(func.max(table.c.id)).scalar_subquery()
    connection.execute(select(func.setval(func.pg_get_serial_sequence(f'"{table.name}"', "id"), last)))


def _bound(shape: _Shape, rows: list[Row], dialect: Dialect) -> Iterator[Row]:
    """Yield rows as the driver takes them."""
    makers = [
        (place, maker)
        for place, column in enumerate(shape.columns)
        if (maker := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    for row in rows:
        values = list(row)
        for place, maker in makers:
            values[place] = maker(values[place])
        yield tuple(values)


def _usual(column: Column[Any]) -> Callable[[], Any]:
    default = column.default
    if default is None:
        return lambda: None
    made: Any = default.arg  # type: ignore[attr-defined]
    return (lambda: made(None)) if default.is_callable else (lambda: made)


def analyze(connection: Connection) -> None:
    """Let the engine look at the data, as its own housekeeping does in an installation."""
    connection.execute(text("ANALYZE"))
