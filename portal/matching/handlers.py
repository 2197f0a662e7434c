"""Who is told by mail of an introduction: one sentence that names nobody, and the way to its page."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.queries import members_as
from portal.core.actors import Role
from portal.ledger import Entry
from portal.mail.services import post
from portal.mail.writing import page_address, write
from portal.matching import events
from portal.matching.models import Introduction
from portal.partners.events import PartnerDrafted
from portal.partners.models import Partner
from portal.partners.rules.values import KEEPERS

Handler = Callable[[Session, Entry, datetime], None]
FRESH = timedelta(days=2)

SENTENCES: Mapping[str, Callable[[], str]] = {
    events.ConsentAsked.name: lambda: _("An adviser asks for your consent to an introduction."),
    events.ConsentGiven.name: lambda: _("The founder has consented to an introduction."),
    events.TeaserSent.name: lambda: _("A teaser that fits what you state waits for your answer."),
    events.TeaserReminded.name: lambda: _("A teaser still waits for your answer, and expires in a week."),
    events.PartnerAgreed.name: lambda: _("Both sides have said yes to an introduction."),
    events.PartnerPostponed.name: lambda: _("A partner wants to be asked again later."),
    events.IntroductionDeclined.name: lambda: _("An introduction was declined; the reason is on its page."),
    events.TeaserExpired.name: lambda: _("A teaser expired without an answer."),
    events.ConsentWithdrawn.name: lambda: _(
        "A founder has taken a consent back; the access that it gave has ended."
    ),
    PartnerDrafted.name: lambda: _("An adviser drafted an entry for you. Please confirm it."),
}
"""What each mail says: nothing that its reader might not know."""


def tell_founder(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the project's organisation, if they know of the introduction."""
    one = _introduction(session, entry)
    if one is not None and (one.wished_at or one.consent_asked_at):
        _tell(session, entry, _people(session, one.project.organisation_id, Role.FOUNDER), one.id, at=at)


def tell_partner(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the partner's people, if a teaser was ever sent to them."""
    one = _introduction(session, entry)
    if one is not None and one.sent_at is not None:
        people = _people(session, one.partner.organisation_id, KEEPERS[one.partner.kind])
        _tell(session, entry, people, one.id, at=at)


def tell_adviser(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the adviser who looks after the introduction."""
    one = _introduction(session, entry)
    if one is not None and one.adviser is not None and one.adviser.active:
        _tell(session, entry, [one.adviser], one.id, at=at)


def tell_of_draft(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the partner's people that something was drafted for them."""
    partner = session.get(Partner, entry.facts["partner_id"])
    if partner is not None:
        address = page_address("partners.show", partner_id=partner.id)
        people = _people(session, partner.organisation_id, KEEPERS[partner.kind])
        _post(session, entry, people, address, at=at)


def _introduction(session: Session, entry: Entry) -> Introduction | None:
    return session.get(Introduction, entry.facts["introduction_id"])


def _people(session: Session, organisation_id: int, role: Role) -> list[User]:
    return [person for person in members_as(session, organisation_id, role) if person.active]


def _tell(session: Session, entry: Entry, people: list[User], introduction_id: int, *, at: datetime) -> None:
    _post(session, entry, people, page_address("matching.show", introduction_id=introduction_id), at=at)


def _post(session: Session, entry: Entry, people: list[User], link: str, *, at: datetime) -> None:
    if at - entry.at >= FRESH:
        return
    for person in people:
        if person.id == entry.actor_id:
            continue
        with force_locale(person.language):
            words: dict[str, Any] = {"sentence": SENTENCES[entry.name]()}
        letter = write(
            "introduction",
            to=person.email,
            language=person.language,
            name=person.name,
            link=link,
            **words,
        )
        post(session, letter, at=at)


FOUNDER, PARTNER, ADVISER = (tell_founder,), (tell_partner,), (tell_adviser,)
ALL = (tell_founder, tell_partner, tell_adviser)

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.ConsentAsked.name: FOUNDER,
    events.ConsentGiven.name: ADVISER,
    events.TeaserSent.name: PARTNER,
    events.TeaserReminded.name: PARTNER,
    events.PartnerAgreed.name: (tell_founder, tell_adviser),
    events.PartnerPostponed.name: ADVISER,
    events.IntroductionDeclined.name: ALL,
    events.TeaserExpired.name: (tell_partner, tell_adviser),
    events.ConsentWithdrawn.name: (tell_partner, tell_adviser),
    PartnerDrafted.name: (tell_of_draft,),
}
