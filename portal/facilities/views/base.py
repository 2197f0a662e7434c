"""The blueprint, and what every page of a facility shows: who may do what here, and the way to its other pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _

from portal.core.actors import Actor, Role
from portal.facilities import words
from portal.facilities.models import Cleanroom, Facility
from portal.web.actors import maybe_actor

bp = Blueprint("facilities", __name__)

CALENDAR, NEW_REQUEST = "bookings.calendar", "bookings.new_request"
SEGREGATION, CHARGES = "segregation.index", "charges.of_facility"


@bp.context_processor
def speaking() -> dict[str, Any]:
    """Give this room's pages its words."""
    return {"words": words}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a reader may do at a facility, and the pages that are theirs."""

    can_manage: bool
    can_qualify: bool
    can_read_history: bool
    tabs: list[tuple[str, str, bool]]
    ways: list[tuple[str, str, str]]
    """Where people go on from here: label, address, kind of button; there is one primary way at most."""


def frame(facility: Facility, current: str) -> Frame:
    """Return the frame of a facility's page for whoever is reading; `current` is the page's endpoint."""
    actor = maybe_actor()
    manages = actor is not None and actor.holds(Role.FACILITY_MANAGER, facility.id)
    has_duty = actor is not None and facility.id in actor.facility_ids
    reads = has_duty or (actor is not None and actor.is_administrator)
    return Frame(
        can_manage=manages,
        can_qualify=manages or (actor is not None and actor.holds(Role.QA, facility.id)),
        can_read_history=reads,
        tabs=_tabs(facility, current, manages=manages, has_duty=has_duty) if reads else [],
        ways=list(_ways(facility, actor)),
    )


def cleanroom_tabs(room: Cleanroom, current: str) -> list[tuple[str, str, bool]]:
    """Return the ways between a cleanroom's pages, for people with a duty at its facility."""
    place = frame(room.facility, current)
    pages = [("facilities.show_cleanroom", _("Cleanroom"))]
    if place.can_manage:
        pages += [
            ("facilities.edit_cleanroom", _("Facts")),
            ("facilities.rates", _("Rates")),
            ("facilities.changeover", _("Changeover")),
        ]
    if place.can_qualify:
        pages += [
            ("facilities.qualification", _("Qualification")),
            ("facilities.upkeep", _("Equipment and training")),
        ]
    if len(pages) == 1:
        return []
    return [
        (label, url_for(endpoint, slug=room.facility.slug, room_slug=room.slug), endpoint == current)
        for endpoint, label in pages
    ]


def has_duty(actor: Actor | None, facility: Facility) -> bool:
    """Say whether the reader has any duty at the facility."""
    return actor is not None and facility.id in actor.facility_ids


def _ways(facility: Facility, actor: Actor | None) -> Iterator[tuple[str, str, str]]:
    """Yield the ways into the rooms above, as far as this portal has them."""
    has = current_app.view_functions
    if (facility.is_open_for_requests or has_duty(actor, facility)) and CALENDAR in has:
        yield _("Calendar"), url_for(CALENDAR, slug=facility.slug), ""
    may_ask = actor is None or Role.FOUNDER in actor.roles
    if facility.is_open_for_requests and may_ask and NEW_REQUEST in has:
        yield _("Request a slot"), url_for(NEW_REQUEST), "primary"


def _tabs(facility: Facility, current: str, *, manages: bool, has_duty: bool) -> list[tuple[str, str, bool]]:
    pages = [("facilities.show", _("Facility"))]
    if manages:
        pages += [
            ("facilities.edit_facts", _("Facts")),
            ("facilities.edit_terms", _("Terms")),
            ("facilities.licences", _("Licences")),
            ("facilities.holidays", _("Holidays")),
            ("facilities.run_limits", _("Runs at once")),
            ("facilities.people", _("People")),
        ]
    if manages and CHARGES in current_app.view_functions:
        pages.append((CHARGES, _("Charges")))
    if has_duty and SEGREGATION in current_app.view_functions:
        pages.append((SEGREGATION, _("Segregation")))
    pages.append(("facilities.show_history", _("History")))
    return [(label, url_for(endpoint, slug=facility.slug), endpoint == current) for endpoint, label in pages]
