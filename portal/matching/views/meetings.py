"""The meeting of an introduction, on the introduction's own page."""

from collections.abc import Callable

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.matching import queries, services
from portal.matching.forms import FreeTimeForm, MeetingForm
from portal.matching.models import Meeting
from portal.matching.views.blueprint import bp
from portal.matching.views.introductions import READERS, page
from portal.store import db, in_one_unit
from portal.web.actors import back, current_actor, for_roles
from portal.web.forms import ActionForm

BOTH = (Role.FOUNDER, Role.INVESTOR, Role.SUPPORT_PROVIDER)


@bp.post("/introductions/<int:introduction_id>/free-times")
@for_roles(*BOTH)
def state_free_time(introduction_id: int) -> ResponseReturnValue:
    """Say when one's own side could meet the other."""
    actor, at, form = current_actor(), clock.now(), FreeTimeForm(request.form)
    said = form.said if form.validate() else None
    if said is not None and form.attempt(
        lambda session: (
            services.state_free_time(session, actor, introduction_id, start=said[0], end=said[1], at=at).id
        )
    ):
        flash(_("Noted. Times at which both sides are free are proposed below."), "done")
        return back("matching.show", introduction_id=introduction_id, _anchor="meeting")
    return page(introduction_id, free_form=form), 422


@bp.post("/introductions/<int:introduction_id>/free-times/<int:free_time_id>/drop")
@for_roles(*BOTH)
def drop_free_time(introduction_id: int, free_time_id: int) -> ResponseReturnValue:
    """Take back when one's own side could meet the other."""
    actor, at = current_actor(), clock.now()
    in_one_unit(lambda session: services.drop_free_time(session, actor, introduction_id, free_time_id, at=at))
    flash(_("Taken back."), "done")
    return back("matching.show", introduction_id=introduction_id, _anchor="meeting")


@bp.post("/introductions/<int:introduction_id>/meeting")
@for_roles(*READERS)
def propose_meeting(introduction_id: int) -> ResponseReturnValue:
    """Propose a time, or another one in place of the one that stands."""
    actor, at, form = current_actor(), clock.now(), MeetingForm(request.form)
    queries.introduction_seen(db.session(), actor, introduction_id)
    slot = form.slot if form.validate() else None
    if slot is not None and form.attempt(
        lambda session: (
            services.propose_meeting(
                session,
                actor,
                introduction_id,
                slot=slot,
                place=form.place.data or "",
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Proposed. It is agreed when both sides have said yes."), "done")
        return back("matching.show", introduction_id=introduction_id, _anchor="meeting")
    return page(introduction_id, meeting_form=form), 409 if form.stale else 422


@bp.post("/introductions/<int:introduction_id>/meeting/agree")
@for_roles(*BOTH)
def agree_to_meeting(introduction_id: int) -> ResponseReturnValue:
    """Say yes to the proposed time for one's own side."""
    return _decide(introduction_id, services.agree_to_meeting, _("Noted: the time suits you."))


@bp.post("/introductions/<int:introduction_id>/meeting/cancel")
@for_roles(*READERS)
def cancel_meeting(introduction_id: int) -> ResponseReturnValue:
    """Say that the meeting does not take place."""
    return _decide(
        introduction_id, services.cancel_meeting, _("Cancelled. Everybody who was to come is told.")
    )


def _decide(introduction_id: int, work: Callable[..., Meeting], said: str) -> ResponseReturnValue:
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: work(session, actor, introduction_id, version=form.shown_version, at=at).id
    ):
        flash(said, "done")
        return back("matching.show", introduction_id=introduction_id, _anchor="meeting")
    return page(introduction_id, refused=form), 409 if form.stale else 422
