"""What managers, and QA for its qualification, change of a cleanroom."""

from datetime import date
from typing import cast

import flask
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.facilities import queries, services, words
from portal.facilities.changeovers import process_classes, shipped_days
from portal.facilities.forms.rooms import (
    ChangeoverForm,
    CleanroomForm,
    QualificationForm,
    RateForm,
    RetireForm,
    name_of,
)
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.rules.opening import day_at
from portal.facilities.views.base import bp, cleanroom_tabs, frame
from portal.facilities.views.catalogue import prices
from portal.facilities.views.stale import Difference, differences
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import ActionForm

RETIRE = "retire-"
"""Sets the fields of the form that retires a cleanroom apart from those of its facts on the same page."""


@bp.get("/facilities/<slug>/new-cleanroom")
@signed_in
def new_cleanroom(slug: str) -> ResponseReturnValue:
    """Show the form for one more cleanroom to the facility's manager."""
    facility = queries.facility_to_manage(db.session(), current_actor(), slug)
    return _new_page(facility, CleanroomForm(data={"version": facility.version}))


@bp.post("/facilities/<slug>/new-cleanroom")
@signed_in
def add_cleanroom(slug: str) -> ResponseReturnValue:
    """Add a cleanroom, or show what stands in the way."""
    actor, form, at = current_actor(), CleanroomForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.add_cleanroom(
            session, actor, slug, form.values(), shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The cleanroom is added. It has no rate and no qualification yet."), "done")
        return back("facilities.show_cleanroom", slug=slug, room_slug=form.result.slug)
    facility = queries.facility_to_manage(db.session(), actor, slug)
    form.version.data = str(facility.version)
    return _new_page(facility, form), 422


@bp.get("/facilities/<slug>/<room_slug>/edit")
@signed_in
def edit_cleanroom(slug: str, room_slug: str) -> ResponseReturnValue:
    """Show a cleanroom's facts to the facility's manager, to be changed."""
    room = _managed(slug, room_slug)
    return _edit_page(
        room, CleanroomForm(obj=room), RetireForm(data={"version": room.version}, prefix=RETIRE)
    )


@bp.post("/facilities/<slug>/<room_slug>/edit")
@signed_in
def save_cleanroom(slug: str, room_slug: str) -> ResponseReturnValue:
    """Change a cleanroom's facts, or show what stands in the way."""
    actor, form, at = current_actor(), CleanroomForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.edit_cleanroom(
            session, actor, slug, room_slug, form.values(), shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The cleanroom is saved. What is booked already stays as it is."), "done")
        return back("facilities.show_cleanroom", slug=slug, room_slug=room_slug)
    room = _managed(slug, room_slug)
    found = differences(form, room, CleanroomForm.FIELDS)
    return _edit_page(room, form, RetireForm(data={"version": room.version}, prefix=RETIRE), found), 422


@bp.post("/facilities/<slug>/<room_slug>/retire")
@signed_in
def retire_cleanroom(slug: str, room_slug: str) -> ResponseReturnValue:
    """Take no new requests for a cleanroom, or show what stands in the way."""
    actor, form, at = current_actor(), RetireForm(flask.request.form, prefix=RETIRE), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.retire_cleanroom(
            session,
            actor,
            slug,
            room_slug,
            reason=form.reason.data or "",
            shown_version=form.shown_version,
            at=at,
        )
    ):
        flash(_("The cleanroom takes no new requests. Its bookings stand."), "done")
        return back("facilities.show_cleanroom", slug=slug, room_slug=room_slug)
    room = _managed(slug, room_slug)
    form.version.data = str(room.version)
    return _edit_page(room, CleanroomForm(obj=room), form), 422


@bp.post("/facilities/<slug>/<room_slug>/reopen")
@signed_in
def reopen_cleanroom(slug: str, room_slug: str) -> ResponseReturnValue:
    """Take requests for a cleanroom again, or show what stands in the way."""
    actor, form, at = current_actor(), ActionForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.reopen_cleanroom(
            session, actor, slug, room_slug, shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The cleanroom takes requests again."), "done")
        return back("facilities.show_cleanroom", slug=slug, room_slug=room_slug)
    room = _managed(slug, room_slug)
    fresh = RetireForm(data={"version": room.version}, prefix=RETIRE)
    fresh.refusals = form.refusals
    return _edit_page(room, CleanroomForm(obj=room), fresh), 422


@bp.get("/facilities/<slug>/<room_slug>/qualification")
@signed_in
def qualification(slug: str, room_slug: str) -> ResponseReturnValue:
    """Show to managers and QA until when a cleanroom is qualified, to be changed."""
    room = _qualified(slug, room_slug)
    return _qualification_page(
        room, QualificationForm(data={"qualified_until": room.qualified_until, "version": room.version})
    )


@bp.post("/facilities/<slug>/<room_slug>/qualification")
@signed_in
def save_qualification(slug: str, room_slug: str) -> ResponseReturnValue:
    """Say until when a cleanroom is qualified, or show what stands in the way."""
    actor, form, at = current_actor(), QualificationForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.set_qualification(
            session,
            actor,
            slug,
            room_slug,
            until=form.qualified_until.data,
            reason=form.reason.data or "",
            shown_version=form.shown_version,
            at=at,
        )
    ):
        flash(_("The qualification is saved."), "done")
        return back("facilities.show_cleanroom", slug=slug, room_slug=room_slug)
    room = _qualified(slug, room_slug)
    return _qualification_page(room, form, differences(form, room, ["qualified_until"])), 422


@bp.get("/facilities/<slug>/<room_slug>/rates")
@signed_in
def rates(slug: str, room_slug: str) -> ResponseReturnValue:
    """Show a cleanroom's rates to the facility's manager, with a form for one more."""
    room = _managed(slug, room_slug)
    return _rates_page(room, RateForm(data={"version": room.version}))


@bp.post("/facilities/<slug>/<room_slug>/rates")
@signed_in
def add_rate(slug: str, room_slug: str) -> ResponseReturnValue:
    """Add a rate from a day on, or show what stands in the way."""
    actor, form, at = current_actor(), RateForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.add_rate(
            session,
            actor,
            slug,
            room_slug,
            customer_kind=form.customer_kind.data,
            amount=form.amount.data,
            currency=form.currency.data,
            vat_basis_points=form.vat.data,
            valid_from=cast("date", form.valid_from.data),
            shown_version=form.shown_version,
            at=at,
        )
    ):
        flash(_("The rate is added. Estimates that were given already stay."), "done")
        return back("facilities.rates", slug=slug, room_slug=room_slug)
    room = _managed(slug, room_slug)
    form.version.data = str(room.version)
    return _rates_page(room, form), 422


