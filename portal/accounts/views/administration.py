"""Pages for administrators: people, organisations, requests for roles, and acting for somebody."""

from enum import StrEnum
from typing import TypeVar

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.accounts import letters, queries, services
from portal.accounts.forms import GiveRoleForm, NewOrganisationForm, ReasonForm
from portal.accounts.history import told
from portal.accounts.labels import kind_label, role_label
from portal.accounts.models import Organisation, OrganisationKind, RoleRequestState, User
from portal.accounts.presence import presence
from portal.accounts.proofs import only_proven
from portal.accounts.views.blueprint import bp
from portal.accounts.views.organisations import facts_of
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.ledger.queries import history
from portal.mail.services import post
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export, file_links
from portal.web.forms import BaseForm

Word = TypeVar("Word", bound=StrEnum)
GROUPS = ("person", "organisation", "administrator")


@bp.get("/admin/people")
@for_roles(Role.ADMINISTRATOR)
def people() -> ResponseReturnValue:
    """List people, filtered and sorted by what stands in the address."""
    found = _people(_page_number())
    return render_template(
        "accounts/people.html",
        found=found,
        memberships=queries.memberships_of(db.session(), [user.id for user in found.rows]),
        states=state_labels(),
        roles=[(role.value, role_label(role)) for role in Role],
        role_label=role_label,
        state_of=state_of,
        sort=_sort(),
        exports=file_links("accounts.export_people"),
    )


@bp.get("/admin/people/export.<any(csv,xlsx):kind>")
@for_roles(Role.ADMINISTRATOR)
def export_people(kind: Kind) -> ResponseReturnValue:
    """Send the people that the list shows."""
    found, states = _people(None).rows, state_labels()
    memberships = queries.memberships_of(db.session(), [user.id for user in found])
    columns = [_("Name"), _("E-mail"), _("Organisations"), _("State"), _("Last signed in")]
    rows = [
        (
            user.name,
            user.email,
            "; ".join(
                f"{membership.organisation.name} ({role_label(membership.role)})"
                for membership in memberships[user.id]
            ),
            states[state_of(user).value],
            user.signed_in_at,
        )
        for user in found
    ]
    return export(kind, "people", columns, rows)


@bp.get("/admin/people/<int:user_id>")
@for_roles(Role.ADMINISTRATOR)
def person(user_id: int) -> ResponseReturnValue:
    """Show a person: memberships, what has happened, and what an administrator can do."""
    return _person_page(user_id)


@bp.post("/admin/people/<int:user_id>/roles")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def give_role(user_id: int) -> ResponseReturnValue:
    """Give a person a role in an organisation, and tell them by mail."""
    actor, at, form = current_actor(), clock.now(), _give_form()

    def work(session: Session) -> None:
        organisation_id, reason = form.organisation_id.data, form.reason.data or ""
        user = services.add_role(
            session,
            actor,
            user_id=user_id,
            organisation_id=organisation_id,
            role=form.chosen,
            reason=reason,
            at=at,
        )
        home = session.get_one(Organisation, organisation_id)
        post(session, letters.role_given(user, home, form.chosen, reason=reason), at=at)

    if form.validate() and form.attempt(work):
        flash(_("The role is given."), "done")
        return back("accounts.person", user_id=user_id)
    return _person_page(user_id, giving=form)


@bp.post("/admin/people/<int:user_id>/deactivate")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def deactivate(user_id: int) -> ResponseReturnValue:
    """Shut a person out at once."""
    actor, at, form = current_actor(), clock.now(), ReasonForm(request.form, prefix="state-")
    if form.validate() and form.attempt(
        lambda session: services.deactivate(session, actor, user_id, reason=form.reason.data or "", at=at)
    ):
        flash(_("The person is shut out, and signed out everywhere."), "done")
        return back("accounts.person", user_id=user_id)
    return _person_page(user_id, changing_state=form)


