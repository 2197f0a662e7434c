"""Signing in and out: by password and second step, or by passkey; and showing once more who one is."""

import logging
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts import codes, limiting, passkeys, queries, services
from portal.accounts.addresses import normal_address
from portal.accounts.assistance import only_in_person
from portal.accounts.forms import PasskeyForm, SecondStepForm, SignInForm
from portal.accounts.models import SignInMeans, User
from portal.accounts.passkeys import Purpose
from portal.accounts.passwords import hashed, is_outdated, is_password
from portal.accounts.presence import begin, enter, leave, present
from portal.accounts.proofs import ProofForm, has_passkey, prove
from portal.accounts.rules.signing_in import HALF_LASTS, is_recovery_code, normal_code
from portal.accounts.views.blueprint import bp
from portal.core import clock
from portal.core.errors import NotFound, Reason
from portal.store import db, in_one_unit
from portal.web.actors import back, signed_in
from portal.web.forms import BaseForm
from portal.web.limits import limiter, network
from portal.web.views import own_page

security = Blueprint("security", __name__)
logger = logging.getLogger(__name__)
HALF = "half"
"""Where the cookie keeps who has shown a password, and has a second step to go."""


@security.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Sign in with address and password; who has a second factor goes on to it."""
    form = SignInForm(request.form or None)
    if request.method == "POST" and form.validate():
        typed = form.email.data or ""
        email = normal_address(typed) or typed
        limiting.check_sign_in(email)
        user = _person_with_password(form, email)
        if user is not None:
            return _first_step_done(user)
        limiting.count_sign_in(email)
        logger.warning("a sign-in from %s was refused", request.remote_addr)
    return _login_page(form)


@security.post("/login/passkey")
def login_with_passkey() -> ResponseReturnValue:
    """Sign in with a passkey alone; it knows whose it is."""
    form, at = PasskeyForm(request.form), clock.now()
    limiting.guessed_passkeys.check(network())
    found = passkeys.shown(form.passkey.data or "", Purpose.SIGN_IN) if form.validate() else None
    user = db.session().get(User, found[0].user_id) if found is not None else None
    if found is None or user is None or not user.active or user.confirmed_at is None:
        limiting.guessed_passkeys.count(network())
        logger.warning("a passkey from %s was refused", request.remote_addr)
        refused = SignInForm(None)
        refused.refuse(Reason("passkey_not_taken"))
        return _login_page(refused)
    passkey_id, count = found[0].id, found[1]
    return _sign_in(user.id, SignInMeans.PASSKEY, strong=True, passkey=(passkey_id, count), at=at)


@security.route("/login/second-step", methods=["GET", "POST"])
def second_step() -> ResponseReturnValue:
    """Finish a sign-in with a code, a recovery code or a passkey."""
    user, at = _half_signed_in(), clock.now()
    if user is None:
        session.pop(HALF, None)
        flash(_("That took too long. Type address and password once more."), "info")
        return back("security.login", next=request.args.get("next"))
    form, held = SecondStepForm(request.form or None), queries.factors_of(db.session(), user.id)
    if request.method == "POST" and form.validate():
        limiting.guessed_codes.check(user.id)
        means, passkey = _second_means(user, held, form)
        if means is not None:
            return _sign_in(user.id, means, strong=True, passkey=passkey, at=at)
        limiting.guessed_codes.count(user.id)
        logger.warning("a second step of user %s from %s was refused", user.id, request.remote_addr)
    return render_template(
        "security/second_step.html",
        form=form,
        has_app=held.authenticator is not None,
        has_passkey=bool(held.passkeys),
    ), 422 if form.has_errors else 200


@security.post("/logout")
def logout() -> ResponseReturnValue:
    """End the sign-in of this browser."""
    found, at, form = present(), clock.now(), BaseForm(request.form)
    if form.validate():
        if found is not None:
            sign_in_id = found.sign_in_id
            in_one_unit(lambda unit: services.end_sign_in(unit, sign_in_id, at=at))
            logger.info("user %s signed out", found.owner_id)
        leave()
    return redirect("/", code=302)


@security.route("/verify", methods=["GET", "POST"])
@signed_in
@only_in_person
def verify() -> ResponseReturnValue:
    """Show once more who one is, and go on to where one was going."""
    form = ProofForm(request.form or None)
    target = own_page(request.args.get("next") or request.form.get("next") or "")
    if request.method == "POST" and form.validate() and prove(form):
        return redirect(target, code=303)
    return render_template(
        "security/verify.html",
        form=form,
        carried=[("next", target)],
        target=url_for("security.verify"),
        has_passkey=has_passkey(),
    ), 422 if form.has_errors else 200


@bp.post("/passkeys/<any('add','sign-in','second','prove'):purpose>")
@limiter.limit("60 per minute; 600 per hour")
def passkey_challenge(purpose: str) -> ResponseReturnValue:
    """Give a browser what it is to ask a passkey; a new one is asked for by who is signed in, in person."""
    wanted = Purpose(purpose)
    if not BaseForm(request.form).validate():
        raise NotFound
    if wanted is Purpose.SIGN_IN:
        return passkeys.to_show(wanted, [])
    if wanted is Purpose.SECOND:
        half = _half_signed_in()
        if half is None:
            raise NotFound
        return passkeys.to_show(wanted, queries.factors_of(db.session(), half.id).passkeys)
    return _own_challenge(wanted)


@signed_in
@only_in_person
def _own_challenge(wanted: Purpose) -> ResponseReturnValue:
    if wanted is Purpose.ADD:
        return passkeys.to_add(current_user)
    return passkeys.to_show(wanted, queries.factors_of(db.session(), current_user.id).passkeys)


def _person_with_password(form: SignInForm, email: str) -> User | None:
    """Return who may sign in; the password is compared, which takes a moment, while no unit of work is open."""
    user = queries.person_by_email(db.session(), email)
    typed = form.password.data or ""
    if not is_password(typed, user.password if user is not None else None) or user is None or not user.active:
        form.refuse(Reason("sign_in_wrong"))
        return None
    if user.confirmed_at is None:
        form.refuse(Reason("address_not_confirmed"))
        return None
    before = user.password or ""
    if is_outdated(before):
        user_id, password_hash = user.id, hashed(typed)
        in_one_unit(
            lambda unit: services.rehash_password(unit, user_id, before=before, password_hash=password_hash)
        )
    return user


def _first_step_done(user: User) -> ResponseReturnValue:
    at = clock.now()
    if queries.factors_of(db.session(), user.id).count == 0:
        return _sign_in(user.id, SignInMeans.PASSWORD, strong=False, passkey=None, at=at)
    target = _target()
    session.clear()
    session[HALF] = {"who": user.fs_uniquifier, "at": at.timestamp(), "next": target}
    return back("security.second_step")


def _half_signed_in() -> User | None:
    """Return who has shown a password here and now; a new password or another sign-in of theirs makes it void."""
    kept = session.get(HALF)
    if not isinstance(kept, dict) or clock.now().timestamp() - kept["at"] >= HALF_LASTS.total_seconds():
        return None
    return queries.person_of_uniquifier(db.session(), kept["who"])


def _second_means(
    user: User, held: queries.Factors, form: SecondStepForm
) -> tuple[SignInMeans | None, tuple[int, int] | None]:
    answer, typed, user_id, at = form.passkey.data or "", form.code.data or "", user.id, clock.now()
    if answer:
        found = passkeys.shown(answer, Purpose.SECOND)
        if found is not None and found[0].user_id == user_id:
            return SignInMeans.PASSKEY, (found[0].id, found[1])
        form.refuse(Reason("passkey_not_taken"))
        return None, None
    if not typed:
        form.refuse(Reason("code_missing", {}, "code"))
        return None, None
    if is_recovery_code(normal_code(typed)):
        if in_one_unit(lambda unit: services.take_recovery_code(unit, user_id, typed, at=at)):
            return SignInMeans.RECOVERY_CODE, None
    elif held.authenticator is not None:
        counter = codes.counter_of(typed, held.authenticator.secret)
        if counter is not None and in_one_unit(
            lambda unit: services.take_counter(unit, user_id, counter=counter)
        ):
            return SignInMeans.CODE, None
    form.refuse(Reason("code_wrong", {}, "code"))
    return None, None


def _sign_in(
    user_id: int,
    means: SignInMeans,
    *,
    strong: bool,
    passkey: tuple[int, int] | None,
    at: datetime,
) -> ResponseReturnValue:
    target = _target()

    def work(unit: Session) -> services.Begun:
        if passkey is not None:
            services.note_passkey_used(unit, passkey[0], sign_count=passkey[1], at=at)
        return begin(unit, unit.get_one(User, user_id), means=means, is_strong=strong, at=at)

    enter(in_one_unit(work))
    logger.info("user %s signed in from %s with %s", user_id, request.remote_addr, means.value)
    if means is SignInMeans.RECOVERY_CODE:
        left = queries.factors_of(db.session(), user_id).codes_left
        flash(
            _(
                "You used a recovery code; %(left)s are left. Lost your phone? Set up a new app now.",
                left=left,
            ),
            "info",
        )
        return back("accounts.sign_in_settings")
    return redirect(target, code=302)


def _target() -> str:
    kept = session.get(HALF)
    asked_for = request.args.get("next") or request.form.get("next")
    return own_page(asked_for or (kept["next"] if isinstance(kept, dict) else "") or "")


def _login_page(form: SignInForm) -> ResponseReturnValue:
    return render_template(
        "security/login_user.html",
        form=form,
        passkey_form=PasskeyForm(None, data={"next": _target()}),
    ), 422 if form.has_errors else 200
