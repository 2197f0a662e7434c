"""The inbox of messages, the way from a message to the thing itself, and what people choose about messages."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.notifications import queries, services
from portal.notifications.forms import PreferencesForm
from portal.notifications.queries import Show, Told
from portal.notifications.rules import FIRST_HOUR, Topic, topics_for
from portal.notifications.stopping import what_to_stop
from portal.notifications.subjects import about, address
from portal.notifications.words import sentence, topic_label
from portal.store import db, in_one_unit
from portal.web.actors import back, current_actor, maybe_actor, signed_in
from portal.web.exports import Kind, export, file_links
from portal.web.filters import moment
from portal.web.forms import BaseForm
from portal.web.limits import limiter
from portal.web.making import in_pages
from portal.web.paging import page_number, pages_of

bp = Blueprint("notifications", __name__)
PAGE = 50
Word = TypeVar("Word", bound=StrEnum)


@bp.get("/messages")
@signed_in
def messages() -> ResponseReturnValue:
    """Show what the person was told, newest first, filtered by what stands in the address."""
    actor, session = current_actor(), db.session()
    show, topic = _asked()
    number = queries.message_count(session, actor.user_id, show=show, topic=topic)
    page, pages = page_number(number, PAGE), pages_of(number, PAGE)
    return render_template(
        "notifications/messages.html",
        messages=_in_words(PAGE, offset=(page - 1) * PAGE),
        exports=file_links("notifications.messages_file"),
        number=number,
        page=page,
        pages=pages,
        show=show.value,
        topic=topic.value if topic is not None else None,
        topics=[(one.value, topic_label(one)) for one in _topics(actor)],
    )


@bp.get("/messages.<any(csv, xlsx):kind>")
@signed_in
def messages_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the messages that the same address without its ending shows, all pages of them."""
    show, topic = _asked()
    number = queries.message_count(db.session(), current_actor().user_id, show=show, topic=topic)
    columns = [_("Message"), _("When"), _("About"), _("Facility"), _("Read")]
    rows = (
        [words, moment(told.at), label, told.facility, moment(told.read_at) if told.read_at else _("no")]
        for told, words, label in in_pages(lambda offset, limit: _in_words(limit, offset=offset))
    )
    return export(kind, "messages", columns, rows, count=number)


