"""Who is reminded of a project's rights and of referrals: its founders, and the provider who was asked."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.queries import members_as
from portal.core.actors import Role
from portal.ledger import Entry
from portal.notifications import events, queries
from portal.notifications.handlers.telling import Handler, Subject, tell
from portal.projects.models import Project
from portal.roadmap.models import Referral
from portal.roadmap.rules.referrals import ReferralState


def tell_founders(session: Session, entry: Entry, at: datetime) -> None:
    """Remind the founders of a project of a day of one of its rights."""
    project = session.get_one(Project, entry.facts["project_id"])
    people = queries.founders_of(session, project.organisation_id)
    tell(session, entry, people, entry.name, Subject("rights", project.id), at=at)


def tell_provider(session: Session, entry: Entry, at: datetime) -> None:
    """Remind the provider's people of a referral that waits for their answer, if it still does."""
    referral = session.get_one(Referral, entry.facts["referral_id"])
    if referral.state is not ReferralState.ASKED:
        return
    people = members_as(session, referral.partner.organisation_id, Role.SUPPORT_PROVIDER)
    tell(session, entry, people, entry.name, Subject("referral", referral.id), at=at)


HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.ReferralWaits.name: (tell_provider,),
    events.RightComesUp.name: (tell_founders,),
}
