"""The data room of an introduction: terms are accepted, documents added, opened and removed."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotAllowed, Reason, Refused
from portal.files.services import Kept, add_file
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import DocumentAdded, DocumentOpened, DocumentRemoved, TermsAccepted
from portal.matching.models import Acceptance, Document, Opening
from portal.matching.queries import DataRoom
from portal.matching.rules.confidentiality import IN_FORCE
from portal.matching.rules.introductions import Side

MOST_DOCUMENTS = 30


def accept_terms(
    session: Session, actor: Actor, introduction_id: int, *, language: str, digest: str, at: datetime
) -> None:
    """Accept the confidentiality terms as they were shown; whoever has accepted them already changes nothing.

    Raises `NotFound`, `NotAllowed` for anybody but the partner's people, and `Refused` where other terms are in force.
    """
    room = _room(session, actor, introduction_id, Side.PARTNER)
    if digest != IN_FORCE.digest(language):
        raise Refused([Reason("terms_are_newer", {"version": IN_FORCE.version})])
    if room.has_accepted:
        return
    session.add(
        Acceptance(
            introduction_id=introduction_id,
            user_id=actor.user_id,
            version=IN_FORCE.version,
            language=language,
            digest=digest,
            accepted_at=at,
        )
    )
    session.flush()
    event = TermsAccepted(
        actor_id=actor.user_id, introduction_id=introduction_id, terms=IN_FORCE.version, digest=digest
    )
    record(session, event, at=at)


def add_document(
    session: Session, actor: Actor, introduction_id: int, kept: Kept, *, title: str, at: datetime
) -> Document:
    """Show the partner a file, as the founder.

    Raises `NotFound`, `NotAllowed` for anybody else, and `Refused` where access has ended or the room is full.
    """
    room = _room(session, actor, introduction_id, Side.FOUNDER)
    if not room.is_open:
        raise Refused([Reason("data_room_closed")])
    if len(room.documents) >= MOST_DOCUMENTS:
        raise Refused([Reason("data_room_full", {"most": MOST_DOCUMENTS})])
    file = add_file(session, kept, by_id=actor.user_id, at=at)
    document = Document(
        introduction_id=introduction_id,
        file=file,
        title=title or kept.name,
        added_by_id=actor.user_id,
        added_at=at,
    )
    session.add(document)
    session.flush()
    event = DocumentAdded(
        actor_id=actor.user_id,
        introduction_id=introduction_id,
        document_id=document.id,
        title=document.title,
    )
    record(session, event, at=at)
    return document


def remove_document(
    session: Session, actor: Actor, introduction_id: int, document_id: int, *, at: datetime
) -> None:
    """Show a document to the partner no longer; the log of who opened it stays. Raises `NotFound` or `NotAllowed`."""
    document = queries.document_of(_room(session, actor, introduction_id, Side.FOUNDER), document_id)
    document.removed_at = at
    session.flush()
    event = DocumentRemoved(actor_id=actor.user_id, introduction_id=introduction_id, document_id=document.id)
    record(session, event, at=at)


def open_document(
    session: Session, actor: Actor, introduction_id: int, document_id: int, *, at: datetime
) -> Document:
    """Return a document for whoever may open it now, and note that the partner's people did.

    Raises `NotFound` for anybody else, and for a partner who has not accepted the terms in force.
    """
    room = queries.data_room(session, actor, introduction_id, lock=True)
    document = queries.document_of(room, document_id)
    if room.seen.side is Side.PARTNER:
        session.add(Opening(document_id=document.id, user_id=actor.user_id, at=at))
        session.flush()
        event = DocumentOpened(
            actor_id=actor.user_id, introduction_id=introduction_id, document_id=document.id
        )
        record(session, event, at=at)
    return document


def _room(session: Session, actor: Actor, introduction_id: int, side: Side) -> DataRoom:
    room = queries.data_room(session, actor, introduction_id, lock=True)
    if room.seen.side is not side:
        raise NotAllowed
    return room
