"""Stating what a project needs."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import NeedsStated
from portal.matching.models import StatedNeed
from portal.matching.rules.needs import NO_WAY, Asked, day_for, reasons_against_needs
from portal.projects.models import Project
from portal.projects.services import edit_project


def state_needs(
    session: Session,
    actor: Actor,
    project_id: int,
    asked: Collection[Asked],
    *,
    funding: Mapping[str, Any],
    version: int | None,
    at: datetime,
) -> Project:
    """Say what a project asks for: kinds, days, steps, words, and for capital how much and by which instrument.

    Without a day it is needed when the first of its steps begins.

    Raises what `edit_project` raises, and `Refused` with everything that is wrong with the details.
    """
    values = {"needs": [one.kind for one in asked], **funding}
    project = edit_project(session, actor, project_id, values, version=version, at=at)
    stored = queries.stated_needs(session, project_id)
    before = {kind: row.by for kind, row in stored.items()}
    way = queries.way_of(session, project) if any(one.steps for one in asked) else NO_WAY
    if reasons := reasons_against_needs(asked, before=before, today=at.date(), way=way):
        raise Refused(reasons)
    for one in asked:
        row = stored.get(one.kind) or StatedNeed(project_id=project_id, kind=one.kind)
        row.by = one.by or day_for(one.steps, way, today=at.date())
        row.words, row.steps, row.instrument = one.words, list(one.steps), one.instrument
        session.add(row)
    for kind in stored.keys() - {one.kind for one in asked}:
        session.delete(stored[kind])
    project.updated_at = at
    session.flush()
    event = NeedsStated(
        actor_id=actor.user_id, project_id=project_id, kinds=tuple(sorted(one.kind for one in asked))
    )
    record(session, event, at=at)
    return project
