"""Tokens of links and cookies, and recovery codes: what their holder has, and what is kept of it."""

import hashlib
import secrets

PLAIN = "23456789abcdefghjkmnpqrstvwxyz"
"""Letters and digits that nobody takes for one another."""


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return what is kept of a token: enough to know it again, and of no use to who reads the table."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_recovery_code() -> str:
    """Return a recovery code of 117 bits, so that a plain digest of it tells nothing, in groups that one can type: `k3vq-7h2m-9x4c-bd8t-p5nf-w6yj`."""
    letters = [secrets.choice(PLAIN) for _ in range(24)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 24, 4))
