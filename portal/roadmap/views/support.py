"""Who helps with the steps that lie ahead: what fits, by when to apply, what to prepare, and asking for it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.partners import words as partner_words
from portal.partners.models import Partner
from portal.partners.queries import public_offer
from portal.partners.rules.calls import Call
from portal.partners.rules.places import free_seat, next_quarter, quarter_of
from portal.projects.queries import own_project
from portal.reference.rules import EffectiveFact
from portal.roadmap import queries, services, words
from portal.roadmap.forms import AskForm, ProposeForm
from portal.roadmap.models import Referral
from portal.roadmap.queries import Support
from portal.roadmap.rules.referrals import OPEN
from portal.roadmap.rules.standing import Standing
from portal.roadmap.rules.support import apply_by
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.lines import StepLine, lines_of
from portal.roadmap.views.pages import Reading, around, reading
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in

AHEAD = timedelta(days=182)
FIRST_KINDS = ("meeting", "advice", "designation", "grant")
"""What is nearest to a step comes first among the programmes that name it."""


@bp.get("/projects/<int:project_id>/roadmap/support")
@signed_in
def support(project_id: int) -> ResponseReturnValue:
    """Show for each step of the coming six months which programmes and providers fit, and by when to apply."""
    found = reading(project_id)
    if found.laid is None:
        raise NotFound
    everything = request.args.get("ahead") == "all"
    lines = coming(lines_of(found.laid, found.booked), None if everything else found.today + AHEAD)
    helps = helps_of(found, lines)
    return render_template(
        "roadmap/support.html",
        steps=[_step(found, line, helps[line.id]) for line in lines if helps[line.id]],
        without=[line for line in lines if not helps[line.id]],
        everything=everything,
        is_own=found.seen.is_own,
        **around(found),
    )


@bp.route("/projects/<int:project_id>/roadmap/steps/<step_id>/ask/<int:partner_id>", methods=["GET", "POST"])
@signed_in
def ask_for_help(project_id: int, step_id: str, partner_id: int) -> ResponseReturnValue:
    """Ask a support provider for help with a step."""
    actor, at = current_actor(), clock.now()
    own_project(db.session(), actor, project_id, at=at)
    form = AskForm(request.form if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: (
                services.ask_for_help(
                    session,
                    actor,
                    project_id,
                    step_id,
                    partner_id,
                    words=form.words.data or "",
                    groups=form.chosen,
                    at=at,
                ).id
            )
        )
    ):
        flash(_("Asked. You are told when they answer."), "done")
        return back("roadmap.referral", referral_id=form.result)
    return _asking(project_id, step_id, partner_id, form)


@bp.route(
    "/projects/<int:project_id>/roadmap/steps/<step_id>/propose/<int:partner_id>", methods=["GET", "POST"]
)
@for_roles(Role.ADVISER)
def propose_help(project_id: int, step_id: str, partner_id: int) -> ResponseReturnValue:
    """Propose to the founders whom to ask for help with a step; nobody is asked before they say yes."""
    actor, at = current_actor(), clock.now()
    queries.project_to_plan(db.session(), actor, project_id, at=at)
    form = ProposeForm(request.form if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: (
                services.propose_help(
                    session, actor, project_id, step_id, partner_id, words=form.words.data or "", at=at
                ).id
            )
        )
    ):
        flash(_("Proposed. The founders are told, and nobody is asked before they say yes."), "done")
        return back("roadmap.referral", referral_id=form.result)
    return _asking(project_id, step_id, partner_id, form)


def _asking(
    project_id: int, step_id: str, partner_id: int, form: AskForm | ProposeForm
) -> ResponseReturnValue:
    found, offer = reading(project_id), public_offer(db.session(), partner_id)
    line = _line(found, step_id)
    page = render_template(
        "roadmap/ask.html",
        form=form,
        line=line,
        offer=offer,
        offer_text=partner_words.text(offer),
        apply=words.apply_by(apply_by(line.start, offer.lead_time_days, offer.closes, today=found.today)),
        is_proposal=isinstance(form, ProposeForm),
        **around(found),
    )
    return page, 422 if request.method == "POST" else 200


def coming(lines: Sequence[StepLine], until: date | None) -> list[StepLine]:
    """Return the steps that are not done and begin up to a day, in the order in which they begin."""
    ahead = [
        line
        for line in lines
        if line.standing is not Standing.DONE and (until is None or line.start <= until)
    ]
    return sorted(ahead, key=lambda line: (line.start, line.finish, line.name))


def helps_of(found: Reading, lines: Sequence[StepLine]) -> dict[str, list[dict[str, Any]]]:
    """Return the programmes and offers that help with each step, those of the portal's providers first."""
    laid = found.laid
    if laid is None:
        return {line.id: [] for line in lines}
    known = queries.support_for(db.session(), laid.roadmap.project, on=found.today)
    may_read = found.seen.is_own or found.may_plan
    asked = _latest(queries.referrals_of(db.session(), laid.roadmap.project)) if may_read else {}
    full = _full(known.offers, found.today)
    return {line.id: _helps(found, known, line, asked, full) for line in lines}


