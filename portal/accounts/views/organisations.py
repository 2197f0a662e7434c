"""Pages of an organisation: its facts, members and invitations, and asking for a role in it."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts import letters, queries, services
from portal.accounts.assistance import only_in_person
from portal.accounts.forms import InviteForm, OrganisationForm, ReasonForm, RequestRoleForm
from portal.accounts.history import told
from portal.accounts.labels import country_label, kind_label, role_label
from portal.accounts.models import Invitation, Membership, Organisation
from portal.accounts.proofs import only_proven
from portal.accounts.rules.people import roles_of, roles_to_offer
from portal.accounts.views.blueprint import bp
from portal.core import clock
from portal.core.errors import NotFound
from portal.ledger.queries import history
from portal.mail.services import post
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import BaseForm
from portal.web.limits import limiter

GROUPS = ("organisation",)
"""Which private values a history of an organisation shows to its members."""


@bp.get("/organisation")
@signed_in
def own_organisation() -> ResponseReturnValue:
    """Go to the organisation that one acts for."""
    organisation_id = current_actor().organisation_id
    if organisation_id is None:
        raise NotFound
    return back("accounts.organisation", organisation_id=organisation_id)


@bp.get("/organisations/<int:organisation_id>")
@signed_in
def organisation(organisation_id: int) -> ResponseReturnValue:
    """Show an organisation that one belongs to: its facts, members, invitations and history."""
    return _organisation_page(queries.organisation_to_see(db.session(), current_actor(), organisation_id))


@bp.route("/organisations/<int:organisation_id>/edit", methods=["GET", "POST"])
@signed_in
def edit_organisation(organisation_id: int) -> ResponseReturnValue:
    """Change the facts of an organisation."""
    actor, at = current_actor(), clock.now()
    stored = queries.organisation_to_manage(db.session(), actor, organisation_id)
    form = OrganisationForm(request.form) if request.method == "POST" else OrganisationForm(obj=stored)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: services.edit_organisation(
                session, actor, organisation_id, facts_of(form), version=form.shown_version, at=at
            )
        )
    ):
        flash(_("The organisation is saved."), "done")
        return back("accounts.organisation", organisation_id=organisation_id)
    stored = queries.organisation_to_manage(db.session(), actor, organisation_id)
    if form.stale:
        form.version.data = str(stored.version)
    code = 422 if form.has_errors else 200
    return render_template("accounts/edit_organisation.html", form=form, organisation=stored), code


@bp.route("/organisations/<int:organisation_id>/invite", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
@signed_in
@only_in_person
def invite(organisation_id: int) -> ResponseReturnValue:
    """Offer somebody a role in an organisation, by mail."""
    actor, at, language = current_actor(), clock.now(), current_user.language
    stored = queries.organisation_to_manage(db.session(), actor, organisation_id)
    form = InviteForm(request.form or None)
    form.offer(roles_to_offer(stored.kind, by_administrator=actor.is_administrator))
    if request.method == "POST" and form.validate():

        def work(session: Session) -> None:
            offer, token = services.invite(
                session, actor, organisation_id, email=form.email.data or "", role=form.chosen, at=at
            )
            post(session, letters.invitation(offer, token, language=language), at=at)

        if form.attempt(work):
            flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "done")
            return back("accounts.organisation", organisation_id=organisation_id)
    stored = queries.organisation_to_manage(db.session(), actor, organisation_id)
    code = 422 if form.has_errors else 200
    return render_template("accounts/invite.html", form=form, organisation=stored), code


@bp.post("/invitations/<int:invitation_id>/send-again")
@limiter.limit("30 per hour")
@signed_in
@only_in_person
def send_invitation_again(invitation_id: int) -> ResponseReturnValue:
    """Send an invitation again, with a new link."""
    actor, at, language = current_actor(), clock.now(), current_user.language

    def work(session: Session) -> Invitation:
        offer, token = services.send_invitation_again(session, actor, invitation_id, at=at)
        post(session, letters.invitation(offer, token, language=language), at=at)
        return offer

    form = BaseForm(request.form)
    if not (form.validate() and form.attempt(work)):
        raise NotFound
    flash(_("The invitation is on its way to %(email)s.", email=form.result.email), "done")
    return back("accounts.organisation", organisation_id=form.result.organisation_id)


@bp.post("/invitations/<int:invitation_id>/revoke")
@signed_in
def revoke_invitation(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    actor, at, form = current_actor(), clock.now(), BaseForm(request.form)
    if not (
        form.validate()
        and form.attempt(lambda session: services.revoke_invitation(session, actor, invitation_id, at=at))
    ):
        raise NotFound
    flash(_("The invitation is taken back. Its link is void."), "done")
    return back("accounts.organisation", organisation_id=form.result.organisation_id)


@bp.post("/memberships/<int:membership_id>/end")
@signed_in
@only_proven
def end_membership(membership_id: int) -> ResponseReturnValue:
    """End a membership, or show why it can't end."""
    actor, at = current_actor(), clock.now()
    stored = db.session().get(Membership, membership_id)
    if stored is None:
        raise NotFound
    organisation_id = stored.organisation_id
    form = ReasonForm(request.form, prefix=f"end-{membership_id}-")

    def work(session: Session) -> Membership:
        reason = form.reason.data or ""
        ended = services.end_membership(session, actor, membership_id, reason=reason, at=at)
        if ended.user_id != actor.user_id:
            letter = letters.membership_ended(ended.user, ended.organisation, ended.role, reason=reason)
            post(session, letter, at=at)
        return ended

    if form.validate() and form.attempt(work):
        flash(_("The membership has ended."), "done")
        if form.result.user_id == actor.user_id:  # who may have left altogether
            return redirect("/", code=303)
        return back("accounts.organisation", organisation_id=organisation_id)
    seen = queries.organisation_to_see(db.session(), actor, organisation_id)
    return _organisation_page(seen, ending=(membership_id, form))


