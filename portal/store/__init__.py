"""The database: declarative base, column types, the session, and the only commit in the house.

Words: a *unit of work* is one transaction opened at the edge (form, API, command, job). Services take the
`Session` and never commit. On SQLite a unit of work begins with BEGIN IMMEDIATE, so that the second of two
writers waits and then reads the truth; on PostgreSQL services lock the rows that they decide about.
"""

from portal.store.base import Base, db
from portal.store.columns import Money, UtcDateTime, among, choice, json_list, json_object
from portal.store.engine import connect_arguments, prepare_engine
from portal.store.work import brief, conflict_of, in_one_unit, of_one_moment, unit_of_work

__all__ = [
    "Base",
    "Money",
    "UtcDateTime",
    "among",
    "brief",
    "choice",
    "conflict_of",
    "connect_arguments",
    "db",
    "in_one_unit",
    "json_list",
    "json_object",
    "of_one_moment",
    "prepare_engine",
    "unit_of_work",
]
