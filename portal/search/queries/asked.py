"""How a kind of record is asked: who asks, which word, whose records may be opened, and which of them have the word."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

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
class Asker:
    """Who asks, or a visitor, and when."""

    actor: Actor | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """The beginning of a word that is looked for, anywhere or only in what a record is called."""

    begins: str
    in_name: bool = False


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


def on(shelf: Shelf, column: InstrumentedAttribute[Any], word: Word) -> Condition:
    """Return the condition that a record, by its id in a column, has a term on a shelf that begins with a word."""
    terms = select(SearchTerm.record_id).where(
        SearchTerm.shelf == shelf, SearchTerm.term >= word.begins, SearchTerm.term < word.begins + HIGHEST
    )
    return column.in_(terms.where(SearchTerm.in_name) if word.in_name else terms)
