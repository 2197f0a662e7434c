"""The links of account mails: signed, for a time, and void after use, as Flask-Security makes and reads them."""

from flask_security.confirmable import confirm_email_token_status, generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token, reset_password_token_status

from portal.accounts.models import User


def confirmation_token(user: User) -> str:
    """Return the token with which a person confirms their address; a new address makes it void."""
    return str(generate_confirmation_token(user))


def person_to_confirm(token: str) -> User | None:
    """Return the active person whose address a token confirms, or None if it is void or too old."""
    expired, invalid, user = confirm_email_token_status(token)
    return _usable(user, void=expired or invalid)


def reset_token(user: User) -> str:
    """Return the token with which a person takes a new password; a new password makes it void."""
    return str(generate_reset_password_token(user))


def person_to_reset(token: str) -> User | None:
    """Return the active person who takes a new password with a token, or None if it is void or too old."""
    expired, invalid, user = reset_password_token_status(token)
    return _usable(user, void=expired or invalid)


def _usable(user: object, *, void: bool) -> User | None:
    return user if isinstance(user, User) and user.active and not void else None
