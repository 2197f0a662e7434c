"""A project with a chain over two facilities, and the people on all sides."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings.forms.requests import least_values
from portal.bookings.models import RunKind, WorkMode
from portal.campaigns import queries, services
from portal.campaigns.models import Campaign
from portal.campaigns.outlook import outlook
from portal.campaigns.queries import Seen
from portal.campaigns.services import Choice
from portal.core.actors import Actor, Role
from portal.facilities.models import BookingUnit, Cleanroom, Facility, Grade, RoomKind
from portal.gates.models import Dossier, GateItem
from portal.gates.queries import book
from portal.gates.rules import Gate, ItemState
from portal.gates.services import make_dossier
from portal.projects.models import Project
from tests import make

TERMS = "What we read stays with us."
TODAY = make.NOON.date()


@dataclass
class Scene:
    """Who is there, and what they look at."""

    session: Session
    founder: Actor
    project: Project
    campaign: Campaign
    lab: Facility
    lab_room: Cleanroom
    lab_manager: Actor
    plant: Facility
    plant_room: Cleanroom
    plant_manager: Actor
    qa: Actor
    qp: Actor

    def add(self, kind: RunKind, *titles: str, days: int = 5, **values: Any) -> None:
        """Add links of one kind to the chain."""
        draft = {
            **least_values(self.project, kind),
            "run_kind": kind,
            "duration": days,
            "duration_unit": BookingUnit.DAY,
            "mode": WorkMode.WORKING,
            "earliest_start": values.pop("earliest_start", date(2027, 1, 11)),
            "latest_end": values.pop("latest_end", None),
            "equipment": [],
            "remark": "",
        }
        services.add_links(
            self.session,
            self.founder,
            self.campaign.id,
            draft,
            titles or (kind.value,),
            **values,
            at=make.NOON,
        )
        self.session.commit()

    def links(self) -> list[Seen]:
        """Return the chain as it stands."""
        self.session.expire_all()
        return queries.links_of(self.session, [self.campaign.id])[self.campaign.id]

    def link(self, title: str) -> Seen:
        """Return the link of a title."""
        return next(one for one in self.links() if one.request.title == title)

    def choose(self) -> None:
        """Take the windows that are proposed."""
        found = outlook(self.session, self.links(), at=make.NOON)
        assert found.stuck is None
        choices = [
            Choice(link_id=key, cleanroom_id=one.room.id, slot=one.slot) for key, one in found.windows.items()
        ]
        services.choose_windows(self.session, self.founder, self.campaign.id, choices, at=make.NOON)
        self.session.commit()

    def request(self) -> None:
        """Request the chain as one."""
        services.request_chain(
            self.session,
            self.founder,
            self.campaign.id,
            accepted_terms={one.id: one.confidentiality_version for one in (self.lab, self.plant)},
            agreed={},
            at=make.NOON,
        )
        self.session.commit()

    def approve(self, manager: Actor, where: Facility, **values: Any) -> None:
        """Approve a facility's part."""
        services.approve_part(
            self.session,
            manager,
            self.campaign.id,
            where.id,
            **{"proof": make.proof(manager), "at": make.NOON, **values},
        )
        self.session.commit()

    def meet(self, *gates: Gate, where: Facility | None = None) -> None:
        """Let nothing hold these gates of the project at a facility."""
        home = where or self.plant
        dossier = self.session.scalars(
            select(Dossier).where(Dossier.project_id == self.project.id, Dossier.facility_id == home.id)
        ).one_or_none() or make_dossier(
            self.session, self.project, home.id, actor_id=self.founder.user_id, at=make.NOON
        )
        for gate in gates:
            for item in book(self.session, dossier, gate, today=TODAY).checklist.rows:
                self.session.add(GateItem(dossier_id=dossier.id, item=item["id"], state=ItemState.ACCEPTED))
        self.session.commit()


@pytest.fixture
def scene(session: Session) -> Scene:
    """Return a project with an empty campaign, a laboratory with a pre-GMP room, and a plant with a GMP room."""
    return make_scene(session)


def make_scene(session: Session) -> Scene:
    """Store the scene."""
    founder = make.founder(session)
    owner = session.get_one(Organisation, founder.organisation_id)
    project = make.project(session, owner, process_state="closed")
    lab = make.facility(session, confidentiality_terms=TERMS, default_changeover_days=1)
    plant = make.facility(session, confidentiality_terms=TERMS, default_changeover_days=1)
    lab_room = make.cleanroom(session, lab)
    plant_room = make.cleanroom(session, plant, kind=RoomKind.GMP, grade=Grade.B)
    campaign = services.begin_campaign(session, founder, project.id, name="First batch", at=make.NOON)
    session.commit()
    return Scene(
        session=session,
        founder=founder,
        project=project,
        campaign=campaign,
        lab=lab,
        lab_room=lab_room,
        lab_manager=make.manager(session, lab),
        plant=plant,
        plant_room=plant_room,
        plant_manager=make.manager(session, plant),
        qa=make.duty(session, plant, Role.QA),
        qp=make.duty(session, plant, Role.QP),
    )
