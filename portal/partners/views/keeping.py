"""What partners keep about themselves, and what advisers draft for them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select

from portal.accounts import queries as accounts
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.partners import queries, services, words
from portal.partners.forms import PartnerForm, form_for
from portal.partners.models import Partner
from portal.partners.queries import KINDS_OF
from portal.partners.rules import access
from portal.partners.rules.fields import fields_for
from portal.partners.rules.values import PartnerKind, PartnerState
from portal.partners.views.blueprint import bp
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in
from portal.web.exports import Kind, Value, export, file_links
from portal.web.filters import moment
from portal.web.forms import ActionForm
from portal.web.paging import page_number, pages_of

A_PAGE = 50
READERS = (Role.ADVISER, Role.INVESTOR, Role.SUPPORT_PROVIDER)
VERBS: Mapping[str, tuple[Callable[..., Partner], Callable[[], str]]] = {
    "confirm": (services.confirm_partner, lambda: _("Confirmed. It takes part from now on.")),
    "close": (services.close_partner, lambda: _("Closed. Introductions that are open go on.")),
    "reopen": (services.reopen_partner, lambda: _("Reopened. It takes part again.")),
}


@bp.get("/partners")
@for_roles(*READERS)
def index() -> ResponseReturnValue:
    """Show the reader's own entries, or to an adviser everybody's."""
    actor, asked, kind, sort = current_actor(), request.args, _kind(), _sort()
    question = _question()
    number = queries.count(db.session(), question)
    page = page_number(number, A_PAGE)
    found = db.session.scalars(question.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "partners/index.html",
        rows=[_row(partner) for partner in found],
        number=number,
        page=page,
        pages=pages_of(number, A_PAGE),
        kind=kind,
        sort=sort,
        exports=file_links("partners.index_file", ending="form"),
        asked_words=asked.get("q", "")[:100],
        kinds=[(one.value, str(words.KINDS[one])) for one in PartnerKind],
        is_adviser=access.may_read_all(actor),
        is_filtered=bool(kind or asked.get("q")),
    )


@bp.get("/partners.<any(csv, xlsx):form>")
@for_roles(*READERS)
def index_file(form: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    columns = [
        _("Partner"),
        _("Organisation"),
        _("Kind"),
        _("In words"),
        _("Helps with"),
        _("Ticket"),
        _("A quarter"),
        _("State"),
    ]
    names = ("name", "organisation", "kind", "text", "needs", "ticket", "capacity", "state")
    rows = [_row(partner) for partner in db.session.scalars(_question())]
    return export(form, "partners", columns, [[_plain(row[name]) for name in names] for row in rows])


def _question() -> Select[Partner]:
    """Return the question for the partners that the address asks for."""
    words_asked = request.args.get("q", "")[:100].strip()
    return queries.partners(current_actor(), words=words_asked, kind=_kind(), sort=_sort())


def _kind() -> PartnerKind | None:
    asked = request.args.get("kind")
    return PartnerKind(asked) if asked in set(PartnerKind) else None


def _sort() -> str:
    asked = request.args.get("sort", "name")
    return asked if asked.removeprefix("-") in queries.SORTS else "name"


def _plain(value: Any) -> Value:
    return value if value is None or isinstance(value, int) else str(value)


@bp.get("/partners/<int:partner_id>")
@signed_in
def show(partner_id: int) -> ResponseReturnValue:
    """Show a whole statement to who may read it."""
    return _page_of(partner_id, ActionForm(None))


@bp.route("/partners/new", methods=["GET", "POST"])
@for_roles(*READERS)
def enter() -> ResponseReturnValue:
    """State what one looks for or gives; an adviser drafts it for somebody."""
    actor, at = current_actor(), clock.now()
    organisation = _whose(actor)
    if organisation is None:
        offered = queries.organisations_for_drafts(db.session())
        page = render_template("partners/choose.html", organisations=offered)
        return page, 422 if request.method == "POST" else 200
    kind = KINDS_OF[organisation.kind]
    own = access.keeps(actor, organisation_id=organisation.id, kind=kind)
    form = form_for(kind)(request.form if request.method == "POST" else None)
    if not own:
        form.hide_conflicts()
    if request.method == "GET" and not form.name.data:
        form.name.data = organisation.name
    form.organisation.data = str(organisation.id)
    organisation_id = organisation.id
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: services.enter_partner(session, actor, organisation_id, form.values, at=at).id
        )
    ):
        flash(_("Saved.") if own else _("Drafted. They are asked to confirm it."), "done")
        return back("partners.show", partner_id=form.result)
    page = render_template(
        "partners/edit.html", form=form, organisation=organisation, partner=None, kind=kind, own=own
    )
    return page, 422 if request.method == "POST" else 200


@bp.route("/partners/<int:partner_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(partner_id: int) -> ResponseReturnValue:
    """Change a statement; what was typed survives a refusal and a stale page."""
    actor, at = current_actor(), clock.now()
    partner = queries.partner_to_edit(db.session(), actor, partner_id)
    if request.method == "GET":
        return _edit_page(actor, partner, PartnerForm.of(partner))
    form = form_for(partner.kind)(request.form)
    if not access.keeps(actor, organisation_id=partner.organisation_id, kind=partner.kind):
        form.hide_conflicts()
    if form.validate() and form.attempt(
        lambda session: (
            services.edit_partner(
                session, actor, partner_id, form.values, version=form.shown_version, at=at
            ).id
        )
    ):
        flash(_("Saved."), "done")
        return back("partners.show", partner_id=partner_id)
    partner = queries.partner_to_edit(db.session(), actor, partner_id)
    if form.stale:
        form.version.data = str(partner.version)
    return _edit_page(actor, partner, form), 409 if form.stale else 422


@bp.post("/partners/<int:partner_id>/<any(confirm, close, reopen):verb>")
@signed_in
def move(partner_id: int, verb: str) -> ResponseReturnValue:
    """Confirm a draft, close an entry, or reopen it."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    work, said = VERBS[verb]
    if form.validate() and form.attempt(
        lambda session: work(session, actor, partner_id, version=form.shown_version, at=at).id
    ):
        flash(said(), "done")
        return back("partners.show", partner_id=partner_id)
    return _page_of(partner_id, form), 409 if form.stale else 422


