"""One introduction: where it stands, what each side does next, and what happened."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts import queries as accounts
from portal.core import clock
from portal.core.actors import Role
from portal.matching import queries, services, words
from portal.matching.forms import (
    ConsentForm,
    DeclineForm,
    FreeTimeForm,
    LaterForm,
    MeetingForm,
    OutcomeForm,
    RenewForm,
)
from portal.matching.models import Introduction
from portal.matching.queries import Seen
from portal.matching.rules.introductions import AGREED, OPEN, SHARING, Side, State
from portal.matching.views import boards, shown
from portal.matching.views.agenda import agenda
from portal.matching.views.blueprint import bp
from portal.partners import words as partner_words
from portal.partners.words import INSTRUMENTS
from portal.projects import queries as projects
from portal.projects import wording
from portal.projects.models import FieldGroup, TeaserWords
from portal.projects.rules import access
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in
from portal.web.filters import day, moment, money
from portal.web.forms import ActionForm, BaseForm

VERBS: Mapping[str, tuple[Callable[..., Introduction], Callable[[], str]]] = {
    "shortlist": (services.take_up, lambda: _("Taken up.")),
    "ask": (services.ask_consent, lambda: _("The founder is asked.")),
    "send": (services.send_teaser, lambda: _("Sent. The partner answers within two weeks, or it expires.")),
    "introduce": (services.introduce, lambda: _("Noted.")),
    "discuss": (services.begin_discussion, lambda: _("Noted.")),
    "withdraw": (services.withdraw_consent, lambda: _("Consent taken back. Their access has ended.")),
    "agree": (
        services.answer_yes,
        lambda: _("You have both said yes. What the founder opens to you is on the project’s page."),
    ),
}
READERS = boards.READERS


@bp.get("/introductions/<int:introduction_id>")
@signed_in
def show(introduction_id: int) -> ResponseReturnValue:
    """Show an introduction as its reader's side sees it."""
    return page(introduction_id)


