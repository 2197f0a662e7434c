"""Referrals: where each stands, what was written, and the steps of each side."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.partners.rules.places import next_quarter, quarter_of
from portal.projects import queries as projects
from portal.projects import wording
from portal.projects.models import FieldGroup, Project, TeaserWords
from portal.projects.rules.phases import day_of
from portal.roadmap import queries, services, words
from portal.roadmap.forms import SendForm, WordsForm
from portal.roadmap.models import Referral
from portal.roadmap.queries import SeenReferral
from portal.roadmap.rules.referrals import UNSENT, ReferralSide, ReferralState, Verb, verbs_for
from portal.roadmap.views.blueprint import bp
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export, file_links
from portal.web.filters import moment
from portal.web.sorting import in_order

MOST = 200
SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "step": lambda row: row["step"].casefold(),
    "project": lambda row: row["project"].casefold(),
    "partner": lambda row: row["partner"].casefold(),
    "state": lambda row: row["state"],
    "asked": lambda row: row["asked"],
    "by": lambda row: row["apply_by"],
}
NAMED = frozenset({ReferralState.ACCEPTED, ReferralState.COMPLETED})
"""States in which both sides know who the other is."""
NAMED_ALWAYS = frozenset({ReferralSide.ADVISER})
"""Whose words only those read who know each other."""


READERS = (Role.FOUNDER, Role.SUPPORT_PROVIDER, Role.ADVISER)


@bp.get("/referrals")
@for_roles(*READERS)
def referrals() -> ResponseReturnValue:
    """Show the referrals of the reader's projects, and what the reader's organisation was asked or has proposed."""
    actor, at = current_actor(), clock.now()
    rows, sort = _listed()
    return render_template(
        "roadmap/referrals.html",
        rows=rows,
        sort=sort,
        exports=file_links("roadmap.referrals_file"),
        is_provider=Role.SUPPORT_PROVIDER in actor.roles,
        is_founder=Role.FOUNDER in actor.roles,
        places=_places(actor, day_of(at)),
        ends=next_quarter(day_of(at)) - timedelta(days=1),
    )


@bp.get("/referrals.<any(csv, xlsx):kind>")
@for_roles(*READERS)
def referrals_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows."""
    columns = [_("Step"), _("Project"), _("Asked of"), _("State"), _("Asked"), _("Wanted by")]
    names = ("step", "project", "partner", "state", "asked", "apply_by")
    return export(kind, "referrals", columns, [[row[name] for name in names] for row in _listed()[0]])


def _places(actor: Actor, today: date) -> list[dict[str, Any]]:
    """Return how many places of the quarter each offer of the reader's organisation has, and how many are taken."""
    session = db.session()
    offers = queries.offers_in_use(session, actor)
    taken = queries.seats_taken(session, [offer.id for offer in offers], quarter_of(today))
    return [
        {
            "name": offer.name,
            "url": url_for("partners.show", partner_id=offer.id),
            "taken": len(taken[offer.id]),
            "capacity": offer.capacity,
            "is_full": len(taken[offer.id]) >= offer.capacity,
        }
        for offer in offers
    ]


@bp.get("/referrals/<int:referral_id>")
@for_roles(*READERS)
def referral(referral_id: int) -> ResponseReturnValue:
    """Show a referral as its reader's side sees it."""
    return _page(referral_id, None)


@bp.post("/referrals/<int:referral_id>/<any(accept, refuse, withdraw, complete, say, drop):verb>")
@for_roles(*READERS)
def move_referral(referral_id: int, verb: str) -> ResponseReturnValue:
    """Accept, refuse, withdraw, complete or drop a referral, or write to the other side."""
    actor, at, form = current_actor(), clock.now(), WordsForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.move_referral(
                session,
                actor,
                referral_id,
                Verb(verb),
                words=form.words.data or "",
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_said(Verb(verb)), "done")
        return back("roadmap.referral", referral_id=referral_id)
    return _page(referral_id, form), 409 if form.stale else 422


