"""What advisers, investors and support providers may read of projects, and what more of each they were shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.models import RequestState, SlotRequest
from portal.core.actors import Actor
from portal.projects.models import FieldGroup, Project, TeaserWords
from portal.projects.queries import ProjectFilter, count, groups_of_each, teasers, teasers_of_each

MOST = 300
"""Teasers looked at for a home, the latest changed first."""


@dataclass(frozen=True, slots=True)
class SeenTeaser:
    """A project of which the reader sees at least the teaser, with the field groups that are open to them."""

    project: Project
    groups: frozenset[FieldGroup]
    teaser: TeaserWords

    def shows(self, group: FieldGroup) -> bool:
        """Say whether the reader sees this field group."""
        return group in self.groups


def latest_teasers(
    session: Session, actor: Actor, *, at: datetime, limit: int = MOST
) -> tuple[list[SeenTeaser], int]:
    """Return the teasers that the actor may read, the latest changed first, and how many there are in all."""
    question = teasers(actor, ProjectFilter(), at=at)
    projects = session.scalars(question.options(joinedload(Project.organisation)).limit(limit)).all()
    groups = groups_of_each(session, actor, projects, at=at)
    words = teasers_of_each(session, actor, projects, at=at)
    seen = [SeenTeaser(project, groups[project.id], words[project.id]) for project in projects]
    return seen, count(session, question)


def asked_for_a_room(session: Session, seen: Collection[SeenTeaser]) -> Mapping[int, bool]:
    """Return whether a slot was ever asked for, by project; only for projects whose requests the reader may see."""
    open_ones = [one.project.id for one in seen if one.shows(FieldGroup.BOOKINGS)]
    asked = set(
        session.scalars(
            select(SlotRequest.project_id)
            .distinct()
            .where(SlotRequest.project_id.in_(open_ones), SlotRequest.state != RequestState.DRAFT)
        )
    )
    return {project_id: project_id in asked for project_id in open_ones}
