"""What happened to a founder's projects and requests, in sentences that name nobody of another organisation."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.home.queries.own import Happened, happened
from portal.projects.models import Project
from portal.web.filters import moment

LATEST = 8
Values = Mapping[str, str]


def latest(session: Session, actor: Actor, projects: Mapping[int, Project]) -> list[dict[str, Any]]:
    """Return the latest of what happened, newest first, as the page shows it."""
    found = happened(session, actor, list(SENTENCES), limit=LATEST)
    return [_entry(one, projects) for one in sorted(found, key=lambda one: one.entry.at, reverse=True)]


def _entry(one: Happened, projects: Mapping[int, Project]) -> dict[str, Any]:
    entry, room, request = one.entry, one.room, one.request
    place = room or (request.cleanroom if request is not None else None)
    project = projects.get(one.project_id)
    values = {
        "room": f"{place.code}" if place is not None else _("a cleanroom"),
        "facility": place.facility.name if place is not None else _("The facility"),
        "what": _what(one, project),
    }
    kind, sentence = SENTENCES[entry.name]
    return {
        "when": moment(entry.at),
        "iso": entry.at.isoformat(),
        "text": sentence(values),
        "kind": kind,
        "url": _url(one, project),
    }


def _what(one: Happened, project: Project | None) -> str:
    if one.request is not None:
        return one.request.title or one.request.reference
    return project.name if project is not None else _("an archived project")


def _url(one: Happened, project: Project | None) -> str | None:
    if one.request is not None:
        return url_for("bookings.show_request", request_id=one.request.id)
    return url_for("projects.show", project_id=project.id) if project is not None else None


SENTENCES: dict[str, tuple[str, Callable[[Values], str]]] = {
    "project.registered": ("firm", lambda v: _("%(what)s was registered.", **v)),
    "project.phase_changed": ("done", lambda v: _("%(what)s reached another phase.", **v)),
    "project.put_on_hold": ("wait", lambda v: _("%(what)s was put on hold.", **v)),
    "project.resumed": ("firm", lambda v: _("%(what)s went on.", **v)),
    "project.archived": ("no", lambda v: _("%(what)s was archived.", **v)),
    "request.submitted": ("asked", lambda v: _("%(what)s: %(room)s was asked for.", **v)),
    "request.window_changed": ("asked", lambda v: _("%(what)s: another window was asked for.", **v)),
    "request.information_asked": ("wait", lambda v: _("%(facility)s asked a question about %(what)s.", **v)),
    "request.information_given": ("asked", lambda v: _("%(what)s: the question was answered.", **v)),
    "request.approved": ("firm", lambda v: _("%(facility)s approved %(what)s in %(room)s.", **v)),
    "request.offered": ("held", lambda v: _("%(facility)s offered %(room)s for %(what)s.", **v)),
    "request.offer_accepted": ("firm", lambda v: _("%(what)s: the offer of %(room)s was accepted.", **v)),
    "request.offer_declined": ("no", lambda v: _("%(what)s: the offer of %(room)s was declined.", **v)),
    "request.offer_expired": ("late", lambda v: _("%(what)s: the offer of %(room)s lapsed.", **v)),
    "request.condition_met": ("firm", lambda v: _("%(what)s: the condition for %(room)s is met.", **v)),
    "request.condition_lapsed": (
        "late",
        lambda v: _("%(what)s: the condition for %(room)s was not met in time.", **v),
    ),
    "request.waitlisted": ("wait", lambda v: _("%(facility)s put %(what)s on its waiting list.", **v)),
    "request.rejected": ("no", lambda v: _("%(facility)s rejected %(what)s.", **v)),
    "request.withdrawn": ("no", lambda v: _("%(what)s was withdrawn.", **v)),
    "booking.recorded": (
        "firm",
        lambda v: _("%(facility)s entered a booking of %(room)s for %(what)s.", **v),
    ),
    "booking.started": ("firm", lambda v: _("%(what)s started in %(room)s.", **v)),
    "booking.completed": ("done", lambda v: _("%(what)s ended in %(room)s.", **v)),
    "booking.cancelled": ("no", lambda v: _("%(what)s: the booking of %(room)s was cancelled.", **v)),
    "booking.no_show": ("no", lambda v: _("%(what)s: nobody came to %(room)s.", **v)),
    "booking.move_proposed": ("wait", lambda v: _("%(what)s: it is proposed to move the booking.", **v)),
    "booking.move_declined": (
        "no",
        lambda v: _("%(what)s: the proposal to move was declined or withdrawn.", **v),
    ),
    "booking.moved": ("firm", lambda v: _("%(what)s moved to %(room)s.", **v)),
}
"""Each event that is told here, with the mark before it; what a facility does among its own people is not."""
