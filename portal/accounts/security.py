"""Signing in: Flask-Security on Flask-Login, with the portal's own people, pages and unit of work."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

import flask
from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_security import RoleMixin, Security, SQLAlchemyUserDatastore
from werkzeug.exceptions import UnsupportedMediaType

from portal.accounts.models import User
from portal.store import db, unit_of_work

View = Callable[..., ResponseReturnValue]
IDLE = timedelta(hours=12)


class NoRole(RoleMixin):  # type: ignore[misc]
    """A stand-in for Flask-Security's roles, of which there is never one: memberships are our roles."""


class People(SQLAlchemyUserDatastore):  # type: ignore[misc]
    """The people, for Flask-Security; what it changes is committed by the unit of work around its views."""

    def commit(self) -> None:
        """Leave the commit to the unit of work."""


def init_app(app: Flask, *, invented_addresses: bool) -> None:
    """Let people sign in and out; demo and tests have invented addresses, at hosts that cannot exist."""
    app.config.from_mapping(_configuration(invented_addresses=invented_addresses))
    security = Security(render_template=_render)
    security.init_app(app, People(db, User, NoRole))
    security.want_json(lambda _request: False)
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]
    for endpoint, view in list(app.view_functions.items()):
        if endpoint.startswith("security."):
            app.view_functions[endpoint] = _in_one_unit(view)


def _in_one_unit(view: View) -> View:
    @wraps(view)
    def wrapped(**values: object) -> ResponseReturnValue:
        if request.is_json:
            raise UnsupportedMediaType
        if request.method != "POST":
            return view(**values)
        with unit_of_work():
            return view(**values)

    return wrapped


def _configuration(*, invented_addresses: bool) -> dict[str, object]:
    return {
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {
            "globally_deliverable": not invented_addresses,
            "allow_smtputf8": False,
        },
    }


def _render(template: str, **values: object) -> ResponseReturnValue:
    """Return a page of Flask-Security's with its main form called `form`, as every page of ours has it."""
    form = next(value for name, value in values.items() if name.endswith("_form"))
    refused = bool(getattr(form, "errors", None))
    return flask.render_template(template, form=form, **values), 422 if refused else 200
