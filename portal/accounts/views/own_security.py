"""How one signs in: password, app, passkeys, recovery codes, e-mail address, and where one is signed in."""

from flask import flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts import codes, letters, passkeys, queries, services
from portal.accounts.assistance import only_in_person
from portal.accounts.forms import NewAppForm, NewPasskeyForm, OwnAddressForm
from portal.accounts.labels import browser_label, means_label
from portal.accounts.models import User
from portal.accounts.presence import leave, needs_second_factor, presence
from portal.accounts.proofs import only_proven
from portal.accounts.views.blueprint import bp
from portal.core import clock
from portal.core.errors import NotFound, Reason
from portal.mail.services import post
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import BaseForm
from portal.web.limits import limiter
from portal.web.sentences import sentence

SECRET = "app_secret"  # noqa: S105 - the name under which the cookie keeps it, encrypted


@bp.get("/account/sign-in")
@signed_in
@only_in_person
def sign_in_settings() -> ResponseReturnValue:
    """Show how a person signs in, and where they are signed in."""
    return _settings_page()


@bp.route("/account/app", methods=["GET", "POST"])
@limiter.limit("20 per 15 minutes", methods=["POST"])
@signed_in
@only_in_person
@only_proven
def add_authenticator() -> ResponseReturnValue:
    """Set up the codes of an app: show its secret, and take it when the app's first code is right."""
    form, at = NewAppForm(request.form or None), clock.now()
    if queries.factors_of(db.session(), current_user.id).authenticator is not None:
        return back("accounts.sign_in_settings")
    secret = session.get(SECRET) or codes.new_secret()
    session[SECRET] = secret
    if request.method == "POST" and form.validate():
        counter = codes.counter_of(form.code.data or "", secret)
        if counter is None:
            form.refuse(Reason("code_wrong", {}, "code"))
        else:
            actor, here = current_actor(), presence()

            def work(unit: Session) -> list[str]:
                made = services.add_authenticator(
                    unit, actor, secret=secret, counter=counter, sign_in_id=here.sign_in_id, at=at
                )
                post(
                    unit, letters.second_factor_changed(unit.get_one(User, actor.user_id), "app_added"), at=at
                )
                return made

            if form.attempt(work):
                session.pop(SECRET)
                return _added(form.result, _("Codes from your app are asked for from now on."))
    return render_template(
        "accounts/add_authenticator.html",
        form=form,
        picture=codes.picture(secret, current_user.email),
        key=codes.readable_key(secret),
    ), 422 if form.has_errors else 200


@bp.post("/account/app/remove")
@signed_in
@only_in_person
@only_proven
def remove_authenticator() -> ResponseReturnValue:
    """Do without the codes of an app."""
    form, actor, at, is_needed = BaseForm(request.form), current_actor(), clock.now(), _is_needed()

    def work(unit: Session) -> None:
        services.remove_authenticator(unit, actor, is_needed=is_needed, at=at)
        post(unit, letters.second_factor_changed(unit.get_one(User, actor.user_id), "app_removed"), at=at)

    if form.validate() and form.attempt(work):
        flash(_("Codes from the app are no longer asked for."), "done")
        return back("accounts.sign_in_settings")
    return _settings_page(form)


@bp.route("/account/passkeys/new", methods=["GET", "POST"])
@limiter.limit("20 per 15 minutes", methods=["POST"])
@signed_in
@only_in_person
@only_proven
def add_passkey() -> ResponseReturnValue:
    """Take a new passkey from the browser."""
    form, at, actor = NewPasskeyForm(request.form or None), clock.now(), current_actor()
    if request.method == "POST" and form.validate():
        new = passkeys.added(form.passkey.data or "", form.name.data or "")
        if new is None:
            form.refuse(Reason("passkey_not_made"))
        else:
            here = presence()

            def work(unit: Session) -> list[str]:
                made = services.add_passkey(unit, actor, new, sign_in_id=here.sign_in_id, at=at)
                user = unit.get_one(User, actor.user_id)
                post(unit, letters.second_factor_changed(user, "passkey_added"), at=at)
                return made

            if form.attempt(work):
                return _added(form.result, _("You can sign in with this passkey from now on."))
    return render_template("accounts/add_passkey.html", form=form), 422 if form.has_errors else 200


@bp.post("/account/passkeys/<int:passkey_id>/remove")
@signed_in
@only_in_person
@only_proven
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Take a passkey no longer."""
    form, actor, at, is_needed = BaseForm(request.form), current_actor(), clock.now(), _is_needed()
    queries.own_passkey(db.session(), actor.user_id, passkey_id)

    def work(unit: Session) -> None:
        services.remove_passkey(unit, actor, passkey_id, is_needed=is_needed, at=at)
        post(unit, letters.second_factor_changed(unit.get_one(User, actor.user_id), "passkey_removed"), at=at)

    if form.validate() and form.attempt(work):
        flash(_("The passkey is no longer taken. Delete it from your device, too."), "done")
        return back("accounts.sign_in_settings")
    return _settings_page(form)


@bp.post("/account/recovery-codes")
@limiter.limit("10 per hour")
@signed_in
@only_in_person
@only_proven
def make_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them, this once."""
    form, actor, at = BaseForm(request.form), current_actor(), clock.now()

    def work(unit: Session) -> list[str]:
        made = services.make_recovery_codes(unit, actor, at=at)
        post(unit, letters.second_factor_changed(unit.get_one(User, actor.user_id), "codes_made"), at=at)
        return made

    if not (form.validate() and form.attempt(work)):
        raise NotFound
    return _codes_page(form.result)


