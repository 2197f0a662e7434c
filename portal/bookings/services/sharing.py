"""What a facility may see of a project because of a request, opened and closed with it."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.bookings.models import SlotRequest
from portal.facilities.models import Cleanroom
from portal.projects.models import FieldGroup, GrantReason
from portal.projects.services import end_grants, grant_group

SHOWN_TO_FACILITY = (FieldGroup.TEASER, FieldGroup.IDENTITY, FieldGroup.PROCESS, FieldGroup.BOOKINGS)
"""The product's contract: a facility with a request sees these; of the roadmap it sees gates, never the money."""


def open_for_request(
    session: Session, request: SlotRequest, room: Cleanroom, *, actor_id: int, at: datetime
) -> None:
    """Show the facility's operator what it needs to decide on a request."""
    if room.facility.operator_id is None:
        return
    for group in SHOWN_TO_FACILITY:
        grant_group(
            session,
            project_id=request.project_id,
            organisation_id=room.facility.operator_id,
            group=group,
            reason=GrantReason.REQUEST,
            reason_id=request.id,
            actor_id=actor_id,
            at=at,
        )


def close_for_request(session: Session, request: SlotRequest, *, actor_id: int | None, at: datetime) -> None:
    """End what a request had opened; access ends at once."""
    end_grants(session, reason=GrantReason.REQUEST, reason_id=request.id, actor_id=actor_id, at=at)