@bp.post(
    "/introductions/<int:introduction_id>/<any(shortlist, ask, send, introduce, discuss, withdraw, agree):verb>"
)
@signed_in
def move(introduction_id: int, verb: str) -> ResponseReturnValue:
    """Take a step for which nothing needs to be typed."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    work, said = VERBS[verb]
    if form.validate() and form.attempt(
        lambda session: work(session, actor, introduction_id, version=form.shown_version, at=at).id
    ):
        flash(said(), "done")
        return back("matching.show", introduction_id=introduction_id)
    return page(introduction_id, refused=form), 409 if form.stale else 422


@bp.post("/introductions/<int:introduction_id>/consent")
@for_roles(Role.FOUNDER)
def consent(introduction_id: int) -> ResponseReturnValue:
    """Say yes, as the founder, to this partner and to exactly these field groups."""
    actor, at, form = current_actor(), clock.now(), ConsentForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.give_consent(
                session,
                actor,
                introduction_id,
                groups=form.chosen,
                read=form.read.data or "",
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(
            _("Consented. The partner reads your teaser first, and nothing else before it has said yes."),
            "done",
        )
        return back("matching.show", introduction_id=introduction_id)
    return page(introduction_id, consent_form=form), 409 if form.stale else 422


@bp.post("/introductions/<int:introduction_id>/renew")
@for_roles(Role.FOUNDER)
def renew(introduction_id: int) -> ResponseReturnValue:
    """Consent anew, as the founder, to the words of the teaser as they stand."""
    actor, at, form = current_actor(), clock.now(), RenewForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.renew_teaser(
                session,
                actor,
                introduction_id,
                read=form.read.data or "",
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Consented. From now on they read these words."), "done")
        return back("matching.show", introduction_id=introduction_id)
    return page(introduction_id, refused=form), 409 if form.stale else 422


@bp.post("/introductions/<int:introduction_id>/later")
@for_roles(Role.INVESTOR, Role.SUPPORT_PROVIDER)
def later(introduction_id: int) -> ResponseReturnValue:
    """Say, as the partner, that one wants to be asked again later."""
    actor, at, form = current_actor(), clock.now(), LaterForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.answer_later(
                session,
                actor,
                introduction_id,
                until=form.until.data,
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Noted. You are not asked before that day."), "done")
        return back("matching.show", introduction_id=introduction_id)
    return page(introduction_id, later_form=form), 409 if form.stale else 422


@bp.post("/introductions/<int:introduction_id>/decline")
@for_roles(*READERS)
def decline(introduction_id: int) -> ResponseReturnValue:
    """Say no, as whichever side one is."""
    actor, at, form = current_actor(), clock.now(), DeclineForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.decline(
                session,
                actor,
                introduction_id,
                reason=form.chosen,
                words=form.explained.data,
                final=bool(form.final.data),
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Declined. The next ranking knows the reason."), "done")
        return back("matching.board")
    return page(introduction_id, decline_form=form), 409 if form.stale else 422


@bp.post("/introductions/<int:introduction_id>/outcome")
@for_roles(Role.ADVISER)
def outcome(introduction_id: int) -> ResponseReturnValue:
    """Note what came of an introduction."""
    actor, at, form = current_actor(), clock.now(), OutcomeForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.note_outcome(
                session,
                actor,
                introduction_id,
                form.chosen,
                on=form.on.data,
                amount=form.whole_amount,
                currency=form.currency.data,
                instrument=form.instrument.data or None,
                words=form.explained.data,
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Noted."), "done")
        return back("matching.show", introduction_id=introduction_id)
    return page(introduction_id, outcome_form=form), 409 if form.stale else 422


def page(
    introduction_id: int,
    *,
    free_form: FreeTimeForm | None = None,
    meeting_form: MeetingForm | None = None,
    refused: ActionForm | None = None,
    consent_form: ConsentForm | None = None,
    later_form: LaterForm | None = None,
    decline_form: DeclineForm | None = None,
    outcome_form: OutcomeForm | None = None,
) -> str:
    """Return the page of an introduction, with the form that was refused."""
    actor, at, session = current_actor(), clock.now(), db.session()
    seen = queries.introduction_seen(session, actor, introduction_id)
    it = seen.introduction
    groups = projects.visible_groups(session, actor, it.project, at)
    version = {"version": it.version}
    forms: dict[str, ActionForm] = {
        "consent_form": consent_form or ConsentForm(data=version),
        "later_form": later_form or LaterForm(data=version),
        "decline_form": decline_form or DeclineForm(data=version),
        "outcome_form": outcome_form or OutcomeForm(data=version),
    }
    sent = (refused, consent_form, later_form, decline_form, outcome_form, free_form, meeting_form)
    tried = next((form for form in sent if form), None)
    for name, form in forms.items():
        form.version.data = str(it.version)
        if isinstance(form, RenewForm):
            form.read.data = it.project.words.digest
        _set_apart(form, name)
    met = agenda(seen, free_form=free_form, meeting_form=meeting_form, at=at)
    if met is not None:
        _set_apart(met["free_form"], "free_form")
        _set_apart(met["form"], "meeting_form")
    return render_template(
        "matching/introduction.html",
        it=it,
        side=seen.side.value,
        refused=tried,
        title=shown.title_of(it.project, groups)
        if groups
        else _("Project %(reference)s", reference=it.project.reference),
        project=_project_in_words(seen, groups),
        is_behind=it.is_behind,
        read=it.project.words.digest,
        new_words=wording.teaser(it.project.words),
        partner=_partner_in_words(seen),
        state_mark=words.MARKS[it.state],
        state_words=words.STATES[it.state],
        is_open=it.state in OPEN,
        is_agreed=it.state in AGREED,
        steps=boards.steps_of(seen),
        next_words=_next(seen),
        groups=[str(wording.GROUPS[FieldGroup(group)]) for group in it.groups],
        warnings=shown.warnings_of(it.project) if seen.side is Side.FOUNDER else [],
        why=_why(seen, groups) if groups else [],
        declined=_declined(it),
        outcome=_outcome(it),
        history=_history(seen),
        meets=met,
        has_profile=it.state in SHARING,
        has_documents=it.agreed_at is not None
        and (seen.side is Side.FOUNDER or (seen.side is Side.PARTNER and it.state in SHARING)),
        may_withdraw=seen.side is Side.FOUNDER
        and it.consented_at is not None
        and (it.state in OPEN or it.state in (State.INVESTED, State.SUPPORTED)),
        **forms,
    )


def _set_apart(form: BaseForm, name: str) -> None:
    """Give the fields of one of several forms on a page ids of their own."""
    for field in form:
        field.id = field.label.field_id = f"{name}-{field.id}"


def _project_in_words(seen: Seen, groups: frozenset[FieldGroup]) -> dict[str, Any] | None:
    """Return what the reader sees of the project, or None where access has ended."""
    if not groups:
        return None
    project = seen.introduction.project
    sees_funding = access.sees_funding_range(current_actor(), groups)
    return {
        "url": url_for("projects.show", project_id=project.id),
        "teaser": wording.teaser(_words(seen)),
        "facts": [
            (_("Product class"), wording.product_class(project.product_class.value)),
            (_("Indication area"), wording.area(project.indication_area)),
            (_("Phase"), wording.phase(project.phase.value)),
            *([(_("Funding sought"), wording.funding(project))] if sees_funding else []),
        ],
    }


def _words(seen: Seen) -> TeaserWords:
    """Return the words of the teaser that the page shows: those that the partner reads, or will."""
    it, session = seen.introduction, db.session()
    if seen.side is Side.PARTNER:
        return projects.teasers_of_each(session, current_actor(), [it.project], at=clock.now())[it.project_id]
    return it.words if it.is_behind and it.words else it.project.words


def _partner_in_words(seen: Seen) -> dict[str, Any]:
    partner = seen.introduction.partner
    is_public = partner.kind == "support" and partner.state == "open"
    url = url_for("partners.show", partner_id=partner.id)
    if seen.side is Side.FOUNDER:
        url = url_for("partners.offer", partner_id=partner.id) if is_public else ""
    return {
        "name": partner.name,
        "kind": partner_words.kind(partner),
        "text": partner_words.text(partner),
        "url": url,
    }


def _next(seen: Seen) -> str | None:
    waits = boards.waits_for(seen, today=clock.now().date())
    if waits is None:
        return None
    if waits is seen.side:
        return _("The next step is yours.")
    return _("The next step is for %(side)s.", side=words.SIDES[waits])


def _why(seen: Seen, groups: frozenset[FieldGroup]) -> list[tuple[str, str]]:
    """Return why both were matched as it stands today, in what the reader's side may know."""
    it = seen.introduction
    if it.state not in OPEN:
        return []
    judged = frozenset(FieldGroup) if seen.side is Side.FOUNDER else groups
    sight = queries.sight(db.session(), current_actor(), it.project, at=clock.now(), groups=judged)
    known = queries.id_of(it.partner_id)
    match = next((one for one in sight.ranking.matches() if one.partner == known), None)
    if match is None:
        return []
    if seen.side is Side.PARTNER:
        return shown.grounds_for_partner(sight, match)
    row = shown.match_row(sight, match, 1, is_own=seen.side is Side.FOUNDER)
    return [(label, ground) for label, points, _most, ground in row["sum"] if points > 0]


