"""Who has a duty at a facility: the manager's page, and the administrators' pages that name operators and managers."""

from datetime import date
from typing import cast

import flask
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.models import User
from portal.accounts.proofs import only_proven
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.facilities import queries, services, words
from portal.facilities.forms.people import DutyForm, EndDutyForm
from portal.facilities.forms.sites import NewFacilityForm, OperatorForm
from portal.facilities.models import DutyRecord, Facility
from portal.facilities.rules.opening import day_at
from portal.facilities.views.base import bp, frame
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in
from portal.web.exports import Kind, export, file_links

OPERATOR = "operator-"
"""Sets the fields of the operator's form apart from those of a duty on the same page."""


@bp.get("/facilities/<slug>/people")
@signed_in
def people(slug: str) -> ResponseReturnValue:
    """Show a facility's duties to its manager, with a form for one more."""
    facility = queries.facility_to_manage(db.session(), current_actor(), slug)
    return _people_page(facility, _duty_form(facility))


@bp.get("/facilities/<slug>/people.<any(csv, xlsx):kind>")
@signed_in
def people_file(slug: str, kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows."""
    facility = queries.facility_to_manage(db.session(), current_actor(), slug)
    columns = [_("Person"), _("E-mail"), _("Duty"), _("From"), _("To"), _("Stands in for")]
    rows = [
        [
            duty.user.name,
            duty.user.email,
            words.label("role", duty.role),
            duty.starts_on,
            duty.ends_on,
            duty.stands_in_for.name if duty.stands_in_for else None,
        ]
        for duty, _form in _duties(facility, None)
    ]
    return export(kind, f"people-{facility.slug}", columns, rows)


@bp.post("/facilities/<slug>/people")
@signed_in
@only_proven
def give_duty(slug: str) -> ResponseReturnValue:
    """Give somebody a duty at the facility, or show what stands in the way."""
    facility = queries.facility_to_manage(db.session(), current_actor(), slug)
    form = DutyForm(flask.request.form)
    if _give(facility, form):
        return back("facilities.people", slug=slug)
    return _people_page(queries.facility_to_manage(db.session(), current_actor(), slug), form), 422


@bp.post("/facilities/<slug>/people/<int:duty_id>/end")
@signed_in
@only_proven
def end_duty(slug: str, duty_id: int) -> ResponseReturnValue:
    """Give a duty its last day, or show what stands in the way."""
    facility = queries.facility_to_manage(db.session(), current_actor(), slug)
    form = _end_form(duty_id)
    if _end(facility, duty_id, form):
        # Whoever ended their own duty may not read the page any more.
        return back("facilities.show", slug=slug)
    facility = queries.facility_to_manage(db.session(), current_actor(), slug)
    return _people_page(facility, _duty_form(facility), refused=(duty_id, form)), 422


@bp.get("/admin/facilities")
@for_roles(Role.ADMINISTRATOR)
def administer() -> ResponseReturnValue:
    """Show every facility with its operator and managers to an administrator."""
    session = db.session()
    facilities = queries.facilities(session)
    today = clock.now().date()
    managers = queries.managers_by_facility(session, today=today)
    return flask.render_template("facilities/administer.html", facilities=facilities, managers=managers)


@bp.get("/admin/facilities.<any(csv, xlsx):kind>")
@for_roles(Role.ADMINISTRATOR)
def download_administered(kind: Kind) -> ResponseReturnValue:
    """Hand out the list of facilities with their operators and managers."""
    session = db.session()
    managers = queries.managers_by_facility(session, today=clock.now().date())
    columns = [_("Facility"), _("City"), _("Operator’s organisation"), _("Managers today"), _("Requests")]
    rows = [
        [
            facility.name,
            facility.city,
            facility.operator.name if facility.operator else None,
            ", ".join(managers.get(facility.id, ())),
            words.value("is_open_for_requests", facility.is_open_for_requests),
        ]
        for facility in queries.facilities(session)
    ]
    return export(kind, "facility-operators", columns, rows)


@bp.get("/admin/facilities/new")
@for_roles(Role.ADMINISTRATOR)
def new_facility() -> ResponseReturnValue:
    """Show the form for one more facility to an administrator."""
    return _new_page(NewFacilityForm())


@bp.post("/admin/facilities/new")
@for_roles(Role.ADMINISTRATOR)
def add_facility() -> ResponseReturnValue:
    """Add a facility, or show what stands in the way."""
    actor, form, at = current_actor(), NewFacilityForm(flask.request.form), clock.now()
    form.operator_id.offer(_organisations())
    if form.validate() and form.attempt(
        lambda session: services.add_facility(
            session, actor, form.values(), operator_id=form.operator_id.data, at=at
        )
    ):
        flash(_("The facility is added. Name its first manager now."), "done")
        return back("facilities.administer_one", facility_id=form.result.id)
    return _new_page(form), 422


@bp.get("/admin/facilities/<int:facility_id>")
@for_roles(Role.ADMINISTRATOR)
def administer_one(facility_id: int) -> ResponseReturnValue:
    """Show a facility's operator and duties to an administrator, to be changed."""
    return _admin_page(_facility(facility_id))


@bp.post("/admin/facilities/<int:facility_id>/operator")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def set_operator(facility_id: int) -> ResponseReturnValue:
    """Say which organisation operates a facility, or show what stands in the way."""
    actor, form, at = current_actor(), OperatorForm(flask.request.form, prefix=OPERATOR), clock.now()
    form.operator_id.offer(_organisations())
    if form.validate() and form.attempt(
        lambda session: services.set_operator(
            session,
            actor,
            facility_id,
            operator_id=form.operator_id.data,
            shown_version=form.shown_version,
            at=at,
        )
    ):
        flash(_("The operator is saved."), "done")
        return back("facilities.administer_one", facility_id=facility_id)
    return _admin_page(_facility(facility_id), operator_form=form), 422


@bp.post("/admin/facilities/<int:facility_id>/people")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def appoint(facility_id: int) -> ResponseReturnValue:
    """Give somebody a duty as an administrator, or show what stands in the way."""
    facility, form = _facility(facility_id), DutyForm(flask.request.form)
    if _give(facility, form):
        return back("facilities.administer_one", facility_id=facility_id)
    return _admin_page(_facility(facility_id), duty_form=form), 422


@bp.post("/admin/facilities/<int:facility_id>/people/<int:duty_id>/end")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def dismiss(facility_id: int, duty_id: int) -> ResponseReturnValue:
    """Give a duty its last day as an administrator, or show what stands in the way."""
    form = _end_form(duty_id)
    if _end(_facility(facility_id), duty_id, form):
        return back("facilities.administer_one", facility_id=facility_id)
    return _admin_page(_facility(facility_id), refused=(duty_id, form)), 422


def _give(facility: Facility, form: DutyForm) -> bool:
    actor, at, facility_id = current_actor(), clock.now(), facility.id
    _offer(facility, form)
    is_done = form.validate() and form.attempt(
        lambda session: services.give_duty(
            session,
            actor,
            facility_id,
            user_id=form.user_id.data,
            role=form.role.data,
            starts_on=cast("date", form.starts_on.data),
            ends_on=form.ends_on.data,
            stands_in_for_id=form.stands_in_for_id.data,
            shown_version=form.shown_version,
            at=at,
        )
    )
    if is_done:
        flash(_("The duty is given."), "done")
    return bool(is_done)


def _end(facility: Facility, duty_id: int, form: EndDutyForm) -> bool:
    actor, at, facility_id = current_actor(), clock.now(), facility.id
    held = queries.duties_of(db.session(), facility_id, since=day_at(at, facility.time_zone))
    if duty_id not in {duty.id for duty in held}:
        raise NotFound
    is_done = form.validate() and form.attempt(
        lambda session: services.end_duty(
            session,
            actor,
            facility_id,
            duty_id,
            last_day=form.last_day.data,
            shown_version=form.shown_version,
            at=at,
        )
    )
    if is_done:
        flash(_("The duty has its last day."), "done")
    return bool(is_done)


def _facility(facility_id: int) -> Facility:
    facility = db.session().get(Facility, facility_id)
    if facility is None:
        raise NotFound
    return facility


def _duty_form(facility: Facility) -> DutyForm:
    today = day_at(clock.now(), facility.time_zone)
    form = DutyForm(data={"version": facility.version, "starts_on": today})
    _offer(facility, form)
    return form


def _offer(facility: Facility, form: DutyForm) -> None:
    session, today = db.session(), day_at(clock.now(), facility.time_zone)
    held = queries.duties_of(session, facility.id, since=today)
    holders: dict[int, User] = {duty.user_id: duty.user for duty in held if duty.stands_in_for_id is None}
    form.offer(queries.members_of(session, facility.operator_id), list(holders.values()))


def _end_form(duty_id: int) -> EndDutyForm:
    return EndDutyForm(flask.request.form, prefix=f"duty-{duty_id}-")


def _duties(
    facility: Facility, refused: tuple[int, EndDutyForm] | None
) -> list[tuple[DutyRecord, EndDutyForm]]:
    today = day_at(clock.now(), facility.time_zone)
    given = dict([refused]) if refused else {}
    rows = []
    for duty in queries.duties_of(db.session(), facility.id, since=today):
        form = given.get(duty.id) or EndDutyForm(prefix=f"duty-{duty.id}-")
        form.version.data = str(facility.version)
        rows.append((duty, form))
    return rows


def _organisations() -> list[tuple[int, str]]:
    return [(organisation.id, organisation.name) for organisation in queries.organisations(db.session())]


def _people_page(
    facility: Facility, form: DutyForm, *, refused: tuple[int, EndDutyForm] | None = None
) -> str:
    form.version.data = str(facility.version)
    return flask.render_template(
        "facilities/people.html",
        facility=facility,
        form=form,
        frame=frame(facility, "facilities.people"),
        duties=_duties(facility, refused),
        exports=file_links("facilities.people_file", slug=facility.slug),
        today=day_at(clock.now(), facility.time_zone),
    )


def _new_page(form: NewFacilityForm) -> str:
    form.operator_id.offer(_organisations())
    return flask.render_template("facilities/new_facility.html", form=form)


def _admin_page(
    facility: Facility,
    *,
    operator_form: OperatorForm | None = None,
    duty_form: DutyForm | None = None,
    refused: tuple[int, EndDutyForm] | None = None,
) -> str:
    operator = operator_form or OperatorForm(data={"operator_id": facility.operator_id}, prefix=OPERATOR)
    duty = duty_form or _duty_form(facility)
    operator.operator_id.offer(_organisations())
    operator.version.data = duty.version.data = str(facility.version)
    return flask.render_template(
        "facilities/administer_one.html",
        facility=facility,
        operator_form=operator,
        form=duty,
        duties=_duties(facility, refused),
        today=day_at(clock.now(), facility.time_zone),
    )
