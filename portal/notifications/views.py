"""The inbox of messages, and the way from a message to the thing itself."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.bookings.queries import booking_shown, request_shown
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.notifications import queries, services
from portal.notifications.models import Message
from portal.notifications.words import sentence
from portal.store import db, in_one_unit
from portal.web.actors import back, current_actor, maybe_actor, signed_in

bp = Blueprint("notifications", __name__)
PAGE = 50


@bp.get("/messages")
@signed_in
def messages() -> ResponseReturnValue:
    """Show what the person was told, newest first."""
    actor, session = current_actor(), db.session()
    pages = max(1, -(-queries.message_count(session, actor.user_id) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = queries.messages_of(session, actor.user_id, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "notifications/messages.html",
        messages=[(told, sentence(told)) for told in found],
        page=page,
        pages=pages,
    )


@bp.post("/messages/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Note that everything was read."""
    actor, at = current_actor(), clock.now()
    in_one_unit(lambda session: services.read_all(session, actor, at=at))
    return back("notifications.messages")


@bp.get("/messages/<int:message_id>")
@signed_in
def open_message(message_id: int) -> ResponseReturnValue:
    """Go to the thing itself, and note that the message was read."""
    actor, at = current_actor(), clock.now()
    kind, subject_id = in_one_unit(
        lambda session: _subject(services.read_message(session, actor, message_id, at=at))
    )
    return redirect(_address(actor, kind, subject_id), code=303)


@bp.app_context_processor
def frame() -> dict[str, object]:
    """Tell every page how many messages wait to be read."""
    actor = maybe_actor()
    if actor is None:
        return {"messages_url": None, "messages_unread": 0}
    if "unread" not in g:
        g.unread = queries.unread_count(db.session(), actor.user_id)
    return {"messages_url": url_for("notifications.messages"), "messages_unread": g.unread}


def _subject(message: Message) -> tuple[str, int]:
    return message.subject_kind, message.subject_id


def _address(actor: Actor, kind: str, subject_id: int) -> str:
    """Return the page of a request or booking on the reader's side; raises `NotFound` if it is no longer theirs."""
    session = db.session()
    if kind == "slot_request":
        found = request_shown(session, actor, subject_id)
        if Role.FOUNDER in actor.roles and found.organisation_id == actor.organisation_id:
            return url_for("bookings.show_request", request_id=subject_id)
        return url_for("bookings.in_inbox", request_id=subject_id)
    if kind == "booking":
        booking = booking_shown(session, actor, subject_id)
        if Role.FOUNDER in actor.roles and booking.organisation_id == actor.organisation_id:
            return url_for("bookings.show_own_booking", booking_id=subject_id)
        return url_for("bookings.show_booking", booking_id=subject_id)
    raise NotFound