def _declined(it: Introduction) -> dict[str, Any] | None:
    if it.declined_by is None or it.decline_reason is None:
        return None
    return {
        "by": words.SIDES[it.declined_by],
        "reason": words.DECLINES[it.decline_reason],
        "words": it.decline_words,
        "final": it.decline_final,
    }


def _outcome(it: Introduction) -> list[tuple[str, Any]]:
    if it.outcome_on is None:
        return []
    amount = it.outcome_amount
    found: list[tuple[str, Any]] = [(_("Day"), day(it.outcome_on))]
    if amount is not None:
        found.append((_("Amount"), money(amount * 100, it.outcome_currency)))
    if it.outcome_instrument:
        found.append((_("Instrument"), INSTRUMENTS[it.outcome_instrument]))
    if it.outcome_words:
        found.append((_("In words"), it.outcome_words))
    return found


def _history(seen: Seen) -> list[dict[str, Any]]:
    lines = queries.introduction_history(db.session(), seen.introduction)
    if seen.side is Side.ADVISER:
        lines = [line for line in lines if line.name not in words.BETWEEN_THE_TWO]
    if seen.side is Side.PARTNER:
        lines = [line for line in lines if line.name not in words.BEFORE_SENDING]
    own = {line.actor_id for line in lines if line.actor_id == current_actor().user_id}
    names = accounts.names_of(db.session(), own)
    return [
        {
            "when": moment(line.at),
            "iso": line.at.isoformat(),
            "text": str(words.HAPPENED[line.name]),
            "kind": "no" if line.name.endswith(("declined", "withdrawn", "expired")) else "firm",
            "who": names.get(line.actor_id or 0),
            "changes": [],
        }
        for line in lines
    ]
