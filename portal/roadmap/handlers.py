"""What a roadmap does about what happens elsewhere, and its long work."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.accounts.events import OrganisationEdited
from portal.bookings import events as bookings
from portal.ledger import Entry
from portal.projects import events as projects
from portal.roadmap import queries, services
from portal.work.kinds import Kind, Outcome
from portal.work.task import Task

Handler = Callable[[Session, Entry, datetime], None]
AT_ONCE = 10
"""So many roadmaps are computed in one unit of work: their rows are locked for a moment only."""


def compute_project(session: Session, entry: Entry, at: datetime) -> None:
    """Compute the roadmap of the project that something happened to."""
    project_id = entry.facts.get("project_id")
    if project_id is not None:
        services.compute_of_project(session, int(project_id), at=at)


def compute_organisation(session: Session, entry: Entry, at: datetime) -> None:
    """Compute the roadmaps of an organisation whose kind, size or country may have changed."""
    services.compute_of_organisation(session, int(entry.facts["organisation_id"]), at=at)


def compute_all(task: Task) -> dict[str, Any]:
    """Compute every roadmap anew, some in each step, from the one after the last that an earlier try has done."""
    last, done = int(task.kept.get("last", 0)), int(task.kept.get("done", 0))
    ids = task.read(lambda session: list(queries.projects_with_roadmaps(session, after=last)))
    task.total = done + len(ids)
    for first in range(0, len(ids), AT_ONCE):
        part = ids[first : first + AT_ONCE]
        done += len(part)
        task.step(
            partial(_compute_some, project_ids=part, at=task.at),
            done=done,
            keep={"last": part[-1], "done": done},
        )
    return {"roadmaps": done}


def _compute_some(session: Session, *, project_ids: Sequence[int], at: datetime) -> None:
    for project_id in project_ids:
        services.compute_of_project(session, project_id, at=at)


def _computed(outcome: Mapping[str, Any]) -> Outcome:
    return Outcome(
        sentence=ngettext(
            "%(num)s roadmap was computed anew.", "%(num)s roadmaps were computed anew.", outcome["roadmaps"]
        ),
        url=url_for("roadmap.catalogue"),
        label=_("Steps to the patient"),
    )


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

WORK: Mapping[str, Kind] = {
    services.COMPUTE_ALL: Kind(
        work=compute_all, title=lambda: _("Computing all roadmaps anew"), outcome=_computed
    ),
}
"""The long work of this room."""
