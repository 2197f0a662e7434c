"""Two cleanrooms on one air handling, and projects whose work does not go together."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.bookings.models import SlotRequest
from portal.core.actors import Actor, Role
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility, VectorLevel
from portal.projects.models import Project
from portal.segregation import services
from portal.segregation.models import StanceRecord
from portal.segregation.rules import Stance
from tests import make

AIR = "vector_with_nonvector_shared_air"
WINDOW = make.slot(11, 16)
VECTOR: dict[str, Any] = {
    "vector_level": "lentiviral_retroviral",
    "process_class": "lv_rv",
    "process_state": "open",
    "infectious_status": "negative",
    "autologous": True,
}
PLAIN: dict[str, Any] = {
    "vector_level": "none",
    "process_class": "nonviral_cell",
    "process_state": "closed",
    "infectious_status": "negative",
    "autologous": False,
    "gmo_class": 0,
}


@dataclass
class Scene:
    """Who is there, and what they want."""

    facility: Facility
    one: Cleanroom
    other: Cleanroom
    manager: Actor
    qa: Actor
    vector: Project
    plain: Project


def set_up(session: Session) -> Scene:
    """Store two cleanrooms that share their air, and two projects that must not use them at once."""
    one = make.cleanroom(session, air_handling="ahu1")
    other = make.cleanroom(session, one.facility, air_handling="ahu1")
    return Scene(
        facility=one.facility,
        one=one,
        other=other,
        manager=make.manager(session, one),
        qa=make.duty(session, one.facility, Role.QA),
        vector=make.project(session, **VECTOR),
        plain=make.project(session, **PLAIN),
    )


def asks(session: Session, project: Project, room: Cleanroom, window: Slot = WINDOW) -> SlotRequest:
    """Store a request of a project for a window."""
    return make.slot_request(
        session,
        room,
        window,
        by=make.founder(session, project.organisation),
        project=project,
        vector_level=VectorLevel(project.vector_level or "none"),
        gmo_class=project.gmo_class or 0,
        process_class=project.process_class,
    )


def decide(session: Session, scene: Scene, stance: Stance, rule: str = AIR, **values: Any) -> StanceRecord:
    """Let QA of the facility decide on a rule."""
    return services.decide_rule(
        session,
        scene.qa,
        scene.facility.id,
        rule,
        **{
            "stance": stance,
            "reason": "Read against the air-handling drawings of 2025.",
            "proof": make.proof(scene.qa),
            "at": make.NOON,
            **values,
        },
    )
