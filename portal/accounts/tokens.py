"""Tokens of invitation links: what the link holds, and what is kept of it."""

import hashlib
import secrets


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return what is kept of a token: enough to know it again, and of no use to who reads the table."""
    return hashlib.sha256(token.encode()).hexdigest()
