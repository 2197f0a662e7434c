"""Introductions as each side sees them: an adviser all, a founder what concerns them, a partner what was sent to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, String, and_, case, false, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.ledger import HistoryLine, history
from portal.matching.models import Introduction
from portal.matching.rules.introductions import OPEN, Side, State
from portal.partners.models import Partner
from portal.partners.rules.values import KEEPERS
from portal.projects.models import Project


@dataclass(frozen=True, slots=True)
class Seen:
    """An introduction, and as which side the reader looks at it."""

    introduction: Introduction
    side: Side


def visible_introductions(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Introduction` that holds for those that the actor may know of."""
    ways: list[ColumnElement[bool]] = [false()]
    if Role.ADVISER in actor.roles:
        ways.append(Introduction.id.is_not(None))
    if Role.FOUNDER in actor.roles:
        own = select(Project.id).where(Project.organisation_id == actor.organisation_id)
        told = or_(Introduction.wished_at.is_not(None), Introduction.consent_asked_at.is_not(None))
        ways.append(and_(Introduction.project_id.in_(own), told))
    kinds = [kind for kind, role in KEEPERS.items() if role in actor.roles]
    if kinds:
        own_partners = select(Partner.id).where(
            Partner.organisation_id == actor.organisation_id, Partner.kind.in_(kinds)
        )
        ways.append(and_(Introduction.partner_id.in_(own_partners), Introduction.sent_at.is_not(None)))
    return or_(*ways)


def side_of(actor: Actor, introduction: Introduction) -> Side:
    """Return as which side the actor looks at an introduction that they may know of."""
    if introduction.project.organisation_id == actor.organisation_id and Role.FOUNDER in actor.roles:
        return Side.FOUNDER
    partner = introduction.partner
    if partner.organisation_id == actor.organisation_id and KEEPERS[partner.kind] in actor.roles:
        return Side.PARTNER
    return Side.ADVISER


