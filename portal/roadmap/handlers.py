"""What a roadmap does about what happens elsewhere, and who is told by mail of a referral."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.accounts.events import OrganisationEdited
from portal.accounts.queries import members_as
from portal.bookings import events as bookings
from portal.core.actors import Role
from portal.ledger import Entry
from portal.mail.services import post
from portal.mail.writing import page_address, write
from portal.projects import events as projects
from portal.roadmap import events, queries, services
from portal.roadmap.models import Referral
from portal.roadmap.rules.referrals import ReferralSide
from portal.work.kinds import Kind, Outcome
from portal.work.task import Task

Handler = Callable[[Session, Entry, datetime], None]
FRESH = timedelta(days=2)
AT_ONCE = 10
"""So many roadmaps are computed in one unit of work: their rows are locked for a moment only."""

SENTENCES: Mapping[str, Callable[[], str]] = {
    events.HelpAsked.name: lambda: _("A project asks for your help with a step of its roadmap."),
    events.ReferralAccepted.name: lambda: _("A provider has accepted to help you."),
    events.ReferralRefused.name: lambda: _("A provider has refused to help you; the reason is on its page."),
    events.ReferralWithdrawn.name: lambda: _(
        "A project asks for your help no longer; your access has ended."
    ),
    events.ReferralCompleted.name: lambda: _("A referral was completed; the access that it gave has ended."),
    events.ReferralExpired.name: lambda: _(
        "A referral expired without an answer; the access that it gave has ended."
    ),
    events.ReferralMessageWritten.name: lambda: _("There is a new message about a referral."),
}
"""What each mail says: nothing that its reader might not know."""


def compute_project(session: Session, entry: Entry, at: datetime) -> None:
    """Compute the roadmap of the project that something happened to."""
    project_id = entry.facts.get("project_id")
    if project_id is not None:
        services.compute_of_project(session, int(project_id), at=at)


def compute_organisation(session: Session, entry: Entry, at: datetime) -> None:
    """Compute the roadmaps of an organisation whose kind, size or country may have changed."""
    services.compute_of_organisation(session, int(entry.facts["organisation_id"]), at=at)


def tell_founder(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the project's organisation of what its provider did."""
    referral = session.get(Referral, entry.facts["referral_id"])
    if referral is not None:
        _tell(session, entry, referral.project.organisation_id, Role.FOUNDER, referral.id, at=at)


def tell_provider(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the provider's people of what the founder did."""
    referral = session.get(Referral, entry.facts["referral_id"])
    if referral is not None:
        _tell(session, entry, referral.partner.organisation_id, Role.SUPPORT_PROVIDER, referral.id, at=at)


def tell_other_side(session: Session, entry: Entry, at: datetime) -> None:
    """Tell those to whom a message was written."""
    to_provider = entry.facts["side"] == ReferralSide.FOUNDER
    (tell_provider if to_provider else tell_founder)(session, entry, at)


def _tell(
    session: Session, entry: Entry, organisation_id: int, role: Role, referral_id: int, *, at: datetime
) -> None:
    if at - entry.at >= FRESH:
        return
    for person in members_as(session, organisation_id, role):
        if person.id == entry.actor_id or not person.active:
            continue
        with force_locale(person.language):
            sentence = SENTENCES[entry.name]()
        letter = write(
            "referral",
            to=person.email,
            language=person.language,
            name=person.name,
            link=page_address("roadmap.referral", referral_id=referral_id),
            sentence=sentence,
        )
        post(session, letter, at=at)


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
    events.HelpAsked.name: (tell_provider,),
    events.ReferralAccepted.name: (tell_founder,),
    events.ReferralRefused.name: (tell_founder,),
    events.ReferralWithdrawn.name: (tell_provider,),
    events.ReferralCompleted.name: (tell_founder, tell_provider),
    events.ReferralExpired.name: (tell_founder, tell_provider),
    events.ReferralMessageWritten.name: (tell_other_side,),
}

WORK: Mapping[str, Kind] = {
    services.COMPUTE_ALL: Kind(
        work=compute_all, title=lambda: _("Computing all roadmaps anew"), outcome=_computed
    ),
}
"""The long work of this room."""
