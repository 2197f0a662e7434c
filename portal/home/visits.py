"""When somebody was here before, as their own browser remembers it; the database keeps nothing of it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, g

from portal.web.cookies import keep, kept

COOKIE = "visits"
REMEMBERED = re.compile(r"([0-9]{1,19})\.([0-9]{1,10})\.([0-9]{1,10})")
"""Whose visits these are, when the one before the last began, and when the last page of the last one was read."""
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
    found = REMEMBERED.fullmatch(kept(COOKIE) or "")
    if found is None or found[1] != str(user_id):
        return None, None
    return _moment(found[2]), _moment(found[3])


def _moment(seconds: str) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if int(seconds) else None


def _written(user_id: int, before: datetime | None, at: datetime) -> str:
    seconds = int(before.timestamp()) if before is not None else 0
    return f"{user_id}.{seconds}.{int(at.timestamp())}"
