"""What currencies are worth in euro: entered by an administrator, with day and source."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.partners import queries, services
from portal.partners.forms import RateForm
from portal.partners.queries import MILLION
from portal.partners.views.blueprint import bp
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import number


@bp.route("/partners/rates", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def rates() -> ResponseReturnValue:
    """Show the rates, and enter another."""
    actor, at = current_actor(), clock.now()
    form = RateForm(request.form if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.validate()
        and form.day.data is not None
        and form.attempt(
            lambda session: (
                services.enter_rate(
                    session,
                    actor,
                    currency=form.currency.data,
                    millionths=form.millionths,
                    day=form.day.data,  # type: ignore[arg-type]
                    source=form.source.data or "",
                    at=at,
                ).id
            )
        )
    ):
        flash(_("Saved."), "done")
        return back("partners.rates")
    rows = [
        (rate.currency, number(rate.millionths / MILLION), rate.day, rate.source)
        for rate in queries.entered_rates(db.session())
    ]
    page = render_template("partners/rates.html", form=form, rows=rows)
    return page, 422 if request.method == "POST" else 200
