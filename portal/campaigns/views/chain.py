"""One campaign as its founders and advisers see it: its chain, and adding, ordering, and taking out links."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.bookings import words as booking_words
from portal.bookings.forms.requests import least_values
from portal.bookings.models import RunKind
from portal.bookings.sentences import sentences_of
from portal.campaigns import gating, queries, services, words
from portal.campaigns.forms import LinkForm, OrderForm, ReleaseForm
from portal.campaigns.models import Campaign
from portal.campaigns.outlook import ends_too_soon, present_order
from portal.campaigns.queries import Seen
from portal.campaigns.rules.standing import Standing, reasons_against_release
from portal.campaigns.services.chains import fees_for_release
from portal.campaigns.views.blueprint import bp
from portal.campaigns.views.drawing import picture
from portal.campaigns.views.lists import span_of
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.facilities.models import BookingUnit
from portal.gates import words as gate_words
from portal.gates.rules import Gate
from portal.projects.rules.access import owns
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import day, moment, money, window
from portal.web.forms import ActionForm
from portal.web.sentences import sentence

READERS = (Role.FOUNDER, Role.ADVISER)
MAY_MOVE = frozenset({Standing.PLANNED, Standing.ASKED, Standing.HELD, Standing.BOOKED})


@bp.get("/campaigns/<int:campaign_id>")
@for_roles(*READERS)
def show(campaign_id: int) -> ResponseReturnValue:
    """Show a campaign's chain: where each link stands, what stands between them, and what can be done."""
    return chain_page(campaign_id)


