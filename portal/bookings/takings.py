"""What takes cleanrooms in a stretch of time: one query of few columns, for pictures and lists of thousands."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, User
from portal.bookings.models import (
    Block,
    BlockKind,
    Booking,
    BookingOperator,
    BookingState,
    Closure,
    ClosureKind,
    RequestState,
    RunKind,
    SlotRequest,
)
from portal.core.actors import Actor, Role
from portal.core.slots import Slot
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import visible_projects
from portal.store import Base

BETWEEN = "\n"
"""Stands between names that come as one text; no name has it."""


class Taking(NamedTuple):
    """A stretch of a cleanroom's time with what takes it, for people with a duty there."""

    block_id: int
    cleanroom_id: int
    kind: BlockKind
    starts_at: datetime
    ends_at: datetime
    booking_id: int | None
    state: BookingState | None
    title: str | None
    run_kind: RunKind | None
    import_key: str | None
    version: int | None
    project_id: int | None
    organisation: str | None
    request_id: int | None
    requested_at: datetime | None
    request_state: RequestState | None
    closure_id: int | None
    closure_kind: ClosureKind | None
    note: str | None
    named: str | None

    @property
    def slot(self) -> Slot:
        """Return the stretch as a value."""
        return Slot(self.starts_at, self.ends_at)

    @property
    def operators(self) -> list[str]:
        """Return the names of those who are to run it, in their order."""
        return sorted(self.named.split(BETWEEN)) if self.named else []

    @property
    def reference(self) -> str | None:
        """Return the name by which people cite the request behind it."""
        if self.request_id is None or self.requested_at is None:
            return None
        return f"SR-{self.requested_at:%Y}-{self.request_id:04d}"

    @property
    def is_offered(self) -> bool:
        """Say whether it is held because it was offered, and waits for the requester's answer."""
        return self.state is BookingState.HELD and self.request_state is RequestState.OFFERED


def takings(
    session: Session, cleanroom_ids: Collection[int], *, since: datetime, until: datetime
) -> list[Taking]:
    """Return what takes these cleanrooms in a stretch of time, by start, in one query."""
    rows = session.execute(_TAKINGS.where(*_within(cleanroom_ids, since, until)))
    return [Taking._make(row) for row in rows]


def identified_projects(
    session: Session, actor: Actor, project_ids: Collection[int | None], *, at: datetime
) -> frozenset[int]:
    """Return those of these projects whose name and organisation the actor may read now, in one query."""
    wanted = {one for one in project_ids if one is not None}
    if not wanted:
        return frozenset()
    seen = visible_projects(actor, at=at, group=FieldGroup.IDENTITY)
    return frozenset(session.scalars(select(Project.id).where(Project.id.in_(wanted), seen)))


class OwnTaking(NamedTuple):
    """A booking or hold of the reader's own organisation among what is taken."""

    cleanroom_id: int
    starts_at: datetime
    ends_at: datetime
    booking_id: int
    state: BookingState
    title: str
    run_kind: RunKind

    @property
    def slot(self) -> Slot:
        """Return the stretch as a value."""
        return Slot(self.starts_at, self.ends_at)


def own_takings(
    session: Session,
    actor: Actor | None,
    cleanroom_ids: Collection[int],
    *,
    since: datetime,
    until: datetime,
) -> list[OwnTaking]:
    """Return the bookings that came of requests of the reader's own organisation, by start; none but for founders."""
    if actor is None or Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        return []
    rows = session.execute(
        select(
            _block.cleanroom_id,
            _block.starts_at,
            _block.ends_at,
            _booking.id,
            _booking.state,
            _booking.title,
            _booking.run_kind,
        )
        .where(
            _booking.block_id == _block.id,
            _booking.organisation_id == actor.organisation_id,
            _booking.request_id.is_not(None),
            *_within(cleanroom_ids, since, until),
        )
        .order_by(_block.starts_at, _block.id)
    )
    return [OwnTaking._make(row) for row in rows]


_blocks, _bookings, _closures, _requests, _organisations, _operators, _users = (
    Base.metadata.tables[model.__tablename__]
    for model in (Block, Booking, Closure, SlotRequest, Organisation, BookingOperator, User)
)
_block, _booking, _closure, _request = _blocks.c, _bookings.c, _closures.c, _requests.c
_NAMED = (
    select(func.aggregate_strings(_users.c.name, BETWEEN))
    .where(_operators.c.booking_id == _booking.id, _users.c.id == _operators.c.user_id)
    .correlate(_bookings)
    .scalar_subquery()
)
_TAKINGS: Select[Any] = (
    select(
        _block.id,
        _block.cleanroom_id,
        _block.kind,
        _block.starts_at,
        _block.ends_at,
        _booking.id,
        _booking.state,
        _booking.title,
        _booking.run_kind,
        _booking.import_key,
        _booking.version,
        _booking.project_id,
        _organisations.c.name,
        _request.id,
        _request.created_at,
        _request.state,
        _closure.id,
        _closure.kind,
        _closure.note,
        _NAMED,
    )
    .select_from(
        _blocks.outerjoin(_bookings, _booking.block_id == _block.id)
        .outerjoin(_closures, _closure.block_id == _block.id)
        .outerjoin(_requests, _request.id == _booking.request_id)
        .outerjoin(_organisations, _organisations.c.id == _booking.organisation_id)
    )
    .order_by(_block.starts_at, _block.id)
)


def _within(cleanroom_ids: Collection[int], since: datetime, until: datetime) -> list[Any]:
    return [
        _block.cleanroom_id.in_(list(cleanroom_ids)),
        _block.kind != BlockKind.RELEASED,
        _block.starts_at < until,
        _block.ends_at > since,
    ]
