"""Pages of one's own account: settings, password, acting for another organisation."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts import letters, queries, services
from portal.accounts.assistance import end as end_assisting
from portal.accounts.assistance import only_in_person, present_assistance
from portal.accounts.forms import AccountForm, ChangePasswordForm, SwitchForm
from portal.accounts.labels import role_label
from portal.accounts.limiting import guessed_by_person
from portal.accounts.models import SignInMeans
from portal.accounts.passwords import hashed, is_password_of
from portal.accounts.presence import begin, enter, presence
from portal.accounts.views.blueprint import bp
from portal.core import clock
from portal.core.errors import NotFound, Reason
from portal.mail.services import post
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.cookies import keep
from portal.web.locale import LANGUAGE_COOKIE, THEME_COOKIE


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    """Show a person's own account, and keep what they change."""
    form, actor, at = _account_form(), current_actor(), clock.now()
    if request.method == "POST" and form.validate():
        settings = services.OwnSettings(
            name=form.name.data or "",
            language=form.language.data,
            time_zone=form.time_zone.data,
            theme=form.theme.data,
        )
        if form.attempt(lambda session: services.edit_own_account(session, actor, settings, at=at)):
            flash(_("Your account is saved."), "done")
            response = redirect(url_for("accounts.account"), code=303)
            keep(response, LANGUAGE_COOKIE, settings.language)
            keep(response, THEME_COOKIE, settings.theme)
            return response
    belongs_to = queries.organisations_of(db.session(), actor.user_id)
    code = 422 if form.has_errors else 200
    return render_template(
        "accounts/account.html", form=form, belongs_to=belongs_to, role_label=role_label
    ), code


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
@only_in_person
def change_password() -> ResponseReturnValue:
    """Take a new password; every other sign-in of the person ends."""
    form, at, user_id, here = (
        ChangePasswordForm(request.form or None),
        clock.now(),
        current_user.id,
        presence(),
    )
    form.known = (current_user.name, current_user.email)
    if request.method == "POST" and form.validate():
        guessed_by_person.check(user_id)
        if not is_password_of(current_user, form.present.data):
            guessed_by_person.count(user_id)
            form.refuse(Reason("wrong_password", {}, "present"))
        else:
            password_hash = hashed(form.password.data)

            def work(session: Session) -> services.Begun:
                user = services.change_password(session, user_id, password_hash=password_hash, at=at)
                post(session, letters.password_changed(user), at=at)
                return begin(session, user, means=SignInMeans.PASSWORD, is_strong=here.is_strong, at=at)

            if form.attempt(work):
                enter(form.result)
                flash(
                    _("You have a new password. Every other place where you were signed in is signed out."),
                    "done",
                )
                return back("accounts.account")
    return render_template("accounts/change_password.html", form=form), 422 if form.has_errors else 200


@bp.route("/accounts/switch", methods=["GET", "POST"])
@signed_in
def switch() -> ResponseReturnValue:
    """Choose for which organisation to act."""
    form, actor = SwitchForm(request.form or None), current_actor()
    if request.method == "POST":
        chosen = form.organisation_id.data or ""
        if not (form.validate() and chosen.isdecimal() and len(chosen) < 10):
            raise NotFound
        form.attempt(lambda session: services.switch_organisation(session, actor, int(chosen)))
        return redirect("/", code=303)
    belongs_to = queries.organisations_of(db.session(), actor.user_id)
    return render_template(
        "accounts/switch.html", belongs_to=belongs_to, present=actor.organisation_id, role_label=role_label
    )


@bp.post("/assistance/end")
@signed_in
def end_assistance() -> ResponseReturnValue:
    """Stop acting for somebody else."""
    if present_assistance() is None:
        raise NotFound
    person_id = end_assisting()
    if person_id is None:
        return redirect("/", code=303)
    flash(_("You act for yourself again."), "done")
    return back("accounts.person", user_id=person_id)


def _account_form() -> AccountForm:
    if request.method == "POST":
        return AccountForm(request.form)
    present = {name: getattr(current_user, name) for name in ("name", "language", "time_zone")}
    return AccountForm(data={**present, "theme": current_user.theme or "auto"})
