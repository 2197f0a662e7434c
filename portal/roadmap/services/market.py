"""Stating how a product will be paid for, its freedom to operate, and its rights."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Reason, Refused, Stale
from portal.ledger import record
from portal.projects.models import Project
from portal.projects.queries import own_project
from portal.projects.rules.phases import day_of
from portal.roadmap import queries
from portal.roadmap.events import FreedomStated, MarketAccessStated, RightAdded, RightEdited, RightRemoved
from portal.roadmap.models import FreedomToOperate, MarketAccess, Right
from portal.roadmap.rules.market import (
    MOST_RIGHTS,
    FreedomFacts,
    MarketFacts,
    RightFacts,
    reasons_against_freedom,
    reasons_against_market,
    reasons_against_right,
)
from portal.roadmap.services.roadmaps import refuse_archived

NOTHING_YET = 0
"""The version of what has not been stated yet."""


class _Versioned(Protocol):
    version: Any


def state_market_access(
    session: Session, actor: Actor, project_id: int, stated: MarketFacts, *, version: int | None, at: datetime
) -> MarketAccess:
    """Keep what a team states of how its product will be paid for.

    Raises `NotFound`, `NotAllowed` for anybody but the founders, `Stale`, and `Refused` with everything that is wrong.
    """
    project = _own(session, actor, project_id, at=at)
    present = queries.market_access_of(session, project)
    _refuse_stale(present, version)
    _refuse(reasons_against_market(stated))
    kept = present or MarketAccess(project_id=project.id)
    changes = _write(kept, asdict(stated), new=present is None)
    if not changes:
        return kept
    kept.stated_at, kept.stated_by_id = at, actor.user_id
    session.add(kept)
    session.flush()
    event = MarketAccessStated(actor_id=actor.user_id, project_id=project.id, money_changes=changes)
    record(session, event, at=at)
    return kept


def state_freedom(
    session: Session,
    actor: Actor,
    project_id: int,
    stated: FreedomFacts,
    *,
    version: int | None,
    at: datetime,
) -> FreedomToOperate:
    """Keep what a team states of its freedom to operate.

    Raises what `state_market_access` raises.
    """
    project = _own(session, actor, project_id, at=at)
    present = queries.freedom_of(session, project)
    _refuse_stale(present, version)
    _refuse(reasons_against_freedom(stated, today=day_of(at)))
    kept = present or FreedomToOperate(project_id=project.id)
    changes = _write(kept, asdict(stated), new=present is None)
    if not changes:
        return kept
    session.add(kept)
    session.flush()
    event = FreedomStated(actor_id=actor.user_id, project_id=project.id, money_changes=changes)
    record(session, event, at=at)
    return kept


def add_right(session: Session, actor: Actor, project_id: int, stated: RightFacts, *, at: datetime) -> Right:
    """Add a patent family, a licence or another right.

    Raises `NotFound`, `NotAllowed` for anybody but the founders, and `Refused` with everything that is wrong.
    """
    project = _own(session, actor, project_id, at=at)
    reasons = reasons_against_right(stated)
    if session.scalar(select(func.count()).where(Right.project_id == project.id)) == MOST_RIGHTS:
        reasons.append(Reason("rights_too_many", {"most": MOST_RIGHTS}))
    _refuse(reasons)
    right = Right(project_id=project.id)
    changes = _write(right, asdict(stated), new=True)
    session.add(right)
    session.flush()
    event = RightAdded(
        actor_id=actor.user_id, project_id=project.id, right_id=right.id, money_changes=changes
    )
    record(session, event, at=at)
    return right


def edit_right(
    session: Session,
    actor: Actor,
    project_id: int,
    right_id: int,
    stated: RightFacts,
    *,
    version: int | None,
    at: datetime,
) -> Right:
    """Change what is stated of a right.

    Raises what `state_market_access` raises.
    """
    project = _own(session, actor, project_id, at=at)
    right = queries.right_of(session, project, right_id)
    _refuse_stale(right, version)
    _refuse(reasons_against_right(stated))
    changes = _write(right, asdict(stated), new=False)
    if not changes:
        return right
    session.flush()
    event = RightEdited(
        actor_id=actor.user_id, project_id=project.id, right_id=right.id, money_changes=changes
    )
    record(session, event, at=at)
    return right


def remove_right(
    session: Session, actor: Actor, project_id: int, right_id: int, *, version: int | None, at: datetime
) -> None:
    """Take a right out of the list; the history keeps what was stated of it.

    Raises `NotFound`, `NotAllowed` for anybody but the founders, and `Stale`.
    """
    project = _own(session, actor, project_id, at=at)
    right = queries.right_of(session, project, right_id)
    _refuse_stale(right, version)
    left = {"title": [right.title, None], "kind": [right.kind.value, None]}
    session.delete(right)
    session.flush()
    event = RightRemoved(actor_id=actor.user_id, project_id=project.id, right_id=right_id, money_changes=left)
    record(session, event, at=at)


def _own(session: Session, actor: Actor, project_id: int, *, at: datetime) -> Project:
    project = own_project(session, actor, project_id, at=at, lock=True)
    refuse_archived(project)
    return project


def _refuse(reasons: list[Reason]) -> None:
    if reasons:
        raise Refused(reasons)


def _refuse_stale(present: _Versioned | None, version: int | None) -> None:
    now = NOTHING_YET if present is None else present.version
    if version != now:
        raise Stale({"version": now})


def _write(kept: object, stated: Mapping[str, Any], *, new: bool) -> dict[str, list[Any]]:
    """Write what is stated into a record and return what that changes."""
    changes = {}
    for field, value in stated.items():
        tidy = value.strip() if isinstance(value, str) and type(value) is str else value
        before = None if new else getattr(kept, field)
        setattr(kept, field, tidy)
        if before != tidy and not (new and tidy in (None, "")):
            changes[field] = [_plain(before), _plain(tidy)]
    return changes


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
