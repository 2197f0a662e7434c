"""What is shared in an introduction after both have said yes: documents, who accepted the terms, and who opened what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.matching.models import Acceptance, Document, Introduction, Opening
from portal.matching.queries.introductions import Seen, introduction_seen
from portal.matching.rules.confidentiality import IN_FORCE
from portal.matching.rules.introductions import SHARING, Side
from portal.projects import queries as projects
from portal.projects.models import FieldGroup, Grant
from portal.projects.queries.access import holds_at
from portal.projects.rules.values import GrantReason

LATEST_OPENINGS = 50
"""So many openings stand on the page; the file holds them all."""


@dataclass(frozen=True, slots=True)
class DataRoom:
    """The documents of an introduction, as far as its reader may know of them."""

    seen: Seen
    documents: Sequence[Document]
    acceptances: Sequence[Acceptance]
    has_accepted: bool

    @property
    def is_open(self) -> bool:
        """Say whether the partner has access at present."""
        return self.seen.introduction.state in SHARING


def data_room(session: Session, actor: Actor, introduction_id: int, *, lock: bool = False) -> DataRoom:
    """Return the data room of an introduction for its founder, or for the partner while it has access.

    Raises `NotFound` for everybody else.
    """
    seen = introduction_seen(session, actor, introduction_id, lock=lock)
    one = seen.introduction
    may = one.agreed_at is not None and (
        seen.side is Side.FOUNDER or (seen.side is Side.PARTNER and one.state in SHARING)
    )
    if not may:
        raise NotFound
    documents = session.scalars(
        select(Document)
        .where(Document.introduction_id == one.id, Document.removed_at.is_(None))
        .options(joinedload(Document.file))
        .order_by(Document.id)
    ).all()
    acceptances = session.scalars(
        select(Acceptance).where(Acceptance.introduction_id == one.id).order_by(Acceptance.id)
    ).all()
    accepted = any(held.user_id == actor.user_id and held.version == IN_FORCE.version for held in acceptances)
    return DataRoom(seen, documents, acceptances, accepted)


def document_of(room: DataRoom, document_id: int) -> Document:
    """Return a document that the reader of the room may open; raises `NotFound` for any other."""
    if room.seen.side is Side.PARTNER and not room.has_accepted:
        raise NotFound
    found = next((document for document in room.documents if document.id == document_id), None)
    if found is None:
        raise NotFound
    return found


def openings_of(
    session: Session, introduction: Introduction, *, most: int | None = None
) -> Sequence[Opening]:
    """Return who opened which document when, the latest first, those of removed documents too."""
    return session.scalars(
        select(Opening)
        .join(Opening.document)
        .where(Document.introduction_id == introduction.id)
        .options(joinedload(Opening.document))
        .order_by(Opening.at.desc(), Opening.id.desc())
        .limit(most)
    ).all()


def count_openings(session: Session, introduction: Introduction) -> int:
    """Return how often documents of an introduction were opened."""
    question = select(func.count()).select_from(Opening).join(Opening.document)
    return session.scalar(question.where(Document.introduction_id == introduction.id)) or 0


def groups_in_profile(session: Session, actor: Actor, seen: Seen, *, at: datetime) -> frozenset[FieldGroup]:
    """Return what the profile of an introduction tells its reader: what is open to the partner, and to the reader too.

    Raises `NotFound` where both have not said yes, or access has ended.
    """
    one = seen.introduction
    if one.state not in SHARING:
        raise NotFound
    granted = session.scalars(
        select(Grant.field_group).where(
            Grant.project_id == one.project_id,
            Grant.organisation_id == one.partner.organisation_id,
            Grant.reason == GrantReason.INTRODUCTION,
            Grant.reason_id == one.id,
            holds_at(at),
        )
    )
    return frozenset(granted) & projects.visible_groups(session, actor, one.project, at)
