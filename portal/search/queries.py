"""What is found: for each kind of record those that the actor may open and that have every word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from portal.accounts.models import Membership, Organisation, User
from portal.bookings import queries as bookings
from portal.bookings.models import Block, Booking, RequestState, SlotRequest
from portal.core.actors import Actor, Role
from portal.facilities.models import Cleanroom, Facility
from portal.partners import queries as partners
from portal.partners.models import Partner
from portal.projects.models import Project
from portal.projects.queries import reads_todays_teaser, visible_projects
from portal.projects.rules.values import FieldGroup
from portal.search.entries import PROJECT_SHELVES
from portal.search.models import SearchTerm, Shelf

HIGHEST = "\U0010ffff"
Condition = ColumnElement[bool]


class Kind(StrEnum):
    """What is found, in the order in which it is shown."""

    PROJECT = "projects"
    FACILITY = "facilities"
    CLEANROOM = "cleanrooms"
    PARTNER = "partners"
    REQUEST = "requests"
    BOOKING = "bookings"
    ORGANISATION = "organisations"
    PERSON = "people"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, or a visitor, and when."""

    actor: Actor | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """The beginning of a word that is looked for, anywhere or only in what a record is called."""

    begins: str
    in_name: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the records that were found, the best first, and how many there are."""

    records: Sequence[Any]
    total: int


@dataclass(frozen=True, slots=True)
class Question:
    """How one kind is asked: whose records may be opened, which of them have a word, and what their hits show."""

    model: type[Any]
    may_open: Callable[[Asker], Condition]
    has: Callable[[Asker, Word], Condition]
    order: tuple[Any, ...]
    loads: tuple[Any, ...] = ()
    joins: tuple[Any, ...] = ()


def found(
    session: Session, kind: Kind, asker: Asker, words: Sequence[str], *, limit: int, offset: int = 0
) -> Found:
    """Return the records of a kind that the asker may open and that have every word, those so called first."""
    asked = QUESTIONS[kind]
    if not _can_ask(kind, asker.actor):
        return Found([], 0)
    hits: Select[Any] = select(asked.model)
    for join in asked.joins:
        hits = hits.join(join)
    hits = hits.where(asked.may_open(asker), *(asked.has(asker, Word(word)) for word in words))
    total = session.scalar(select(func.count()).select_from(hits.subquery())) or 0
    if total <= offset:
        return Found([], total)
    so_called = case((and_(*(asked.has(asker, Word(word, in_name=True)) for word in words)), 0), else_=1)
    rows = session.scalars(
        hits.options(*asked.loads).order_by(so_called, *asked.order).limit(limit).offset(offset)
    )
    return Found(rows.unique().all(), total)


def kinds_for(actor: Actor | None) -> tuple[Kind, ...]:
    """Return the kinds of which the actor, or a visitor, can find any."""
    return tuple(kind for kind in Kind if _can_ask(kind, actor))


def _can_ask(kind: Kind, actor: Actor | None) -> bool:
    """Say whether the actor can find any of a kind at all, so that nothing is asked in vain."""
    if kind in {Kind.PROJECT, Kind.FACILITY, Kind.CLEANROOM, Kind.PARTNER}:
        return True
    if actor is None:
        return False
    if kind is Kind.PERSON:
        return actor.is_administrator
    return kind is Kind.ORGANISATION or Role.FOUNDER in actor.roles or bool(actor.facility_ids)


def _on(shelf: Shelf, column: InstrumentedAttribute[Any], word: Word) -> Condition:
    """Return the condition that a record, by its id in a column, has a term on a shelf that begins with a word."""
    terms = select(SearchTerm.record_id).where(
        SearchTerm.shelf == shelf, SearchTerm.term >= word.begins, SearchTerm.term < word.begins + HIGHEST
    )
    return column.in_(terms.where(SearchTerm.in_name) if word.in_name else terms)


def _project_has(asker: Asker, word: Word) -> Condition:
    ways = [
        and_(visible_projects(asker.actor, at=asker.at, group=group), _on(shelf, Project.id, word))
        for group, shelf in PROJECT_SHELVES.items()
        if group is not FieldGroup.TEASER
    ]
    return or_(*ways, _teaser_has(asker, word), _named_after(asker, word))


def _teaser_has(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Project` that a teaser, as it stands, has a word and is open so; else only its number is found."""
    numbered = visible_projects(asker.actor, at=asker.at, group=FieldGroup.TEASER)
    if word.in_name:
        return and_(numbered, _on(Shelf.PROJECT_TEASER, Project.id, word))
    said = and_(reads_todays_teaser(asker.actor, at=asker.at), _on(Shelf.PROJECT_TEASER, Project.id, word))
    called = Word(word.begins, in_name=True)
    return or_(said, and_(numbered, _on(Shelf.PROJECT_TEASER, Project.id, called)))


