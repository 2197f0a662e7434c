"""What the demo's projects have shown at the gates of its GMP facility."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.facilities.models import Facility
from portal.gates import queries, services
from portal.gates.checklists import as_item
from portal.gates.models import Dossier
from portal.gates.queries import GateBook
from portal.gates.rules import Gate
from portal.gates.services import Given
from portal.projects.models import Project
from portal.signatures.rules import Method, Proof

LINK = "https://documents.example.org/demo/{item}"
WAIVED_FOR = timedelta(days=90)


def settle(
    session: Session,
    founder: Actor,
    staff: dict[Role, Actor],
    project: Project,
    facility: Facility,
    gate: Gate,
    *,
    at: datetime,
) -> None:
    """Let a project show, and the facility accept, whatever holds a gate."""
    dossier = queries.dossier_of(session, project.id, facility.id)
    if dossier is None:
        return
    book = queries.book(session, dossier, gate, today=at.date())
    for item in book.verdict.holding:
        _show(session, founder, staff, book, item, at=at)
        _accept(session, staff, book, item, at=at)


def leave_open(
    session: Session, founder: Actor, staff: dict[Role, Actor], dossier: Dossier, gate: Gate, *, at: datetime
) -> None:
    """Leave a gate in the middle of its work: some items accepted, one returned, one waived, some waiting, the rest open."""
    book = queries.book(session, dossier, gate, today=at.date())
    items = [*book.verdict.holding, *book.verdict.warning]
    for number, item in enumerate(items[:9]):
        if number % 9 == 8:
            _waive(session, staff[Role.QA], dossier, item, at=at)
            continue
        _show(session, founder, staff, book, item, at=at)
        if number % 3 == 0:
            _accept(session, staff, book, item, at=at)
        elif number == 1:
            _return(session, staff, book, item, at=at)


def _show(
    session: Session, founder: Actor, staff: dict[Role, Actor], book: GateBook, item: str, *, at: datetime
) -> None:
    one = as_item(book.checklist.gate, book.checklist.row(item) or {})
    giver = founder if one.owner_role is Role.FOUNDER else staff[one.owner_role]
    given = Given(
        title="Demo document", url=LINK.format(item=item), stated_version="1.0", note="Demo: invented."
    )
    services.give_evidence(session, giver, book.dossier.id, item, given, at=at)


def _accept(session: Session, staff: dict[Role, Actor], book: GateBook, item: str, *, at: datetime) -> None:
    reviewer = staff[as_item(book.checklist.gate, book.checklist.row(item) or {}).reviewer_role]
    services.review_item(session, reviewer, book.dossier.id, item, accepts=True, today=at.date(), at=at)


def _return(session: Session, staff: dict[Role, Actor], book: GateBook, item: str, *, at: datetime) -> None:
    reviewer = staff[as_item(book.checklist.gate, book.checklist.row(item) or {}).reviewer_role]
    services.review_item(
        session,
        reviewer,
        book.dossier.id,
        item,
        accepts=False,
        note="Page 2 names the old site. Please send the current one.",
        today=at.date(),
        at=at,
    )


def _waive(session: Session, qa: Actor, dossier: Dossier, item: str, *, at: datetime) -> None:
    services.waive_item(
        session,
        qa,
        dossier.id,
        item,
        reason="Demo: the laboratory moves in spring; the present report covers the campaign.",
        until=at.date() + WAIVED_FOR,
        proof=Proof(user_id=qa.user_id, method=Method.DEMO, at=at),
        today=at.date(),
        at=at,
    )
