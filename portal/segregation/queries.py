"""Named questions about what holds at a facility."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from portal.facilities.models import Cleanroom
from portal.projects.models import Project
from portal.reference.queries import effective_records
from portal.segregation.models import StanceRecord
from portal.segregation.rulebooks import Held, Record, held, rulebook
from portal.segregation.rules import Rulebook, Stance

COLLECTION = "segregation_rules"


# Every decision asks this under the lock of its cleanroom: made once.
_newest = (
    select(func.max(StanceRecord.id))
    .where(StanceRecord.facility_id.in_(bindparam("facilities", expanding=True)))
    .group_by(StanceRecord.facility_id, StanceRecord.rule_id)
)
_STANCES = select(
    StanceRecord.facility_id, StanceRecord.rule_id, StanceRecord.stance, StanceRecord.rule
).where(StanceRecord.id.in_(_newest))


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
    """Return the rules of these facilities, ready to judge by."""
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
