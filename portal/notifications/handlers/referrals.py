"""Who is told of a referral: its founders, the provider once it was asked, and the adviser who proposed it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.queries import members_as
from portal.core.actors import Role
from portal.ledger import Entry
from portal.notifications import events as reminders
from portal.notifications import queries
from portal.notifications.handlers.telling import Handler, Subject, tell
from portal.roadmap import events
from portal.roadmap.models import Referral
from portal.roadmap.rules.referrals import UNSENT, ReferralSide, ReferralState


def tell_founder(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the project's organisation."""
    referral = _referral(session, entry)
    _tell(session, entry, queries.founders_of(session, referral.project.organisation_id), at)


def tell_provider(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the provider's people, if the referral was ever sent to them."""
    referral = _referral(session, entry)
    if referral.state not in UNSENT:
        people = members_as(session, referral.partner.organisation_id, Role.SUPPORT_PROVIDER)
        _tell(session, entry, people, at)


def tell_adviser(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the adviser who proposed it what has come of it."""
    proposer = _referral(session, entry).proposed_by
    if proposer is not None:
        _tell(session, entry, [proposer], at)


def tell_other_side(session: Session, entry: Entry, at: datetime) -> None:
    """Tell those to whom a message was written."""
    to_provider = entry.facts["side"] == ReferralSide.FOUNDER
    (tell_provider if to_provider else tell_founder)(session, entry, at)


def remind_provider(session: Session, entry: Entry, at: datetime) -> None:
    """Remind the provider's people of a referral that waits for their answer, if it still does."""
    if _referral(session, entry).state is ReferralState.ASKED:
        tell_provider(session, entry, at)


def _referral(session: Session, entry: Entry) -> Referral:
    return session.get_one(Referral, entry.facts["referral_id"])


def _tell(session: Session, entry: Entry, people: list[User], at: datetime) -> None:
    subject = Subject("referral", int(entry.facts["referral_id"]))
    tell(session, entry, people, entry.name, subject, at=at)


HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.HelpProposed.name: (tell_founder,),
    events.ProposalDropped.name: (tell_founder, tell_adviser),
    events.HelpAsked.name: (tell_provider, tell_adviser),
    events.ReferralAccepted.name: (tell_founder, tell_adviser),
    events.ReferralRefused.name: (tell_founder, tell_adviser),
    events.ReferralWithdrawn.name: (tell_provider, tell_adviser),
    events.ReferralCompleted.name: (tell_founder, tell_provider, tell_adviser),
    events.ReferralExpired.name: (tell_founder, tell_provider, tell_adviser),
    events.ReferralMessageWritten.name: (tell_other_side,),
    reminders.ReferralWaits.name: (remind_provider,),
}
