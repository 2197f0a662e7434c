"""What a reader sees of gates, introductions and partners: each room's own predicate, for each actor that they can be."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Role
from portal.facilities.models import Facility
from portal.gates.checklists import Listed, listed
from portal.gates.models import Dossier
from portal.gates.queries import latest_checklists, shown_to
from portal.gates.rules import Gate
from portal.matching.models import AdviserCase, AdviserNote, Introduction
from portal.matching.queries import visible_introductions
from portal.notifications.queries.people import Reach
from portal.partners import queries as partners
from portal.partners.models import Partner
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import visible_projects
from portal.roadmap.models import Referral
from portal.roadmap.queries import shows_confidential, visible_referrals

SEEN_BY_ROOMS = (
    "adviser_case",
    "adviser_note",
    "dossier",
    "facility",
    "introduction",
    "partner",
    "referral",
    "rights",
    "teaser",
)


def seen_by(
    session: Session, reach: Reach, asked: Mapping[str, Collection[int]]
) -> Mapping[str, frozenset[int]]:
    """Return which of these subjects, by their kind, the reader sees as any of the actors that they can be."""
    actors = reach.actors
    dossiers = _any(shown_to(actor, at=reach.at) for actor in actors)
    questions = {
        "dossier": select(Dossier.id).join(Project).where(Dossier.id.in_(asked["dossier"]), dossiers),
        "facility": select(Dossier.facility_id)
        .join(Project)
        .where(Dossier.facility_id.in_(asked["facility"]), dossiers),
        "introduction": select(Introduction.id).where(
            Introduction.id.in_(asked["introduction"]), _any(visible_introductions(one) for one in actors)
        ),
        "adviser_note": select(AdviserNote.id).where(
            AdviserNote.id.in_(asked["adviser_note"]),
            AdviserNote.author_id == reach.user_id,
            literal(any(Role.ADVISER in actor.roles for actor in actors)),
        ),
        "adviser_case": select(AdviserCase.id).where(
            AdviserCase.id.in_(asked["adviser_case"]),
            literal(any(Role.ADVISER in actor.roles for actor in actors)),
        ),
        "teaser": select(Project.id).where(
            Project.id.in_(asked["teaser"]),
            Project.archived_at.is_(None),
            _any(visible_projects(actor, at=reach.at, group=FieldGroup.TEASER) for actor in actors),
        ),
        "referral": select(Referral.id).where(
            Referral.id.in_(asked["referral"]),
            _any(visible_referrals(actor, at=reach.at) for actor in actors),
        ),
        "rights": select(Project.id).where(
            Project.id.in_(asked["rights"]),
            Project.archived_at.is_(None),
            _any(shows_confidential(actor, at=reach.at) for actor in actors),
        ),
        "partner": select(Partner.id).where(
            Partner.id.in_(asked["partner"]), _any(partners.seen_by(actor) for actor in actors)
        ),
    }
    found = {
        kind: frozenset(session.scalars(question)) if asked[kind] and actors else frozenset[int]()
        for kind, question in questions.items()
    }
    return {**found, "facility": found["facility"] | (frozenset(asked["facility"]) & reach.facility_ids)}


def dossiers_of(session: Session, ids: Collection[int]) -> dict[int, Dossier]:
    """Return dossiers with their facilities, by id."""
    if not ids:
        return {}
    question = select(Dossier).where(Dossier.id.in_(ids)).options(joinedload(Dossier.facility))
    return {dossier.id: dossier for dossier in session.scalars(question)}


def facilities_of(session: Session, ids: Collection[int]) -> dict[int, Facility]:
    """Return facilities, by id."""
    if not ids:
        return {}
    return {one.id: one for one in session.scalars(select(Facility).where(Facility.id.in_(ids)))}


def items_at(session: Session, facility_ids: Collection[int]) -> dict[tuple[int, Gate], Listed]:
    """Return the checklist of every gate at these facilities."""
    if not facility_ids:
        return {}
    newest = latest_checklists(session, facility_ids)
    return {
        (facility_id, gate): listed(gate, newest.get((facility_id, gate)))
        for facility_id in facility_ids
        for gate in Gate
    }


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(False, *conditions)
