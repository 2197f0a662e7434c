"""Passwords: brought into one form, hashed with Argon2, compared. They are stored nowhere as they are typed."""

from flask_security import PasswordUtil, hash_password, verify_password
from flask_security.proxies import _security

from portal.accounts.models import User


def normal_password(typed: str) -> str:
    """Return a password in the one form of Unicode in which it is hashed, whatever keyboard it comes from."""
    util: PasswordUtil = _security.password_util
    return util.normalize(typed)


def hashed(typed: str) -> str:
    """Return the hash of a password; this takes a moment by design, so hash before a unit of work begins."""
    return hash_password(normal_password(typed))


def is_password_of(user: User, typed: str) -> bool:
    """Say whether a person's password was typed."""
    return user.password is not None and verify_password(normal_password(typed), user.password)