def _whose(actor: Actor) -> Organisation | None:
    """Return for whom the reader states something; None where an adviser has still to choose."""
    session = db.session()
    own = session.get(Organisation, actor.organisation_id) if actor.organisation_id else None
    if own is not None and own.kind in KINDS_OF and not access.may_draft(actor):
        if access.keeps(actor, organisation_id=own.id, kind=KINDS_OF[own.kind]):
            return own
        raise NotFound
    written = request.values.get("organisation", "")
    if not access.may_draft(actor):
        raise NotFound
    offered = {body.id: body for body in queries.organisations_for_drafts(session)}
    return offered.get(int(written)) if written.isascii() and written.isdecimal() else None


def _page_of(partner_id: int, form: ActionForm) -> str:
    actor = current_actor()
    partner = queries.partner_to_see(db.session(), actor, partner_id)
    keeps = access.keeps(actor, organisation_id=partner.organisation_id, kind=partner.kind)
    form.version.data = str(partner.version)
    return render_template(
        "partners/show.html",
        partner=partner,
        form=form,
        keeps=keeps,
        may_edit=access.may_edit(
            actor, organisation_id=partner.organisation_id, kind=partner.kind, state=partner.state
        ),
        title=partner.name,
        text=words.text(partner),
        kind=words.kind(partner),
        ticket=words.ticket(partner),
        facts=_facts(partner, keeps=keeps),
        state_mark=words.STATE_MARKS[partner.state],
        state_words=words.STATES[partner.state],
        is_draft=partner.state is PartnerState.DRAFT,
        history=_history(actor, partner, keeps=keeps),
    )


APART = frozenset({"name", "text", "text_sv", "ticket_min", "ticket_max", "ticket_currency"})


def _facts(partner: Partner, *, keeps: bool) -> list[tuple[str, str | None]]:
    stored = queries.stated_values(partner)
    return [
        (words.label(field.name), words.value_words(field.name, stored[field.name]))
        for field in fields_for(partner.kind)
        if field.name not in APART and (keeps or not field.own)
    ]


def _history(actor: Actor, partner: Partner, *, keeps: bool) -> list[dict[str, Any]]:
    lines = queries.partner_history(db.session(), actor, partner)
    names = accounts.names_of(db.session(), {line.actor_id for line in lines if line.actor_id})
    return [
        {
            "when": moment(line.at),
            "iso": line.at.isoformat(),
            "text": str(words.HAPPENED[line.name]),
            "kind": "firm" if line.name in ("partner.confirmed", "partner.reopened") else "asked",
            "who": names.get(line.actor_id or 0) if keeps else None,
            "changes": [],
        }
        for line in lines
    ]


def _edit_page(actor: Actor, partner: Partner, form: PartnerForm) -> str:
    own = access.keeps(actor, organisation_id=partner.organisation_id, kind=partner.kind)
    if not own and "conflicts" in form:
        form.hide_conflicts()
    return render_template(
        "partners/edit.html",
        form=form,
        organisation=partner.organisation,
        partner=partner,
        kind=partner.kind,
        own=own,
    )


def _page() -> int:
    written = request.args.get("page", "")
    return max(1, int(written)) if written.isascii() and written.isdecimal() and len(written) < 7 else 1


def _row(partner: Partner) -> dict[str, Any]:
    return {
        "name": partner.name,
        "organisation": partner.organisation.name,
        "url": url_for("partners.show", partner_id=partner.id),
        "kind": words.kind(partner),
        "text": words.text(partner),
        "ticket": words.ticket(partner),
        "needs": words.words("serves", partner.serves),
        "capacity": partner.capacity,
        "mark": words.STATE_MARKS[partner.state],
        "state": words.STATES[partner.state],
        "changed": partner.updated_at.date(),
        "is_demo": partner.is_demo,
    }
