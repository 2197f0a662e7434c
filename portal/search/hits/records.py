"""Hits among projects, places, partners, requests, bookings, organisations and people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.accounts.models import Organisation, User
from portal.bookings import words as booking_words
from portal.bookings.models import Booking, SlotRequest
from portal.core.actors import Role
from portal.facilities import words as facility_words
from portal.facilities.models import Cleanroom, Facility
from portal.partners import words as partner_words
from portal.partners.models import Partner
from portal.partners.rules import access
from portal.projects import wording
from portal.projects.models import Project
from portal.projects.queries import groups_of_each, teasers_of_each
from portal.projects.rules.values import FieldGroup, TeaserWords
from portal.search.hits.lines import Hit
from portal.search.queries import Asker, Kind
from portal.search.rules import excerpt
from portal.store import db
from portal.web.filters import window


def _projects(records: Sequence[Project], asker: Asker, words: Sequence[str]) -> list[Hit]:
    seen = groups_of_each(db.session(), asker.actor, records, at=asker.at)
    teasers = teasers_of_each(db.session(), asker.actor, records, at=asker.at)
    return [_project(project, teasers[project.id], seen[project.id], asker, words) for project in records]


def _project(
    project: Project, teaser: TeaserWords, seen: frozenset[FieldGroup], asker: Asker, words: Sequence[str]
) -> Hit:
    named = FieldGroup.IDENTITY in seen
    said = [wording.product_class(project.product_class.value), project.reference]
    if named:
        phase = wording.phase(project.phase.value)
        said = [project.organisation.name, wording.area(project.indication_area), phase, *said]
    return Hit(
        title=project.name if named else wording.title_without_name(project),
        url=_page_of(project, asker),
        about=" · ".join(said),
        text=excerpt(wording.teaser(teaser), words),
        badge=("no", _("Archived")) if project.archived_at else None,
        is_demo=project.is_demo,
    )


def _page_of(project: Project, asker: Asker) -> str:
    """Return where a project is read: by a visitor among the published teasers."""
    if asker.actor is None:
        return url_for("projects.pipeline", q=project.reference, _anchor="teasers")
    return url_for("projects.show", project_id=project.id)


def _requests(records: Sequence[SlotRequest], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [_request(request, asker) for request in records]


def _request(request: SlotRequest, asker: Asker) -> Hit:
    actor, room = asker.actor, request.cleanroom
    own = (
        actor is not None and Role.FOUNDER in actor.roles and request.organisation_id == actor.organisation_id
    )
    page = "bookings.show_request" if own else "bookings.in_inbox"
    said = [request.reference]
    if room is not None and request.starts_at is not None and request.ends_at is not None:
        said.append(f"{room.code}, {room.facility.name}")
        said.append(window(request.starts_at, request.ends_at, room.facility.time_zone))
    return Hit(
        title=request.title or booking_words.run_kind(request.run_kind),
        url=url_for(page, request_id=request.id),
        about=" · ".join(said),
        badge=(booking_words.REQUEST_KINDS[request.state], booking_words.request_state(request.state)),
        is_demo=request.project.is_demo,
    )


def _bookings(records: Sequence[Booking], asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [_booking(booking, asker) for booking in records]


def _booking(booking: Booking, asker: Asker) -> Hit:
    actor, room = asker.actor, booking.block.cleanroom
    here = actor is not None and room.facility_id in actor.facility_ids
    page = "bookings.show_booking" if here else "bookings.show_own_booking"
    said = [
        f"{room.code}, {room.facility.name}",
        window(booking.slot.start, booking.slot.end, room.facility.time_zone),
    ]
    if booking.request is not None:
        said.insert(0, booking.request.reference)
    asked = booking.request.title if booking.request else ""
    return Hit(
        title=booking.title or asked or booking_words.run_kind(booking.run_kind),
        url=url_for(page, booking_id=booking.id),
        about=" · ".join(said),
        badge=booking_words.booking_badge(booking),
        is_demo=booking.is_demo,
    )


def _facilities(records: Sequence[Facility], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=facility.name,
            url=url_for("facilities.show", slug=facility.slug),
            about=" · ".join(
                [
                    f"{facility.city}, {facility_words.country(facility.country)}",
                    facility_words.label("facility_kind", facility.kind),
                    facility.operator_name,
                ]
            ),
        )
        for facility in records
    ]


def _cleanrooms(records: Sequence[Cleanroom], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=f"{room.code} {room.name}",
            url=url_for("facilities.show_cleanroom", slug=room.facility.slug, room_slug=room.slug),
            about=" · ".join(
                [
                    room.facility.name,
                    facility_words.label("stage", room.kind),
                    facility_words.label("grade", room.grade),
                ]
            ),
            badge=None if room.is_bookable else ("no", _("Takes no requests")),
            is_demo=room.is_demo,
        )
        for room in records
    ]


def _partners(records: Sequence[Partner], asker: Asker, words: Sequence[str]) -> list[Hit]:
    return [_partner(partner, asker, words) for partner in records]


def _partner(partner: Partner, asker: Asker, words: Sequence[str]) -> Hit:
    """Return a partner as its reader may open it: whole, or as the offer that anyone reads."""
    whole = asker.actor is not None and (
        access.may_read_all(asker.actor)
        or access.keeps(asker.actor, organisation_id=partner.organisation_id, kind=partner.kind)
    )
    return Hit(
        title=partner.name,
        url=url_for("partners.show" if whole else "partners.offer", partner_id=partner.id),
        about=" · ".join([partner_words.kind(partner), partner.organisation.name]),
        text=excerpt(partner_words.text(partner), words),
        is_demo=partner.is_demo,
    )


def _organisations(records: Sequence[Organisation], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=found.name,
            url=url_for("accounts.organisation", organisation_id=found.id),
            about=facility_words.label("organisation_kind", found.kind.value),
            is_demo=found.is_demo,
        )
        for found in records
    ]


def _people(records: Sequence[User], _asker: Asker, _words: Sequence[str]) -> list[Hit]:
    return [
        Hit(
            title=user.name,
            url=url_for("accounts.person", user_id=user.id),
            about=user.email,
            badge=None if user.active else ("no", _("Deactivated")),
            is_demo=user.is_demo,
        )
        for user in records
    ]


HITS: Mapping[Kind, Callable[[Sequence[Any], Asker, Sequence[str]], list[Hit]]] = {
    Kind.PROJECT: _projects,
    Kind.REQUEST: _requests,
    Kind.BOOKING: _bookings,
    Kind.FACILITY: _facilities,
    Kind.CLEANROOM: _cleanrooms,
    Kind.PARTNER: _partners,
    Kind.ORGANISATION: _organisations,
    Kind.PERSON: _people,
}
