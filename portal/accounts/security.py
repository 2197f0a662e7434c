"""Signing in and out: Flask-Security on Flask-Login, with the portal's own people, pages and unit of work."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, cast

import flask
from flask import Flask, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, logout_user
from flask_security import LoginForm, RoleMixin, Security, SQLAlchemyUserDatastore, VerifyForm
from flask_security.forms import EmailValidation, email_required, password_required
from werkzeug import Response
from werkzeug.exceptions import UnsupportedMediaType
from wtforms import EmailField, PasswordField
from wtforms.validators import Length

from portal.accounts import services
from portal.accounts.addresses import Addresses
from portal.accounts.addresses import init_app as take_addresses
from portal.accounts.models import User
from portal.core import clock
from portal.store import db, unit_of_work
from portal.web.limits import limiter
from portal.web.views import own_page

logger = logging.getLogger(__name__)
View = Callable[..., ResponseReturnValue]

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
"""How long a sign-in lasts without a request, and at most."""

SIGNED_IN_AT = "signed_in_at"
LONGEST_TYPED = 1000


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are gathered for translation
    """Mark a text for translation that Flask-Security translates when it shows it."""
    return text


class NoRole(RoleMixin):
    """A stand-in for Flask-Security's roles, of which there is never one: memberships are our roles."""


class People(SQLAlchemyUserDatastore):
    """The people, for Flask-Security; what it changes is committed by the unit of work around its views."""

    def commit(self) -> None:
        """Leave the commit to the unit of work."""


class SignInForm(LoginForm):
    """An address and a password; a sign-in ends by itself, so there is no "remember me"."""

    email = EmailField(
        _l("E-mail"), validators=[email_required, Length(max=LONGEST_TYPED), EmailValidation(verify=False)]
    )
    password = PasswordField(_l("Password"), validators=[password_required, Length(max=LONGEST_TYPED)])
    remember = None  # type: ignore[assignment]  # so Flask-Security wants a field left out
    submit = None  # type: ignore[assignment]  # as above; the page has a button of its own

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as Flask-Security's own does
        """Let in who knows the password, is not shut out, and has confirmed the address."""
        if not super().validate(**kwargs):
            return False
        user = cast("User", self.user)
        if user.confirmed_at is None:
            sentence = _(
                "Confirm your e-mail address first: open the link in the mail that you were sent, "
                "or have it sent again below."
            )
            self.form_errors.append(sentence)
            return False
        return True


class ShowPasswordForm(VerifyForm):
    """The password once more, from somebody who is signed in."""

    password = PasswordField(_l("Password"), validators=[password_required, Length(max=LONGEST_TYPED)])
    submit = None  # type: ignore[assignment]  # as above


def init_app(app: Flask, *, invented_addresses: bool, secure: bool) -> None:
    """Let people sign in and out; demo and tests have invented addresses, at hosts that cannot exist."""
    app.config.from_mapping(_configuration(Path(app.root_path), secure=secure))
    take_addresses(app, invented=invented_addresses)
    security = Security(
        login_form=SignInForm,
        verify_form=ShowPasswordForm,
        render_template=cast("Callable[..., str]", _render),
        mail_util_cls=Addresses,
    )
    security.init_app(app, People(db, User, NoRole))
    security.want_json(lambda _request: False)
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]
    app.before_request(_end_old_sign_in)
    views = cast("dict[str, View]", app.view_functions)
    views["security.login"] = _limited_sign_in(
        _in_one_unit(views["security.login"], afterwards=_note_sign_in)
    )
    views["security.verify"] = limiter.limit("10 per 15 minutes", methods=["POST"], deduct_when=_was_refused)(
        _in_one_unit(views["security.verify"])
    )
    views["security.logout"] = _in_one_unit(views["security.logout"])


def typed_address() -> str:
    """Return the address in the form that was sent, as a key to count by."""
    return f"typed:{request.form.get('email', '').strip().lower()[:254]}"


def start_sign_in() -> None:
    """Let the sign-in that has just begun last as long as it may."""
    session.permanent = True
    session[SIGNED_IN_AT] = int(time.time())


def _in_one_unit(view: View, *, afterwards: Callable[[], None] = lambda: None) -> View:
    @wraps(view)
    def wrapped(**values: object) -> ResponseReturnValue:
        if request.is_json:
            raise UnsupportedMediaType
        if request.method != "POST":
            return view(**values)
        with unit_of_work():
            response = view(**values)
            afterwards()
        if isinstance(response, Response) and response.location:
            response.location = own_page(response.location)
        return response

    return wrapped


def _limited_sign_in(view: View) -> View:
    by_host = limiter.limit("20 per minute; 100 per hour", methods=["POST"], deduct_when=_was_refused)
    by_address = limiter.limit(
        "10 per 15 minutes", key_func=typed_address, methods=["POST"], deduct_when=_was_refused
    )
    return cast("View", by_host(by_address(view)))


def _note_sign_in() -> None:
    if current_user.is_authenticated:
        start_sign_in()
        services.note_sign_in(db.session(), current_user.id, at=clock.now())
        logger.info("user %s signed in from %s", current_user.id, request.remote_addr)
    else:
        logger.warning("a sign-in from %s was refused", request.remote_addr)


def _end_old_sign_in() -> ResponseReturnValue | None:
    began = session.get(SIGNED_IN_AT)
    if began is None or time.time() - began < LONGEST.total_seconds():
        return None
    session.pop(SIGNED_IN_AT)
    logout_user()
    flash(_("You were signed in for a week. Please sign in again."), "info")
    target = request.full_path if request.method == "GET" else None
    return redirect(url_for("security.login", next=target))


def _was_refused(response: flask.Response) -> bool:
    return response.status_code == 422


def _render(template: str, **values: object) -> ResponseReturnValue:
    form = next(value for name, value in values.items() if name.endswith("_form"))
    refused = bool(getattr(form, "errors", None))
    return flask.render_template(template, form=form, **values), 422 if refused else 200


def _configuration(root: Path, *, secure: bool) -> dict[str, object]:
    return {
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": str, "case_insensitive": False}}],
        "SECURITY_CONFIRM_EMAIL_WITHIN": timedelta(days=2),
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=2),
        # In links stand digests of addresses and of password hashes, which nobody guesses back. Slow digests would tell
        # by the time that an answer takes whether an address is known.
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(root / "translations")],
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (
            N_("Address and password do not belong together. Check both, or take a new password below."),
            "refused",
        ),
        "SECURITY_MSG_INVALID_PASSWORD": (N_("This is not your password. Type it again."), "refused"),
        "SECURITY_MSG_PASSWORD_NOT_PROVIDED": (N_("Type your password."), "refused"),
        "SECURITY_MSG_EMAIL_NOT_PROVIDED": (N_("Type your e-mail address."), "refused"),
        "SECURITY_MSG_INVALID_REDIRECT": (
            N_("The address to go to next was none of this portal, and was dropped."),
            "refused",
        ),
        "SECURITY_MSG_UNAUTHENTICATED": (N_("Sign in to see this page."), "info"),
        "SECURITY_MSG_REAUTHENTICATION_REQUIRED": (N_("Show once more that it is you."), "info"),
        "SECURITY_MSG_REAUTHENTICATION_SUCCESSFUL": (N_("Thank you."), "done"),
    }