@bp.get("/account/second-factor")
@signed_in
@only_in_person
def second_factor_needed() -> ResponseReturnValue:
    """Say that a second factor is needed, and how to get one."""
    here = presence()
    if not here.owes_second_factor:
        return back("accounts.sign_in_settings")
    has_factor = queries.factors_of(db.session(), current_user.id).count > 0
    return render_template("accounts/second_factor_needed.html", has_factor=has_factor)


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
@signed_in
@only_in_person
@only_proven
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """End one of a person's sign-ins, wherever it is."""
    form, actor, at = BaseForm(request.form), current_actor(), clock.now()
    is_this_one = sign_in_id == presence().sign_in_id
    if not (
        form.validate()
        and form.attempt(lambda unit: services.end_own_sign_in(unit, actor, sign_in_id, at=at))
    ):
        raise NotFound
    if is_this_one:
        leave()
        return redirect("/", code=303)
    flash(_("That browser is signed out."), "done")
    return back("accounts.sign_in_settings")


@bp.post("/account/sign-out-everywhere")
@signed_in
@only_in_person
@only_proven
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in of the person, this one included."""
    form, actor, at = BaseForm(request.form), current_actor(), clock.now()
    if form.validate() and form.attempt(lambda unit: services.sign_out_everywhere(unit, actor, at=at)):
        leave()
        flash(_("You are signed out everywhere."), "done")
    return redirect("/", code=303)


@bp.route("/account/address", methods=["GET", "POST"])
@limiter.limit("5 per hour", methods=["POST"])
@signed_in
@only_in_person
@only_proven
def change_address() -> ResponseReturnValue:
    """Ask for another e-mail address; a link that is sent there takes it."""
    form, actor, at = OwnAddressForm(request.form or None), current_actor(), clock.now()
    if request.method == "POST" and form.validate():
        wanted = form.email.data or ""

        def work(unit: Session) -> None:
            token = services.ask_for_address(unit, actor, wanted, at=at)
            user, other = unit.get_one(User, actor.user_id), queries.person_by_email(unit, wanted)
            letter = (
                letters.take_address(user, wanted, token)
                if other is None
                else letters.address_is_yours(other)
            )
            post(unit, letter, at=at)

        if form.attempt(work):
            flash(_("Open the link in the mail to %(email)s within a day.", email=wanted), "done")
            return back("accounts.sign_in_settings")
    return render_template("accounts/change_address.html", form=form), 422 if form.has_errors else 200


@bp.route("/address/<token>", methods=["GET", "POST"])
@limiter.limit("60 per minute; 600 per hour")
def take_address(token: str) -> ResponseReturnValue:
    """Take another e-mail address; opening the link asks, and only the button takes it, since mail readers open links."""
    form, at = BaseForm(request.form or None), clock.now()
    change = queries.address_change_of_token(db.session(), token, at=at)
    if change is None:
        flash(sentence(Reason("address_link_void")), "refused")
        return back("security.login")
    if request.method == "POST" and form.validate():

        def work(unit: Session) -> None:
            user, before = services.take_address(unit, token, at=at)
            for where in (before, user.email):
                post(unit, letters.address_changed(user, where), at=at)

        if form.attempt(work):
            leave()
            flash(_("Your e-mail address is changed. Sign in with it."), "done")
            return back("security.login")
    return render_template("accounts/take_address.html", form=form, email=change.email), (
        422 if form.has_errors else 200
    )


def _is_needed() -> bool:
    return needs_second_factor(current_user.id)


def _settings_page(refused: BaseForm | None = None) -> ResponseReturnValue:
    at, user_id = clock.now(), current_user.id
    return render_template(
        "accounts/sign_in_settings.html",
        factors=queries.factors_of(db.session(), user_id),
        sign_ins=queries.sign_ins_of(db.session(), user_id, at=at),
        here=presence(),
        wanted=queries.address_change_of(db.session(), user_id, at=at),
        browser_label=browser_label,
        means_label=means_label,
        form=refused,
    ), 422 if refused else 200


def _added(made: list[str], words: str) -> ResponseReturnValue:
    flash(words, "done")
    return _codes_page(made) if made else back("accounts.sign_in_settings")


def _codes_page(made: list[str]) -> ResponseReturnValue:
    return render_template("accounts/recovery_codes.html", codes=made)
