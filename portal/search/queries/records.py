"""Projects, places, partners, requests, bookings, organisations and people: who may open which, and which have a word."""

from collections.abc import Iterable, Mapping

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

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
from portal.search.models import Shelf
from portal.search.queries.asked import (
    Asker,
    Condition,
    Kind,
    Projects,
    Question,
    Word,
    is_listed,
    listing,
    on,
)


def books_or_runs(actor: Actor | None) -> bool:
    """Say whether somebody asks for cleanrooms or has a duty at a facility."""
    return actor is not None and (Role.FOUNDER in actor.roles or bool(actor.facility_ids))


def projects_found(session: Session, asker: Asker, words: Iterable[str]) -> None:
    """Note which projects each word finds for the asker, where that is not noted yet.

    Nearly every kind of record is also found by its project: what the asker may see of all projects is asked here once,
    and not anew for each kind.
    """
    for word in (Word(begins) for begins in words):
        if word in asker.projects:
            continue
        named = Word(word.begins, in_name=True)
        rows = session.execute(
            select(
                Project.id,
                *(
                    found.label(name)
                    for name, found in (
                        ("named", _project_has(asker, named)),
                        ("called", _project_called(asker, word)),
                        ("called_named", _project_called(asker, named)),
                    )
                ),
            ).where(_project_has(asker, word))
        ).all()
        asker.projects[word] = Projects(
            having=listing(row.id for row in rows), called=listing(row.id for row in rows if row.called)
        )
        asker.projects[named] = Projects(
            having=listing(row.id for row in rows if row.named),
            called=listing(row.id for row in rows if row.called_named),
        )


def project_has(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Project` that it has a word in something that the asker may see."""
    return is_listed(Project.id, asker.projects[word].having)


def of_project(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Project` that it is called so, where the asker may know its name."""
    return is_listed(Project.id, asker.projects[word].called)


def _project_has(asker: Asker, word: Word) -> Condition:
    ways = [
        and_(on(shelf, Project.id, word), visible_projects(asker.actor, at=asker.at, group=group))
        for group, shelf in PROJECT_SHELVES.items()
        if group is not FieldGroup.TEASER
    ]
    return or_(*ways, _teaser_has(asker, word), _named_after(asker, word))


def _teaser_has(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Project` that a teaser, as it stands, has a word and is open so; else only its number is found."""
    numbered = visible_projects(asker.actor, at=asker.at, group=FieldGroup.TEASER)
    if word.in_name:
        return and_(on(Shelf.PROJECT_TEASER, Project.id, word), numbered)
    said = and_(on(Shelf.PROJECT_TEASER, Project.id, word), reads_todays_teaser(asker.actor, at=asker.at))
    called = Word(word.begins, in_name=True)
    return or_(said, and_(on(Shelf.PROJECT_TEASER, Project.id, called), numbered))


def _named_after(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Project` that its organisation is called so, where the asker may know whose it is."""
    identity = visible_projects(asker.actor, at=asker.at, group=FieldGroup.IDENTITY)
    return and_(on(Shelf.ORGANISATION, Project.organisation_id, word), identity)


def _project_called(asker: Asker, word: Word) -> Condition:
    identity = visible_projects(asker.actor, at=asker.at, group=FieldGroup.IDENTITY)
    return or_(
        and_(on(Shelf.PROJECT_IDENTITY, Project.id, word), identity),
        _named_after(asker, word),
    )


def room_has(_asker: Asker, word: Word) -> Condition:
    """Return the condition on `Cleanroom` that it or its facility has a word."""
    return or_(
        on(Shelf.CLEANROOM, Cleanroom.id, word),
        on(Shelf.FACILITY, Cleanroom.facility_id, word),
    )


def request_has(asker: Asker, word: Word) -> Condition:
    """Return the condition on `SlotRequest` that it, its project or its cleanroom has a word."""
    own = on(Shelf.REQUEST, SlotRequest.id, word)
    if word.in_name:
        return own
    return or_(
        own,
        is_listed(SlotRequest.project_id, asker.projects[word].called),
        SlotRequest.cleanroom_id.in_(select(Cleanroom.id).where(room_has(asker, word))),
    )


def booking_has(asker: Asker, word: Word) -> Condition:
    """Return the condition on `Booking`, joined with its block, that it, its project or its cleanroom has a word."""
    own = or_(on(Shelf.BOOKING, Booking.id, word), on(Shelf.REQUEST, Booking.request_id, word))
    if word.in_name:
        return own
    return or_(
        own,
        is_listed(Booking.project_id, asker.projects[word].called),
        Block.cleanroom_id.in_(select(Cleanroom.id).where(room_has(asker, word))),
    )


def _organisation_has(_asker: Asker, word: Word) -> Condition:
    name = on(Shelf.ORGANISATION, Organisation.id, word)
    if word.in_name:
        return name
    return or_(name, on(Shelf.ORGANISATION_RECORD, Organisation.id, word))


def may_open_request(asker: Asker) -> Condition:
    """Return the condition on `SlotRequest` that the asker may open it."""
    if asker.actor is None:
        return false()
    discarded = and_(SlotRequest.state == RequestState.WITHDRAWN, SlotRequest.submitted_at.is_(None))
    return and_(or_(bookings.owns(asker.actor), bookings.asked_of(asker.actor)), ~discarded)


def may_open_booking(asker: Asker) -> Condition:
    """Return the condition on `Booking`, joined with its block, that the asker may open it."""
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
        project_has,
        (Project.archived_at.is_not(None), Project.updated_at.desc(), Project.id.desc()),
        (joinedload(Project.organisation),),
        by_project=True,
    ),
    Kind.REQUEST: Question(
        SlotRequest,
        may_open_request,
        request_has,
        (SlotRequest.id.desc(),),
        (
            joinedload(SlotRequest.project),
            joinedload(SlotRequest.cleanroom).joinedload(Cleanroom.facility),
        ),
        can_ask=books_or_runs,
        by_project=True,
    ),
    Kind.BOOKING: Question(
        Booking,
        may_open_booking,
        booking_has,
        (Block.starts_at.desc(), Booking.id.desc()),
        (
            joinedload(Booking.block).joinedload(Block.cleanroom).joinedload(Cleanroom.facility),
            joinedload(Booking.request),
        ),
        (Booking.block,),
        can_ask=books_or_runs,
        by_project=True,
    ),
    Kind.FACILITY: Question(
        Facility,
        lambda _asker: Facility.id.is_not(None),
        lambda _asker, word: on(Shelf.FACILITY, Facility.id, word),
        (func.lower(Facility.name), Facility.id),
    ),
    Kind.CLEANROOM: Question(
        Cleanroom,
        lambda _asker: Cleanroom.id.is_not(None),
        room_has,
        (Cleanroom.is_bookable.desc(), Cleanroom.code, Cleanroom.id),
        (joinedload(Cleanroom.facility),),
    ),
    Kind.PARTNER: Question(
        Partner,
        _may_open_partner,
        lambda _asker, word: on(Shelf.PARTNER, Partner.id, word),
        (func.lower(Partner.name), Partner.id),
        (joinedload(Partner.organisation),),
    ),
    Kind.ORGANISATION: Question(
        Organisation,
        _may_open_organisation,
        _organisation_has,
        (func.lower(Organisation.name), Organisation.id),
        can_ask=lambda actor: actor is not None,
    ),
    Kind.PERSON: Question(
        User,
        _may_open_person,
        lambda _asker, word: on(Shelf.PERSON, User.id, word),
        (func.lower(User.name), User.id),
        can_ask=lambda actor: actor is not None and actor.is_administrator,
    ),
}
