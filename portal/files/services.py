"""Announcing a content, making a file of it, and forgetting one that nobody used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.files.events import FileStored
from portal.files.models import Content, StoredFile
from portal.ledger import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A content that is in the store, and the name under which it came."""

    sha256: str
    size: int
    kind: str
    name: str


def announce(session: Session, sha256: str, *, size: int, at: datetime) -> None:
    """Say that a content is about to be written, so that nobody sweeps it away for a day."""
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        upsert(Content)
        .values(sha256=sha256, size=size, announced_at=at)
        .on_conflict_do_update(index_elements=["sha256"], set_={"announced_at": at})
    )


def add_file(session: Session, kept: Kept, *, by_id: int, at: datetime) -> StoredFile:
    """Make a file of a content that is in the store, in the transaction of the change that it belongs to."""
    file = StoredFile(
        sha256=kept.sha256,
        name=kept.name,
        kind=kept.kind,
        size=kept.size,
        uploaded_by_id=by_id,
        uploaded_at=at,
    )
    session.add(file)
    session.flush()
    record(
        session,
        FileStored(actor_id=by_id, file_id=file.id, sha256=kept.sha256, size=kept.size, kind=kept.kind),
        at=at,
    )
    return file


def forget_content(session: Session, sha256: str, *, before: datetime, remove: Callable[[str], None]) -> bool:
    """Forget a content that is still unused, its bytes before the lock on it ends; return whether it was."""
    result = session.execute(
        delete(Content).where(
            Content.sha256 == sha256,
            Content.announced_at < before,
            ~exists().where(StoredFile.sha256 == Content.sha256),
        )
    )
    if not result.rowcount:  # type: ignore[attr-defined]
        return False
    remove(sha256)
    return True
