"""What the portal takes of Flask-Security: hashing, the signed tokens of links, and codes of apps; never its pages.

Its pages would change things outside our units of work, hash passwords while SQLite's one writer waits, and keep
sign-ins in the cookie alone. Signing in is a page, a form and a service of ours like everything else.
"""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_security import RoleMixin, Security, SQLAlchemyUserDatastore

from portal.accounts.addresses import Addresses
from portal.accounts.addresses import init_app as take_addresses
from portal.accounts.models import User
from portal.accounts.rules.signing_in import IDLE
from portal.store import db


class NoRole(RoleMixin):
    """A stand-in for Flask-Security's roles, of which there is never one: memberships are our roles."""


class People(SQLAlchemyUserDatastore):
    """The people, for Flask-Security; it changes nothing about them."""

    def commit(self) -> None:
        """Leave the commit to the unit of work."""


def init_app(app: Flask, *, invented_addresses: bool, secure: bool) -> None:
    """Take hashing and tokens; demo and tests have invented addresses, at hosts that cannot exist."""
    app.config.from_mapping(_configuration(Path(app.root_path), secure=secure))
    take_addresses(app, invented=invented_addresses)
    security = Security(mail_util_cls=Addresses)
    security.init_app(app, People(db, User, NoRole), register_blueprint=False)
    # Its roles need whoever is signed in at every request, static files included; we ask when we want to know.
    app.before_request_funcs[None].remove(security.principal._on_before_request)  # noqa: SLF001


def _configuration(root: Path, *, secure: bool) -> dict[str, object]:
    return {
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_PROTECTION": None,
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
    }