def introduction_seen(session: Session, actor: Actor, introduction_id: int, *, lock: bool = False) -> Seen:
    """Return an introduction that the actor may know of, locked where it is about to change.

    Raises `NotFound` for any other.
    """
    query = select(Introduction).where(Introduction.id == introduction_id, visible_introductions(actor))
    query = query.execution_options(populate_existing=lock)
    found = session.scalars(query.with_for_update(of=Introduction) if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return Seen(found, side_of(actor, found))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many introductions stand alike: in one state, for the reader on one side, and as to whose step is next."""

    state: State
    side: Side
    consented: bool
    is_back: bool
    number: int


def tallies(session: Session, actor: Actor, *, mine: bool = False, today: date) -> list[Tally]:
    """Return how many introductions the actor may know of, or has taken on, by how they stand, in one query."""
    alike = (
        select(
            Introduction.state.label("state"),
            case((_is_founder_of(actor), Side.FOUNDER), (_keeps(actor), Side.PARTNER), else_=Side.ADVISER)
            .cast(String)
            .label("side"),
            Introduction.consented_at.is_not(None).label("consented"),
            func.coalesce(Introduction.later_until <= today, false()).label("is_due"),
        )
        .join(Introduction.project)
        .join(Introduction.partner)
        .where(*_on_board(actor, mine=mine))
        .subquery()
    )
    one = alike.c
    columns = (one.state, one.side, one.consented, one.is_due)
    rows = session.execute(select(*columns, func.count()).group_by(*columns))
    return [
        Tally(state, Side(side), bool(consented), state is State.LATER and bool(is_due), number)
        for state, side, consented, is_due, number in rows
    ]


def board(
    session: Session,
    actor: Actor,
    *,
    columns: Sequence[Collection[State]] = (tuple(State),),
    mine: bool = False,
    most: int | None = None,
    offset: int = 0,
) -> list[Seen]:
    """Return the introductions that the actor may know of, or has taken on, the latest first.

    Where `most` is given it is so many of each of the `columns` of states, from the `offset` on.
    """
    question = _loaded(actor).where(*_on_board(actor, mine=mine))
    if most is not None:
        column = case(*((Introduction.state.in_(sorted(states)), n) for n, states in enumerate(columns)))
        latest = (Introduction.updated_at.desc(), Introduction.id.desc())
        place = func.row_number().over(partition_by=column, order_by=latest)
        wanted = [state for states in columns for state in states]
        placed = (
            select(Introduction.id, place.label("place"))
            .where(*_on_board(actor, mine=mine), Introduction.state.in_(sorted(wanted)))
            .subquery()
        )
        ids = select(placed.c.id).where(placed.c.place > offset, placed.c.place <= offset + most)
        question = question.where(Introduction.id.in_(ids))
    return [Seen(one, side_of(actor, one)) for one in session.scalars(question)]


def _on_board(actor: Actor, *, mine: bool) -> list[ColumnElement[bool]]:
    conditions = [visible_introductions(actor)]
    return [*conditions, Introduction.adviser_id == actor.user_id] if mine else conditions


def _is_founder_of(actor: Actor) -> ColumnElement[bool]:
    if Role.FOUNDER not in actor.roles:
        return false()
    return Project.organisation_id == actor.organisation_id


def _keeps(actor: Actor) -> ColumnElement[bool]:
    kinds = [kind for kind, role in KEEPERS.items() if role in actor.roles]
    return and_(Partner.organisation_id == actor.organisation_id, Partner.kind.in_(kinds))


def introductions_of(session: Session, actor: Actor, project_id: int) -> Sequence[Introduction]:
    """Return the introductions of a project that the actor may know of, the latest first."""
    return session.scalars(_loaded(actor).where(Introduction.project_id == project_id)).all()


def count_waiting(session: Session, actor: Actor, *, today: date) -> int:
    """Return how many introductions wait for the actor's own answer.

    For every adviser wait founders' wishes, and what a partner put off until a day that has come.
    """
    ways: list[ColumnElement[bool]] = [false()]
    own = Introduction.project.has(Project.organisation_id == actor.organisation_id)
    if Role.ADVISER in actor.roles:
        is_back = and_(Introduction.state == State.LATER, Introduction.later_until <= today)
        ways.append(and_(not_(own), or_(Introduction.state == State.SUGGESTED, is_back)))
    if Role.FOUNDER in actor.roles:
        ways.append(
            and_(
                own,
                Introduction.state == State.CONSENT_ASKED,
                Introduction.consented_at.is_(None),
            )
        )
    if actor.roles & set(KEEPERS.values()):
        ways.append(
            and_(
                Introduction.partner.has(Partner.organisation_id == actor.organisation_id),
                Introduction.state == State.TEASER_SENT,
            )
        )
    question = select(func.count()).select_from(Introduction).where(or_(*ways))
    return session.scalar(question.where(visible_introductions(actor))) or 0


def open_counts(session: Session, project_ids: Sequence[int]) -> dict[int, int]:
    """Return how many introductions of each project are open."""
    rows = session.execute(
        select(Introduction.project_id, func.count())
        .where(Introduction.project_id.in_(project_ids), Introduction.state.in_(sorted(OPEN)))
        .group_by(Introduction.project_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def seats_of(session: Session, partner_id: int, quarter: str) -> list[int]:
    """Return which places of a partner's quarter are taken."""
    return [
        seat
        for seat in session.scalars(
            select(Introduction.seat).where(
                Introduction.partner_id == partner_id,
                Introduction.quarter == quarter,
                Introduction.seat.is_not(None),
            )
        )
        if seat is not None
    ]


def unanswered(session: Session, *, before: datetime) -> Sequence[Introduction]:
    """Return the teasers that wait for an answer since before a moment, locked, in the order of their ids."""
    return session.scalars(
        select(Introduction)
        .where(Introduction.state == State.TEASER_SENT, Introduction.sent_at <= before)
        .order_by(Introduction.id)
        .with_for_update(of=Introduction, skip_locked=True)
    ).all()


def postponed(session: Session, *, until: date) -> list[Introduction]:
    """Return what partners put off until a day that has come and were not asked again since, locked, by their ids."""
    found = session.scalars(
        select(Introduction)
        .where(Introduction.state == State.LATER, Introduction.later_until <= until)
        .order_by(Introduction.id)
        .with_for_update(of=Introduction, skip_locked=True)
    ).all()
    return [one for one in found if not _was_tried(one)]


def _was_tried(one: Introduction) -> bool:
    """Say whether somebody was told since the day had come; what the partner was reminded of before does not count."""
    tried, until = one.reminded_at, one.later_until
    return tried is not None and until is not None and tried.date() >= until


def introduction_history(session: Session, introduction: Introduction) -> list[HistoryLine]:
    """Return what happened to an introduction, newest first."""
    lines = history(session, "introduction", introduction.id, groups=set())
    return [line for line in lines if line.name.startswith("introduction.")]


def _loaded(actor: Actor) -> Select[Introduction]:
    return (
        select(Introduction)
        .where(visible_introductions(actor))
        .options(
            joinedload(Introduction.project).joinedload(Project.organisation),
            joinedload(Introduction.partner).joinedload(Partner.organisation),
        )
        .order_by(Introduction.updated_at.desc(), Introduction.id.desc())
    )
