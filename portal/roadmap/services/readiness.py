"""Saying where a project stands in a dimension of readiness, and agreeing with it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.ledger import record
from portal.projects.models import Project
from portal.projects.queries import own_project, seen_project
from portal.reference import shipped
from portal.roadmap import queries
from portal.roadmap.events import ReadinessAssessed, ReadinessConfirmed
from portal.roadmap.models import Assessment
from portal.roadmap.rules.readiness import reasons_against_assessment
from portal.roadmap.services.roadmaps import refuse_archived


def assess(
    session: Session,
    actor: Actor,
    project_id: int,
    dimension: str,
    *,
    level: int,
    evidence: str,
    at: datetime,
) -> Assessment:
    """Place a project on a level of one dimension, with the evidence; earlier views stay in the history.

    Raises `NotFound`, `NotAllowed` for anybody but its founders, and `Refused` with everything that is wrong.
    """
    project = own_project(session, actor, project_id, at=at, lock=True)
    if not shipped.has_record("readiness_dimensions", dimension):
        raise NotFound
    refuse_archived(project)
    before = queries.latest_assessments(session, project).get(dimension)
    present = None if before is None else (before.level, before.evidence)
    if reasons := reasons_against_assessment(level, evidence, present=present):
        raise Refused(reasons)
    assessment = Assessment(
        project_id=project.id,
        dimension=dimension,
        level=level,
        evidence=evidence.strip(),
        assessed_by_id=actor.user_id,
        assessed_at=at,
    )
    session.add(assessment)
    session.flush()
    event = ReadinessAssessed(
        actor_id=actor.user_id,
        project_id=project.id,
        assessment_id=assessment.id,
        dimension=dimension,
        roadmap_changes={
            "level": [None if before is None else before.level, level],
            "evidence": [None if before is None else before.evidence, assessment.evidence],
        },
    )
    record(session, event, at=at)
    return assessment


def confirm_assessment(
    session: Session,
    actor: Actor,
    project_id: int,
    assessment_id: int,
    *,
    remark: str,
    version: int | None,
    at: datetime,
) -> Assessment:
    """Keep that an adviser has read the evidence and agrees with the level.

    Raises `NotFound`, `NotAllowed` for anybody but an adviser with the founder's consent, `Stale` where the team has
    assessed itself anew since, and `Refused` where it is confirmed already.
    """
    seen = seen_project(session, actor, project_id, at=at)
    if seen.is_own or Role.ADVISER not in actor.roles or not queries.may_plan(session, actor, seen, at=at):
        raise NotAllowed
    session.execute(select(Project.id).where(Project.id == seen.project.id).with_for_update())
    refuse_archived(seen.project)
    assessment = session.get(Assessment, assessment_id)
    if assessment is None or assessment.project_id != seen.project.id:
        raise NotFound
    present = queries.latest_assessments(session, seen.project).get(assessment.dimension)
    if present is None or present.id != assessment.id or version != assessment.version:
        raise Stale
    if assessment.confirmed_at is not None:
        raise Refused([Reason("readiness_already_confirmed")])
    assessment.confirmed_by_id, assessment.confirmed_at = actor.user_id, at
    assessment.confirmation = remark.strip()
    session.flush()
    event = ReadinessConfirmed(
        actor_id=actor.user_id,
        project_id=seen.project.id,
        assessment_id=assessment.id,
        dimension=assessment.dimension,
        roadmap_changes={"confirmation": [None, assessment.confirmation], "level": [None, assessment.level]},
    )
    record(session, event, at=at)
    return assessment
