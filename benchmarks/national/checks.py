"""What must hold of a portal's bookings and ledger, whoever wrote the rows; a few questions over all of them."""

from collections.abc import Iterator

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.national.cases import BOOKINGS
from benchmarks.national.pipeline import PROJECTS
from portal.bookings.guard import GUARDS
from portal.bookings.models import Booking
from portal.facilities.models import Cleanroom
from portal.ledger import verify
from portal.projects.models import Project

CLEANROOMS = 200


def problems(session: Session) -> Iterator[str]:
    """Yield everything that does not hold."""
    for name, kinds in GUARDS.items():
        if overlaps := session.scalar(text(_overlaps(kinds))):
            yield f"{overlaps} blocks overlap in spite of {name}"
    for name, question in HOLDING.items():
        if wrong := session.scalar(text(question)):
            yield f"{wrong} {name}"
    for model, wanted in ((Cleanroom, CLEANROOMS), (Project, PROJECTS), (Booking, BOOKINGS)):
        found = session.scalar(select(func.count()).select_from(model))
        if found != wanted:
            yield f"{found} instead of {wanted} rows in {model.__tablename__}"
    for problem in verify(session)[:20]:
        yield f"the ledger: {problem}"


HOLDING = {
    "bookings whose block is of another kind": (
        "SELECT count(*) FROM booking JOIN block ON block.id = booking.block_id "
        "WHERE block.kind <> booking.block_kind"
    ),
    "working blocks without a booking": (
        "SELECT count(*) FROM block LEFT JOIN booking ON booking.block_id = block.id "
        "WHERE block.kind IN ('booking', 'hold', 'released') AND booking.id IS NULL"
    ),
    "changeovers that do not begin where what they follow ends": (
        "SELECT count(*) FROM block AS changeover JOIN block AS before ON before.id = changeover.after_id "
        "WHERE changeover.starts_at <> before.ends_at OR changeover.cleanroom_id <> before.cleanroom_id"
    ),
    "approved requests without a live or past booking": (
        "SELECT count(*) FROM slot_request WHERE state = 'approved' AND NOT EXISTS (SELECT 1 FROM booking "
        "WHERE booking.request_id = slot_request.id AND booking.block_kind <> 'released')"
    ),
}
"""Questions whose answer is none."""


def _overlaps(kinds: tuple[str, ...]) -> str:
    """Return the question how many blocks of these kinds begin before an earlier one of their cleanroom has ended."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return (
        "SELECT count(*) FROM (SELECT starts_at, max(ends_at) OVER (PARTITION BY cleanroom_id ORDER BY starts_at, id "  # noqa: S608
        f"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy FROM block WHERE kind IN ({listed})) AS stretch "
        "WHERE starts_at < busy"
    )
