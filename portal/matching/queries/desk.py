"""Whom an adviser helps next: by coming deadlines, by what nobody looks after yet, and by the time since the last contact."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    UnaryExpression,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Organisation, User
from portal.accounts.queries import people_as
from portal.core.actors import Actor, Role
from portal.matching.models import AdviserCase, AdviserConflict, AdviserNote, Introduction, StatedNeed
from portal.matching.rules.introductions import OPEN, State
from portal.matching.rules.needs import PROPOSED
from portal.partners.models import Partner
from portal.projects import queries as projects
from portal.projects.models import FieldGroup, Phase, Project
from portal.reference import vocabulary

AHEAD = timedelta(days=60)
"""A deadline within so many days goes before everything else."""

LOOKED_AFTER = sorted(OPEN | {State.INVESTED, State.SUPPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A project on the desk: its next deadline, when it was last in contact, and which kinds of help are on their way."""

    project: Project
    deadline: date | None
    last_contact: datetime | None
    under_way: int
    helped_with: frozenset[str]
    advisers: tuple[str, ...]
    is_taken_on: bool


SORTS = ("area", "phase", "deadline", "contact", "unmet")
"""By what a desk may be sorted instead; not by name, which only some advisers know."""


def desk(
    actor: Actor,
    wanted: projects.ProjectFilter,
    *,
    mine: bool,
    unmet: str = "",
    sort: str = "",
    at: datetime,
) -> Select[Any]:
    """Return the question for the projects of an adviser's desk with deadline and last contact, whom to help next first.

    With a kind of help in `unmet` only those are asked for that seek it and whom nobody helps with it yet.
    """
    deadline, contact = _deadline(actor, at), _last_contact()
    soon = case((deadline <= at.date() + AHEAD, deadline))
    looked_after = select(Introduction.id).where(
        Introduction.project_id == Project.id, Introduction.state.in_(LOOKED_AFTER)
    )
    question = projects.teasers(actor, wanted, at=at).add_columns(
        deadline.label("deadline"), contact.label("last_contact")
    )
    taken_on = select(AdviserCase.id).where(AdviserCase.project_id == Project.id)
    if mine:
        question = question.where(_is_case_of(actor))
    if unmet:
        question = question.where(_is_unmet(actor, unmet, at=at))
    columns: dict[str, ColumnElement[Any]] = {"deadline": deadline, "contact": contact}
    if sort.removeprefix("-") == "unmet":
        kinds = vocabulary.ids("need")
        columns["unmet"] = sum(
            (case((_is_unmet(actor, kind, at=at), 1), else_=0) for kind in kinds), literal(0)
        )
    asked = _sorted_by(sort.removeprefix("-"), columns, wanted.language)
    first = () if asked is None else (_last_if_unknown(asked, downwards=sort.startswith("-")),)
    return question.order_by(None).order_by(
        *first,
        soon.asc().nulls_last(),
        case((or_(looked_after.exists(), taken_on.exists()), 1), else_=0),
        contact.asc().nulls_first(),
        Project.id,
    )