@bp.post("/referrals/<int:referral_id>/send")
@for_roles(Role.FOUNDER)
def send_proposed(referral_id: int) -> ResponseReturnValue:
    """Say yes to what an adviser has proposed: the provider is asked, in the founder's words."""
    actor, at, form = current_actor(), clock.now(), SendForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.send_proposed(
                session,
                actor,
                referral_id,
                words=form.words.data or "",
                groups=form.chosen,
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Asked. You are told when they answer."), "done")
        return back("roadmap.referral", referral_id=referral_id)
    return _page(referral_id, form), 409 if form.stale else 422


def _listed() -> tuple[list[dict[str, Any]], str]:
    """Return the referrals that the reader may know of, in the order that the address asks for, and that order."""
    session, actor, at = db.session(), current_actor(), clock.now()
    found = session.scalars(queries.referrals(actor, at=at).limit(MOST)).all()
    seen = projects.groups_of_each(session, actor, list({one.project for one in found}), at=at)
    rows = [_row(SeenReferral(one, queries.side_of(actor, one)), seen[one.project_id]) for one in found]
    return in_order(rows, SORTS)


def _row(seen: SeenReferral, groups: frozenset[FieldGroup]) -> dict[str, Any]:
    it = seen.referral
    return {
        "url": url_for("roadmap.referral", referral_id=it.id),
        "step": words.in_words(it.step_name),
        "project": _title(it.project, groups),
        "partner": it.partner.name,
        "side": seen.side.value,
        "mark": words.REFERRAL_MARKS[it.state],
        "state": str(words.REFERRAL_STATES[it.state]),
        "is_mine": seen.side is ReferralSide.PROVIDER and it.state is ReferralState.ASKED,
        "asked": day_of(it.asked_at),
        "apply_by": it.apply_by,
        "is_demo": it.project.is_demo,
    }


def _title(project: Project, groups: frozenset[FieldGroup]) -> str:
    if not groups:
        return _("Project %(reference)s", reference=project.reference)
    return project.name if FieldGroup.IDENTITY in groups else wording.title_without_name(project)


def _page(referral_id: int, refused: WordsForm | SendForm | None) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    seen = queries.referral_seen(session, actor, referral_id, at=at)
    it = seen.referral
    groups = projects.visible_groups(session, actor, it.project, at)
    verbs = verbs_for(seen.side, it.state)
    form = _form_of_decision(refused) if Verb.SEND in verbs else refused or WordsForm(None)
    form.version.data = str(it.version)
    is_founder = seen.side is ReferralSide.FOUNDER
    return render_template(
        "roadmap/referral.html",
        it=it,
        form=form,
        row=_row(seen, groups),
        is_founder=is_founder,
        side=seen.side.value,
        is_sent=it.state not in UNSENT,
        verbs={verb.value for verb in verbs},
        project=_project(it.project, groups, _words_for(seen, actor, at)),
        is_behind=is_founder and _is_behind(it, at),
        partner_url=_partner_url(it, is_founder=is_founder),
        step_url=url_for("roadmap.step_of_project", project_id=it.project_id, step_id=it.step_id)
        if seen.side is not ReferralSide.PROVIDER
        else None,
        groups=[str(wording.GROUPS[FieldGroup(group)]) for group in it.groups],
        messages=_messages(seen),
        history=_history(seen),
    )


def _form_of_decision(refused: WordsForm | SendForm | None) -> SendForm:
    """Return the form in which a founder decides, with the words and reasons of another one that was refused."""
    if isinstance(refused, SendForm):
        return refused
    form = SendForm(None)
    if refused is not None:
        form.words.data, form.words.errors = refused.words.data, refused.words.errors
        form.refusals = refused.refusals
    return form


def _partner_url(it: Referral, *, is_founder: bool) -> str | None:
    if not is_founder:
        return url_for("partners.show", partner_id=it.partner_id)
    is_public = it.partner.state == "open"
    return url_for("partners.offer", partner_id=it.partner_id) if is_public else None


def _words_for(seen: SeenReferral, actor: Actor, at: datetime) -> TeaserWords:
    it = seen.referral
    return projects.teasers_of_each(db.session(), actor, [it.project], at=at)[it.project_id]


def _is_behind(it: Referral, at: datetime) -> bool:
    """Say whether the provider still reads other words of the teaser than those that stand today."""
    sent = queries.teaser_sent(db.session(), it, at=at) if it.state is ReferralState.ASKED else None
    return sent is not None and sent.digest != it.project.words.digest


def _project(project: Project, groups: frozenset[FieldGroup], read: TeaserWords) -> dict[str, Any] | None:
    if not groups:
        return None
    return {
        "url": url_for("projects.show", project_id=project.id),
        "teaser": wording.teaser(read),
        "facts": [
            (_("Product class"), wording.product_class(project.product_class.value)),
            (_("Indication area"), wording.area(project.indication_area)),
            (_("Phase"), wording.phase(project.phase.value)),
        ],
    }


def _messages(seen: SeenReferral) -> list[dict[str, Any]]:
    it = seen.referral
    found = queries.messages_of(db.session(), it, seen.side)
    return [
        {
            "who": one.author.name
            if one.side in NAMED_ALWAYS or one.side is seen.side or it.state in NAMED
            else str(words.REFERRAL_SIDES[one.side]),
            "is_own": one.side is seen.side,
            "at": one.written_at,
            "words": one.words,
        }
        for one in found
    ]


def _history(seen: SeenReferral) -> list[dict[str, Any]]:
    kinds = {"referral.accepted": "firm", "referral.completed": "done"}
    return [
        {
            "when": moment(line.at),
            "iso": line.at.isoformat(),
            "text": str(words.REFERRAL_HAPPENED[line.name]),
            "kind": kinds.get(
                line.name, "no" if line.name.endswith(("refused", "withdrawn", "dropped")) else "asked"
            ),
            "who": None,
            "changes": [],
        }
        for line in queries.referral_history(db.session(), seen.referral, seen.side)
    ]


def _said(verb: Verb) -> str:
    return {
        Verb.ACCEPT: _("Accepted. You read now what the founder opened to you."),
        Verb.REFUSE: _("Refused. The founder reads your reason, and your access has ended."),
        Verb.WITHDRAW: _("Withdrawn. Their access has ended."),
        Verb.COMPLETE: _("Completed. The access that it gave has ended."),
        Verb.SAY: _("Sent."),
        Verb.DROP: _("Not sent. The provider has heard nothing of it."),
    }[verb]
