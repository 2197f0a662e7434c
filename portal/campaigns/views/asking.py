"""Requesting a chain as one: everything at a glance, the cost, each facility's terms, and who will read what."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import flask
from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings import search
from portal.bookings.estimates import Estimate, prices_for
from portal.bookings.needs import need_of
from portal.bookings.rules.subsidies import Priced
from portal.bookings.subsidies import budget_of, charge_in, foreseen, open_budgets, priced
from portal.bookings.views.checking import terms_of
from portal.bookings.views.choosing import cost_words
from portal.campaigns import queries, services
from portal.campaigns.forms import RequestForm
from portal.campaigns.outlook import present_order
from portal.campaigns.queries import Seen
from portal.campaigns.rules.standing import Standing
from portal.campaigns.views.blueprint import bp
from portal.campaigns.views.chain import READERS
from portal.core import clock
from portal.facilities.models import Facility
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import money, window
from portal.web.sentences import sentence


@bp.get("/campaigns/<int:campaign_id>/request")
@for_roles(*READERS)
def check_chain(campaign_id: int) -> ResponseReturnValue:
    """Show a chain as it would be sent, with its cost and each facility's terms."""
    links = _links(campaign_id)
    if not any(one.standing is Standing.PLANNED for one in links):
        flash(_("Nothing of this chain waits to be sent."), "info")
        return back("campaigns.show", campaign_id=campaign_id)
    if any(one.standing is Standing.PLANNED and one.request.slot is None for one in links):
        flash(_("Choose windows for the chain first."), "info")
        return back("campaigns.windows", campaign_id=campaign_id)
    return _page(campaign_id, RequestForm(None))


@bp.post("/campaigns/<int:campaign_id>/request")
@for_roles(*READERS)
def request_chain(campaign_id: int) -> ResponseReturnValue:
    """Send every planned link of a chain to the facility whose window it chose, or none of them."""
    actor, at, form = current_actor(), clock.now(), RequestForm(flask.request.form)
    _offer(form, _links(campaign_id))
    if form.validate() and form.attempt(
        lambda session: (
            services.request_chain(
                session,
                actor,
                campaign_id,
                accepted_terms=form.terms.accepted,
                agreed=form.estimates,
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Sent as one. Each facility decides on its part, and you are told."), "done")
        return back("campaigns.show", campaign_id=campaign_id)
    return flask.make_response(_page(campaign_id, form), 409 if form.stale else 422)


def _links(campaign_id: int) -> list[Seen]:
    session = db.session()
    queries.own_campaign(session, current_actor(), campaign_id, at=clock.now())
    return queries.links_of(session, [campaign_id])[campaign_id]


def _planned(links: list[Seen]) -> list[Seen]:
    return [one for one in links if one.standing is Standing.PLANNED and one.request.slot is not None]


def _facilities(links: list[Seen]) -> list[Facility]:
    found = {one.room.facility_id: one.room.facility for one in _planned(links) if one.room is not None}
    return list(found.values())


def _offer(form: RequestForm, links: list[Seen]) -> None:
    form.terms.offer(
        (one.id, one.confidentiality_version, one.name)
        for one in _facilities(links)
        if one.confidentiality_terms
    )


def _page(campaign_id: int, form: RequestForm) -> str:
    session, at = db.session(), clock.now()
    if flask.request.method == "POST":
        session.rollback()  # What was refused must not be seen as if it were stored.
    campaign = queries.own_campaign(session, current_actor(), campaign_id, at=at)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    planned = _planned(links)
    costs = _costs(session, planned, at=at)
    _offer(form, links)
    form.version.data = str(campaign.version)
    form.agreed.data = " ".join(f"{key}:{cost.amount}" for key, cost in costs.items() if cost is not None)
    broken = present_order(links, at=at)
    return render_template(
        "campaigns/request.html",
        form=form,
        campaign=campaign,
        rows=[_row(one, costs[one.request.id]) for one in planned],
        total=_total([cost for cost in costs.values() if cost is not None]),
        paid=_foreseen(session, planned, costs),
        without_price=sum(cost is None for cost in costs.values()),
        terms=[
            terms_of(room, must_accept=True, at=at)
            for room in {one.room.facility_id: one.room for one in planned if one.room is not None}.values()
        ],
        several=len(_facilities(links)) > 1,
        broken=[
            (one.request.title, sentence(reason)) for one in planned for reason in broken.get(one.link.id, [])
        ],
    )


def _row(one: Seen, cost: Estimate | None) -> dict[str, Any]:
    room, moments = one.room, one.moments
    amount, note = cost_words(cost)
    return {
        "title": one.request.title,
        "room": room.name if room else None,
        "facility": room.facility.name if room else None,
        "grade": room.grade.value if room and room.grade else None,
        "window": window(*moments, room.facility.time_zone) if moments and room else None,
        "cost": amount,
        "note": note,
    }


def _total(costs: list[Estimate]) -> list[str]:
    sums: dict[str, int] = {}
    for cost in costs:
        sums[cost.currency] = sums.get(cost.currency, 0) + cost.amount
    return [money(amount, currency) for currency, amount in sorted(sums.items())]


def _foreseen(
    session: Session, planned: list[Seen], costs: Mapping[int, Estimate | None]
) -> list[tuple[str, str]]:
    """Return what programmes would pay of a chain at each facility if all of it were agreed now."""
    facilities = {one.room.facility_id: one.room.facility for one in planned if one.room is not None}
    budgets = open_budgets(session, facilities)
    found = []
    for facility_id, facility in facilities.items():
        here = [one for one in planned if one.room is not None and one.room.facility_id == facility_id]
        works = [_priced(one, costs.get(one.request.id)) for one in here]
        paid: dict[str, int] = defaultdict(int)
        for one, amount in zip(
            here, foreseen([budget_of(one) for one in budgets[facility_id]], works), strict=True
        ):
            cost = costs.get(one.request.id)
            if cost is not None and amount:
                paid[cost.currency] += amount
        found += [(facility.name, money(amount, currency)) for currency, amount in sorted(paid.items())]
    return found


def _priced(one: Seen, cost: Estimate | None) -> Priced | None:
    charge, slot = charge_in(cost.as_json() if cost else None), one.request.slot
    if charge is None or slot is None or one.room is None or charge.units <= 0:
        return None
    return priced(charge, slot, one.room, one.request.organisation, one.request.project_id)


def _costs(session: Session, planned: list[Seen], *, at: datetime) -> dict[int, Estimate | None]:
    """Return what each planned link costs, by request, in a number of questions that does not grow with them."""
    rooms = {one.room.id: one.room for one in planned if one.room is not None}
    diaries = search.diaries_of(session, rooms.values(), at=at)
    if not planned:
        return {}
    prices = prices_for(session, planned[0].request.organisation, rooms)
    return {
        one.request.id: prices.estimate(diaries[one.room.id], one.request.slot, need_of(one.request).work)
        for one in planned
        if one.room is not None and one.request.slot is not None
    }
