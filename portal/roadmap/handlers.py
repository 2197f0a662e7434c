"""What a roadmap does about what happens elsewhere: it is computed anew, so that its dates stay true."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.events import OrganisationEdited
from portal.bookings import events as bookings
from portal.ledger import Entry
from portal.projects import events as projects
from portal.roadmap import services

Handler = Callable[[Session, Entry, datetime], None]


def compute_project(session: Session, entry: Entry, at: datetime) -> None:
    """Compute the roadmap of the project that something happened to."""
    project_id = entry.facts.get("project_id")
    if project_id is not None:
        services.compute_of_project(session, int(project_id), at=at)


def compute_organisation(session: Session, entry: Entry, at: datetime) -> None:
    """Compute the roadmaps of an organisation whose kind, size or country may have changed."""
    services.compute_of_organisation(session, int(entry.facts["organisation_id"]), at=at)


MOVES_THE_PLAN = (
    projects.ProjectEdited,
    projects.PhaseChanged,
    projects.PhaseCorrected,
    projects.PhaseWithdrawn,
    projects.ProjectRestored,
    bookings.RequestApproved,
    bookings.WindowOffered,
    bookings.OfferDeclined,
    bookings.OfferExpired,
    bookings.ConditionLapsed,
    bookings.RequestWithdrawn,
    bookings.BookingRecorded,
    bookings.BookingCompleted,
    bookings.BookingCancelled,
    bookings.NoShow,
    bookings.BookingMoved,
)

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    **{event.name: (compute_project,) for event in MOVES_THE_PLAN},
    OrganisationEdited.name: (compute_organisation,),
}
