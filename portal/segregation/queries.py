"""Named questions about what holds at a facility."""

import json
from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import Integer, String, Text, bindparam, cast, func, null, select, union_all
from sqlalchemy.orm import Session, joinedload

from portal.facilities.models import Cleanroom
from portal.projects.models import Project
from portal.reference.queries import as_shipped, effective_records, is_touched
from portal.segregation.models import StanceRecord
from portal.segregation.rulebooks import Held, Record, held, rulebook
from portal.segregation.rules import Rulebook, Stance

COLLECTION = "segregation_rules"
Said = tuple[str, str, str]
"""A rule's id, QA's stance, and the rule as it was signed, all as they are stored."""


# Every decision asks these under the lock of its cleanroom: made once.
_newest = (
    select(func.max(StanceRecord.id))
    .where(StanceRecord.facility_id.in_(bindparam("facilities", expanding=True)))
    .group_by(StanceRecord.facility_id, StanceRecord.rule_id)
)
_STANCES = select(
    StanceRecord.facility_id, StanceRecord.rule_id, StanceRecord.stance, StanceRecord.rule
).where(StanceRecord.id.in_(_newest))
_stance = StanceRecord.__table__.c
_DECIDED = union_all(
    select(
        _stance.facility_id,
        _stance.rule_id,
        cast(_stance.stance, String),
        cast(_stance.rule, Text),
    ).where(_stance.id.in_(_newest)),
    select(cast(null(), Integer), cast(null(), String), cast(null(), String), cast(null(), Text)).where(
        is_touched(COLLECTION)
    ),
)
"""What QA of some facilities has decided on, and one row more, of nothing, where the shipped rules were touched here."""


def rules_held(session: Session, facility_ids: Collection[int]) -> dict[int, list[Held]]:
    """Return every rule as it holds at these facilities, in three questions however many they are."""
    stances: dict[int, dict[str, tuple[Stance, Record]]] = defaultdict(dict)
    for facility_id, rule_id, stance, rule in session.execute(_STANCES, {"facilities": list(facility_ids)}):
        stances[facility_id][rule_id] = (stance, rule)
    shipped = [fact.record for fact in effective_records(session, COLLECTION)]
    undecided = held(shipped, {})
    return {
        facility_id: held(shipped, stances[facility_id]) if facility_id in stances else undecided
        for facility_id in facility_ids
    }


def rulebooks(session: Session, facility_ids: Collection[int]) -> dict[int, Rulebook]:
    """Return the rules of these facilities, ready to judge by; in one question where no shipped rule was touched here.

    What is stored is read anew each time, and what follows from it kept by its words: decisions are many, QA's are few.
    """
    decided: dict[int, list[Said]] = defaultdict(list)
    for facility_id, *said in session.execute(_DECIDED, {"facilities": list(facility_ids)}):
        if facility_id is None:
            return _rulebooks_of_touched(session, facility_ids)
        decided[facility_id].append(tuple(said))
    return {one: _rulebook_of(frozenset(decided[one])) for one in facility_ids}


@lru_cache(maxsize=256)
def _rulebook_of(decided: frozenset[Said]) -> Rulebook:
    """Return the rules of a facility whose QA has decided on these, where the others hold as they are shipped."""
    stances = {rule_id: (Stance(stance), json.loads(rule)) for rule_id, stance, rule in decided}
    return rulebook(held([fact.record for fact in as_shipped(COLLECTION)], stances))


def _rulebooks_of_touched(session: Session, facility_ids: Collection[int]) -> dict[int, Rulebook]:
    by_facility = rules_held(session, facility_ids)
    # Where QA has not decided on any, facilities have the very same list: it is looked up once.
    books = {id(rules): rulebook(rules) for rules in by_facility.values()}
    return {facility_id: books[id(rules)] for facility_id, rules in by_facility.items()}


def stances_of(session: Session, facility_id: int, rule_id: str) -> list[StanceRecord]:
    """Return everything that QA of a facility said of a rule, the newest first."""
    return list(
        session.scalars(
            select(StanceRecord)
            .where(StanceRecord.facility_id == facility_id, StanceRecord.rule_id == rule_id)
            .options(joinedload(StanceRecord.decided_by), joinedload(StanceRecord.signature))
            .order_by(StanceRecord.id.desc())
        )
    )


def rooms_of(session: Session, facility_id: int) -> list[Cleanroom]:
    """Return the cleanrooms of a facility by code."""
    return list(
        session.scalars(
            select(Cleanroom).where(Cleanroom.facility_id == facility_id).order_by(Cleanroom.code)
        )
    )


def projects_named(session: Session, project_ids: Collection[int]) -> dict[int, Project]:
    """Return these projects by id; whether the reader may know their names is the caller's to ask."""
    rows = session.scalars(select(Project).where(Project.id.in_(list(project_ids))))
    return {row.id: row for row in rows}
