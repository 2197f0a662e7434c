"""What a feed can be of, and who may have it."""

from enum import StrEnum

from portal.core.actors import Actor, Role

DAYS_BACK, DAYS_AHEAD = 90, 550
MOST_FEEDS = 20


class Scope(StrEnum):
    """Of what a feed is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    FACILITY = "facility"
    CLEANROOM = "cleanroom"


def may_follow(actor: Actor, scope: Scope, *, facility_id: int | None) -> bool:
    """Say whether an actor may read such a feed now: staff their facilities, founders their organisation, and both themselves."""
    if scope in {Scope.FACILITY, Scope.CLEANROOM}:
        return facility_id is not None and facility_id in actor.facility_ids
    if scope is Scope.PERSON and actor.facility_ids:
        return True
    return Role.FOUNDER in actor.roles and actor.organisation_id is not None