@bp.route("/request-role", methods=["GET", "POST"])
@limiter.limit("10 per hour", methods=["POST"])
@signed_in
def request_role() -> ResponseReturnValue:
    """Ask an administrator for a further role in the organisation that one acts for."""
    actor, at, form = current_actor(), clock.now(), RequestRoleForm(request.form or None)
    if actor.organisation_id is None:
        raise NotFound
    stored = queries.organisation_to_see(db.session(), actor, actor.organisation_id)
    held = queries.roles_held(db.session(), actor.user_id, stored.id)
    form.offer(role for role in roles_of(stored.kind) if role not in held)
    if request.method == "POST" and form.validate():

        def work(session: Session) -> None:
            asked = services.request_role(session, actor, role=form.chosen, why=form.why.data or "", at=at)
            for administrator in queries.administrators(session):
                post(session, letters.role_requested(administrator, asked), at=at)

        if form.attempt(work):
            flash(_("An administrator will answer your request by mail."), "done")
            return back("accounts.organisation", organisation_id=actor.organisation_id)
    stored = queries.organisation_to_see(db.session(), actor, actor.organisation_id)
    code = 422 if form.has_errors else 200
    return render_template("accounts/request_role.html", form=form, organisation=stored), code


def facts_of(form: OrganisationForm) -> services.OrganisationFacts:
    """Return what was typed of an organisation."""
    return services.OrganisationFacts(
        name=" ".join((form.name.data or "").split()),
        legal_name=form.legal_name.data or None,
        number=form.number.data or None,
        vat_number=form.vat_number.data or None,
        invoice_reference=form.invoice_reference.data or None,
        is_sme=form.is_sme.data,
        country=form.country.data,
        city=form.city.data or None,
        website=form.website.data or None,
        requires_second_factor=form.requires_second_factor.data,
    )


def _organisation_page(
    seen: Organisation, ending: tuple[int, ReasonForm] | None = None
) -> ResponseReturnValue:
    session, actor, at = db.session(), current_actor(), clock.now()
    members = queries.members(session, seen.id)
    manages = queries.manages(session, actor, seen)
    held = queries.roles_held(session, actor.user_id, seen.id)
    refused = dict([ending]) if ending else {}
    values: dict[str, Any] = {
        "organisation": seen,
        "members": members,
        "manages": manages,
        "me": actor.user_id,
        "end_forms": {
            membership.id: refused.get(membership.id) or ReasonForm(prefix=f"end-{membership.id}-")
            for member in members
            for membership in member.memberships
            if manages or member.user.id == actor.user_id
        },
        "invitations": queries.open_invitations(session, seen.id) if manages else [],
        "waiting": queries.waiting_requests_of(session, actor.user_id, seen.id),
        "may_request": seen.id == actor.organisation_id and bool(set(roles_of(seen.kind)) - held),
        "history": told(session, history(session, "organisation", seen.id, groups=GROUPS)),
        "now": at,
        "role_label": role_label,
        "kind_label": kind_label,
        "country_label": country_label,
        "form": ending[1] if ending else None,
    }
    return render_template("accounts/organisation.html", **values), 422 if ending else 200