@bp.post("/admin/people/<int:user_id>/reactivate")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def reactivate(user_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    actor, at, form = current_actor(), clock.now(), ReasonForm(request.form, prefix="state-")
    if form.validate() and form.attempt(
        lambda session: services.reactivate(session, actor, user_id, reason=form.reason.data or "", at=at)
    ):
        flash(_("The person can sign in again."), "done")
        return back("accounts.person", user_id=user_id)
    return _person_page(user_id, changing_state=form)


@bp.post("/admin/people/<int:user_id>/assist")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def assist(user_id: int) -> ResponseReturnValue:
    """Act for a person, to help, for an hour at most."""
    actor, at, form = current_actor(), clock.now(), ReasonForm(request.form, prefix="assist-")
    here = presence()

    def work(session: Session) -> None:
        reason = form.reason.data or ""
        user = services.begin_assistance(
            session, actor, user_id, sign_in_id=here.sign_in_id, reason=reason, at=at
        )
        post(session, letters.assisted(user, session.get_one(User, actor.user_id), reason=reason), at=at)

    if form.validate() and form.attempt(work):
        return redirect("/", code=303)
    return _person_page(user_id, assisting=form)


@bp.post("/admin/people/<int:user_id>/drop-second-factor")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def drop_second_factor(user_id: int) -> ResponseReturnValue:
    """Take app, passkeys and recovery codes off a person who has lost them, and tell them by mail."""
    actor, at, form = current_actor(), clock.now(), ReasonForm(request.form, prefix="factor-")

    def work(session: Session) -> None:
        reason = form.reason.data or ""
        user = services.drop_second_factor(session, actor, user_id, reason=reason, at=at)
        letter = letters.second_factor_dropped(user, session.get_one(User, actor.user_id), reason=reason)
        post(session, letter, at=at)

    if form.validate() and form.attempt(work):
        flash(_("The second factor is taken off. The person is signed out, and told by mail."), "done")
        return back("accounts.person", user_id=user_id)
    return _person_page(user_id, dropping=form)


@bp.get("/admin/organisations")
@for_roles(Role.ADMINISTRATOR)
def organisations() -> ResponseReturnValue:
    """List organisations, filtered and sorted by what stands in the address."""
    found = _organisations(_page_number())
    return render_template(
        "accounts/organisations.html",
        found=found,
        counts=queries.member_counts(db.session(), [row.id for row in found.rows]),
        kinds=[(kind.value, kind_label(kind)) for kind in OrganisationKind],
        kind_label=kind_label,
        sort=_sort(),
        exports=file_links("accounts.export_organisations"),
    )


@bp.get("/admin/organisations/export.<any(csv,xlsx):kind>")
@for_roles(Role.ADMINISTRATOR)
def export_organisations(kind: Kind) -> ResponseReturnValue:
    """Send the organisations that the list shows."""
    found = _organisations(None).rows
    counts = queries.member_counts(db.session(), [row.id for row in found])
    columns = [_("Name"), _("Kind"), _("Town"), _("Members")]
    rows = [(row.name, kind_label(row.kind), row.city, counts.get(row.id, 0)) for row in found]
    return export(kind, "organisations", columns, rows)


@bp.route("/admin/organisations/new", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def new_organisation() -> ResponseReturnValue:
    """Add an organisation of any kind; its members are invited afterwards."""
    actor, at, form = current_actor(), clock.now(), NewOrganisationForm(request.form or None)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: services.add_organisation(
                session, actor, facts_of(form), kind=OrganisationKind(form.kind.data), at=at
            )
        )
    ):
        flash(_("The organisation is added. Invite its first member."), "done")
        return back("accounts.organisation", organisation_id=form.result.id)
    code = 422 if form.has_errors else 200
    return render_template("accounts/new_organisation.html", form=form), code


@bp.get("/admin/role-requests")
@for_roles(Role.ADMINISTRATOR)
def role_requests() -> ResponseReturnValue:
    """List requests for roles, those that wait unless the address says otherwise."""
    return _requests_page()


@bp.get("/admin/role-requests/export.<any(csv,xlsx):kind>")
@for_roles(Role.ADMINISTRATOR)
def export_role_requests(kind: Kind) -> ResponseReturnValue:
    """Send the requests for roles that the list shows."""
    columns = [_("Who"), _("Organisation"), _("Asked"), _("Role"), _("Why"), _("State"), _("Answer")]
    states = role_request_states()
    rows = [
        (
            row.user.name,
            row.organisation.name,
            row.asked_at,
            role_label(row.role),
            row.why,
            states[row.state.value],
            row.decision_reason,
        )
        for row in queries.role_requests(db.session(), state=_requests_asked_for(), page=None).rows
    ]
    return export(kind, "role-requests", columns, rows)


@bp.post("/admin/role-requests/<int:request_id>/approve")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def approve_role(request_id: int) -> ResponseReturnValue:
    """Give the role that somebody asked for, and tell them by mail."""
    return _decide(request_id, RoleRequestState.APPROVED)


@bp.post("/admin/role-requests/<int:request_id>/refuse")
@for_roles(Role.ADMINISTRATOR)
@only_proven
def refuse_role(request_id: int) -> ResponseReturnValue:
    """Refuse the role that somebody asked for, and tell them by mail."""
    return _decide(request_id, RoleRequestState.REFUSED)


def state_of(user: User) -> queries.PersonState:
    """Return whether a person can sign in."""
    if not user.active:
        return queries.PersonState.DEACTIVATED
    return queries.PersonState.ACTIVE if user.confirmed_at else queries.PersonState.UNCONFIRMED


