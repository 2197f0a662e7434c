"""What is found: for each kind of record those that the actor may open and that have every word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.search.queries import records, work
from portal.search.queries.asked import Asker, Kind, Question, Word

QUESTIONS: Mapping[Kind, Question] = {**records.QUESTIONS, **work.QUESTIONS}


MOST = 1000
"""So many of a kind are counted and can be paged through; of a word that nearly everything has, nobody reads more."""


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the records that were found, the best first, how many there are, and whether there are more than are counted."""

    records: Sequence[Any]
    total: int
    is_more: bool = False


def found(
    session: Session, kind: Kind, asker: Asker, words: Sequence[str], *, limit: int, offset: int = 0
) -> Found:
    """Return the records of a kind that the asker may open and that have every word, those so called first."""
    asked = QUESTIONS[kind]
    if not asked.can_ask(asker.actor):
        return Found([], 0)
    if asked.by_project:
        records.projects_found(session, asker, words)
    so_called = case((and_(*(asked.has(asker, Word(word, in_name=True)) for word in words)), 0), else_=1)
    hits: Select[Any] = select(asked.model.id)
    for join in asked.joins:
        hits = hits.join(join)
    hits = hits.where(asked.may_open(asker), *(asked.has(asker, Word(word)) for word in words))
    # Only ids are sorted: whole records, with all that they are joined with, would be carried through the sorting.
    ids = session.scalars(hits.order_by(so_called, *asked.order).limit(MOST + 1)).all()
    best = ids[:MOST][offset : offset + limit]
    if not best:
        return Found([], min(len(ids), MOST), len(ids) > MOST)
    whole = select(asked.model).where(asked.model.id.in_(best)).options(*asked.loads)
    by_id = {record.id: record for record in session.scalars(whole).unique()}
    return Found([by_id[one] for one in best if one in by_id], min(len(ids), MOST), len(ids) > MOST)


def kinds_for(actor: Actor | None) -> tuple[Kind, ...]:
    """Return the kinds of which the actor, or a visitor, can find any."""
    return tuple(kind for kind in Kind if QUESTIONS[kind].can_ask(actor))
