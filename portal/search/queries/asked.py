"""How a kind of record is asked: who asks, which word, whose records may be opened, and which of them have the word."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from portal.core.actors import Actor
from portal.search.models import SearchTerm, Shelf

HIGHEST = "\U0010ffff"
Condition = ColumnElement[bool]


class Kind(StrEnum):
    """What is found, in the order in which it is shown."""

    PROJECT = "projects"
    FACILITY = "facilities"
    CLEANROOM = "cleanrooms"
    PARTNER = "partners"
    REQUEST = "requests"
    BOOKING = "bookings"
    CAMPAIGN = "campaigns"
    RUN = "runs"
    GATE = "gates"
    INTRODUCTION = "introductions"
    REFERRAL = "referrals"
    MARKET_ACCESS = "market-access"
    RIGHT = "rights"
    MESSAGE = "messages"
    ORGANISATION = "organisations"
    PERSON = "people"


@dataclass(frozen=True, slots=True)
class Word:
    """The beginning of a word that is looked for, anywhere or only in what a record is called."""

    begins: str
    in_name: bool = False


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects that a word finds for somebody: those that have it, and those that are called so, by their ids."""

    having: str
    called: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, or a visitor, and when; and the projects that each word finds, asked once for all kinds of record."""

    actor: Actor | None
    at: datetime
    projects: dict[Word, Projects] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Question:
    """How one kind is asked: whose records may be opened, which of them have a word, and what their hits show.

    `can_ask` says whether somebody can find any at all, so that nothing is asked in vain.
    """

    model: type[Any]
    may_open: Callable[[Asker], Condition]
    has: Callable[[Asker, Word], Condition]
    order: tuple[Any, ...]
    loads: tuple[Any, ...] = ()
    joins: tuple[Any, ...] = ()
    can_ask: Callable[[Actor | None], bool] = lambda _actor: True
    by_project: bool = False
    """Whether a record is also found by what its project says or is called."""


class Listed(FunctionElement[int]):
    """The numbers of a list that the database is given as one value, however many they are."""

    type = Integer()
    inherit_cache = True


@compiles(Listed, "sqlite")
def _from_json(element: Listed, compiler: SQLCompiler, **options: Any) -> str:
    given = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({given}))"  # noqa: S608 - a placeholder, never a value


@compiles(Listed, "postgresql")
def _from_jsonb(element: Listed, compiler: SQLCompiler, **options: Any) -> str:
    given = compiler.process(element.clauses, **options)
    return f"(SELECT CAST(value AS INTEGER) FROM jsonb_array_elements_text(CAST({given} AS JSONB)))"  # noqa: S608 - a placeholder, never a value


def listing(ids: Iterable[int]) -> str:
    """Return ids as the one value that `is_listed` takes."""
    return json.dumps(list(ids))


def is_listed(column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], ids: str) -> Condition:
    """Return the condition that a column holds one of these ids."""
    return column.bool_op("IN")(Listed(literal(ids)))


def on(shelf: Shelf, column: InstrumentedAttribute[Any], word: Word) -> Condition:
    """Return the condition that a record, by its id in a column, has a term on a shelf that begins with a word."""
    terms = select(SearchTerm.record_id).where(
        SearchTerm.shelf == shelf, SearchTerm.term >= word.begins, SearchTerm.term < word.begins + HIGHEST
    )
    return column.in_(terms.where(SearchTerm.in_name) if word.in_name else terms)