@bp.post("/campaigns/<int:campaign_id>/release")
@for_roles(*READERS)
def release(campaign_id: int) -> ResponseReturnValue:
    """Give back everything of a chain that has not begun."""
    actor, at, form = current_actor(), clock.now(), ReleaseForm(flask.request.form)
    queries.own_campaign(db.session(), actor, campaign_id, at=at)
    if form.validate() and form.attempt(
        lambda session: (
            services.release_chain(
                session,
                actor,
                campaign_id,
                note=form.note.data or "",
                agreed_fees=form.fees,
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(
            _("Released. Everything that had not begun is given back, and the facilities are told."), "done"
        )
        return back("campaigns.show", campaign_id=campaign_id)
    return flask.make_response(chain_page(campaign_id, form), 409 if form.stale else 422)


@bp.route("/campaigns/<int:campaign_id>/links/new", methods=["GET", "POST"])
@for_roles(*READERS)
def new_link(campaign_id: int) -> ResponseReturnValue:
    """Add a link to the end of a chain, or a series of them."""
    session, actor, at = db.session(), current_actor(), clock.now()
    campaign = queries.own_campaign(session, actor, campaign_id, at=at)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    if flask.request.method == "GET":
        return _link_page(campaign, links, LinkForm(data=_defaults(campaign, links, at=at)))
    form = LinkForm(flask.request.form)
    _offer(form, links)
    if not form.validate():
        return _link_page(campaign, links, form), 422
    titles = _titles(form, links)
    values = _values(form, campaign)
    if form.attempt(
        lambda unit: len(
            services.add_links(
                unit,
                actor,
                campaign_id,
                values,
                titles,
                after_id=form.after.data,
                lag_days=form.lag_days.data or 0,
                spacing_days=form.spacing_days.data or 0,
                shown_version=form.shown_version,
                at=at,
            )
        )
    ):
        flash(ngettext("%(num)s link added.", "%(num)s links added.", form.result), "done")
        return back("campaigns.show", campaign_id=campaign_id)
    return _link_page(*_again(campaign_id), form), 409 if form.stale else 422


@bp.route("/campaigns/<int:campaign_id>/links/<int:link_id>", methods=["GET", "POST"])
@for_roles(*READERS)
def edit_link(campaign_id: int, link_id: int) -> ResponseReturnValue:
    """Say how a link follows those before it."""
    actor, at = current_actor(), clock.now()
    campaign, links, seen = _link(campaign_id, link_id, at=at)
    if flask.request.method == "GET":
        row = seen.link
        stored = {
            "after": row.after_id,
            "lag_days": row.lag_days,
            "spacing_days": row.spacing_days,
            "version": str(campaign.version),
        }
        return _order_page(campaign, links, seen, OrderForm(data=stored))
    form = OrderForm(flask.request.form)
    _offer(form, _before(links, seen))
    if form.validate() and form.attempt(
        lambda session: (
            services.order_link(
                session,
                actor,
                campaign_id,
                link_id,
                after_id=form.after.data,
                lag_days=form.lag_days.data or 0,
                spacing_days=form.spacing_days.data or 0,
                shown_version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Saved."), "done")
        return back("campaigns.show", campaign_id=campaign_id)
    campaign, links, seen = _link(campaign_id, link_id, at=at)
    if form.stale:
        form.version.data = str(campaign.version)
    return flask.make_response(_order_page(campaign, links, seen, form), 409 if form.stale else 422)


@bp.post("/campaigns/<int:campaign_id>/links/<int:link_id>/remove")
@for_roles(*READERS)
def remove_link(campaign_id: int, link_id: int) -> ResponseReturnValue:
    """Take a link out of a chain that was not sent, or that is lost."""
    actor, at, form = current_actor(), clock.now(), ActionForm(flask.request.form)
    _link(campaign_id, link_id, at=at)

    def remove(session: Session) -> bool:
        services.remove_link(session, actor, campaign_id, link_id, shown_version=form.shown_version, at=at)
        return True

    if form.attempt(remove):
        flash(_("Taken out of the chain."), "done")
        return back("campaigns.show", campaign_id=campaign_id)
    return flask.make_response(chain_page(campaign_id, form), 409 if form.stale else 422)


def chain_page(campaign_id: int, form: ActionForm | None = None) -> str:
    """Return the page of a campaign, with what was refused on it, if anything was."""
    session, actor, at = db.session(), current_actor(), clock.now()
    if form is not None:
        session.rollback()  # What was refused must not be seen as if it were stored.
    campaign = queries.campaign_shown(session, actor, campaign_id, at=at)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    is_own = owns(actor, campaign.organisation_id)
    runs = queries.runs_of(session, [one.booking.id for one in links if one.booking is not None])
    broken = present_order(links, at=at)
    ending = ends_too_soon(session, links)
    gates = _gates(session, links, at=at)
    urls = {one.link.id: _url(one) if is_own else None for one in links}
    standings = [one.standing for one in links]
    return render_template(
        "campaigns/show.html",
        form=form,
        campaign=campaign,
        is_own=is_own,
        badge=words.chain_badge(queries.chain_state(links)),
        span=span_of(links),
        picture=picture(links, urls, at=at),
        rows=[_row(one, links, runs, gates, broken, is_own=is_own, at=at) for one in links],
        broken=[
            (one.request.title, [sentence(reason) for reason in broken[one.link.id]], _move_url(one))
            for one in links
            if one.link.id in broken
        ],
        ending=[
            (
                one.request.title,
                sentences_of(ending[one.link.id]),
                _move_url(one) if is_own and one.standing in MAY_MOVE else None,
            )
            for one in links
            if one.link.id in ending
        ],
        lost=[one.request.title for one in links if one.standing is Standing.LOST],
        has_planned=Standing.PLANNED in standings,
        is_ready=_is_ready(links),
        asked=any(one is Standing.ASKED for one in standings),
        release_form=_release_form(campaign, links, form, at=at)
        if is_own and not reasons_against_release(standings)
        else None,
        fees=_fees(links, at=at),
        gates=list(gates.values()),
    )


def _row(
    one: Seen,
    links: list[Seen],
    runs: Mapping[int, Any],
    gates: Mapping[tuple[int, Gate], dict[str, Any]],
    broken: Mapping[int, Any],
    *,
    is_own: bool,
    at: datetime,
) -> dict[str, Any]:
    request, room = one.request, one.room
    booking = one.booking if one.standing not in {Standing.PLANNED, Standing.ASKED, Standing.LOST} else None
    run = runs.get(booking.id) if booking is not None else None
    gate = gating.gate_of(one)
    return {
        "id": one.link.id,
        "title": request.title,
        "kind": booking_words.run_kind(request.run_kind),
        "length": booking_words.length(request.duration, request.duration_unit, request.mode),
        "badge": words.standing_badge(one.standing),
        "url": _url(one) if is_own else None,
        "room": room.name if room and one.moments else None,
        "facility": room.facility.name if room and one.moments else None,
        "grade": room.grade.value if room and room.grade and one.moments else None,
        "window": window(*one.moments, room.facility.time_zone) if one.moments and room else None,
        "follows": follows(one, links),
        "gate": gates.get((room.facility_id, gate)) if room is not None and gate is not None else None,
        "until": moment(booking.held_until, room.facility.time_zone)
        if booking is not None and booking.held_until and room
        else None,
        "condition": booking.condition if booking is not None and booking.held_until else None,
        "waits_for_rest": one.link.waits_for_rest and booking is not None,
        "is_broken": one.link.id in broken,
        "edit_url": url_for("campaigns.edit_link", campaign_id=one.link.campaign_id, link_id=one.link.id),
        "move_url": _move_url(one) if one.moments is not None and one.standing in MAY_MOVE else None,
        "run": words.run_badge(run.state if run else None)
        if booking is not None and booking.block.starts_at <= at and is_own
        else None,
        "run_url": url_for("campaigns.run", booking_id=booking.id)
        if booking is not None and booking.block.starts_at <= at and is_own
        else None,
    }


def follows(one: Seen, links: list[Seen]) -> str | None:
    """Return in words how a link follows those before it, where it says more than its place."""
    row = one.link
    named = {link.link.id: link.request.title for link in links}
    parts = []
    if row.after_id is not None and row.after_id in named:
        parts.append(
            ngettext(
                "%(num)s day after the end of “%(title)s”, or later",
                "%(num)s days after the end of “%(title)s”, or later",
                row.lag_days,
                title=named[row.after_id],
            )
        )
    elif row.lag_days:
        parts.append(
            ngettext(
                "%(num)s day after the end of the link before, or later",
                "%(num)s days after the end of the link before, or later",
                row.lag_days,
            )
        )
    if row.spacing_days:
        parts.append(
            ngettext(
                "%(num)s day after the start of the run before, or later",
                "%(num)s days after the start of the run before, or later",
                row.spacing_days,
            )
        )
    return "; ".join(parts) or None


def _gates(session: Session, links: list[Seen], *, at: datetime) -> dict[tuple[int, Gate], dict[str, Any]]:
    """Return how each gate that stands before a link of a chain stands, once for each facility."""
    found = gating.verdicts(session, links, at=at)
    facilities = {one.room.facility_id: one.room.facility.name for one in links if one.room is not None}
    return {
        place: {
            "title": gate_words.gate(place[1]),
            "facility": facilities[place[0]],
            "met": verdict.met,
            "words": gate_words.summary(verdict),
            "url": url_for("gates.project", project_id=links[0].request.project_id),
        }
        for place, verdict in found.items()
    }


def _url(one: Seen) -> str:
    if one.standing in {Standing.BOOKED, Standing.RUNNING, Standing.DONE} and one.booking is not None:
        return url_for("bookings.show_own_booking", booking_id=one.booking.id)
    return url_for("bookings.show_request", request_id=one.request.id)


def _move_url(one: Seen) -> str:
    return url_for("campaigns.windows", campaign_id=one.link.campaign_id, move=one.link.id)


def _is_ready(links: list[Seen]) -> bool:
    planned = [one for one in links if one.standing is Standing.PLANNED]
    return bool(planned) and all(one.request.slot is not None for one in planned)


def _fees(links: list[Seen], *, at: datetime) -> list[tuple[str, str]]:
    fees = fees_for_release(links, at=at)
    titles = {one.booking.id: one.request.title for one in links if one.booking is not None}
    return [
        (titles[booking_id], _("free of charge") if fee == 0 else money(fee, currency))
        if fee is not None
        else (titles[booking_id], _("a share of the price, which is not published"))
        for booking_id, (fee, currency) in fees.items()
    ]


def _release_form(
    campaign: Campaign, links: list[Seen], refused: ActionForm | None, *, at: datetime
) -> ReleaseForm:
    form = refused if isinstance(refused, ReleaseForm) else ReleaseForm(None)
    form.version.data = str(campaign.version)
    form.agreed.data = " ".join(
        f"{booking_id}:{fee}"
        for booking_id, (fee, _currency) in fees_for_release(links, at=at).items()
        if fee is not None
    )
    return form


def _link(campaign_id: int, link_id: int, *, at: datetime) -> tuple[Campaign, list[Seen], Seen]:
    session, actor = db.session(), current_actor()
    campaign = queries.own_campaign(session, actor, campaign_id, at=at)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    seen = next((one for one in links if one.link.id == link_id), None)
    if seen is None:
        raise NotFound
    return campaign, links, seen


def _again(campaign_id: int) -> tuple[Campaign, list[Seen]]:
    session = db.session()
    session.rollback()
    campaign = queries.own_campaign(session, current_actor(), campaign_id, at=clock.now())
    return campaign, queries.links_of(session, [campaign_id])[campaign_id]


def _before(links: list[Seen], seen: Seen) -> list[Seen]:
    return [one for one in links if one.link.position < seen.link.position]


def _offer(form: OrderForm, links: list[Seen]) -> None:
    form.after.offer((one.link.id, one.request.title) for one in links if one.standing is not Standing.LOST)


def _defaults(campaign: Campaign, links: list[Seen], *, at: datetime) -> dict[str, Any]:
    last = links[-1].request if links else None
    return {
        "run_kind": last.run_kind if last else RunKind.PROCESS_DEVELOPMENT,
        "times": 1,
        "duration": last.duration if last else None,
        "duration_unit": last.duration_unit if last else BookingUnit.DAY,
        "mode": last.mode if last else "working",
        "earliest_start": last.earliest_start if last and last.earliest_start >= at.date() else at.date(),
        "version": str(campaign.version),
    }


def _values(form: LinkForm, campaign: Campaign) -> dict[str, Any]:
    """Return what each draft of the form says; what a room must offer follows from the project's facts."""
    kind = form.run_kind.data
    return {
        **least_values(campaign.project, kind),
        "run_kind": kind,
        "duration": form.duration.data,
        "duration_unit": form.duration_unit.data,
        "mode": form.mode.data,
        "earliest_start": form.earliest_start.data,
        "latest_end": form.latest_end.data,
        "equipment": form.equipment.data or [],
        "remark": form.remark.data or "",
    }


def _titles(form: LinkForm, links: list[Seen]) -> list[str]:
    """Return what the links are called: as typed, or by kind; numbered where there are several."""
    times = form.times.data or 1
    kind = booking_words.run_kind(form.run_kind.data)
    stem = form.title.data or kind
    if form.title.data and times == 1:
        return [stem]
    taken = {one.request.title.lower() for one in links}
    if times == 1 and stem.lower() not in taken:
        return [stem]
    titles: list[str] = []
    number = 1
    while len(titles) < times:
        title = f"{stem} {number}"
        if title.lower() not in taken:
            titles.append(title)
        number += 1
    return titles


def _link_page(campaign: Campaign, links: list[Seen], form: LinkForm) -> str:
    _offer(form, links)
    form.version.data = str(campaign.version)
    return render_template("campaigns/new_link.html", form=form, campaign=campaign)


def _order_page(campaign: Campaign, links: list[Seen], seen: Seen, form: OrderForm) -> str:
    _offer(form, _before(links, seen))
    return render_template(
        "campaigns/edit_link.html",
        form=form,
        campaign=campaign,
        seen=seen,
        is_first=seen is links[0],
        badge=words.standing_badge(seen.standing),
        facts=[
            (_("Kind of run"), booking_words.run_kind(seen.request.run_kind)),
            (
                _("Length"),
                booking_words.length(seen.request.duration, seen.request.duration_unit, seen.request.mode),
            ),
            (_("Earliest start"), day(seen.request.earliest_start)),
            (_("Latest end"), day(seen.request.latest_end) if seen.request.latest_end else _("any")),
        ],
        request_url=url_for("bookings.edit_work", request_id=seen.request.id)
        if seen.standing is Standing.PLANNED
        else _url(seen),
        removable=seen.standing in {Standing.PLANNED, Standing.LOST},
    )