@bp.post("/messages/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Note that everything was read."""
    actor, at, form = current_actor(), clock.now(), BaseForm(request.form)
    if form.validate():
        form.attempt(lambda session: services.read_all(session, actor, at=at))
    return back("notifications.messages")


@bp.post("/messages/archive")
@signed_in
def archive_read() -> ResponseReturnValue:
    """Put away everything that was read."""
    actor, at, form = current_actor(), clock.now(), BaseForm(request.form)
    if form.validate() and form.attempt(lambda session: services.archive_read(session, actor, at=at)):
        flash(ngettext("%(num)s message is put away.", "%(num)s messages are put away.", form.result), "done")
    return back("notifications.messages")


@bp.post("/messages/<int:message_id>/archive")
@signed_in
def archive(message_id: int) -> ResponseReturnValue:
    """Put a message away."""
    actor, at, form = current_actor(), clock.now(), BaseForm(request.form)
    if form.validate():
        form.attempt(lambda session: services.archive(session, actor, message_id, at=at))
    return back("notifications.messages", **_filters())


@bp.post("/messages/<int:message_id>/restore")
@signed_in
def restore(message_id: int) -> ResponseReturnValue:
    """Take a message out again that was put away."""
    actor, form = current_actor(), BaseForm(request.form)
    if form.validate():
        form.attempt(lambda session: services.restore(session, actor, message_id))
    return back("notifications.messages", **_filters())


@bp.get("/messages/<int:message_id>")
@signed_in
def open_message(message_id: int) -> ResponseReturnValue:
    """Go to the thing itself, and note that the message was read; who acts for another organisation is told so."""
    actor, at = current_actor(), clock.now()
    found = in_one_unit(lambda session: about(services.read_message(session, actor, message_id, at=at)))
    try:
        return redirect(address(actor, found), code=303)
    except NotFound:
        if not _is_seen_elsewhere(actor, message_id):
            raise
        flash(
            _("This message is for another organisation of yours. Act for it, and open the message again."),
            "info",
        )
        return redirect(url_for("accounts.switch"), code=303)


@bp.route("/account/messages", methods=["GET", "POST"])
@signed_in
def preferences() -> ResponseReturnValue:
    """Show how a person is told of what, and keep what they choose."""
    actor, at, session = current_actor(), clock.now(), db.session()
    topics = _topics(actor)
    if request.method == "POST":
        form = PreferencesForm(topics, request.form)
        if form.validate() and form.attempt(lambda unit: services.choose(unit, actor, form.choices(), at=at)):
            flash(_("Your choice is saved."), "done")
            return back("notifications.preferences")
    else:
        ways = queries.chosen_ways(session, [actor.user_id], topics, today=at.date())
        time = queries.digest_times(session, [actor.user_id]).get(actor.user_id)
        chosen = {topic.value: ways[actor.user_id, topic].value for topic in topics}
        form = PreferencesForm(topics, data={**chosen, "hour": str(time.hour if time else FIRST_HOUR)})
    code = 422 if form.has_errors else 200
    return render_template(
        "notifications/preferences.html", form=form, zone=current_user.time_zone, address=current_user.email
    ), code


@bp.get("/messages/stop/<token>")
@limiter.limit("60 per hour")
def stop(token: str) -> ResponseReturnValue:
    """Ask whether mail of a topic is to stop; a link that somebody's scanner has followed changes nothing."""
    found = what_to_stop(token)
    if found is None:
        raise NotFound
    return render_template(
        "notifications/stop.html", token=token, what=_stopped_words(found[1]), is_done=False
    )


@bp.post("/messages/stop/<token>")
@limiter.limit("60 per hour")
def stopped(token: str) -> ResponseReturnValue:
    """Stop mail of a topic, for whoever holds the signed address; mail programs send this without a page of ours."""
    found, at = what_to_stop(token), clock.now()
    if found is None:
        raise NotFound
    user_id, topic = found
    staying = in_one_unit(lambda session: services.stop(session, user_id, topic, at=at))
    return render_template(
        "notifications/stop.html",
        token=token,
        what=_stopped_words(topic),
        is_done=True,
        staying=[topic_label(one) for one in staying],
    )


@bp.app_context_processor
def frame() -> dict[str, object]:
    """Tell every page how many messages wait to be read."""
    actor = maybe_actor()
    if actor is None:
        return {"messages_url": None, "messages_unread": 0}
    if "unread" not in g:
        g.unread = queries.unread_count(db.session(), actor.user_id)
    return {"messages_url": url_for("notifications.messages"), "messages_unread": g.unread}


def _asked() -> tuple[Show, Topic | None]:
    """Return which messages the address asks for."""
    return _word(Show, "show") or Show.ALL, _word(Topic, "topic")


def _in_words(limit: int, *, offset: int = 0) -> list[tuple[Told, str, str]]:
    """Return messages that the address asks for, each with its sentence and what it is about."""
    actor, session, (show, topic) = current_actor(), db.session(), _asked()
    found = queries.messages_of(session, actor.user_id, show=show, topic=topic, limit=limit, offset=offset)
    reach = queries.reach_of(session, actor.user_id, at=clock.now())
    return [(told, sentence(told), topic_label(told.topic)) for told in queries.told(session, found, reach)]


def _stopped_words(topic: Topic | None) -> str:
    return _("The daily digest") if topic is None else topic_label(topic)


def _topics(actor: Actor) -> list[Topic]:
    """Return the topics that come to a person in any of their roles."""
    roles = queries.roles_of(db.session(), [actor.user_id], today=clock.now().date())
    return topics_for(roles.get(actor.user_id, set()))


def _word(words: type[Word], name: str) -> Word | None:
    written = request.args.get(name, "")
    return words(written) if written in set(words) else None


def _filters() -> dict[str, str]:
    """Return the filters to go back to, as the form has sent them."""
    known: dict[str, set[str]] = {"show": set(Show), "topic": set(Topic)}
    given = {name: request.form.get(name, "") for name in known}
    return {name: word for name, word in given.items() if word in known[name]}


def _is_seen_elsewhere(actor: Actor, message_id: int) -> bool:
    """Say whether the reader may see what a message is about when acting for another organisation."""
    session = db.session()
    reach = queries.reach_of(session, actor.user_id, at=clock.now())
    message = queries.own_message(session, actor.user_id, message_id)
    return queries.told(session, [message], reach)[0].is_visible
