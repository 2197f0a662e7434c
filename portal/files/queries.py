"""Named questions about contents and files."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.files.models import Content, StoredFile

BATCH = 500


def unused_contents(session: Session, *, before: datetime) -> list[str]:
    """Return the digests of contents without a file that nobody has announced since a moment."""
    return list(
        session.scalars(
            select(Content.sha256)
            .where(Content.announced_at < before, ~exists().where(StoredFile.sha256 == Content.sha256))
            .order_by(Content.id)
        )
    )


def used_contents(session: Session) -> Iterator[tuple[str, int]]:
    """Yield digest and size of every content that a file needs."""
    rows = session.execute(
        select(Content.sha256, Content.size)
        .where(exists().where(StoredFile.sha256 == Content.sha256))
        .order_by(Content.id)
        .execution_options(yield_per=BATCH)
    )
    yield from ((sha256, size) for sha256, size in rows)


def known_digests(session: Session) -> set[str]:
    """Return every digest that the database knows of."""
    return set(session.scalars(select(Content.sha256)))


def files_of(session: Session, sha256: str) -> list[StoredFile]:
    """Return the files of a content."""
    return list(
        session.scalars(select(StoredFile).where(StoredFile.sha256 == sha256).order_by(StoredFile.id))
    )
