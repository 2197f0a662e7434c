"""Windows for the whole chain at once, and what must follow when one link moves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings.forms.requests import write_window
from portal.campaigns import queries, services, words
from portal.campaigns.forms import WindowsForm
from portal.campaigns.outlook import MOVABLE, Outlook, outlook
from portal.campaigns.queries import Seen
from portal.campaigns.rules.standing import Standing
from portal.campaigns.services.chains import changes_of
from portal.campaigns.views.blueprint import bp
from portal.campaigns.views.chain import READERS, follows
from portal.campaigns.views.drawing import picture
from portal.core import clock
from portal.core.errors import NotFound, Reason
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import window
from portal.web.forms import FIRST_DAY, LAST_DAY
from portal.web.locale import local
from portal.web.sentences import sentence

TO_MOVE = frozenset({Standing.PLANNED, Standing.ASKED, *MOVABLE})


@bp.get("/campaigns/<int:campaign_id>/windows")
@for_roles(*READERS)
def windows(campaign_id: int) -> ResponseReturnValue:
    """Propose windows for every link that is planned, or for the link in the address and those that follow it."""
    return _page(campaign_id, WindowsForm(None))


@bp.post("/campaigns/<int:campaign_id>/windows")
@for_roles(*READERS)
def take_windows(campaign_id: int) -> ResponseReturnValue:
    """Keep the windows with the planned links, or move the links to them."""
    actor, at, form = current_actor(), clock.now(), WindowsForm(flask.request.form)
    queries.own_campaign(db.session(), actor, campaign_id, at=at)
    choices = form.choices(flask.request.form.getlist("choice"))
    is_move = "move" in flask.request.args
    is_read = form.validate()
    if choices is None:
        form.refuse(Reason("windows_unreadable"))

    def keep(session: Session) -> bool:
        if is_move:
            services.move_chain(
                session,
                actor,
                campaign_id,
                choices or [],
                why=form.why.data or "",
                acknowledged=form.acknowledged.data,
                shown_version=form.shown_version,
                at=at,
            )
        else:
            services.choose_windows(
                session, actor, campaign_id, choices or [], shown_version=form.shown_version, at=at
            )
        return True

    if is_read and choices is not None and form.attempt(keep):
        flash(
            _("Moved as far as it is yours to move; where a facility has to agree, it is asked.")
            if is_move
            else _("Chosen. Nothing is held yet: request the chain when it is ready."),
            "done",
        )
        return back("campaigns.show", campaign_id=campaign_id)
    return flask.make_response(_page(campaign_id, form), 409 if form.stale else 422)


def _page(campaign_id: int, form: WindowsForm) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    if flask.request.method == "POST":
        session.rollback()  # What was refused must not be seen as if it were stored.
    campaign = queries.own_campaign(session, actor, campaign_id, at=at)
    links = queries.links_of(session, [campaign_id])[campaign_id]
    moving, first = _moving(links, at=at), _from()
    found = outlook(session, links, at=at, moving=moving)
    form.version.data = str(campaign.version)
    wanted = [one for one in links if one.link.id in found.windows and (not moving or one.link.id in moving)]
    changed = [one for one in wanted if _differs(one, found)]
    return render_template(
        "campaigns/windows.html",
        form=form,
        campaign=campaign,
        links=links,
        moving=_moved(links),
        is_move=bool(moving),
        first=first.isoformat() if first else "",
        picture=picture(
            links, {}, at=at, proposed={one.link.id: found.windows[one.link.id] for one in changed}
        ),
        rows=[_row(one, links, found) for one in wanted],
        changed=len(changed),
        stuck=_stuck(links, found),
        is_whole=found.stuck is None,
        needs_words=bool(moving) and any(one.standing in MOVABLE for one in changed),
        nothing=not wanted and found.stuck is None,
        cancel_url=url_for("campaigns.show", campaign_id=campaign_id),
    )


def _moved(links: list[Seen]) -> Seen | None:
    """Return the link that the address asks to move; raises `NotFound` for one of another chain, or that cannot move."""
    written = flask.request.args.get("move")
    if written is None:
        return None
    found = next((one for one in links if str(one.link.id) == written and one.standing in TO_MOVE), None)
    if found is None:
        raise NotFound
    return found


def _from() -> date | None:
    """Return the day from which the address asks to move, if it names one of our time."""
    try:
        day = date.fromisoformat(flask.request.args.get("from", ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _moving(links: list[Seen], *, at: datetime) -> dict[int, date | None]:
    """Return the link to move and those after it, with the day from which each may start."""
    moved = _moved(links)
    if moved is None:
        return {}
    first = _from() or _day_of(moved) or at.date()
    following = links[links.index(moved) + 1 :]
    found: dict[int, date | None] = {moved.link.id: first}
    for one in following:
        if one.standing in TO_MOVE:
            now = _day_of(one)
            found[one.link.id] = now if now is not None and now > first else first
    return found


def _day_of(one: Seen) -> date | None:
    if one.moments is None or one.room is None:
        return None
    return local(one.moments[0], one.room.facility.time_zone).date()


def _differs(one: Seen, found: Outlook) -> bool:
    choice = found.windows[one.link.id]
    return changes_of(one, choice.room.id, choice.slot)


def _row(one: Seen, links: list[Seen], found: Outlook) -> dict[str, Any]:
    choice = found.windows[one.link.id]
    room, zone = choice.room, choice.room.facility.time_zone
    now = None
    if one.moments is not None and one.room is not None:
        now = f"{one.room.name}, {window(*one.moments, one.room.facility.time_zone)}"
    return {
        "title": one.request.title,
        "badge": words.standing_badge(one.standing),
        "room": room.name,
        "facility": room.facility.name,
        "grade": room.grade.value if room.grade else None,
        "window": window(choice.slot.start, choice.slot.end, zone),
        "value": f"{one.link.id}:{write_window(room, choice.slot)}",
        "now": now,
        "differs": _differs(one, found),
        "fits": found.fits[one.link.id],
        "follows": follows(one, links),
        "must_agree": one.standing in MOVABLE,
    }


def _stuck(links: list[Seen], found: Outlook) -> Mapping[str, Any] | None:
    if found.stuck is None:
        return None
    one = next(one for one in links if one.link.id == found.stuck)
    return {
        "title": one.request.title,
        "reasons": [sentence(reason) for reason in found.against],
        "url": url_for("bookings.choose_window", request_id=one.request.id)
        if one.standing is Standing.PLANNED
        else None,
        "edit_url": url_for("campaigns.edit_link", campaign_id=one.link.campaign_id, link_id=one.link.id),
    }