def _full(offers: Sequence[Partner], today: date) -> frozenset[int]:
    """Return the offers that have no place left in the quarter."""
    taken = queries.seats_taken(db.session(), [offer.id for offer in offers], quarter_of(today))
    return frozenset(offer.id for offer in offers if free_seat(offer.capacity, taken[offer.id]) is None)


def _helps(
    found: Reading,
    known: Support,
    line: StepLine,
    asked: Mapping[tuple[str, int], Referral],
    full: Collection[int],
) -> list[dict[str, Any]]:
    programmes = sorted(known.programmes_for(line.id), key=lambda fact: _nearest(fact.record))
    return [
        *(
            _offer(offer, line, found, asked.get((line.id, offer.id)), is_full=offer.id in full)
            for offer in known.offers_for(line.track)
        ),
        *(_programme(fact, line, found.today, known.calls.get(fact.record_id)) for fact in programmes),
    ]


def _offer(
    offer: Partner, line: StepLine, found: Reading, referral: Referral | None, *, is_full: bool
) -> dict[str, Any]:
    is_open = referral is not None and referral.state in OPEN
    may_ask = found.may_plan and not is_open and not is_full
    page = "roadmap.ask_for_help" if found.seen.is_own else "roadmap.propose_help"
    return {
        "name": offer.name,
        "provider": offer.organisation.name,
        "kind": partner_words.kind(offer),
        "url": url_for("partners.offer", partner_id=offer.id),
        "text": partner_words.text(offer),
        "apply": words.apply_by(apply_by(line.start, offer.lead_time_days, offer.closes, today=found.today)),
        "deadlines": offer.calls,
        "prepare": [],
        "confidence": None,
        "is_demo": offer.is_demo,
        "full_until": next_quarter(found.today) if is_full and found.may_plan and not is_open else None,
        "ask_url": url_for(page, project_id=found.seen.project.id, step_id=line.id, partner_id=offer.id)
        if may_ask
        else None,
        "ask_words": _("Ask for help") if found.seen.is_own else _("Propose to ask"),
        "referral": _badge(referral, has_page=_has_page(found, referral)),
    }


def _has_page(found: Reading, referral: Referral | None) -> bool:
    """Say whether the reader follows a referral: the founders do, and the advisers who proposed it."""
    if found.seen.is_own or referral is None:
        return found.seen.is_own
    return (
        referral.proposed_for_id is not None and referral.proposed_for_id == current_actor().organisation_id
    )


def _badge(referral: Referral | None, *, has_page: bool) -> dict[str, Any] | None:
    if referral is None:
        return None
    return {
        "mark": words.REFERRAL_MARKS[referral.state],
        "words": str(words.REFERRAL_STATES[referral.state]),
        "url": url_for("roadmap.referral", referral_id=referral.id) if has_page else None,
    }


def _programme(fact: EffectiveFact, line: StepLine, today: date, call: Call | None) -> dict[str, Any]:
    record = fact.record
    lead = partner_words.lead_days(fact)
    closes = call.closes if call is not None and today <= call.closes else None
    said = (
        partner_words.in_language(record["deadlines"]),
        partner_words.call_in_words(call, in_calls=False, today=today),
    )
    return {
        "name": record["name"],
        "provider": record["provider"],
        "kind": partner_words.word("support_kind", record["kind"]),
        "url": url_for("partners.programme", programme_id=fact.record_id),
        "text": partner_words.in_language(record["gives"]),
        "apply": words.apply_by(apply_by(line.start, lead, closes, today=today)),
        "deadlines": " ".join(filter(None, said)) or None,
        "prepare": [partner_words.in_language(item) for item in record["prepare"] or []],
        "confidence": record["confidence"],
        "is_demo": False,
        "full_until": None,
        "ask_url": None,
        "ask_words": None,
        "referral": None,
    }


def _step(found: Reading, line: StepLine, helps: list[dict[str, Any]]) -> dict[str, Any]:
    project_id = found.seen.project.id
    return {
        "line": line,
        "url": url_for("roadmap.step_of_project", project_id=project_id, step_id=line.id),
        "outline_url": url_for("roadmap.outline", project_id=project_id, step_id=line.id),
        "track": words.track(line.track),
        "helps": helps,
    }


def _line(found: Reading, step_id: str) -> StepLine:
    lines = {} if found.laid is None else {one.id: one for one in lines_of(found.laid, found.booked)}
    if step_id not in lines:
        raise NotFound
    return lines[step_id]


def _latest(referrals: Sequence[Referral]) -> dict[tuple[str, int], Referral]:
    """Return the newest referral of each step to each offer; they come newest first."""
    return {(one.step_id, one.partner_id): one for one in reversed(referrals)}


def _nearest(record: Mapping[str, Any]) -> tuple[int, str]:
    kind = record["kind"]
    return FIRST_KINDS.index(kind) if kind in FIRST_KINDS else len(FIRST_KINDS), str(record["name"])
