"""The board of introductions, as each side sees it."""

from datetime import date, datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.matching import queries, words
from portal.matching.queries import Seen
from portal.matching.rules.introductions import OVER, Side, State, is_back
from portal.matching.views import shown
from portal.matching.views.blueprint import bp
from portal.projects import queries as projects
from portal.projects.models import FieldGroup
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.exports import Kind, export
from portal.web.filters import day
from portal.web.paging import page_number, pages_of

READERS = (Role.ADVISER, Role.FOUNDER, Role.INVESTOR, Role.SUPPORT_PROVIDER)
KINDS: dict[str, Kind] = {"csv": "csv", "xlsx": "xlsx"}
COLUMNS: tuple[tuple[str, str, tuple[State, ...]], ...] = (
    ("asked", "shortlisted", (State.SUGGESTED, State.SHORTLISTED)),
    ("asked", "consent_asked", (State.CONSENT_ASKED,)),
    ("held", "teaser_sent", (State.TEASER_SENT, State.LATER)),
    ("firm", "mutual_yes", (State.MUTUAL_YES,)),
    ("firm", "introduced", (State.INTRODUCED,)),
    ("firm", "in_discussion", (State.IN_DISCUSSION,)),
    ("done", "outcome", tuple(state for state in State if state in OVER)),
)
STEPS: dict[State, tuple[tuple[str, str], ...]] = {
    State.SUGGESTED: (("shortlist", "shortlisted"),),
    State.SHORTLISTED: (("ask", "consent_asked"), ("send", "teaser_sent")),
    State.CONSENT_ASKED: (("send", "teaser_sent"),),
    State.LATER: (("send", "teaser_sent"),),
    State.MUTUAL_YES: (("introduce", "introduced"),),
    State.INTRODUCED: (("discuss", "in_discussion"),),
}
"""What an adviser does with a card without typing anything: the verb, and the column where it leads."""
NEED_CONSENT = frozenset({"send"})
A_COLUMN = 12
"""So many of the latest cards stand in each column."""
PAGE = 48
"""So many stand on a page that shows one column alone."""


@bp.get("/introductions")
@for_roles(*READERS)
def board() -> ResponseReturnValue:
    """Show every introduction that the reader may know of, by where it stands."""
    session, actor, at = db.session(), current_actor(), clock.now()
    mine, only = _is_mine(), _only()
    tallies = queries.tallies(session, actor, mine=mine, today=at.date())
    counts = {
        key: sum(one.number for one in tallies if one.state in states) for _kind, key, states in COLUMNS
    }
    most = PAGE if only else A_COLUMN
    page = page_number(counts[only], PAGE) if only else 1
    shown_columns = [column for column in COLUMNS if only in {"", column[1]}]
    seen = queries.board(
        session,
        actor,
        columns=[states for _kind, _key, states in shown_columns],
        mine=mine,
        most=most,
        offset=(page - 1) * most,
    )
    cards = _cards(seen, at=at)
    return render_template(
        "matching/board.html",
        columns=[
            {
                "kind": kind,
                "key": key,
                "title": _title(key),
                "number": counts[key],
                "cards": [card for card in cards if card["state"] in states],
            }
            for kind, key, states in shown_columns
        ],
        number=sum(one.number for one in tallies),
        waiting=sum(
            one.number for one in tallies if whose_step(one.state, one.consented, one.is_back) is one.side
        ),
        is_adviser=Role.ADVISER in actor.roles,
        is_founder=Role.FOUNDER in actor.roles,
        mine=mine,
        only=only,
        page=page,
        pages=pages_of(counts[only], PAGE) if only else 1,
    )


def _is_mine() -> bool:
    return bool(request.args.get("mine")) and Role.ADVISER in current_actor().roles


def _only() -> str:
    """Return the column that the address asks for alone, or an empty word."""
    asked = request.args.get("column", "")
    return asked if asked in {key for _kind, key, _states in COLUMNS} else ""


def _title(key: str) -> str:
    return {
        "shortlisted": _("Shortlisted"),
        "consent_asked": _("Consent asked"),
        "teaser_sent": _("Teaser sent"),
        "mutual_yes": _("Mutual yes"),
        "introduced": _("Introduced"),
        "in_discussion": _("In discussion"),
        "outcome": _("Outcome"),
    }[key]


