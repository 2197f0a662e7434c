"""Named questions about dossiers, checklists and how gates stand."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.accounts.models import User
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities.models import Cleanroom, Facility, RoomKind
from portal.files.models import StoredFile
from portal.gates.checklists import Listed, Row, facts_of, listed
from portal.gates.models import Checklist, Dossier, Evidence, GateItem, Waiver
from portal.gates.rules import Gate, Known, Verdict, verdict
from portal.projects.models import Project
from portal.projects.queries.access import is_own, visible_projects
from portal.projects.rules.values import FieldGroup

Place = tuple[int, Gate]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateBook:
    """Everything about one gate of a dossier."""

    dossier: Dossier
    checklist: Listed
    verdict: Verdict
    known: dict[str, GateItem]
    waivers: dict[str, Waiver] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """Return its items."""
        return list(self.checklist.rows)


def shown_to(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Dossier` joined with `Project` that holds for those that the actor may read.

    The project's own founders; who has a duty at the facility while the project shows it its process facts; an adviser whom
    the founder showed the roadmap.
    """
    ways: list[ColumnElement[bool]] = [is_own(actor)]
    if actor.facility_ids:
        ways.append(
            and_(
                Dossier.facility_id.in_(sorted(actor.facility_ids)),
                visible_projects(actor, at=at, group=FieldGroup.PROCESS),
            )
        )
    if Role.ADVISER in actor.roles:
        ways.append(visible_projects(actor, at=at, group=FieldGroup.ROADMAP))
    return and_(Project.archived_at.is_(None), or_(false(), *ways))


def dossiers_shown(
    session: Session, actor: Actor, *, at: datetime, project_id: int | None = None
) -> list[Dossier]:
    """Return the dossiers that the actor may read, by project and facility."""
    query = (
        select(Dossier)
        .join(Project, Project.id == Dossier.project_id)
        .join(Facility, Facility.id == Dossier.facility_id)
        .where(shown_to(actor, at=at))
        .options(joinedload(Dossier.project).joinedload(Project.organisation), joinedload(Dossier.facility))
        .order_by(func.lower(Project.name), Project.id, Facility.name)
    )
    if project_id is not None:
        query = query.where(Dossier.project_id == project_id)
    return list(session.scalars(query))


