"""What programmes pay at a facility: its budgets, how much of each is left, and entering and ending one."""

from datetime import date
from typing import Any, cast

import flask
from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings import services
from portal.bookings.models import Subsidy
from portal.bookings.roomtime import local_day
from portal.charges import queries
from portal.charges.forms import SubsidyForm
from portal.charges.views.blueprint import bp
from portal.core import clock
from portal.core.actors import Role
from portal.facilities.models import Facility
from portal.facilities.queries import facility_to_manage
from portal.facilities.views.base import frame
from portal.facilities.words import label, units
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import money


@bp.route("/facilities/<slug>/subsidies", methods=["GET", "POST"])
@for_roles(Role.FACILITY_MANAGER)
def subsidies(slug: str) -> ResponseReturnValue:
    """Show a facility's manager what programmes pay here, and enter one more."""
    actor, at = current_actor(), clock.now()
    facility = facility_to_manage(db.session(), actor, slug)
    form = SubsidyForm(flask.request.form if flask.request.method == "POST" else None)
    if (
        flask.request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: (
                services.grant_subsidy(
                    session,
                    actor,
                    slug,
                    programme=form.programme.data or "",
                    units=cast("int", form.units.data),
                    unit=form.unit.data,
                    percent=cast("int", form.percent.data),
                    first_day=cast("date", form.first_day.data),
                    last_day=cast("date", form.last_day.data),
                    customer_kind=form.customer_kind.data,
                    project=form.project.data or "",
                    at=at,
                ).id
            )
        )
    ):
        flash(_("Entered. Bookings that are agreed from now on take from it."), "done")
        return back("charges.subsidies", slug=slug)
    today = local_day(at, facility.time_zone)
    page = flask.render_template(
        "charges/subsidies.html",
        facility=facility,
        frame=frame(facility, "charges.of_facility"),
        form=form,
        rows=[_row(one, paid, facility, today) for one, paid in queries.subsidies_of(db.session(), facility)],
    )
    return page, 422 if flask.request.method == "POST" else 200


@bp.post("/facilities/<slug>/subsidies/<int:subsidy_id>/end")
@for_roles(Role.FACILITY_MANAGER)
def end_subsidy(slug: str, subsidy_id: int) -> ResponseReturnValue:
    """Let no more bookings take from a budget."""
    actor, at = current_actor(), clock.now()
    form = SubsidyForm(None)
    form.attempt(lambda session: services.end_subsidy(session, actor, slug, subsidy_id, at=at).id)
    flash(_("Ended. Bookings that took from it keep what they have."), "done")
    return back("charges.subsidies", slug=slug)


def _row(one: Subsidy, paid: dict[str, int], facility: Facility, today: date) -> dict[str, Any]:
    if one.ended_at is not None or one.last_day < today:
        mark, state = "done", _("over")
    elif not one.left:
        mark, state = "wait", _("used up")
    else:
        mark, state = "firm", _("open")
    return {
        "programme": one.programme,
        "percent": one.percent,
        "for_whom": _for_whom(one),
        "first": one.first_day,
        "last": one.last_day,
        "units": units(one.units, one.unit.value),
        "used": units(one.used_units, one.unit.value),
        "left": units(one.left, one.unit.value),
        "paid": [money(amount, currency) for currency, amount in paid.items()],
        "mark": mark,
        "state": state,
        "is_demo": one.is_demo,
        "end_url": url_for("charges.end_subsidy", slug=facility.slug, subsidy_id=one.id)
        if one.ended_at is None
        else None,
    }


def _for_whom(one: Subsidy) -> str:
    if one.project is not None:
        return _("Project %(reference)s", reference=one.project.reference)
    return label("customer_kind", one.customer_kind.value) if one.customer_kind else _("Every customer")
