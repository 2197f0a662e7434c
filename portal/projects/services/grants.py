"""Opening field groups of a project to organisations, and ending that."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.ledger import record
from portal.projects import queries
from portal.projects.events import AccessEnded, GroupGranted
from portal.projects.models import Grant, Project
from portal.projects.rules import access, phases
from portal.projects.rules.values import FieldGroup, GrantReason, TeaserWords
from portal.projects.services.projects import reasons_against_archived

MORE_THAN_TEASER = tuple(group for group in FieldGroup if group is not FieldGroup.TEASER)


def grant_group(
    session: Session,
    *,
    actor_id: int | None,
    project_id: int,
    organisation_id: int,
    group: FieldGroup,
    reason: GrantReason,
    reason_id: int | None,
    at: datetime,
    ends_at: datetime | None = None,
    words: TeaserWords | None = None,
) -> Grant:
    """Open one field group of a project to one organisation, now and until an end, if it has one.

    Of a teaser it may show the words that its owner consented to, whatever the project says later. Whoever calls has
    judged that the reason holds. The same grant given twice is one grant, with the later word on its end and its words. Raises `Refused` if such a reason never opens this group.
    """
    if group not in access.OPENED_BY[reason]:
        raise Refused([Reason("project_group_not_for_reason", {"group": group, "reason": reason})])
    grant = session.scalars(
        select(Grant)
        .where(
            Grant.project_id == project_id,
            Grant.organisation_id == organisation_id,
            Grant.field_group == group,
            Grant.reason == reason,
            Grant.reason_id == reason_id if reason_id is not None else Grant.reason_id.is_(None),
            or_(Grant.ends_at.is_(None), Grant.ends_at > at),
        )
        .with_for_update()
    ).first()
    if grant is not None and words is not None:
        grant.teaser, grant.teaser_sv = words.teaser, words.teaser_sv
    if grant is not None and grant.ends_at == ends_at:
        return grant
    if grant is None:
        grant = Grant(
            project_id=project_id,
            organisation_id=organisation_id,
            field_group=group,
            reason=reason,
            reason_id=reason_id,
            granted_by_id=actor_id,
            starts_at=at,
            teaser=words.teaser if words else None,
            teaser_sv=words.teaser_sv if words else None,
        )
        session.add(grant)
    grant.ends_at = ends_at
    session.flush()
    event = GroupGranted(actor_id=actor_id, ends_at=ends_at.isoformat() if ends_at else None, **_told(grant))
    record(session, event, at=at)
    return grant


def end_grants(
    session: Session,
    *,
    actor_id: int | None,
    at: datetime,
    reason: GrantReason | None = None,
    reason_id: int | None = None,
    project_id: int | None = None,
    organisation_id: int | None = None,
    groups: Collection[FieldGroup] | None = None,
) -> int:
    """End every grant that is open and matches all that is named, from this moment on; return how many there were.

    Raises `ValueError` where nothing is named, because that would end all.
    """
    conditions = [
        column == value
        for column, value in (
            (Grant.reason, reason),
            (Grant.reason_id, reason_id),
            (Grant.project_id, project_id),
            (Grant.organisation_id, organisation_id),
        )
        if value is not None
    ]
    if not conditions:
        raise ValueError("name the project, the organisation or the reason whose grants end")
    if groups is not None:
        conditions.append(Grant.field_group.in_(sorted(groups)))
    still_open = or_(Grant.ends_at.is_(None), Grant.ends_at > at)
    grants = session.scalars(
        select(Grant).where(*conditions, still_open).order_by(Grant.id).with_for_update()
    ).all()
    for grant in grants:
        grant.ends_at = at
        record(session, AccessEnded(actor_id=actor_id, **_told(grant)), at=at)
    session.flush()
    return len(grants)


def grant_to_adviser(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    organisation_id: int,
    groups: Collection[FieldGroup],
    until: date | None,
    at: datetime,
) -> list[Grant]:
    """Show an adviser's organisation more of a project than its teaser, to the end of a day, if one is given.

    Raises `NotFound` or `NotAllowed` for anybody but the project's founders, and `Refused` with everything that is
    wrong.
    """
    project = queries.own_project(session, actor, project_id, at=at, lock=True)
    reasons = reasons_against_archived(project)
    if organisation_id not in {body.id for body in queries.adviser_organisations(session)}:
        reasons.append(Reason("project_not_an_adviser", {}, "organisation_id"))
    wanted = [group for group in MORE_THAN_TEASER if group in groups]
    if not wanted:
        reasons.append(Reason("project_no_group_chosen", {}, "groups"))
    today = phases.day_of(at)
    if until is not None and not today <= until <= today + timedelta(days=3660):
        reasons.append(Reason("project_until_out_of_range", {"day": until, "today": today}, "until"))
    if reasons:
        raise Refused(reasons)
    return [
        grant_group(
            session,
            actor_id=actor.user_id,
            project_id=project.id,
            organisation_id=organisation_id,
            group=group,
            reason=GrantReason.CONSENT,
            reason_id=None,
            at=at,
            ends_at=_end_of(until),
        )
        for group in wanted
    ]


def take_back(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    organisation_id: int,
    group: FieldGroup | None,
    at: datetime,
) -> int:
    """End an organisation's access to one field group of a project, or to all; return how many grants that were.

    Raises `NotFound` where the project is not the actor's, or nothing was open.
    """
    project: Project = queries.own_project(session, actor, project_id, at=at, lock=True)
    ended = end_grants(
        session,
        actor_id=actor.user_id,
        at=at,
        project_id=project.id,
        organisation_id=organisation_id,
        groups=None if group is None else {group},
    )
    if not ended:
        raise NotFound
    return ended


def _end_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=phases.HOME_ZONE)


def _told(grant: Grant) -> dict[str, Any]:
    return {
        "project_id": grant.project_id,
        "grant_id": grant.id,
        "organisation_id": grant.organisation_id,
        "field_group": grant.field_group.value,
        "reason": grant.reason.value,
        "reason_id": grant.reason_id,
    }
