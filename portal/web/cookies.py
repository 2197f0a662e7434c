"""What the portal lets a browser keep besides the session: for this host alone, over HTTPS alone where it is reached so."""

from datetime import timedelta

from flask import current_app, request
from werkzeug import Response

YEAR = timedelta(days=365)


def kept(cookie: str) -> str | None:
    """Return what this browser keeps under a name, or None."""
    return request.cookies.get(_name(cookie))


def keep(response: Response, cookie: str, value: str) -> None:
    """Let the reader's browser keep something for a year."""
    response.set_cookie(
        _name(cookie), value, max_age=YEAR, samesite="Lax", secure=_is_secure(), httponly=True, path="/"
    )


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if _is_secure() else cookie


def _is_secure() -> bool:
    return bool(current_app.extensions["portal_settings"].secure)
