"""What is found: for each kind of record those that the actor may open and that have every word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.search.queries import records, work
from portal.search.queries.asked import Asker, Kind, Question, Word

QUESTIONS: Mapping[Kind, Question] = {**records.QUESTIONS, **work.QUESTIONS}


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the records that were found, the best first, and how many there are."""

    records: Sequence[Any]
    total: int


def found(
    session: Session, kind: Kind, asker: Asker, words: Sequence[str], *, limit: int, offset: int = 0
) -> Found:
    """Return the records of a kind that the asker may open and that have every word, those so called first."""
    asked = QUESTIONS[kind]
    if not asked.can_ask(asker.actor):
        return Found([], 0)
    hits: Select[Any] = select(asked.model)
    for join in asked.joins:
        hits = hits.join(join)
    hits = hits.where(asked.may_open(asker), *(asked.has(asker, Word(word)) for word in words))
    total = session.scalar(select(func.count()).select_from(hits.subquery())) or 0
    if total <= offset:
        return Found([], total)
    so_called = case((and_(*(asked.has(asker, Word(word, in_name=True)) for word in words)), 0), else_=1)
    rows = session.scalars(
        hits.options(*asked.loads).order_by(so_called, *asked.order).limit(limit).offset(offset)
    )
    return Found(rows.unique().all(), total)


def kinds_for(actor: Actor | None) -> tuple[Kind, ...]:
    """Return the kinds of which the actor, or a visitor, can find any."""
    return tuple(kind for kind in Kind if QUESTIONS[kind].can_ask(actor))
