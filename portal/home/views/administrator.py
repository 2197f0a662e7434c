"""The administrator's home, which says what needs them."""

from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from portal.accounts.labels import kind_label, role_label
from portal.accounts.queries import count_waiting_requests
from portal.bookings.roomtime import local_day
from portal.core.actors import Actor
from portal.home import words
from portal.home.queries import upkeep
from portal.web.locale import time_zone

NEW = timedelta(days=30)
ROWS = 6


def page(session: Session, _actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the page: requests for roles, new organisations, what failed, and whether clock and ledger go on."""
    organisations, new_count = upkeep.new_organisations(session, since=at - NEW, limit=ROWS)
    return render_template(
        "home/administrator.html",
        requests=[
            {
                "person": request.user.name,
                "organisation": request.organisation.name,
                "role": role_label(request.role),
                "since": words.since(request.asked_at, at, time_zone()),
            }
            for request in upkeep.waiting_role_requests(session, limit=ROWS)
        ],
        request_count=count_waiting_requests(session),
        organisations=[(one, kind_label(one.kind)) for one in organisations],
        new_count=new_count,
        new_days=NEW.days,
        unmanaged=upkeep.facilities_without_manager(session, today=local_day(at, time_zone())),
        mail=upkeep.mail(session, limit=ROWS),
        ledger=upkeep.ledger(session),
        leases=[
            {
                "name": lease.name,
                "holder": lease.holder,
                "until": lease.ends_at,
                "is_live": lease.ends_at > at,
            }
            for lease in upkeep.leases(session)
        ],
        **around,
    )