def _is_unmet(actor: Actor, kind: str, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `Project` that it seeks a kind of help, as its row shows it, and nobody gives it yet.

    What is sought is what the project states where the adviser sees that, and else what its phase proposes.
    """
    named = f'"{kind}"'
    stated, shown = (
        cast(Project.needs, Text),
        projects.visible_projects(actor, at=at, group=FieldGroup.ROADMAP),
    )
    states = and_(shown, stated != "[]")
    proposing = [phase for phase in Phase if kind in PROPOSED[phase.value]]
    seeks = case((states, stated.contains(named)), else_=Project.phase.in_(proposing))
    helped = (
        select(Introduction.id)
        .join(Partner, Partner.id == Introduction.partner_id)
        .where(
            Introduction.project_id == Project.id,
            Introduction.state.in_(LOOKED_AFTER),
            cast(Partner.serves, Text).contains(named),
        )
    )
    return and_(seeks, ~helped.exists())


def _sorted_by(
    key: str, columns: Mapping[str, ColumnElement[Any]], language: str
) -> ColumnElement[Any] | None:
    if key in {"area", "phase"}:
        return projects.sorted_by(key, language)
    return columns.get(key)


def _last_if_unknown(column: ColumnElement[Any], *, downwards: bool) -> UnaryExpression[Any]:
    return (column.desc() if downwards else column.asc()).nulls_last()


def standings(session: Session, rows: Sequence[Any]) -> list[Standing]:
    """Return the projects of some rows of the desk with everything that the page shows of them."""
    ids = [row[0].id for row in rows]
    found = session.scalars(
        select(Introduction)
        .where(Introduction.project_id.in_(ids), Introduction.state.in_(LOOKED_AFTER))
        .options(joinedload(Introduction.partner), joinedload(Introduction.adviser))
        .order_by(Introduction.id)
    ).all()
    notes = session.scalars(
        select(AdviserNote)
        .where(AdviserNote.project_id.in_(ids))
        .options(joinedload(AdviserNote.author))
        .order_by(AdviserNote.id)
    ).all()
    cases = session.scalars(
        select(AdviserCase).where(AdviserCase.project_id.in_(ids)).options(joinedload(AdviserCase.adviser))
    ).all()
    return [_standing(row, found, notes, cases) for row in rows]


def _standing(
    row: Any,
    found: Sequence[Introduction],
    notes: Sequence[AdviserNote],
    cases: Sequence[AdviserCase],
) -> Standing:
    project: Project = row[0]
    own = [one for one in found if one.project_id == project.id]
    people = [one.adviser.name for one in cases if one.project_id == project.id]
    people += [one.adviser.name for one in own if one.adviser is not None]
    people += [note.author.name for note in notes if note.project_id == project.id]
    return Standing(
        project=project,
        deadline=row.deadline,
        last_contact=row.last_contact,
        under_way=sum(one.state in OPEN for one in own),
        helped_with=frozenset(kind for one in own for kind in _served(one.partner)),
        advisers=tuple(dict.fromkeys(people)),
        is_taken_on=any(one.project_id == project.id for one in cases),
    )


def _served(partner: Partner) -> Collection[str]:
    return partner.serves or ()


def _deadline(actor: Actor, at: datetime) -> ColumnElement[date]:
    """Return the earlier of what is to be followed up and, where the adviser sees the roadmap, what is needed by a day."""
    follow_up = (
        select(func.min(AdviserNote.follow_up_on))
        .where(AdviserNote.project_id == Project.id, AdviserNote.done_at.is_(None))
        .correlate(Project)
        .scalar_subquery()
    )
    by = (
        select(func.min(StatedNeed.by))
        .where(StatedNeed.project_id == Project.id, StatedNeed.by >= at.date())
        .correlate(Project)
        .scalar_subquery()
    )
    shown = case((projects.visible_projects(actor, at=at, group=FieldGroup.ROADMAP), by))
    return case((follow_up.is_(None), shown), (shown < follow_up, shown), else_=follow_up)


def _last_contact() -> ColumnElement[datetime]:
    moved = (
        select(func.max(Introduction.updated_at))
        .where(Introduction.project_id == Project.id)
        .correlate(Project)
        .scalar_subquery()
    )
    noted = (
        select(func.max(AdviserNote.created_at))
        .where(AdviserNote.project_id == Project.id)
        .correlate(Project)
        .scalar_subquery()
    )
    return case((moved.is_(None), noted), (noted > moved, noted), else_=moved)


def _is_case_of(actor: Actor) -> ColumnElement[bool]:
    return or_(
        select(AdviserCase.id)
        .where(AdviserCase.project_id == Project.id, AdviserCase.adviser_id == actor.user_id)
        .exists(),
        select(Introduction.id)
        .where(Introduction.project_id == Project.id, Introduction.adviser_id == actor.user_id)
        .exists(),
        select(AdviserNote.id)
        .where(AdviserNote.project_id == Project.id, AdviserNote.author_id == actor.user_id)
        .exists(),
    )


def conflicts_of(session: Session, user_id: int) -> Sequence[AdviserConflict]:
    """Return the organisations with which somebody has declared a conflict of interest that stands, by name."""
    return session.scalars(
        select(AdviserConflict)
        .where(AdviserConflict.user_id == user_id, AdviserConflict.ended_at.is_(None))
        .order_by(func.lower(AdviserConflict.name), AdviserConflict.id)
    ).all()


def advisers_for(session: Session, introduction: Introduction) -> list[User]:
    """Return the advisers who look after an introduction's project, or every adviser where nobody does.

    Who has declared a conflict of interest with either side is left out.
    """
    sides = introduction.project.organisation, introduction.partner.organisation
    conflicted = conflicted_advisers(session, *sides)
    free = [one for one in people_as(session, Role.ADVISER) if one.id not in conflicted]
    cases = select(Introduction.adviser_id).where(
        Introduction.project_id == introduction.project_id, Introduction.state.in_(LOOKED_AFTER)
    )
    noted = select(AdviserNote.author_id).where(AdviserNote.project_id == introduction.project_id)
    taken_on = select(AdviserCase.adviser_id).where(AdviserCase.project_id == introduction.project_id)
    looking = set(session.scalars(cases.union(noted, taken_on)))
    return [one for one in free if one.id in looking] or free


def conflicted_advisers(session: Session, *organisations: Organisation) -> set[int]:
    """Return who has declared a conflict of interest with one of these organisations that stands."""
    called = {
        name.casefold() for one in organisations for name in (one.name, one.legal_name, one.number) if name
    }
    standing = session.scalars(select(AdviserConflict).where(AdviserConflict.ended_at.is_(None)))
    return {one.user_id for one in standing if one.name.casefold() in called}


def is_conflicted(session: Session, user_id: int, *organisations: Organisation) -> bool:
    """Say whether somebody has declared a conflict of interest with one of these organisations, by any of its names."""
    declared = {one.name.casefold() for one in conflicts_of(session, user_id)}
    if not declared:
        return False
    return any(is_named(one, declared) for one in organisations)


def is_named(organisation: Organisation, names: Collection[str]) -> bool:
    """Say whether an organisation is among names in small letters, by any of its own."""
    own = (organisation.name, organisation.legal_name, organisation.number)
    return any(name.casefold() in names for name in own if name)
