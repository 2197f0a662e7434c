"""Who looks after a project: taken on by an adviser, and handed over with a reason."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import CaseAssigned
from portal.matching.models import AdviserCase, Introduction
from portal.matching.rules.introductions import OPEN
from portal.projects import queries as projects
from portal.projects.models import Project


def assign_case(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    adviser_id: int | None,
    reason: str,
    version: int | None,
    at: datetime,
) -> AdviserCase:
    """Let an adviser look after a project from now on; its open introductions go along.

    Whoever takes on what nobody looked after needs no reason. Raises `NotFound` for anybody but an adviser who sees the
    teaser, `Stale` where somebody was quicker, and `Refused` with everything that is wrong.
    """
    if Role.ADVISER not in actor.roles:
        raise NotFound
    project = projects.seen_project(session, actor, project_id, at=at).project
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    standing = queries.case_of(session, project.id)
    if (version or 0) != (standing.version if standing else 0):
        raise Stale({"adviser": standing.adviser.name if standing else None})
    if reasons := _reasons(session, actor, project, standing, adviser_id=adviser_id, reason=reason):
        raise Refused(reasons)
    before = standing.adviser_id if standing else None
    case = standing or AdviserCase(project_id=project.id)
    case.adviser_id, case.since = adviser_id or actor.user_id, at
    session.add(case)
    session.flush()
    for one in _led_by(session, project.id, before):
        one.adviser_id = case.adviser_id
    event = CaseAssigned(
        actor_id=actor.user_id,
        case_id=case.id,
        adviser_id=case.adviser_id,
        before_id=before,
        reason=reason or None,
    )
    record(session, event, at=at)
    session.flush()
    session.refresh(case)
    return case


def _reasons(
    session: Session,
    actor: Actor,
    project: Project,
    standing: AdviserCase | None,
    *,
    adviser_id: int | None,
    reason: str,
) -> list[Reason]:
    reasons = []
    if queries.is_conflicted(session, actor.user_id, project.organisation):
        reasons.append(Reason("adviser_conflicted"))
    if adviser_id not in {one.id for one in queries.free_advisers(session, project)}:
        reasons.append(Reason("case_not_an_adviser", {}, "adviser_id"))
    if standing is not None and standing.adviser_id == adviser_id:
        reasons.append(Reason("case_theirs_already", {"name": standing.adviser.name}, "adviser_id"))
    takes_it_on = standing is None and adviser_id == actor.user_id
    if not reason and not takes_it_on:
        reasons.append(Reason("case_reason_missing", {}, "reason"))
    return reasons


def _led_by(session: Session, project_id: int, adviser_id: int | None) -> list[Introduction]:
    """Return the open introductions of a project that somebody has looked after, locked."""
    if adviser_id is None:
        return []
    found = session.scalars(
        select(Introduction)
        .where(
            Introduction.project_id == project_id,
            Introduction.adviser_id == adviser_id,
            Introduction.state.in_(sorted(OPEN)),
        )
        .order_by(Introduction.id)
        .with_for_update(of=Introduction)
    )
    return list(found)
