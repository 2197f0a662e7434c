"""The analyst's home, which says how the pipeline is doing."""

from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask import render_template
from flask_babel import get_locale
from sqlalchemy.orm import Session

from portal.bookings.roomtime import local_day, midnight
from portal.core.actors import Actor
from portal.home.queries import figures
from portal.home.rules.figures import Share, by_month, median_days, months_before
from portal.projects.rules.counts import SMALLEST_SHOWN
from portal.projects.views.pipeline import counts_shown
from portal.web.locale import HOME_ZONE

MONTHS, WEEKS = 12, 26


def page(session: Session, _actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the page: projects by area and phase, requests by month, waiting, and how much of the rooms is used."""
    today = local_day(at, HOME_ZONE)
    first = today - timedelta(weeks=WEEKS)
    shares = figures.shares(
        session,
        first=first,
        days=7 * WEEKS,
        since=midnight(first, HOME_ZONE),
        until=midnight(today, HOME_ZONE),
    )
    return render_template(
        "home/analyst.html",
        months=_months(session, today),
        wait=median_days(figures.waits(session, since=midnight(first, HOME_ZONE))),
        shares=_shares(shares),
        weeks=WEEKS,
        first=first,
        last=today - timedelta(days=1),
        smallest=SMALLEST_SHOWN,
        on=at,
        **counts_shown(),
        **around,
    )


def _months(session: Session, today: date) -> list[dict[str, Any]]:
    months = months_before(today, MONTHS)
    ends = [*months[1:], today + timedelta(days=1)]
    asked = figures.asked_between(session, [midnight(day, HOME_ZONE) for day in (months[0], *ends)])
    counted = by_month(dict(zip(months, asked, strict=True)), last=today, months=MONTHS)
    most = max((number or 0 for _, number in counted), default=0)
    return [
        {
            "label": str(format_date(month, "LLL yyyy", locale=get_locale())),
            "number": number,
            "width": _width(number, most),
            "is_now": month == today.replace(day=1),
        }
        for month, number in counted
    ]


def _shares(shares: dict[str, Share]) -> list[dict[str, Any]]:
    return [
        {"label": name, "share": share, "percent": share.percent, "width": _width(share.percent, 100)}
        for name, share in shares.items()
    ]


def _width(number: int | None, most: int) -> int:
    """Return how long a bar is, of 100."""
    return round(100 * number / most) if number and most else 0
