"""The unit of work: the only commit in the house."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.store.base import db

T = TypeVar("T")

TRIES = 4
RETRIED = {"40001", "40P01"}  # serialization failure, deadlock: the whole unit may be tried again
OVERLAP = {"block_takes_the_room", "block_leaves_changeover"}


@contextmanager
def unit_of_work(session: Session | None = None) -> Iterator[Session]:
    """Open a transaction that writes, commit it once at the end, roll back on any error.

    What the session read before is forgotten, so that the unit decides on what is stored now.
    """
    current: Session = session if session is not None else db.session()
    if current.in_transaction():
        current.rollback()
    current.connection(execution_options={"portal_writes": True})
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise


def in_one_unit(work: Callable[[Session], T], session: Session | None = None) -> T:
    """Do the work in one unit of work, again from the start where the database asks for that.

    Raises what the work raises.
    """
    for remaining in reversed(range(TRIES)):
        try:
            with unit_of_work(session) as current:
                return work(current)
        except DBAPIError as error:
            if remaining == 0 or getattr(error.orig, "sqlstate", None) not in RETRIED:
                raise
    raise AssertionError("unreachable")


def of_one_moment(session: Session) -> None:
    """Let everything that the session reads until it ends its transaction be as it was at one moment.

    SQLite does so by itself. A session on a connection that somebody else has opened keeps that one's way.
    """
    bind = session.get_bind()
    if isinstance(bind, Engine) and bind.dialect.name != "sqlite":
        session.rollback()
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def conflict_of(error: DBAPIError) -> str | None:
    """Return the name of the guard that refused two overlapping blocks, or None for any other error."""
    text = str(error.orig)
    return next((name for name in sorted(OVERLAP) if name in text), None)


def brief(error: BaseException) -> str:
    """Return an error in a few words that an operator may read: what a statement held stays out of it."""
    if isinstance(error, DBAPIError):
        return f"{type(error).__name__} ({type(error.orig).__name__})"
    return f"{type(error).__name__}: {error}"[:400]
