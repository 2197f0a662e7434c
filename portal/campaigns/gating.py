"""How the gates before a chain's links stand, asked for all of them at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.roomtime import local_day
from portal.campaigns.queries import Seen
from portal.facilities.models import Facility
from portal.gates.checklists import facts_of, listed
from portal.gates.models import Dossier
from portal.gates.queries import latest_checklists, stands
from portal.gates.rules import Gate, Verdict, gate_before, verdict

Place = tuple[int, Gate]
ON_THE_WAY = tuple(Gate)
"""The gates in the order in which a product meets them."""


def gate_of(one: Seen) -> Gate | None:
    """Return the gate before a link's run in the cleanroom that it has or asks for, or None."""
    return gate_before(one.room.kind.value, one.request.run_kind.value) if one.room else None


def verdicts(session: Session, links: Iterable[Seen], *, at: datetime) -> Mapping[Place, Verdict]:
    """Return how each gate that stands before one of these links of a project stands, by facility and gate."""
    before: dict[int, Facility] = {}
    gates: set[Place] = set()
    project = None
    for one in links:
        gate, room = gate_of(one), one.room
        if gate is not None and room is not None:
            before[room.facility_id], project = room.facility, one.request.project
            gates.add((room.facility_id, gate))
    if project is None:
        return {}
    dossiers = session.scalars(
        select(Dossier)
        .where(Dossier.project_id == project.id, Dossier.facility_id.in_(before))
        .options(joinedload(Dossier.project))
    ).all()
    here = {dossier.facility_id: dossier for dossier in dossiers}
    zone = next(iter(before.values())).time_zone
    today = local_day(at, zone)
    found = stands(session, dossiers, today=today)
    published = latest_checklists(session, before)
    answers: dict[Place, Verdict] = {}
    for facility_id, gate in sorted(gates, key=lambda place: (ON_THE_WAY.index(place[1]), place[0])):
        if facility_id in here:
            answers[facility_id, gate] = found[here[facility_id].id, gate].verdict
            continue
        items = listed(gate, published.get((facility_id, gate)))
        answers[facility_id, gate] = verdict(
            items.items, {}, facts_of(project), adopted=items.adopted, today=today
        )
    return answers