def _named_after(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Project` that its organisation is called so, where the asker may know whose it is."""
    identity = visible_projects(asker.actor, at=asker.at, group=FieldGroup.IDENTITY)
    return and_(identity, _on(Shelf.ORGANISATION, Project.organisation_id, word))


def _of_project(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Project` that it is called so, where the asker may know its name."""
    identity = visible_projects(asker.actor, at=asker.at, group=FieldGroup.IDENTITY)
    return or_(
        and_(identity, _on(Shelf.PROJECT_IDENTITY, Project.id, word)),
        _named_after(asker, word),
    )


def _room_has(_asker: Asker, word: Word) -> Condition:
    return or_(
        _on(Shelf.CLEANROOM, Cleanroom.id, word),
        _on(Shelf.FACILITY, Cleanroom.facility_id, word),
    )


def _request_has(asker: Asker, word: Word) -> Condition:
    own = _on(Shelf.REQUEST, SlotRequest.id, word)
    if word.in_name:
        return own
    return or_(
        own,
        SlotRequest.project_id.in_(select(Project.id).where(_of_project(asker, word))),
        SlotRequest.cleanroom_id.in_(select(Cleanroom.id).where(_room_has(asker, word))),
    )


def _booking_has(asker: Asker, word: Word) -> Condition:
    own = or_(_on(Shelf.BOOKING, Booking.id, word), _on(Shelf.REQUEST, Booking.request_id, word))
    if word.in_name:
        return own
    return or_(
        own,
        Booking.project_id.in_(select(Project.id).where(_of_project(asker, word))),
        Block.cleanroom_id.in_(select(Cleanroom.id).where(_room_has(asker, word))),
    )


def _organisation_has(_asker: Asker, word: Word) -> Condition:
    name = _on(Shelf.ORGANISATION, Organisation.id, word)
    if word.in_name:
        return name
    return or_(name, _on(Shelf.ORGANISATION_RECORD, Organisation.id, word))


def _may_open_request(asker: Asker) -> Condition:
    if asker.actor is None:
        return false()
    discarded = and_(SlotRequest.state == RequestState.WITHDRAWN, SlotRequest.submitted_at.is_(None))
    return and_(or_(bookings.owns(asker.actor), bookings.asked_of(asker.actor)), ~discarded)


def _may_open_booking(asker: Asker) -> Condition:
    actor = asker.actor
    if actor is None:
        return false()
    here = Block.cleanroom_id.in_(select(Cleanroom.id).where(Cleanroom.facility_id.in_(actor.facility_ids)))
    if Role.FOUNDER not in actor.roles or actor.organisation_id is None:
        return here
    mine = and_(Booking.organisation_id == actor.organisation_id, Booking.request_id.is_not(None))
    return or_(here, mine)


def _may_open_organisation(asker: Asker) -> Condition:
    if asker.actor is None:
        return false()
    if asker.actor.is_administrator:
        return Organisation.id.is_not(None)
    held = select(Membership.organisation_id).where(
        Membership.user_id == asker.actor.user_id, Membership.ended_at.is_(None)
    )
    return Organisation.id.in_(held)


def _may_open_partner(asker: Asker) -> Condition:
    public = partners.is_public_offer()
    return public if asker.actor is None else or_(public, partners.seen_by(asker.actor))


def _may_open_person(asker: Asker) -> Condition:
    return User.id.is_not(None) if asker.actor and asker.actor.is_administrator else false()


QUESTIONS: Mapping[Kind, Question] = {
    Kind.PROJECT: Question(
        Project,
        lambda asker: visible_projects(asker.actor, at=asker.at, group=FieldGroup.TEASER),
        _project_has,
        (Project.archived_at.is_not(None), Project.updated_at.desc(), Project.id.desc()),
        (joinedload(Project.organisation),),
    ),
    Kind.REQUEST: Question(
        SlotRequest,
        _may_open_request,
        _request_has,
        (SlotRequest.id.desc(),),
        (
            joinedload(SlotRequest.project),
            joinedload(SlotRequest.cleanroom).joinedload(Cleanroom.facility),
        ),
    ),
    Kind.BOOKING: Question(
        Booking,
        _may_open_booking,
        _booking_has,
        (Block.starts_at.desc(), Booking.id.desc()),
        (
            joinedload(Booking.block).joinedload(Block.cleanroom).joinedload(Cleanroom.facility),
            joinedload(Booking.request),
        ),
        (Booking.block,),
    ),
    Kind.FACILITY: Question(
        Facility,
        lambda _asker: Facility.id.is_not(None),
        lambda _asker, word: _on(Shelf.FACILITY, Facility.id, word),
        (func.lower(Facility.name), Facility.id),
    ),
    Kind.CLEANROOM: Question(
        Cleanroom,
        lambda _asker: Cleanroom.id.is_not(None),
        _room_has,
        (Cleanroom.is_bookable.desc(), Cleanroom.code, Cleanroom.id),
        (joinedload(Cleanroom.facility),),
    ),
    Kind.PARTNER: Question(
        Partner,
        _may_open_partner,
        lambda _asker, word: _on(Shelf.PARTNER, Partner.id, word),
        (func.lower(Partner.name), Partner.id),
        (joinedload(Partner.organisation),),
    ),
    Kind.ORGANISATION: Question(
        Organisation,
        _may_open_organisation,
        _organisation_has,
        (func.lower(Organisation.name), Organisation.id),
    ),
    Kind.PERSON: Question(
        User,
        _may_open_person,
        lambda _asker, word: _on(Shelf.PERSON, User.id, word),
        (func.lower(User.name), User.id),
    ),
}
