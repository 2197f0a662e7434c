"""Who looks after which project, since when, and how that came."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import User
from portal.accounts.queries import names_of, people_as
from portal.core.actors import Role
from portal.ledger import history
from portal.matching.models import AdviserCase
from portal.matching.queries.desk import conflicted_advisers
from portal.projects.models import Project


@dataclass(frozen=True, slots=True)
class Handed:
    """That somebody took a project on or was handed it: when, by whom, from whom, and why."""

    at: datetime
    to: str
    by: str
    before: str | None
    reason: str | None


def case_of(session: Session, project_id: int) -> AdviserCase | None:
    """Return who looks after a project, or None where nobody does."""
    return session.scalars(
        select(AdviserCase)
        .where(AdviserCase.project_id == project_id)
        .options(joinedload(AdviserCase.adviser))
        .execution_options(populate_existing=True)
    ).one_or_none()


def free_advisers(session: Session, project: Project) -> list[User]:
    """Return the advisers who may look after a project: all but those who declared a conflict of interest with it."""
    conflicted = conflicted_advisers(session, project.organisation)
    found = (one for one in people_as(session, Role.ADVISER) if one.id not in conflicted)
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def handed_on(session: Session, case: AdviserCase | None) -> list[Handed]:
    """Return how a project came to who looks after it, newest first; for advisers only."""
    if case is None:
        return []
    lines = history(session, "adviser_case", case.id, groups={"advisers"})
    people = {line.actor_id for line in lines} | {
        line.facts[key] for line in lines for key in ("adviser_id", "before_id")
    }
    names = names_of(session, {one for one in people if one is not None})
    return [
        Handed(
            at=line.at,
            to=names.get(line.facts["adviser_id"], ""),
            by=names.get(line.actor_id or 0, ""),
            before=names.get(line.facts["before_id"] or 0),
            reason=line.private.get("reason"),
        )
        for line in lines
    ]
