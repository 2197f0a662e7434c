"""The codes of authenticator apps: their secret, kept encrypted; what the app reads; and whether a code is right now."""

import hashlib
from typing import Any

import segno
from flask import Flask, current_app
from flask_security import Totp
from passlib.exc import TokenError

EXTENSION = "portal_accounts_codes"
WINDOW = 30
"""How many seconds a phone's clock may be early or late."""


class Codes(Totp):
    """Secrets and codes as Flask-Security and Passlib make and check them."""

    def counter_of(self, typed: str, secret: str) -> int | None:
        """Return the number of the half minute whose code was typed, or None for a wrong code."""
        totp: Any = self._totp
        try:
            return int(totp.verify(typed, secret, window=WINDOW).counter)
        except (TokenError, ValueError):
            return None


def init_app(app: Flask, *, portal_name: str) -> None:
    """Encrypt secrets with a key that is derived from the installation's own, and name the portal to the apps."""
    key = hashlib.sha256(b"authenticator\0" + str(app.config["SECRET_KEY"]).encode()).hexdigest()
    app.extensions[EXTENSION] = Codes({"1": key}, portal_name)


def new_secret() -> str:
    """Return a new secret for an app, encrypted."""
    return _codes().generate_totp_secret()


def counter_of(typed: str, secret: str) -> int | None:
    """Return the number of the half minute whose code was typed, or None for a wrong code."""
    digits = "".join(character for character in typed if character.isascii() and character.isdigit())
    return _codes().counter_of(digits, secret) if len(digits) == 6 else None


def readable_key(secret: str) -> str:
    """Return a secret as a person types it into an app that has no camera."""
    return _codes().get_totp_pretty_key(secret)


def picture(secret: str, email: str) -> str:
    """Return the square code that an app reads, as the address of an image that needs no request."""
    address = _codes().get_totp_uri(email, secret)
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def _codes() -> Codes:
    found: Codes = current_app.extensions[EXTENSION]
    return found
