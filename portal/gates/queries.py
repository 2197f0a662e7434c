"""Named questions about dossiers, checklists and how gates stand."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.accounts.models import User
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities.models import Cleanroom, Facility, RoomKind
from portal.files.models import StoredFile
from portal.gates.checklists import Listed, Row, facts_of, listed
from portal.gates.models import Checklist, Dossier, Evidence, GateItem, Waiver
from portal.gates.rules import Gate, Item, Known, Verdict, verdict
from portal.projects.models import Project
from portal.projects.queries.access import is_own, visible_projects
from portal.projects.rules.values import FieldGroup

Place = tuple[int, Gate]
STATED = (
    Project.product_class,
    Project.autologous,
    Project.gmo_class,
    Project.vector_level,
    Project.process_state,
    Project.starting_material,
    Project.animal_origin,
    Project.cell_bank,
    Project.device,
    Project.shelf_life_hours,
)
"""What the conditions of items ask of a project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStand:
    """How one gate of a dossier stands, and the checklist that says so."""

    dossier: Dossier
    checklist: Listed
    verdict: Verdict

    @property
    def rows(self) -> list[Row]:
        """Return its items."""
        return list(self.checklist.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateBook(GateStand):
    """Everything about one gate of a dossier."""

    known: dict[str, GateItem]
    waivers: dict[str, Waiver] = field(default_factory=dict)


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
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    project_id: int | None = None,
    facility_id: int | None = None,
    sort: str = "name",
    offset: int = 0,
    limit: int | None = None,
) -> list[Dossier]:
    """Return the dossiers that the actor may read, or some of them in the order asked for, with a minus the other way round.

    `sort` is `name`, where projects whose name the actor may not know stand last, or `facility`.
    """
    wanted = _shown(actor, at=at, project_id=project_id, facility_id=facility_id).join(
        Facility, Facility.id == Dossier.facility_id
    )
    name = case((visible_projects(actor, at=at, group=FieldGroup.IDENTITY), func.lower(Project.name)))
    key = func.lower(Facility.name) if sort.removeprefix("-") == "facility" else name
    first = key.desc() if sort.startswith("-") else key.asc()
    places = (first.nulls_last(), name.asc().nulls_last(), Facility.name, Dossier.id)
    # Only ids are sorted: whole records, with all that they are joined with, would be carried through the sorting.
    ids = session.scalars(wanted.with_only_columns(Dossier.id).order_by(*places).offset(offset).limit(limit))
    return dossiers_in_order(session, actor, ids.all(), at=at)


def dossiers_by_open(
    session: Session, actor: Actor, gate: Gate, *, at: datetime, most_first: bool = False
) -> list[int]:
    """Return the ids of the dossiers that the actor may read, by how much is open at a gate."""
    rows = session.execute(
        _shown(actor, at=at).with_only_columns(Dossier.id, Dossier.facility_id, *STATED).order_by(Dossier.id)
    ).all()
    checklists = _Checklists(session, {row.facility_id for row in rows})
    shown = _shown(actor, at=at).with_only_columns(Dossier.id)
    known = _known_of(session, GateItem.dossier_id.in_(shown), today=at.date())
    open_items: dict[int, int] = {}
    for row in rows:
        place = (row.facility_id, gate)
        found = checklists.verdict(place, known[row.id], facts_of(row), today=at.date())
        open_items[row.id] = len(found.holding) + len(found.warning)
    return sorted(open_items, key=open_items.__getitem__, reverse=most_first)


def dossiers_in_order(session: Session, actor: Actor, ids: Collection[int], *, at: datetime) -> list[Dossier]:
    """Return those of these dossiers that the actor may read, in the order of the ids."""
    if not ids:
        return []
    found = session.scalars(
        _shown(actor, at=at)
        .where(Dossier.id.in_(ids))
        .options(
            joinedload(Dossier.project).selectinload(Project.organisation), selectinload(Dossier.facility)
        )
    )
    by_id = {one.id: one for one in found}
    return [by_id[one] for one in ids if one in by_id]


def count_dossiers(session: Session, actor: Actor, *, at: datetime, facility_id: int | None = None) -> int:
    """Return how many dossiers the actor may read, all or those at a facility."""
    shown = _shown(actor, at=at, facility_id=facility_id)
    return session.scalar(shown.with_only_columns(func.count())) or 0


