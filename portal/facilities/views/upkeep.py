"""How many runs a facility carries by day, and until when a cleanroom's equipment and people are qualified for it."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

import flask
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core import clock
from portal.facilities import queries, services, words
from portal.facilities.forms.people import EquipmentForm, RunLimitForm, TrainedNeededForm, TrainingForm
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.rules.opening import day_at
from portal.facilities.rules.validity import LONG_AGO
from portal.facilities.services.validity import KEEPERS
from portal.facilities.views.base import bp, cleanroom_tabs, frame
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import ActionForm


@bp.get("/facilities/<slug>/run-limits")
@signed_in
def run_limits(slug: str) -> ResponseReturnValue:
    """Show on which days a facility carries another number of runs at once, with a form for more."""
    facility = queries.facility_to_manage(db.session(), current_actor(), slug)
    return _limits_page(facility, RunLimitForm(data={"version": facility.version}))


@bp.post("/facilities/<slug>/run-limits")
@signed_in
def add_run_limit(slug: str) -> ResponseReturnValue:
    """Carry another number of runs on some days, or show what stands in the way."""
    actor, form, at = current_actor(), RunLimitForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: (
            services.add_run_limit(
                session,
                actor,
                slug,
                first_day=cast("date", form.first_day.data),
                last_day=cast("date", form.last_day.data),
                most_runs=form.most_runs.data or 0,
                name=form.name.data or "",
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("The days are saved. What is booked already stays."), "done")
        return back("facilities.run_limits", slug=slug)
    facility = queries.facility_to_manage(db.session(), actor, slug)
    form.version.data = str(facility.version)
    return _limits_page(facility, form), 422


@bp.post("/facilities/<slug>/run-limits/<int:limit_id>/remove")
@signed_in
def remove_run_limit(slug: str, limit_id: int) -> ResponseReturnValue:
    """Carry the usual number of runs again, or show the list with what stands in the way."""
    actor, form, at = current_actor(), ActionForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.remove_run_limit(
            session, actor, slug, limit_id, shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The usual number of runs holds again on these days."), "done")
        return back("facilities.run_limits", slug=slug)
    facility = queries.facility_to_manage(db.session(), actor, slug)
    fresh = RunLimitForm(data={"version": facility.version})
    fresh.refusals = form.refusals
    return _limits_page(facility, fresh), 422


@bp.get("/facilities/<slug>/<room_slug>/upkeep")
@signed_in
def upkeep(slug: str, room_slug: str) -> ResponseReturnValue:
    """Show to managers and QA until when a cleanroom's equipment is qualified, and who is trained for it."""
    return _upkeep_page(slug, room_slug)


@bp.post("/facilities/<slug>/<room_slug>/upkeep/equipment")
@signed_in
def save_equipment(slug: str, room_slug: str) -> ResponseReturnValue:
    """Say until when a piece of equipment is qualified, or show what stands in the way."""
    form = EquipmentForm(None)
    form.equipment.offer(_equipment_of(_room(slug, room_slug)))
    form.process(flask.request.form)
    return _saved(
        slug,
        room_slug,
        form,
        lambda session, at: services.set_equipment_validity(
            session,
            current_actor(),
            slug,
            room_slug,
            equipment=form.equipment.data,
            until=form.valid_until.data,
            shown_version=form.shown_version,
            at=at,
        ),
    )


@bp.post("/facilities/<slug>/<room_slug>/upkeep/training")
@signed_in
def save_training(slug: str, room_slug: str) -> ResponseReturnValue:
    """Say until when somebody is trained for a cleanroom, or show what stands in the way."""
    form = TrainingForm(None)
    form.user_id.offer(_people_of(_room(slug, room_slug)))
    form.process(flask.request.form)
    return _saved(
        slug,
        room_slug,
        form,
        lambda session, at: services.set_training(
            session,
            current_actor(),
            slug,
            room_slug,
            user_id=form.user_id.data,
            until=form.valid_until.data,
            shown_version=form.shown_version,
            at=at,
        ),
    )