def dossier_shown(
    session: Session, actor: Actor, dossier_id: int, *, at: datetime, lock: bool = False
) -> Dossier:
    """Return a dossier that the actor may read, locked where something in it is about to change; raises `NotFound`."""
    query = (
        select(Dossier)
        .join(Project, Project.id == Dossier.project_id)
        .where(Dossier.id == dossier_id, shown_to(actor, at=at))
    )
    found = session.scalars(query.with_for_update(of=Dossier) if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def latest_checklists(session: Session, facility_ids: Collection[int]) -> dict[Place, Checklist]:
    """Return the newest published checklist of each gate at these facilities."""
    newest = (
        select(Checklist.facility_id, Checklist.gate, func.max(Checklist.version).label("version"))
        .where(Checklist.facility_id.in_(facility_ids))
        .group_by(Checklist.facility_id, Checklist.gate)
        .subquery()
    )
    rows = session.scalars(
        select(Checklist).join(
            newest,
            and_(
                Checklist.facility_id == newest.c.facility_id,
                Checklist.gate == newest.c.gate,
                Checklist.version == newest.c.version,
            ),
        )
    )
    return {(row.facility_id, row.gate): row for row in rows}


def versions_of(session: Session, facility_id: int, gate: Gate) -> list[Checklist]:
    """Return every published version of a facility's checklist, the newest first."""
    return list(
        session.scalars(
            select(Checklist)
            .where(Checklist.facility_id == facility_id, Checklist.gate == gate)
            .options(joinedload(Checklist.published_by))
            .order_by(Checklist.version.desc())
        )
    )


def books(
    session: Session, dossiers: Collection[Dossier], *, today: date, gates: Iterable[Gate] = Gate
) -> dict[tuple[int, Gate], GateBook]:
    """Return how the gates of dossiers stand on a day, with a number of questions that does not grow with them."""
    if not dossiers:
        return {}
    ids = [dossier.id for dossier in dossiers]
    published = latest_checklists(session, {dossier.facility_id for dossier in dossiers})
    items = session.scalars(
        select(GateItem).where(GateItem.dossier_id.in_(ids)).options(selectinload(GateItem.reviewed_by))
    ).all()
    waivers = _waivers(session, [item.id for item in items], today=today)
    items_of: defaultdict[int, dict[str, GateItem]] = defaultdict(dict)
    for item in items:
        items_of[item.dossier_id][item.item] = item
    found: dict[tuple[int, Gate], GateBook] = {}
    for dossier in dossiers:
        own = items_of[dossier.id]
        waived = {name: waivers[item.id] for name, item in own.items() if item.id in waivers}
        for gate in gates:
            checklist = listed(gate, published.get((dossier.facility_id, gate)))
            found[dossier.id, gate] = GateBook(
                dossier=dossier,
                checklist=checklist,
                verdict=verdict(
                    checklist.items,
                    {name: _known(item, waived.get(name)) for name, item in own.items()},
                    facts_of(dossier.project),
                    adopted=checklist.adopted,
                    today=today,
                ),
                known=own,
                waivers=waived,
            )
    return found


def book(session: Session, dossier: Dossier, gate: Gate, *, today: date) -> GateBook:
    """Return how one gate of a dossier stands on a day."""
    return books(session, [dossier], today=today, gates=[gate])[dossier.id, gate]


def gate_of(session: Session, dossier: Dossier, item_id: str) -> Gate:
    """Return the gate in whose checklist an item stands at the dossier's facility; raises `NotFound`."""
    published = latest_checklists(session, [dossier.facility_id])
    for gate in Gate:
        if listed(gate, published.get((dossier.facility_id, gate))).row(item_id) is not None:
            return gate
    raise NotFound


def dossier_of(session: Session, project_id: int, facility_id: int) -> Dossier | None:
    """Return the dossier of a project at a facility, whoever asks, or None."""
    return session.scalars(
        select(Dossier).where(Dossier.project_id == project_id, Dossier.facility_id == facility_id)
    ).one_or_none()


def verdict_on(session: Session, project: Project, facility_id: int, gate: Gate, *, today: date) -> Verdict:
    """Return how a gate of a project stands at a facility, whoever asks; without a dossier nothing is shown yet."""
    dossier = dossier_of(session, project.id, facility_id)
    if dossier is not None:
        return book(session, dossier, gate, today=today).verdict
    checklist = listed(gate, latest_checklists(session, [facility_id]).get((facility_id, gate)))
    return verdict(checklist.items, {}, facts_of(project), adopted=checklist.adopted, today=today)


def item_of(session: Session, dossier: Dossier, item_id: str) -> GateItem | None:
    """Return what is stored of an item, or None while nothing was ever done about it."""
    return session.scalars(
        select(GateItem).where(GateItem.dossier_id == dossier.id, GateItem.item == item_id)
    ).one_or_none()


def evidence_of(session: Session, item: GateItem | None) -> list[Evidence]:
    """Return the evidence of an item, the newest first."""
    if item is None:
        return []
    return list(
        session.scalars(
            select(Evidence)
            .where(Evidence.gate_item_id == item.id)
            .options(joinedload(Evidence.given_by), joinedload(Evidence.file))
            .order_by(Evidence.id.desc())
        )
    )


def givers_of(session: Session, dossier: Dossier, item_id: str) -> list[User]:
    """Return who gave the newest evidence of an item."""
    newest = evidence_of(session, item_of(session, dossier, item_id))[:1]
    return [evidence.given_by for evidence in newest]


def row_of(session: Session, facility_id: int, gate: Gate, item_id: str) -> Row | None:
    """Return an item as a facility's newest checklist of a gate has it, or None where that no longer has it."""
    return listed(gate, latest_checklists(session, [facility_id]).get((facility_id, gate))).row(item_id)


def developers_at(session: Session, facility_id: int) -> list[int]:
    """Return the organisations that show a facility the gates of a project which is not archived."""
    question = (
        select(Project.organisation_id)
        .join(Dossier, Dossier.project_id == Project.id)
        .where(Dossier.facility_id == facility_id, Project.archived_at.is_(None))
        .distinct()
        .order_by(Project.organisation_id)
    )
    return list(session.scalars(question))


def file_of_evidence(session: Session, dossier: Dossier, evidence_id: int) -> StoredFile:
    """Return the file of one piece of a dossier's evidence; raises `NotFound`."""
    found = session.scalars(
        select(StoredFile)
        .join(Evidence, Evidence.file_id == StoredFile.id)
        .join(GateItem, GateItem.id == Evidence.gate_item_id)
        .where(Evidence.id == evidence_id, GateItem.dossier_id == dossier.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def facilities_with_gates(session: Session) -> list[Facility]:
    """Return the facilities that take requests for a GMP room, by name."""
    return list(
        session.scalars(
            select(Facility)
            .where(
                Facility.is_open_for_requests,
                select(Cleanroom.id)
                .where(
                    Cleanroom.facility_id == Facility.id,
                    Cleanroom.kind == RoomKind.GMP,
                    Cleanroom.is_bookable,
                )
                .exists(),
            )
            .order_by(Facility.name)
        )
    )


def _waivers(session: Session, item_ids: Collection[int], *, today: date) -> dict[int, Waiver]:
    rows = session.scalars(
        select(Waiver)
        .where(Waiver.gate_item_id.in_(item_ids), Waiver.ended_at.is_(None), Waiver.until >= today)
        .options(joinedload(Waiver.waived_by))
        .order_by(Waiver.id)
    )
    return {row.gate_item_id: row for row in rows}


def _known(item: GateItem, waiver: Waiver | None) -> Known:
    return Known(
        state=item.state, valid_until=item.valid_until, waived_until=waiver.until if waiver else None
    )
