"""Who is told of what happens at gates: who reviews, who gave, whose project it is, and whose facility."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.core.actors import Role
from portal.facilities.queries import holders_of
from portal.gates import events
from portal.gates.models import Dossier
from portal.gates.queries import developers_at, givers_of, row_of
from portal.gates.rules import Gate
from portal.ledger import Entry
from portal.notifications import queries
from portal.notifications.handlers.telling import Handler, Subject, tell


def tell_reviewers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell those who review an item at the facility that there is evidence to look at."""
    dossier = _dossier(session, entry)
    row = row_of(session, dossier.facility_id, Gate(entry.facts["gate"]), entry.facts["item"])
    if row is not None:
        people = holders_of(session, dossier.facility_id, Role(row["reviewer_role"]), today=at.date())
        _tell(session, entry, people, dossier, at)


def tell_givers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell who gave the evidence of an item, and the project's founders, what its reviewer said."""
    dossier = _dossier(session, entry)
    givers = givers_of(session, dossier, entry.facts["item"])
    _tell(session, entry, [*givers, *_founders(session, dossier)], dossier, at)


def tell_developers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders of the project."""
    dossier = _dossier(session, entry)
    _tell(session, entry, _founders(session, dossier), dossier, at)


def tell_managers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the managers of the facility."""
    dossier = _dossier(session, entry)
    people = holders_of(session, dossier.facility_id, Role.FACILITY_MANAGER, today=at.date())
    _tell(session, entry, people, dossier, at)


def tell_of_checklist(session: Session, entry: Entry, at: datetime) -> None:
    """Tell everybody on duty at a facility, and the founders who show it their gates, that its checklist has changed."""
    facility_id = entry.facts["facility_id"]
    staff = holders_of(session, facility_id, Role.FACILITY_MANAGER, Role.QA, Role.QP, today=at.date())
    founders = [
        person
        for organisation_id in developers_at(session, facility_id)
        for person in queries.founders_of(session, organisation_id)
    ]
    tell(session, entry, [*staff, *founders], entry.name, Subject("facility", facility_id), at=at)


def _dossier(session: Session, entry: Entry) -> Dossier:
    return session.get_one(Dossier, entry.facts["dossier_id"])


def _founders(session: Session, dossier: Dossier) -> list[User]:
    return queries.founders_of(session, dossier.project.organisation_id)


def _tell(session: Session, entry: Entry, people: list[User], dossier: Dossier, at: datetime) -> None:
    tell(session, entry, people, entry.name, Subject("dossier", dossier.id), at=at)


HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.EvidenceGiven.name: (tell_reviewers,),
    events.ItemAccepted.name: (tell_givers,),
    events.ItemReturned.name: (tell_givers,),
    events.ItemWaived.name: (tell_developers, tell_managers),
    events.WaiverEnded.name: (tell_developers, tell_managers),
    events.GateMet.name: (tell_developers, tell_managers),
    events.ChecklistPublished.name: (tell_of_checklist,),
}
