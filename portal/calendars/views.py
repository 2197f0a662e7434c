"""The page on which people make and take back feeds, and the feeds themselves."""

from typing import Any

import flask
from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.models import User
from portal.calendars import queries, rules, services
from portal.calendars.addresses import address_of, read_token
from portal.calendars.files import feed_file
from portal.calendars.forms import FeedForm, InvitationsForm
from portal.calendars.models import CalendarFeed
from portal.calendars.rules import Scope
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.store import db, in_one_unit
from portal.web.actors import back, current_actor, signed_in
from portal.web.filters import moment
from portal.web.forms import BaseForm
from portal.web.limits import limiter
from portal.web.locale import read_by, time_zone

bp = Blueprint("calendars", __name__)


@bp.get("/calendars")
@signed_in
def index() -> ResponseReturnValue:
    """Show a person's feeds with their addresses, and whether invitations come."""
    return _page({})


@bp.post("/calendars/feeds")
@signed_in
def add() -> ResponseReturnValue:
    """Make a feed."""
    actor, at, form = current_actor(), clock.now(), FeedForm(None)
    form.offer(_answers(actor))
    form.process(flask.request.form)
    if form.validate() and form.attempt(
        lambda session: services.make_feed(session, actor, **_place(form.what.data), at=at).id
    ):
        flash(_("The address is made. Copy it into your calendar program, and tell nobody."), "done")
        return back("calendars.index")
    return _page({"feed": form}), 422


@bp.post("/calendars/feeds/<int:feed_id>/revoke")
@signed_in
def revoke(feed_id: int) -> ResponseReturnValue:
    """Take the address of a feed back."""
    actor, at = current_actor(), clock.now()
    in_one_unit(lambda session: services.revoke_feed(session, actor, feed_id, at=at))
    flash(_("The address is taken back. Whoever reads it finds nothing any more."), "done")
    return back("calendars.index")


@bp.post("/calendars/invitations")
@signed_in
def choose() -> ResponseReturnValue:
    """Choose whether bookings come as invitations."""
    actor, at, form = current_actor(), clock.now(), InvitationsForm(flask.request.form)
    if form.validate() and form.attempt(
        lambda session: services.choose_invitations(session, actor, invites=form.invites.data, at=at)
    ):
        flash(_("Saved."), "done")
        return back("calendars.index")
    return _page({"invitations": form}), 422


@bp.get("/calendars/<token>.ics")
@limiter.limit("120 per hour")
def feed(token: str) -> ResponseReturnValue:
    """Hand out a feed to whoever holds its address, as its owner may read it now; nothing to who has the same already."""
    session, at, found = db.session(), clock.now(), read_token(token)
    if found is None:
        raise NotFound
    kept = queries.feed_at(session, *found)
    actor = queries.owner_of(session, kept, at=at)
    person = session.get_one(User, actor.user_id)
    entries = queries.entries(session, kept, actor, at=at)
    with read_by(person.language, person.time_zone):
        file = feed_file(entries, name=_name(kept, actor))
    response = Response(file.at(at), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    # Weak: two files that say the same differ in when they were read. It follows from all of the file, not from when anything
    # last changed, because names, rights and the passing of days change it too.
    response.set_etag(file.digest, weak=True)
    return response.make_conditional(flask.request)


def _answers(actor: Actor) -> list[tuple[str, str]]:
    """Return what the reader may follow, each with its words."""
    answers = []
    if rules.may_follow(actor, Scope.PERSON, facility_id=None):
        answers.append(("person", _of_person(actor)))
    if rules.may_follow(actor, Scope.ORGANISATION, facility_id=None):
        answers.append(("organisation", _("All bookings of my organisation")))
    rooms = queries.places_of(db.session(), actor)
    facilities = {room.facility_id: room.facility.name for room in rooms}
    answers += [
        (f"facility-{one}", _("All of %(facility)s", facility=name)) for one, name in facilities.items()
    ]
    answers += [(f"cleanroom-{room.id}", f"{room.facility.name}: {room.code} {room.name}") for room in rooms]
    return answers


def _place(written: str) -> dict[str, Any]:
    scope, _dash, number = written.partition("-")
    place: dict[str, Any] = {"scope": Scope(scope)}
    if number:
        place[f"{scope}_id"] = int(number)
    return place


def _of_person(actor: Actor) -> str:
    if not actor.facility_ids:
        return _("Bookings that I asked for")
    if Role.FOUNDER not in actor.roles:
        return _("Runs that I am named to run")
    return _("Bookings that I asked for, and runs that I am named to run")


def _name(one: CalendarFeed, actor: Actor) -> str:
    if one.cleanroom is not None:
        return f"{one.cleanroom.facility.name}: {one.cleanroom.code} {one.cleanroom.name}"
    if one.facility is not None:
        return one.facility.name
    return _of_person(actor) if one.scope is Scope.PERSON else _("All bookings of my organisation")


def _page(refused: dict[str, BaseForm]) -> str:
    session, actor = db.session(), current_actor()
    form = refused.get("feed")
    if form is None:
        form = FeedForm(None)
        form.offer(_answers(actor))
    invitations = refused.get("invitations") or InvitationsForm(
        None, data={"invites": queries.wants_invitations(session, actor.user_id)}
    )
    zone = time_zone()
    return flask.render_template(
        "calendars/index.html",
        feeds=[
            {
                "id": one.id,
                "name": _name(one, actor),
                "address": address_of(one),
                "made": moment(one.made_at, zone),
            }
            for one in queries.feeds_of(session, actor.user_id)
        ],
        can_follow=bool(_answers(actor)),
        is_founder=rules.may_follow(actor, Scope.ORGANISATION, facility_id=None),
        feed_form=form,
        invitations=invitations,
        form=next(iter(refused.values()), None),
    )
