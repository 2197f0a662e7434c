"""A process that approves parts of chains one after another and says so, until somebody kills it."""

import sys

from sqlalchemy.orm import Session

from portal.campaigns import services
from portal.core.actors import Actor
from tests import make
from tests.bookings.decider import decide_each


def approve(manager: Actor, campaign_id: int, session: Session) -> int:
    """Approve everything of a chain that is asked of the manager's facility, and return the campaign's number."""
    (duty,) = manager.duties
    return services.approve_part(session, manager, campaign_id, duty.facility_id, at=make.NOON).id


if __name__ == "__main__":
    decide_each(approve, sys.argv[1:])
