"""Conflicts of interest of advisers: declared, ended, and enforced wherever an adviser acts."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import ConflictDeclared, ConflictEnded
from portal.matching.models import AdviserConflict
from portal.partners.models import Partner
from portal.projects.models import Project


def declare_conflict(session: Session, actor: Actor, *, name: str, at: datetime) -> AdviserConflict:
    """Declare a conflict of interest with an organisation; one that stands already is returned as it is.

    Raises `NotFound` for anybody but an adviser.
    """
    if Role.ADVISER not in actor.roles:
        raise NotFound
    for standing in queries.conflicts_of(session, actor.user_id):
        if standing.name.casefold() == name.casefold():
            return standing
    declared = AdviserConflict(user_id=actor.user_id, name=name, declared_at=at)
    session.add(declared)
    session.flush()
    event = ConflictDeclared(actor_id=actor.user_id, conflict_id=declared.id, organisation=name)
    record(session, event, at=at)
    return declared


def end_conflict(session: Session, actor: Actor, conflict_id: int, *, at: datetime) -> None:
    """Say that a conflict of interest of one's own has ended; raises `NotFound` for any other."""
    found = session.get(AdviserConflict, conflict_id, with_for_update=True)
    if found is None or found.user_id != actor.user_id or found.ended_at is not None:
        raise NotFound
    found.ended_at = at
    session.flush()
    record(session, ConflictEnded(actor_id=actor.user_id, conflict_id=found.id), at=at)


def refuse_conflicted(session: Session, actor: Actor, project: Project, partner: Partner) -> None:
    """Raise `Refused` where the adviser has declared a conflict of interest with either side."""
    if queries.is_conflicted(session, actor.user_id, project.organisation, partner.organisation):
        raise Refused([Reason("adviser_conflicted")])