@bp.get("/introductions/export.<kind>")
@for_roles(*READERS)
def download(kind: str) -> ResponseReturnValue:
    """Send all introductions of the board as a sheet, with no more of each than the board shows."""
    if kind not in KINDS:
        raise NotFound
    cards = _cards(queries.board(db.session(), current_actor(), mine=_is_mine()), at=clock.now())
    rows = [
        [card["title"], card["reference"], card["partner"], str(card["state_words"]), card["since"]]
        for card in cards
    ]
    return export(KINDS[kind], "introductions", ("project", "reference", "partner", "state", "since"), rows)


def _cards(seen: list[Seen], *, at: datetime) -> list[dict[str, Any]]:
    found = [one.introduction.project for one in seen]
    groups = projects.groups_of_each(db.session(), current_actor(), found, at=at)
    return [_card(one, groups[one.introduction.project_id], at=at) for one in seen]


def _card(one: Seen, groups: frozenset[FieldGroup], *, at: datetime) -> dict[str, Any]:
    it, partner = one.introduction, one.introduction.partner
    days = max((at - it.updated_at).days, 0)
    waits = waits_for(one, today=at.date())
    return {
        "id": it.id,
        "version": it.version,
        "title": shown.title_of(it.project, groups)
        if groups
        else _("Project %(reference)s", reference=it.project.reference),
        "reference": it.project.reference,
        "url": url_for("matching.show", introduction_id=it.id),
        "partner": partner.name,
        "state": it.state,
        "state_words": words.STATES[it.state],
        "mark": words.MARKS[it.state],
        "since": it.updated_at.date(),
        "lines": _lines(one),
        "waits_for_reader": waits == one.side,
        "flag": _flag(one, waits, days),
        "is_demo": it.project.is_demo,
        "steps": steps_of(one),
    }


def steps_of(one: Seen) -> list[tuple[str, str, str]]:
    """Return what the reader does with a card without typing: the label, the verb, and the column where it leads."""
    if one.side is not Side.ADVISER:
        return []
    labels = {
        "shortlist": _("Take up"),
        "ask": _("Ask consent"),
        "send": _("Send the teaser"),
        "introduce": _("Introduced"),
        "discuss": _("In discussion"),
    }
    consented = one.introduction.consented_at is not None
    return [
        (labels[verb], verb, column)
        for verb, column in STEPS.get(one.introduction.state, ())
        if (verb not in NEED_CONSENT or consented) and not (verb == "ask" and consented)
    ]


def waits_for(one: Seen, *, today: date) -> Side | None:
    """Return whose step is next, or None where it is over or put off until a day to come."""
    it = one.introduction
    return whose_step(it.state, it.consented_at is not None, is_back(it.state, it.later_until, today=today))


def whose_step(state: State, consented: bool, back: bool) -> Side | None:  # noqa: FBT001  (a state, as the rest)
    """Return whose step is next in a state, where the founder has consented, and the day to ask again has come."""
    if back:
        return Side.ADVISER
    if state in OVER or state is State.LATER:
        return None
    if state is State.CONSENT_ASKED and not consented:
        return Side.FOUNDER
    return Side.PARTNER if state is State.TEASER_SENT else Side.ADVISER


def _flag(one: Seen, waits: Side | None, days: int) -> tuple[str, str] | None:
    if waits is None:
        return None
    if waits == one.side:
        return ("late", ngettext("Your step, %(num)s day", "Your step, %(num)s days", days))
    return ("wait", ngettext("%(num)s day", "%(num)s days", days))


def _lines(one: Seen) -> list[str]:
    it = one.introduction
    lines = [str(words.STATES[it.state])]
    if it.state is State.DECLINED and it.declined_by and it.decline_reason:
        said = words.DECLINES[it.decline_reason]
        lines.append(_("by %(side)s: %(reason)s", side=words.SIDES[it.declined_by], reason=said))
    if it.state is State.LATER and it.later_until:
        lines.append(_("ask again after %(day)s", day=day(it.later_until)))
    if it.state is State.TEASER_SENT and it.due_at:
        lines.append(_("answer by %(day)s", day=day(it.due_at.date())))
    if it.state is State.CONSENT_ASKED and it.consented_at:
        lines.append(_("the founder has consented"))
    if it.is_behind and one.side is not Side.PARTNER:
        lines.append(_("the teaser has changed since the consent"))
    return lines
