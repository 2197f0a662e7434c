"""Who is told of an introduction: each side only of what it may know of."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.queries import members_as
from portal.ledger import Entry
from portal.matching import events
from portal.matching.models import AdviserCase, AdviserNote, Introduction
from portal.matching.queries import advisers_for, partners_that_fit
from portal.matching.rules.introductions import State
from portal.notifications import queries
from portal.notifications.handlers.telling import Handler, Subject, tell
from portal.partners.events import PartnerDrafted
from portal.partners.models import Partner
from portal.partners.rules.values import KEEPERS, PartnerKind
from portal.projects.events import ProjectEdited, ProjectRegistered
from portal.projects.models import FieldGroup, Project, Visibility


def tell_founder(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the project's organisation, if they know of the introduction."""
    one = _introduction(session, entry)
    if one.wished_at or one.consent_asked_at:
        _tell(session, entry, queries.founders_of(session, one.project.organisation_id), one, at)


def tell_partner(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the partner's people, if a teaser was ever sent to them."""
    one = _introduction(session, entry)
    if one.sent_at is not None:
        _tell(session, entry, _keepers(session, one.partner), one, at)


def tell_adviser(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the adviser who looks after the introduction."""
    one = _introduction(session, entry)
    if one.adviser is not None:
        _tell(session, entry, [one.adviser], one, at)


def tell_advisers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the advisers who could take a founder's wish up, as long as none of them has."""
    one = _introduction(session, entry)
    if one.state is State.SUGGESTED:
        _tell(session, entry, advisers_for(session, one), one, at)


def tell_of_draft(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the partner's people that something was drafted for them."""
    partner = session.get(Partner, entry.facts["partner_id"])
    if partner is not None:
        tell(session, entry, _keepers(session, partner), entry.name, Subject("partner", partner.id), at=at)


def tell_writer(session: Session, entry: Entry, at: datetime) -> None:
    """Remind the adviser who wrote a note that its day has come."""
    note = session.get(AdviserNote, entry.facts["note_id"])
    if note is not None and note.done_at is None:
        tell(session, entry, [note.author], entry.name, Subject("adviser_note", note.id), at=at)


def tell_of_case(session: Session, entry: Entry, at: datetime) -> None:
    """Tell who looks after a project from now on, and who did before."""
    case = session.get(AdviserCase, entry.facts["case_id"])
    if case is None:
        return
    for key, code in (("adviser_id", "adviser_case.given"), ("before_id", "adviser_case.taken")):
        person = session.get(User, entry.facts[key]) if entry.facts[key] is not None else None
        if person is not None:
            tell(session, entry, [person], code, Subject("adviser_case", case.id), at=at)


def tell_of_teaser(session: Session, entry: Entry, at: datetime) -> None:
    """Tell investors of a teaser that its owner has just published to them, if it fits what they state.

    It is judged on what an investor reads of it: the teaser and the range of money that is sought.
    """
    project = session.get(Project, entry.facts["project_id"])
    if project is None or project.archived_at is not None or not _was_published(entry, project):
        return
    fitting = partners_that_fit(session, project, READ_WITH_TEASER, least=FITS_FROM, at=at)
    people = [
        person
        for partner in fitting
        if partner.kind is PartnerKind.INVESTOR
        for person in _keepers(session, partner)
    ]
    tell(session, entry, people, "teaser.fits", Subject("teaser", project.id), at=at)


def _was_published(entry: Entry, project: Project) -> bool:
    """Say whether the entry made the teaser open to investors who could not read it before, and it still is."""
    stated = next((row.value for row in entry.private_values if row.field == "teaser_changes"), None)
    before, after = ((stated or {}).get("value") or {}).get("visibility", (None, None))
    closed = {None, Visibility.PRIVATE.value}
    return before in closed and after not in closed and project.visibility is not Visibility.PRIVATE


def _introduction(session: Session, entry: Entry) -> Introduction:
    return session.get_one(Introduction, entry.facts["introduction_id"])


def _keepers(session: Session, partner: Partner) -> list[User]:
    return members_as(session, partner.organisation_id, KEEPERS[partner.kind])


def _tell(session: Session, entry: Entry, people: list[User], one: Introduction, at: datetime) -> None:
    tell(session, entry, people, entry.name, Subject("introduction", one.id), at=at)


FITS_FROM = 50.0
"""From so many points of the hundred on, an investor is told of a teaser that was published."""
READ_WITH_TEASER = frozenset({FieldGroup.TEASER, FieldGroup.MONEY})

ALL = (tell_founder, tell_partner, tell_adviser)

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.IntroductionWished.name: (tell_advisers,),
    events.ConsentAsked.name: (tell_founder,),
    events.ConsentGiven.name: (tell_adviser,),
    events.TeaserSent.name: (tell_partner,),
    events.TeaserReminded.name: (tell_partner,),
    events.PartnerAgreed.name: (tell_founder, tell_adviser),
    events.PartnerPostponed.name: (tell_adviser,),
    events.PartnerAskedAgain.name: (tell_partner,),
    events.AskingAgainFailed.name: (tell_adviser,),
    events.Introduced.name: (tell_founder, tell_partner),
    events.TermsAccepted.name: (tell_founder,),
    events.DocumentAdded.name: (tell_partner,),
    events.MeetingProposed.name: ALL,
    events.MeetingCancelled.name: ALL,
    events.MeetingOver.name: (tell_adviser,),
    events.FollowUpDue.name: (tell_writer,),
    events.CaseAssigned.name: (tell_of_case,),
    events.IntroductionDeclined.name: ALL,
    events.TeaserExpired.name: (tell_partner, tell_adviser),
    events.ConsentWithdrawn.name: (tell_partner, tell_adviser),
    PartnerDrafted.name: (tell_of_draft,),
    ProjectRegistered.name: (tell_of_teaser,),
    ProjectEdited.name: (tell_of_teaser,),
}
