"""A facility's part of a chain: everything that is asked of it at once, and its manager's one answer."""

from collections.abc import Mapping
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings import crews
from portal.bookings import words as booking_words
from portal.bookings.outlooks import outlooks
from portal.bookings.sentences import sentences_of
from portal.bookings.signing import is_signed
from portal.bookings.takings import identified_projects
from portal.campaigns import gating, queries, services, words
from portal.campaigns.forms import ApprovePartForm, RejectPartForm
from portal.campaigns.models import Campaign
from portal.campaigns.outlook import ends_too_soon, present_order
from portal.campaigns.queries import Seen
from portal.campaigns.rules.standing import Standing, waits_for_rest
from portal.campaigns.views.blueprint import bp
from portal.campaigns.views.drawing import picture
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.facilities.models import Facility
from portal.gates import words as gate_words
from portal.gates.rules import Verdict
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import moment, window
from portal.web.forms import ActionForm, BaseForm
from portal.web.sentences import sentence

READERS = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
SUBJECT = "campaign"


@bp.get("/campaigns/<int:campaign_id>/part")
@for_roles(*READERS)
def part(campaign_id: int) -> ResponseReturnValue:
    """Show what of a chain is asked of the reader's facilities."""
    return _page(campaign_id, {})


@bp.post("/campaigns/<int:campaign_id>/parts/<int:facility_id>/approve")
@for_roles(*READERS)
def approve_part(campaign_id: int, facility_id: int) -> ResponseReturnValue:
    """Approve everything that a chain asks of a facility, or nothing of it."""
    actor, at = current_actor(), clock.now()
    step = f"approve-{facility_id}-"
    form = ApprovePartForm(flask.request.form, prefix=step)
    facility = _managed(campaign_id, facility_id)
    is_read = form.validate()
    if is_read and _is_signed(campaign_id, facility_id):
        is_read = form.sign(actor, subject_kind=SUBJECT, subject_id=campaign_id, at=at)
    if is_read and form.attempt(
        lambda session: (
            services.approve_part(
                session,
                actor,
                campaign_id,
                facility_id,
                note=form.note.data or "",
                until=form.until_in(facility.time_zone),
                acknowledged=bool(form.acknowledged.data),
                proof=form.proof,
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Approved as one. What waits for a gate or for the rest of the chain is held."), "done")
        return back("campaigns.part", campaign_id=campaign_id)
    return flask.make_response(_page(campaign_id, {step: form}), 409 if form.stale else 422)


@bp.post("/campaigns/<int:campaign_id>/parts/<int:facility_id>/reject")
@for_roles(*READERS)
def reject_part(campaign_id: int, facility_id: int) -> ResponseReturnValue:
    """Reject everything that a chain asks of a facility, with a reason that the requester reads."""
    actor, at = current_actor(), clock.now()
    step = f"reject-{facility_id}-"
    form = RejectPartForm(flask.request.form, prefix=step)
    _managed(campaign_id, facility_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.reject_part(
                session,
                actor,
                campaign_id,
                facility_id,
                note=form.note.data or "",
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Rejected. The requester reads why."), "done")
        return back("campaigns.part", campaign_id=campaign_id)
    return flask.make_response(_page(campaign_id, {step: form}), 409 if form.stale else 422)


def _managed(campaign_id: int, facility_id: int) -> Facility:
    """Return a facility that the reader manages and of which the chain asks something; raises `NotFound` otherwise."""
    session, actor = db.session(), current_actor()
    queries.campaign_asked(session, actor, campaign_id)
    found = session.get(Facility, facility_id)
    asked = {one.facility_id for one in _asked(session, campaign_id)}
    if found is None or facility_id not in asked or not actor.holds(Role.FACILITY_MANAGER, facility_id):
        raise NotFound
    return found


def _asked(session: Session, campaign_id: int) -> list[Seen]:
    actor = current_actor()
    return [
        one
        for one in queries.links_of(session, [campaign_id])[campaign_id]
        if queries.is_asked_of(actor, one)
    ]


def _is_signed(campaign_id: int, facility_id: int) -> bool:
    return any(
        one.room is not None and one.facility_id == facility_id and is_signed(one.room)
        for one in _asked(db.session(), campaign_id)
        if one.standing is Standing.ASKED
    )


def _page(campaign_id: int, refused: dict[str, BaseForm]) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    if refused:
        session.rollback()
    campaign = queries.campaign_asked(session, actor, campaign_id)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    own = [one for one in links if queries.is_asked_of(actor, one)]
    named = bool(identified_projects(session, actor, [campaign.project_id], at=at))
    facilities = {one.room.facility_id: one.room.facility for one in own if one.room is not None}
    return render_template(
        "campaigns/part.html",
        form=next(iter(refused.values()), None),
        campaign=campaign,
        title=campaign.project.name if named else campaign.project.reference,
        organisation=campaign.project.organisation.name if named else None,
        badge=words.chain_badge(queries.chain_state(own)),
        has_more=len(own) < len(links),
        picture=picture(own, {one.link.id: _url(one) for one in own}, at=at, named=named),
        places=[
            _place(session, campaign, facility, links, own, refused, named=named)
            for facility in facilities.values()
        ],
    )


def _place(
    session: Session,
    campaign: Campaign,
    facility: Facility,
    links: list[Seen],
    own: list[Seen],
    refused: dict[str, BaseForm],
    *,
    named: bool,
) -> dict[str, Any]:
    actor, at = current_actor(), clock.now()
    here = [one for one in own if one.facility_id == facility.id]
    open_here = [one for one in here if one.standing is Standing.ASKED]
    others = [one.standing for one in links if one.facility_id != facility.id]
    manages = (
        actor.holds(Role.FACILITY_MANAGER, facility.id) and actor.organisation_id != campaign.organisation_id
    )
    verdicts = gating.verdicts(session, here, at=at)
    judged, _diaries = outlooks(session, [one.request for one in open_here], at=at)
    broken = present_order(links, at=at)
    ending = ends_too_soon(session, [one for one in here if one.standing is not Standing.ASKED])
    named_for = crews.crews_of(session, actor, [one.booking for one in here if one.booking is not None])
    shown: dict[str, ActionForm] = {}
    if manages and open_here:
        kinds: tuple[tuple[str, type[ActionForm]], ...] = (
            ("approve", ApprovePartForm),
            ("reject", RejectPartForm),
        )
        for step, kind in kinds:
            prefix = f"{step}-{facility.id}-"
            form = refused.get(prefix)
            shown[step] = form if isinstance(form, kind) else kind(None, prefix=prefix)
            shown[step].version.data = str(campaign.version)
    return {
        "id": facility.id,
        "name": facility.name,
        "rows": [
            _row(
                one,
                judged.get(one.request.id),
                [
                    *(sentence(reason) for reason in broken.get(one.link.id, [])),
                    *sentences_of(ending.get(one.link.id, [])),
                ],
                verdicts,
                named_for.get(one.booking.id) if one.booking is not None else None,
                named=named,
            )
            for one in here
        ],
        "forms": shown,
        "is_signed": any(one.room is not None and is_signed(one.room) for one in open_here),
        "waits": waits_for_rest([one.standing for one in open_here], others),
        "is_lost_elsewhere": bool(open_here) and Standing.LOST in others,
        "count": len(open_here),
        "warns": any(one.warned for one in judged.values()),
    }


def _row(
    one: Seen,
    judged: Any,
    broken: list[str],
    verdicts: Mapping[gating.Place, Verdict],
    crew: crews.Crew | None,
    *,
    named: bool,
) -> dict[str, Any]:
    room, request = one.room, one.request
    booking = one.booking if one.standing is Standing.HELD else None
    gate = gating.gate_of(one)
    verdict = verdicts[room.facility_id, gate] if room is not None and gate is not None else None
    return {
        "title": request.title if named else request.reference,
        "kind": booking_words.run_kind(request.run_kind),
        "url": _url(one),
        "badge": words.standing_badge(one.standing),
        "room": room.name if room else None,
        "grade": room.grade.value if room and room.grade else None,
        "window": window(*one.moments, room.facility.time_zone) if one.moments and room else None,
        "against": [*broken, *(sentences_of(judged.against) if judged else [])],
        "waived": sentences_of((*judged.waived, *judged.warned)) if judged else [],
        "competing": len(judged.competing) if judged else 0,
        "gate": gate_words.gate(gate) if gate is not None else None,
        "gate_met": verdict.met if verdict else None,
        "gate_words": gate_words.summary(verdict) if verdict else None,
        "until": moment(booking.held_until, room.facility.time_zone)
        if booking is not None and booking.held_until and room
        else None,
        "waits_for_rest": one.link.waits_for_rest,
        "operators": ", ".join(crew.names) if crew else None,
        "against_operators": sentences_of(crew.against) if crew else [],
    }


def _url(one: Seen) -> str:
    if one.booking is not None and one.standing in {Standing.BOOKED, Standing.RUNNING, Standing.DONE}:
        return url_for("bookings.show_booking", booking_id=one.booking.id)
    return url_for("bookings.in_inbox", request_id=one.request.id)
