"""Column types: moments in UTC, closed lists of words, lists and objects as JSON, money in minor units."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum as PythonEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, DateTime, Dialect, Enum, Integer, String, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.types import TypeDecorator, TypeEngine

Money = BigInteger().with_variant(Integer, "sqlite")
"""An amount in the currency's minor unit (öre, cent)."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC.

    PostgreSQL keeps it as `timestamptz`; SQLite as text of one fixed width, so that text order is time order.
    Raises `ValueError` for a naive moment.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose text on SQLite and a real timestamp elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(26))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn a moment into what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        value = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        return value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002  (SQLAlchemy's)
        """Return what reads a stored moment, in UTC, without the detours of a type in general."""
        return _read if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


@lru_cache(maxsize=16_384)
def _read(text: str | None) -> datetime | None:
    """Return the moment that SQLite stores as text; kept, because calendars name the same midnights again and again."""
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def choice(words: type[PythonEnum], *, name: str, length: int = 32) -> Enum:
    """Return a column type that takes only the enum's values, checked by the database too."""
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return that a column has one of a few fixed values; unlike a list that is given, it is never written anew."""
    return column.in_([literal(value, column.type) for value in values])


def json_list() -> TypeEngine[Any]:
    """Return a column type for a short list that is read and written as a whole."""
    return MutableList.as_mutable(JSON().with_variant(JSONB(), "postgresql"))


def json_object() -> TypeEngine[Any]:
    """Return a column type for a small object that is read and written as a whole."""
    return MutableDict.as_mutable(JSON().with_variant(JSONB(), "postgresql"))
