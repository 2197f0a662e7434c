"""When somebody was here before, as their own browser remembers it; the database keeps nothing of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, g, request

from portal.web.views import keep

COOKIE = "visits"
BREAK = timedelta(minutes=30)
"""Whoever comes back within this time is on the same visit."""
WITHOUT_A_VISIT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Visit:
    """Since when things are new to the reader, and whether that is because they were here then."""

    since: datetime
    was_here: bool


def visit_of(user_id: int, *, at: datetime) -> Visit:
    """Return the reader's visit before this one, and let their browser remember this one."""
    before, last = _remembered(user_id)
    if last is not None and at - last > BREAK:
        before = last
    g.visit_to_keep = _written(user_id, before, at)
    return Visit(before or at - WITHOUT_A_VISIT, was_here=before is not None)


def init_app(app: Flask) -> None:
    """Send what is to be remembered along with the page."""

    @app.after_request
    def remember(response: Response) -> Response:
        value = g.pop("visit_to_keep", None)
        if value is not None:
            keep(response, COOKIE, value)
        return response


def _remembered(user_id: int) -> tuple[datetime | None, datetime | None]:
    parts = request.cookies.get(COOKIE, "").split(".")
    if len(parts) != 3 or parts[0] != str(user_id):
        return None, None
    return _read(parts[1]), _read(parts[2])


def _read(text: str) -> datetime | None:
    is_time = text.isascii() and text.isdigit() and len(text) <= 11
    return datetime.fromtimestamp(int(text), UTC) if is_time and int(text) else None


def _written(user_id: int, before: datetime | None, at: datetime) -> str:
    seconds = int(before.timestamp()) if before is not None else 0
    return f"{user_id}.{seconds}.{int(at.timestamp())}"
