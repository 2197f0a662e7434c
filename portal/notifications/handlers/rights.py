"""Who is reminded of a project's rights: its founders."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.ledger import Entry
from portal.notifications import events, queries
from portal.notifications.handlers.telling import Handler, Subject, tell
from portal.projects.models import Project


def tell_founders(session: Session, entry: Entry, at: datetime) -> None:
    """Remind the founders of a project of a day of one of its rights."""
    project = session.get_one(Project, entry.facts["project_id"])
    people = queries.founders_of(session, project.organisation_id)
    tell(session, entry, people, entry.name, Subject("rights", project.id), at=at)


HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.RightComesUp.name: (tell_founders,),
}
