"""What the manager of a facility changes: facts, terms, licences, holidays."""

from datetime import date
from typing import Any, cast

import flask
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.facilities import queries, services, words
from portal.facilities.forms.people import HolidayForm, LicenceForm
from portal.facilities.forms.sites import FactsForm, TermsForm
from portal.facilities.models import Facility
from portal.facilities.rules.opening import coming_holidays, day_at
from portal.facilities.views.base import bp, frame
from portal.facilities.views.stale import Difference, differences
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.exports import Kind, export, file_links
from portal.web.forms import ActionForm

HOLIDAYS_AHEAD = 730


@bp.get("/facilities/<slug>/edit")
@signed_in
def edit_facts(slug: str) -> ResponseReturnValue:
    """Show a facility's facts to its manager, to be changed."""
    facility = _managed(slug)
    return _facts_page(facility, FactsForm(obj=facility))


@bp.post("/facilities/<slug>/edit")
@signed_in
def save_facts(slug: str) -> ResponseReturnValue:
    """Change a facility's facts, or show what stands in the way."""
    actor, form, at = current_actor(), FactsForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.edit_facility(
            session, actor, slug, form.values(), shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The facts are saved."), "done")
        return back("facilities.show", slug=slug)
    facility = _managed(slug)
    return _facts_page(facility, form, differences(form, facility, FactsForm.FIELDS)), 422


@bp.get("/facilities/<slug>/terms")
@signed_in
def edit_terms(slug: str) -> ResponseReturnValue:
    """Show a facility's terms to its manager, to be changed."""
    facility = _managed(slug)
    return _terms_page(facility, TermsForm.showing(facility))


@bp.post("/facilities/<slug>/terms")
@signed_in
def save_terms(slug: str) -> ResponseReturnValue:
    """Change a facility's terms, or show what stands in the way."""
    actor, form, at = current_actor(), TermsForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.edit_facility(
            session, actor, slug, form.values(), shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The terms are saved."), "done")
        return back("facilities.show", slug=slug)
    facility = _managed(slug)
    return _terms_page(facility, form, differences(form, facility, TermsForm.FIELDS)), 422


@bp.get("/facilities/<slug>/licences")
@signed_in
def licences(slug: str) -> ResponseReturnValue:
    """Show a facility's licences to its manager, with a form for one more."""
    facility = _managed(slug)
    return _licences_page(facility, LicenceForm(data={"version": facility.version}))


@bp.get("/facilities/<slug>/licences.<any(csv, xlsx):kind>")
@signed_in
def licences_file(slug: str, kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows."""
    facility = _managed(slug)
    columns = [_("Licence"), _("Number"), _("Authority"), _("Valid from"), _("Valid until")]
    rows = [
        [words.licence_kind(one.kind), one.number, one.authority, one.valid_from, one.valid_until]
        for one in queries.licences_of(db.session(), facility.id)
    ]
    return export(kind, f"licences-{facility.slug}", columns, rows)


@bp.post("/facilities/<slug>/licences")
@signed_in
def add_licence(slug: str) -> ResponseReturnValue:
    """Add a licence, or show what stands in the way."""
    actor, form, at = current_actor(), LicenceForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.add_licence(
            session, actor, slug, form.values(), shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The licence is added."), "done")
        return back("facilities.licences", slug=slug)
    return _licences_page(_refreshed(form, slug), form), 422


@bp.get("/facilities/<slug>/licences/<int:licence_id>")
@signed_in
def edit_licence(slug: str, licence_id: int) -> ResponseReturnValue:
    """Show a licence to the facility's manager, to be changed."""
    facility = _managed(slug)
    licence = queries.licence_of(db.session(), facility.id, licence_id)
    form = LicenceForm(obj=licence, data={"version": facility.version})
    return flask.render_template(
        "facilities/licence.html",
        facility=facility,
        licence=licence,
        form=form,
        frame=_frame(facility, "licences"),
    )


@bp.post("/facilities/<slug>/licences/<int:licence_id>")
@signed_in
def save_licence(slug: str, licence_id: int) -> ResponseReturnValue:
    """Change a licence, or show what stands in the way."""
    actor, form, at = current_actor(), LicenceForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.edit_licence(
            session, actor, slug, licence_id, form.values(), shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The licence is saved."), "done")
        return back("facilities.licences", slug=slug)
    facility = _refreshed(form, slug)
    licence = queries.licence_of(db.session(), facility.id, licence_id)
    page = flask.render_template(
        "facilities/licence.html",
        facility=facility,
        licence=licence,
        form=form,
        frame=_frame(facility, "licences"),
    )
    return page, 422


@bp.post("/facilities/<slug>/licences/<int:licence_id>/remove")
@signed_in
def remove_licence(slug: str, licence_id: int) -> ResponseReturnValue:
    """Remove a licence, or show the list with what stands in the way."""
    actor, form, at = current_actor(), ActionForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.remove_licence(
            session, actor, slug, licence_id, shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The licence is removed."), "done")
        return back("facilities.licences", slug=slug)
    facility = _managed(slug)
    fresh = LicenceForm(data={"version": facility.version})
    fresh.refusals = form.refusals
    return _licences_page(facility, fresh), 422


@bp.get("/facilities/<slug>/holidays")
@signed_in
def holidays(slug: str) -> ResponseReturnValue:
    """Show a facility's calendar of holidays to its manager, with a form for one more exception."""
    facility = _managed(slug)
    return _holidays_page(facility, HolidayForm(data={"version": facility.version}))


@bp.post("/facilities/<slug>/holidays")
@signed_in
def add_holiday(slug: str) -> ResponseReturnValue:
    """Add an exception to the calendar, or show what stands in the way."""
    actor, form, at = current_actor(), HolidayForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.add_holiday(
            session,
            actor,
            slug,
            day=cast("date", form.day.data),
            name=form.name.data or "",
            is_open=form.is_open.data,
            shown_version=form.shown_version,
            at=at,
        )
    ):
        flash(_("The day is saved."), "done")
        return back("facilities.holidays", slug=slug)
    return _holidays_page(_refreshed(form, slug), form), 422


@bp.post("/facilities/<slug>/holidays/<int:holiday_id>/remove")
@signed_in
def remove_holiday(slug: str, holiday_id: int) -> ResponseReturnValue:
    """Let a day follow the country's calendar again, or show the list with what stands in the way."""
    actor, form, at = current_actor(), ActionForm(flask.request.form), clock.now()
    if form.validate() and form.attempt(
        lambda session: services.remove_holiday(
            session, actor, slug, holiday_id, shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The day follows the country’s calendar again."), "done")
        return back("facilities.holidays", slug=slug)
    facility = _managed(slug)
    fresh = HolidayForm(data={"version": facility.version})
    fresh.refusals = form.refusals
    return _holidays_page(facility, fresh), 422


def _managed(slug: str) -> Facility:
    return queries.facility_to_manage(db.session(), current_actor(), slug)


def _refreshed(form: ActionForm, slug: str) -> Facility:
    """Return the facility as it is now, and let the form be sent again from there."""
    facility = _managed(slug)
    form.version.data = str(facility.version)
    return facility


def _frame(facility: Facility, page: str) -> Any:
    return frame(facility, f"facilities.{page}")


def _facts_page(facility: Facility, form: FactsForm, changed: list[Difference] | None = None) -> str:
    departures = [
        (words.field(name), words.value(name, (facility.shipped or {}).get(name)))
        for name in facility.local_fields
    ]
    return flask.render_template(
        "facilities/edit.html",
        facility=facility,
        form=form,
        frame=_frame(facility, "edit_facts"),
        differences=changed or [],
        departures=departures,
    )


def _terms_page(facility: Facility, form: TermsForm, changed: list[Difference] | None = None) -> str:
    return flask.render_template(
        "facilities/terms.html",
        facility=facility,
        form=form,
        frame=_frame(facility, "edit_terms"),
        differences=changed or [],
    )


def _licences_page(facility: Facility, form: LicenceForm) -> str:
    return flask.render_template(
        "facilities/licences.html",
        facility=facility,
        form=form,
        frame=_frame(facility, "licences"),
        licences=queries.licences_of(db.session(), facility.id),
        exports=file_links("facilities.licences_file", slug=facility.slug),
        today=day_at(clock.now(), facility.time_zone),
    )


def _holidays_page(facility: Facility, form: HolidayForm) -> str:
    today = day_at(clock.now(), facility.time_zone)
    own = queries.exceptions_of(db.session(), facility.id, since=today)
    return flask.render_template(
        "facilities/holidays.html",
        facility=facility,
        form=form,
        frame=_frame(facility, "holidays"),
        own=own,
        holidays=coming_holidays(
            facility.country,
            {holiday.day: (holiday.name, holiday.is_open) for holiday in own},
            first=today,
            days=HOLIDAYS_AHEAD,
            language=words.language(),
        ),
    )
