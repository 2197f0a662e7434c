"""Passwords: brought into one form, hashed with Argon2, compared. They are stored nowhere as they are typed."""

import secrets
from functools import lru_cache
from typing import cast

from flask_security import PasswordUtil, hash_password, verify_password
from flask_security.proxies import _security
from passlib.context import CryptContext

from portal.accounts.models import User


def normal_password(typed: str) -> str:
    """Return a password in the one form of Unicode in which it is hashed, whatever keyboard it comes from."""
    util: PasswordUtil = _security.password_util
    return util.normalize(typed)


def hashed(typed: str) -> str:
    """Return the hash of a password; this takes a moment by design, so hash before a unit of work begins."""
    return hash_password(normal_password(typed))


def is_password(typed: str, stored: str | None) -> bool:
    """Say whether a password was typed; where there is none to compare with, "no" takes as long as elsewhere."""
    context = cast("CryptContext", _security.pwd_context)
    right = verify_password(normal_password(typed), stored or _nobody_s(context))
    return right and stored is not None


def is_password_of(user: User, typed: str) -> bool:
    """Say whether a person's password was typed."""
    return is_password(typed, user.password)


def is_outdated(stored: str) -> bool:
    """Say whether a hash was made at a lower cost than passwords are hashed at today."""
    return bool(_security.pwd_context.needs_update(stored))


@lru_cache(maxsize=4)
def _nobody_s(_context: CryptContext) -> str:
    return hash_password(secrets.token_hex(16))
