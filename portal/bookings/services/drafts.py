"""What a developer does before a slot request is sent: begin it, keep it at every step, choose a window, discard it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings import queries, search
from portal.bookings.events import RequestDiscarded, RequestDrafted
from portal.bookings.models import RequestState, RunKind, SlotRequest
from portal.bookings.needs import least_days, minimum_for, need_of, vector_rank
from portal.bookings.rules.asking import reasons_against_days
from portal.bookings.rules.decisions import reasons_against_step
from portal.bookings.rules.fitting import GRADES
from portal.bookings.services.locking import lock_request
from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Reason, Refused
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom
from portal.ledger import record
from portal.projects.models import Project

DRAFTED = frozenset(
    {
        "project_id",
        "run_kind",
        "title",
        "kind",
        "grade",
        "bsl",
        "vector_level",
        "gmo_class",
        "process_class",
        "equipment",
        "mode",
        "duration",
        "duration_unit",
        "earliest_start",
        "latest_end",
        "acceptable_facility_ids",
        "remark",
        "cleanroom_id",
        "starts_at",
        "ends_at",
    }
)
"""What a draft may say; anything else is not the requester's to set."""

NOT_OF_THE_NEED = frozenset({"cleanroom_id", "starts_at", "ends_at", "remark", "title"})


def save_draft(
    session: Session,
    actor: Actor,
    request_id: int | None,
    values: Mapping[str, Any],
    *,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Begin a slot request, or keep what was changed in a draft; each step of the wizard comes here.

    A changed need forgets a window that was chosen for the old one unless a new one comes with it. To begin the same
    draft twice, as a form sent twice does, is to begin it once. Raises `NotFound` for a project or draft of somebody
    else, and `Refused` for days that cannot be meant or a need looser than the project's facts allow.
    """
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        raise NotAllowed
    unknown = values.keys() - DRAFTED
    if unknown:
        raise ValueError(f"a draft does not say {', '.join(sorted(unknown))}")
    if request_id is None:
        project = _own_project(session, actor, values["project_id"], lock=True)
        same = _same_draft(session, actor, values)
        if same is not None:
            return same
        request = SlotRequest(
            organisation_id=actor.organisation_id,
            requested_by_id=actor.user_id,
            state=RequestState.DRAFT,
            created_at=at,
        )
    else:
        request = _own_draft(session, actor, request_id, shown_version=shown_version)
        project = _own_project(session, actor, values.get("project_id", request.project_id))
    _change(request, project, values)
    reasons = _reasons_against_its_days(request, at=at) if "earliest_start" in values else []
    reasons += reasons_against_loosening(project, request)
    if reasons:
        raise Refused(reasons)
    session.add(request)
    session.flush()
    if request_id is None:
        event = RequestDrafted(actor_id=actor.user_id, request_id=request.id, project_id=project.id)
        record(session, event, at=at)
    return request


def choose_window(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    cleanroom_id: int,
    slot: Slot,
    shown_version: int | None = None,
    at: datetime,
) -> SlotRequest:
    """Keep with a draft the cleanroom and the window that it will ask for; nothing is held by that.

    Raises `NotFound` for somebody else's draft, `Stale`, and `Refused` with everything that stands in the way.
    """
    request = _own_draft(session, actor, request_id, shown_version=shown_version)
    room = room_to_ask(session, cleanroom_id)
    reasons = search.reasons_against(session, room, need_of(request), slot, at=at)
    if reasons:
        raise Refused(reasons)
    request.cleanroom_id, request.starts_at, request.ends_at = room.id, slot.start, slot.end
    return request


def room_to_ask(session: Session, cleanroom_id: int) -> Cleanroom:
    """Return a cleanroom that somebody chose, with its facility.

    Raises `Refused` if there is none of that id.
    """
    room = session.scalars(
        select(Cleanroom).where(Cleanroom.id == cleanroom_id).options(joinedload(Cleanroom.facility))
    ).first()
    if room is None:
        raise Refused([Reason("no_window_asked", field="window")])
    return room


def discard_draft(
    session: Session, actor: Actor, request_id: int, *, shown_version: int | None = None, at: datetime
) -> None:
    """Throw a draft away; nobody but its organisation has ever seen it."""
    request = _own_draft(session, actor, request_id, shown_version=shown_version)
    request.state = RequestState.WITHDRAWN
    event = RequestDiscarded(actor_id=actor.user_id, request_id=request.id, project_id=request.project_id)
    record(session, event, at=at)


def reasons_against_loosening(project: Project, request: SlotRequest) -> list[Reason]:
    """Return where a request asks for less than the project's facts demand; it may only be tightened."""
    least = minimum_for(project, RunKind(request.run_kind))
    too_loose = {
        "grade": GRADES.index(request.grade) > GRADES.index(least.grade),
        "bsl": request.bsl < least.bsl,
        "vector_level": vector_rank(request.vector_level) < vector_rank(least.vector_level),
        "gmo_class": (request.gmo_class or 0) < least.gmo_class,
    }
    reasons = [
        Reason("looser_than_project", {"what": what, "least": getattr(least, what)}, field=what)
        for what, is_looser in too_loose.items()
        if is_looser
    ]
    if request.kind is not least.kind:
        values = {"run": request.run_kind, "kind": least.kind}
        reasons.append(Reason("run_needs_other_kind", values, field="run_kind"))
    return reasons


def _change(request: SlotRequest, project: Project, values: Mapping[str, Any]) -> None:
    changes_need = request.id is not None and any(
        getattr(request, name) != value for name, value in values.items() if name not in NOT_OF_THE_NEED
    )
    request.project = project
    for name, value in values.items():
        setattr(request, name, value)
    if "kind" not in values:
        request.kind = minimum_for(project, RunKind(request.run_kind)).kind
    if changes_need and "cleanroom_id" not in values:
        request.cleanroom_id = request.starts_at = request.ends_at = request.estimate = None


def _reasons_against_its_days(request: SlotRequest, *, at: datetime) -> list[Reason]:
    return reasons_against_days(
        earliest_start=request.earliest_start,
        latest_end=request.latest_end,
        days_needed=least_days(request.duration, request.duration_unit or BookingUnit.DAY),
        today=at.date(),
        known_days=search.HORIZON_DAYS,
    )


def _own_draft(session: Session, actor: Actor, request_id: int, *, shown_version: int | None) -> SlotRequest:
    queries.own_request(session, actor, request_id)
    request = lock_request(session, request_id, shown_version=shown_version)
    reasons = reasons_against_step("submit", request.state.value)
    if reasons:
        raise Refused(reasons)
    return request


def _own_project(session: Session, actor: Actor, project_id: int, *, lock: bool = False) -> Project:
    question = select(Project).where(
        Project.id == project_id,
        Project.organisation_id == actor.organisation_id,
        Project.archived_at.is_(None),
    )
    project = session.scalars(question.with_for_update(of=Project) if lock else question).first()
    if project is None:
        raise NotFound
    return project


def _same_draft(session: Session, actor: Actor, values: Mapping[str, Any]) -> SlotRequest | None:
    drafts = session.scalars(
        select(SlotRequest).where(
            SlotRequest.state == RequestState.DRAFT,
            SlotRequest.requested_by_id == actor.user_id,
            SlotRequest.organisation_id == actor.organisation_id,
            SlotRequest.project_id == values["project_id"],
        )
    )
    return next(
        (one for one in drafts if all(getattr(one, name) == value for name, value in values.items())), None
    )
