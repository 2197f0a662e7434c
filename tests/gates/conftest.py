"""A project that shows its gates to a facility, and the people on both sides."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Actor, Role
from portal.facilities.models import Cleanroom, Facility, RoomKind
from portal.gates import services
from portal.gates.models import Dossier
from portal.projects.models import Grant, Project
from portal.projects.rules.values import FieldGroup, GrantReason
from tests import make


@dataclass
class Scene:
    """Who is there, and what they look at."""

    founder: Actor
    manager: Actor
    qa: Actor
    qp: Actor
    project: Project
    facility: Facility
    room: Cleanroom
    dossier: Dossier


def show_to(session: Session, scene_project: Project, organisation_id: int, *groups: FieldGroup) -> None:
    """Let an organisation see field groups of a project, as a request does."""
    for group in groups:
        session.add(
            Grant(
                project_id=scene_project.id,
                organisation_id=organisation_id,
                field_group=group,
                reason=GrantReason.REQUEST,
                starts_at=make.NOON - timedelta(days=400),
            )
        )
    session.commit()


@pytest.fixture
def scene(session: Session) -> Scene:
    """Return a project in whose dossier nothing has happened yet, seen by a GMP facility."""
    room = make.cleanroom(session, kind=RoomKind.GMP)
    facility = room.facility
    founder = make.founder(session)
    project = make.project(session, session.get_one(Organisation, founder.organisation_id))
    assert facility.operator_id is not None
    show_to(session, project, facility.operator_id, FieldGroup.PROCESS, FieldGroup.IDENTITY)
    dossier = services.open_dossier(session, founder, project.id, facility.id, at=make.NOON)
    session.commit()
    return Scene(
        founder=founder,
        manager=make.manager(session, facility),
        qa=make.duty(session, facility, Role.QA),
        qp=make.duty(session, facility, Role.QP),
        project=project,
        facility=facility,
        room=room,
        dossier=dossier,
    )