@bp.post("/facilities/<slug>/<room_slug>/rates/<int:rate_id>/withdraw")
@signed_in
def withdraw_rate(slug: str, room_slug: str, rate_id: int) -> ResponseReturnValue:
    """Take back a rate that has not begun, or show the list with what stands in the way."""
    actor, form, at = current_actor(), ActionForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.withdraw_rate(
            session, actor, slug, room_slug, rate_id, shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The rate is taken back."), "done")
        return back("facilities.rates", slug=slug, room_slug=room_slug)
    room = _managed(slug, room_slug)
    fresh = RateForm(data={"version": room.version})
    fresh.refusals = form.refusals
    return _rates_page(room, fresh), 422


@bp.get("/facilities/<slug>/<room_slug>/changeover")
@signed_in
def changeover(slug: str, room_slug: str) -> ResponseReturnValue:
    """Show a cleanroom's changeover days beside the shipped ones to the facility's manager, to be changed."""
    room = _managed(slug, room_slug)
    own = queries.own_changeover_days(db.session(), [room.id])[room.id]
    return _changeover_page(room, ChangeoverForm.showing(room, own))


@bp.post("/facilities/<slug>/<room_slug>/changeover")
@signed_in
def save_changeover(slug: str, room_slug: str) -> ResponseReturnValue:
    """Set a cleanroom's own changeover days, or show what stands in the way."""
    actor, form, at = current_actor(), ChangeoverForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.set_changeover_days(
            session, actor, slug, room_slug, form.days(), shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The changeover days are saved. They count for what is booked from now on."), "done")
        return back("facilities.changeover", slug=slug, room_slug=room_slug)
    room = _managed(slug, room_slug)
    form.version.data = str(room.version)
    return _changeover_page(room, form), 422


def _managed(slug: str, room_slug: str) -> Cleanroom:
    return queries.cleanroom_to_manage(db.session(), current_actor(), slug, room_slug)


def _qualified(slug: str, room_slug: str) -> Cleanroom:
    roles = (Role.FACILITY_MANAGER, Role.QA)
    return queries.cleanroom_for(db.session(), current_actor(), slug, room_slug, *roles)


def _new_page(facility: Facility, form: CleanroomForm) -> str:
    return flask.render_template(
        "facilities/new_cleanroom.html",
        facility=facility,
        form=form,
        frame=frame(facility, "facilities.new_cleanroom"),
    )


def _edit_page(
    room: Cleanroom, form: CleanroomForm, retire_form: RetireForm, found: list[Difference] | None = None
) -> str:
    return flask.render_template(
        "facilities/edit_cleanroom.html",
        room=room,
        facility=room.facility,
        form=form,
        retire_form=retire_form,
        tabs=cleanroom_tabs(room, "facilities.edit_cleanroom"),
        differences=found or [],
    )


def _qualification_page(
    room: Cleanroom, form: QualificationForm, found: list[Difference] | None = None
) -> str:
    return flask.render_template(
        "facilities/qualification.html",
        room=room,
        facility=room.facility,
        form=form,
        tabs=cleanroom_tabs(room, "facilities.qualification"),
        differences=found or [],
    )


def _rates_page(room: Cleanroom, form: RateForm) -> str:
    today = day_at(clock.now(), room.facility.time_zone)
    return flask.render_template(
        "facilities/rates.html",
        room=room,
        facility=room.facility,
        form=form,
        tabs=cleanroom_tabs(room, "facilities.rates"),
        prices=prices(queries.rates_of(db.session(), room.id), today, with_past=True),
    )


def _changeover_page(room: Cleanroom, form: ChangeoverForm) -> str:
    classes = [(word, words.label("process_class", word)) for word in process_classes()]
    return flask.render_template(
        "facilities/changeover.html",
        room=room,
        facility=room.facility,
        form=form,
        tabs=cleanroom_tabs(room, "facilities.changeover"),
        classes=classes,
        rows=[
            (
                label,
                [
                    (form[name_of((before, after))], shipped_days().get((before, after)))
                    for after, _ in classes
                ],
            )
            for before, label in classes
        ],
    )