def state_labels() -> dict[str, str]:
    """Return how the states of people are called."""
    return {
        queries.PersonState.ACTIVE.value: _("Active"),
        queries.PersonState.UNCONFIRMED.value: _("Address not confirmed"),
        queries.PersonState.DEACTIVATED.value: _("Shut out"),
    }


def _decide(request_id: int, state: RoleRequestState) -> ResponseReturnValue:
    actor, at = current_actor(), clock.now()
    form = ReasonForm(request.form, prefix=f"request-{request_id}-")
    decide = services.approve_role if state is RoleRequestState.APPROVED else services.refuse_role

    def work(session: Session) -> None:
        decided = decide(session, actor, request_id, reason=form.reason.data or "", at=at)
        post(session, letters.role_decided(decided), at=at)

    if form.validate() and form.attempt(work):
        flash(_("The request is answered."), "done")
        return back("accounts.role_requests")
    return _requests_page(deciding=(request_id, form))


def role_request_states() -> dict[str, str]:
    """Return how the states of requests for roles are called."""
    return {
        RoleRequestState.WAITING.value: _("Waiting"),
        RoleRequestState.APPROVED.value: _("Approved"),
        RoleRequestState.REFUSED.value: _("Refused"),
    }


def _requests_asked_for() -> RoleRequestState | None:
    """Return the state of the requests that the address asks for: those that wait unless it says otherwise."""
    asked_for = request.args.get("state", RoleRequestState.WAITING.value)
    return RoleRequestState(asked_for) if asked_for in set(RoleRequestState) else None


def _requests_page(deciding: tuple[int, ReasonForm] | None = None) -> ResponseReturnValue:
    state = _requests_asked_for()
    found = queries.role_requests(db.session(), state=state, page=_page_number())
    refused = dict([deciding]) if deciding else {}
    forms = {
        row.id: refused.get(row.id) or ReasonForm(prefix=f"request-{row.id}-")
        for row in found.rows
        if row.state is RoleRequestState.WAITING
    }
    if deciding and deciding[0] not in forms:  # decided by somebody else meanwhile: say so on top
        for words in deciding[1].refusals:
            flash(words, "refused")
    return render_template(
        "accounts/role_requests.html",
        found=found,
        forms=forms,
        state=state.value if state else "",
        states=role_request_states(),
        exports=file_links("accounts.export_role_requests"),
        me=current_actor().user_id,
        role_label=role_label,
        form=deciding[1] if deciding else None,
    ), 422 if deciding else 200


def _person_page(
    user_id: int,
    *,
    giving: GiveRoleForm | None = None,
    changing_state: ReasonForm | None = None,
    assisting: ReasonForm | None = None,
    dropping: ReasonForm | None = None,
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    refused: BaseForm | None = giving or changing_state or assisting or dropping
    return render_template(
        "accounts/person.html",
        person=user,
        me=actor.user_id,
        state=state_of(user),
        states=state_labels(),
        memberships=queries.memberships_of(session, [user_id])[user_id],
        administers=queries.is_administrator(session, user_id),
        give_form=giving or _give_form(),
        state_form=changing_state or ReasonForm(prefix="state-"),
        assist_form=assisting or ReasonForm(prefix="assist-"),
        factors=queries.factors_of(session, user_id),
        factor_form=dropping or ReasonForm(prefix="factor-"),
        history=told(session, history(session, "user", user_id, groups=GROUPS)),
        role_label=role_label,
        form=refused,
    ), 422 if refused else 200


def _give_form() -> GiveRoleForm:
    form = GiveRoleForm(request.form if request.method == "POST" else None, prefix="give-")
    form.offer(Role)
    form.organisation_id.choices = [
        (0, _("Choose")),
        *(
            (organisation_id, f"{name} ({kind_label(kind)})")
            for organisation_id, name, kind in queries.all_organisations(db.session())
        ),
    ]
    return form


def _people(page: int | None) -> queries.Page[User]:
    return queries.people(
        db.session(),
        text=_text(),
        role=_word(Role, "role"),
        state=_word(queries.PersonState, "state"),
        sort=_sort(),
        page=page,
    )


def _organisations(page: int | None) -> queries.Page[Organisation]:
    kind = _word(OrganisationKind, "kind")
    return queries.organisations(db.session(), text=_text(), kind=kind, sort=_sort(), page=page)


def _sort() -> str:
    return request.args.get("sort", "name")


def _text() -> str:
    return request.args.get("text", "").strip()[:100]


def _word(words: type[Word], name: str) -> Word | None:
    written = request.args.get(name, "")
    return words(written) if written in set(words) else None


def _page_number() -> int:
    written = request.args.get("page", "1")
    return int(written) if written.isdecimal() and len(written) < 7 else 1