def facilities_of_dossiers(session: Session, actor: Actor, *, at: datetime) -> list[Facility]:
    """Return the facilities of the actor's duties to which a dossier is shown that they may read, by name."""
    shown = _shown(actor, at=at).with_only_columns(Dossier.facility_id)
    wanted = (Facility.id.in_(sorted(actor.facility_ids)), Facility.id.in_(shown))
    return list(session.scalars(select(Facility).where(*wanted).order_by(Facility.name)))


def _shown(
    actor: Actor, *, at: datetime, project_id: int | None = None, facility_id: int | None = None
) -> Select[Dossier]:
    question = select(Dossier).join(Project, Project.id == Dossier.project_id).where(shown_to(actor, at=at))
    if project_id is not None:
        question = question.where(Dossier.project_id == project_id)
    if facility_id is not None:
        question = question.where(Dossier.facility_id == facility_id)
    return question


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


def stands(
    session: Session, dossiers: Collection[Dossier], *, today: date, gates: Iterable[Gate] = Gate
) -> dict[tuple[int, Gate], GateStand]:
    """Return how the gates of dossiers stand on a day, with a number of questions that does not grow with them."""
    if not dossiers:
        return {}
    checklists = _Checklists(session, {dossier.facility_id for dossier in dossiers})
    known = _known_of(session, GateItem.dossier_id.in_([one.id for one in dossiers]), today=today)
    found: dict[tuple[int, Gate], GateStand] = {}
    for dossier in dossiers:
        facts = facts_of(dossier.project)
        for gate in gates:
            place = (dossier.facility_id, gate)
            found[dossier.id, gate] = GateStand(
                dossier=dossier,
                checklist=checklists.at(place),
                verdict=checklists.verdict(place, known[dossier.id], facts, today=today),
            )
    return found


def book(session: Session, dossier: Dossier, gate: Gate, *, today: date) -> GateBook:
    """Return how one gate of a dossier stands on a day, with everything about its items."""
    items = session.scalars(
        select(GateItem).where(GateItem.dossier_id == dossier.id).options(selectinload(GateItem.reviewed_by))
    ).all()
    waivers = _waivers(session, [item.id for item in items], today=today)
    own = {item.item: item for item in items}
    waived = {name: waivers[item.id] for name, item in own.items() if item.id in waivers}
    known = {name: _known(item, waived.get(name)) for name, item in own.items()}
    checklists, place = _Checklists(session, {dossier.facility_id}), (dossier.facility_id, gate)
    return GateBook(
        dossier=dossier,
        checklist=checklists.at(place),
        verdict=checklists.verdict(place, known, facts_of(dossier.project), today=today),
        known=own,
        waivers=waived,
    )


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


class _Checklists:
    """The checklists that hold at some facilities, their items made once however many dossiers are judged by them."""

    def __init__(self, session: Session, facility_ids: Collection[int]) -> None:
        self._published = latest_checklists(session, facility_ids)
        self._listed: dict[Place, tuple[Listed, list[Item]]] = {}

    def at(self, place: Place) -> Listed:
        """Return the items of a gate as they hold at a facility."""
        return self._kept(place)[0]

    def verdict(
        self, place: Place, known: Mapping[str, Known], facts: Mapping[str, Any], *, today: date
    ) -> Verdict:
        """Return how a gate stands at a facility for a project of which so much is known."""
        checklist, items = self._kept(place)
        return verdict(items, known, facts, adopted=checklist.adopted, today=today)

    def _kept(self, place: Place) -> tuple[Listed, list[Item]]:
        if place not in self._listed:
            checklist = listed(place[1], self._published.get(place))
            self._listed[place] = checklist, checklist.items
        return self._listed[place]


def _known_of(
    session: Session, which: ColumnElement[bool], *, today: date
) -> defaultdict[int, dict[str, Known]]:
    """Return what is stored of the items of some dossiers, by dossier and item."""
    waived_until = (
        select(func.max(Waiver.until))
        .where(Waiver.gate_item_id == GateItem.id, Waiver.ended_at.is_(None), Waiver.until >= today)
        .scalar_subquery()
    )
    rows = session.execute(
        select(GateItem.dossier_id, GateItem.item, GateItem.state, GateItem.valid_until, waived_until).where(
            which
        )
    )
    found: defaultdict[int, dict[str, Known]] = defaultdict(dict)
    for dossier_id, item, state, valid_until, waived in rows:
        found[dossier_id][item] = Known(state=state, valid_until=valid_until, waived_until=waived)
    return found


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
