"""What the pages of a request and of a booking say of its chain and of its run."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings.belonging import Belonging
from portal.bookings.models import Booking, SlotRequest
from portal.campaigns import queries, words
from portal.campaigns.services.runs import has_begun
from portal.core import clock
from portal.core.actors import Actor
from portal.projects.rules.access import owns


def related(
    session: Session, actor: Actor, request: SlotRequest | None, booking: Booking | None
) -> list[Belonging]:
    """Return the campaign of which a request is a link, and the record of a booking's run once it has begun."""
    found = []
    if request is not None:
        campaign = queries.campaigns_of_requests(session, [request.id]).get(request.id)
        if campaign is not None and owns(actor, campaign.organisation_id):
            url = url_for("campaigns.show", campaign_id=campaign.id)
            found.append(Belonging(_("Campaign"), campaign.name, url))
        elif campaign is not None:
            url = url_for("campaigns.part", campaign_id=campaign.id)
            found.append(Belonging(_("Part of a chain"), campaign.reference, url))
    if booking is not None and has_begun(booking, at=clock.now()):
        run = queries.run_of(session, booking.id)
        url = url_for("campaigns.run", booking_id=booking.id)
        found.append(Belonging(_("Run"), words.run_badge(run.state if run else None)[1], url))
    return found
