"""Named questions about facilities, cleanrooms and duties."""

from portal.facilities.queries.bookable import (
    bookable_cleanrooms,
    changeover_tables,
    own_changeover_days,
)
from portal.facilities.queries.catalogue import (
    check_slug,
    cleanroom_for,
    cleanroom_named,
    cleanroom_to_manage,
    cleanrooms_by_facility,
    exceptions_of,
    facilities,
    facility_for,
    facility_named,
    facility_to_manage,
    licence_of,
    licences_of,
    rates_of,
)
from portal.facilities.queries.people import (
    duties_of,
    facilities_with_duties_of,
    holders_of,
    managers_by_facility,
    members_of,
    organisations,
    terms_of,
    with_duties,
)

__all__ = [
    "bookable_cleanrooms",
    "changeover_tables",
    "check_slug",
    "cleanroom_for",
    "cleanroom_named",
    "cleanroom_to_manage",
    "cleanrooms_by_facility",
    "duties_of",
    "exceptions_of",
    "facilities",
    "facilities_with_duties_of",
    "facility_for",
    "facility_named",
    "facility_to_manage",
    "holders_of",
    "licence_of",
    "licences_of",
    "managers_by_facility",
    "members_of",
    "organisations",
    "own_changeover_days",
    "rates_of",
    "terms_of",
    "with_duties",
]