@bp.post("/facilities/<slug>/<room_slug>/upkeep/needed")
@signed_in
def save_trained_needed(slug: str, room_slug: str) -> ResponseReturnValue:
    """Say how many people must be trained for a cleanroom, or show what stands in the way."""
    form = TrainedNeededForm(flask.request.form)
    return _saved(
        slug,
        room_slug,
        form,
        lambda session, at: services.set_trained_needed(
            session,
            current_actor(),
            slug,
            room_slug,
            needed=form.trained_needed.data,
            shown_version=form.shown_version,
            at=at,
        ),
    )


def _saved(
    slug: str, room_slug: str, form: ActionForm, work: Callable[[Session, Any], Cleanroom]
) -> ResponseReturnValue:
    at = clock.now()
    _room(slug, room_slug)
    if form.validate() and form.attempt(lambda session: work(session, at).id):
        flash(_("Saved. What is booked already stays, and must be decided on."), "done")
        return back("facilities.upkeep", slug=slug, room_slug=room_slug)
    return _upkeep_page(slug, room_slug, form), 422


def _room(slug: str, room_slug: str) -> Cleanroom:
    return queries.cleanroom_for(db.session(), current_actor(), slug, room_slug, *KEEPERS)


def _equipment_of(room: Cleanroom) -> list[tuple[str, str]]:
    return [(one, words.label("equipment", one)) for one in room.equipment]


def _people_of(room: Cleanroom) -> list[tuple[int, str]]:
    """Return who can be trained: the operator's people, and whoever is and has left."""
    session = db.session()
    known = {one.id: one.name for one in queries.members_of(session, room.facility.operator_id)}
    known |= {person.id: person.name for _training, person in queries.trained_for(session, room.id)}
    return sorted(known.items(), key=lambda pair: (pair[1].casefold(), pair[0]))


def _upkeep_page(slug: str, room_slug: str, refused: ActionForm | None = None) -> str:
    room = _room(slug, room_slug)
    session, today = db.session(), day_at(clock.now(), room.facility.time_zone)
    validity = queries.validities_of(session, [room])[room.id]
    equipment = refused if isinstance(refused, EquipmentForm) else EquipmentForm(None)
    training = refused if isinstance(refused, TrainingForm) else TrainingForm(None)
    needed = (
        refused
        if isinstance(refused, TrainedNeededForm)
        else TrainedNeededForm(None, data={"trained_needed": room.trained_needed})
    )
    equipment.equipment.offer(_equipment_of(room))
    training.user_id.offer(_people_of(room))
    forms: dict[str, ActionForm] = {"equipment": equipment, "training": training, "needed": needed}
    for name, form in forms.items():
        form.version.data = str(room.version)
        for field in form:
            field.id = f"{name}-{field.id}"
    return flask.render_template(
        "facilities/upkeep.html",
        facility=room.facility,
        room=room,
        tabs=cleanroom_tabs(room, "facilities.upkeep"),
        form=refused,
        forms=forms,
        equipment=[
            {"name": label, "until": validity.equipment.get(one)} for one, label in _equipment_of(room)
        ],
        people=[
            {"name": person.name, "until": training.valid_until}
            for training, person in queries.trained_for(session, room.id)
        ],
        bookable_until=[one.last_day for one in validity.training() if one.last_day != LONG_AGO],
        lacks_people=any(one.last_day == LONG_AGO for one in validity.training()),
        today=today,
    )


def _limits_page(facility: Facility, form: RunLimitForm) -> str:
    today = day_at(clock.now(), facility.time_zone)
    return flask.render_template(
        "facilities/run_limits.html",
        facility=facility,
        form=form,
        frame=frame(facility, "facilities.run_limits"),
        limits=queries.run_limits_of(db.session(), facility.id, since=today),
    )
