"""The page to which a message leads, on its reader's side."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import url_for

from portal.bookings.models import Booking, SlotRequest
from portal.bookings.queries import booking_shown, request_shown
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities.models import Cleanroom, Facility
from portal.gates.queries import dossier_shown
from portal.matching.models import AdviserCase
from portal.matching.queries import introduction_seen, note_to_end
from portal.notifications.models import Message
from portal.partners.queries import partner_to_see
from portal.projects.queries import seen_project
from portal.roadmap.queries import referral_seen, seen_confidential
from portal.store import db


class About(NamedTuple):
    """What a message leads to."""

    kind: str
    subject_id: int
    gate: str | None
    item: str | None


def about(message: Message) -> About:
    """Return what a message leads to."""
    facts = message.entry.facts
    return About(message.subject_kind, message.subject_id, facts.get("gate"), facts.get("item"))


def address(actor: Actor, about: About) -> str:
    """Return the page of a subject on the reader's side; raises `NotFound` if it is no longer theirs."""
    if about.kind not in PAGES:
        raise NotFound
    return PAGES[about.kind](actor, about)


def _of_request(actor: Actor, about: About) -> str:
    found: SlotRequest = request_shown(db.session(), actor, about.subject_id)
    if Role.FOUNDER in actor.roles and found.organisation_id == actor.organisation_id:
        return url_for("bookings.show_request", request_id=found.id)
    return url_for("bookings.in_inbox", request_id=found.id)


def _of_booking(actor: Actor, about: About) -> str:
    found: Booking = booking_shown(db.session(), actor, about.subject_id)
    if Role.FOUNDER in actor.roles and found.organisation_id == actor.organisation_id:
        return url_for("bookings.show_own_booking", booking_id=found.id)
    return url_for("bookings.show_booking", booking_id=found.id)


def _of_cleanroom(actor: Actor, about: About) -> str:
    room = db.session().get(Cleanroom, about.subject_id)
    if room is None or room.facility_id not in actor.facility_ids:
        raise NotFound
    if about.item == "licence":
        return url_for("facilities.show", slug=room.facility.slug)
    page = "facilities.upkeep" if about.item else "facilities.qualification"
    return url_for(page, slug=room.facility.slug, room_slug=room.slug)


def _of_job(_actor: Actor, about: About) -> str:
    return url_for("jobs.show", job_id=about.subject_id)


def _of_dossier(actor: Actor, about: About) -> str:
    dossier = dossier_shown(db.session(), actor, about.subject_id, at=clock.now())
    if about.item is not None:
        return url_for("gates.item", dossier_id=dossier.id, item_id=about.item)
    return url_for("gates.show", dossier_id=dossier.id, gate=about.gate)


def _of_checklist(actor: Actor, about: About) -> str:
    facility = db.session().get(Facility, about.subject_id)
    if facility is not None and facility.id in actor.facility_ids:
        return url_for("gates.checklist", slug=facility.slug, gate=about.gate)
    return url_for("gates.matrix")


def _of_introduction(actor: Actor, about: About) -> str:
    found = introduction_seen(db.session(), actor, about.subject_id)
    return url_for("matching.show", introduction_id=found.introduction.id)


def _of_partner(actor: Actor, about: About) -> str:
    return url_for("partners.show", partner_id=partner_to_see(db.session(), actor, about.subject_id).id)


def _of_note(actor: Actor, about: About) -> str:
    note = note_to_end(db.session(), actor, about.subject_id)
    return url_for("matching.matches", project_id=note.project_id, _anchor="notes")


def _of_case(actor: Actor, about: About) -> str:
    case = db.session().get(AdviserCase, about.subject_id)
    if case is None or Role.ADVISER not in actor.roles:
        raise NotFound
    return url_for("matching.matches", project_id=case.project_id, _anchor="adviser")


def _of_rights(actor: Actor, about: About) -> str:
    seen = seen_confidential(db.session(), actor, about.subject_id, at=clock.now())
    return url_for("roadmap.rights", project_id=seen.project.id)


def _of_referral(actor: Actor, about: About) -> str:
    found = referral_seen(db.session(), actor, about.subject_id, at=clock.now())
    return url_for("roadmap.referral", referral_id=found.referral.id)


def _of_teaser(actor: Actor, about: About) -> str:
    seen = seen_project(db.session(), actor, about.subject_id, at=clock.now())
    return url_for("projects.show", project_id=seen.project.id)


PAGES: Mapping[str, Callable[[Actor, About], str]] = {
    "slot_request": _of_request,
    "booking": _of_booking,
    "cleanroom": _of_cleanroom,
    "job": _of_job,
    "dossier": _of_dossier,
    "facility": _of_checklist,
    "introduction": _of_introduction,
    "adviser_case": _of_case,
    "adviser_note": _of_note,
    "partner": _of_partner,
    "referral": _of_referral,
    "rights": _of_rights,
    "teaser": _of_teaser,
}
