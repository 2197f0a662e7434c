"""From an upload to a content in the store, back to its bytes, and the care for both."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from flask import current_app

from portal.core.errors import Reason, Refused
from portal.files import queries, services
from portal.files.detecting import kind_of
from portal.files.models import StoredFile
from portal.files.rules import largest_file, reasons_against, tidy_name
from portal.files.services import Kept
from portal.files.storage import ContentMissing, Store, StoreUnreachable, current_store
from portal.store import db, in_one_unit

logger = logging.getLogger(__name__)
UNUSED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in the store that is not as the database says: `missing`, `changed`, or `unknown` to it."""

    code: str
    sha256: str
    names: tuple[str, ...] = ()


def keep(name: str, stream: IO[bytes], *, at: datetime) -> Kept:
    """Bring an upload into the store; there is a file of it once `services.add_file` has made one.

    Raises `Refused` for what is not taken, and where the store cannot be reached.
    """
    largest = largest_file(current_app.config["MAX_CONTENT_LENGTH"])
    content = stream.read(largest + 1)
    tidied, kind = tidy_name(name), kind_of(content)
    reasons = reasons_against(tidied, size=len(content), largest=largest, kind=kind)
    if reasons or kind is None:
        raise Refused(reasons)
    digest = digest_of(content)
    in_one_unit(lambda session: services.announce(session, digest, size=len(content), at=at))
    _put(digest, content, name=tidied)
    return Kept(sha256=digest, size=len(content), kind=kind, name=tidied)


def content_of(file: StoredFile) -> bytes:
    """Return what a file holds, compared with its digest.

    Raises `Refused` for a content that is missing or changed, or a store that cannot be reached.
    """
    return content_under(file.sha256, name=file.name)


def digest_of(content: bytes) -> str:
    """Return the digest under which a content is kept."""
    return hashlib.sha256(content).hexdigest()


def keep_for_a_day(name: str, content: bytes, *, at: datetime) -> str:
    """Bring what the portal made into the store, without a file of it, so that the sweeper takes it; return its digest.

    Raises `Refused` where the store cannot be reached.
    """
    digest = digest_of(content)
    in_one_unit(lambda session: services.announce(session, digest, size=len(content), at=at))
    _put(digest, content, name=name)
    return digest


def content_under(digest: str, *, name: str) -> bytes:
    """Return the content of a digest; raises `Refused`, in which it is called by its name, as `content_of` does."""
    try:
        content = current_store().get(digest)
    except StoreUnreachable as error:
        logger.exception("content %s could not be read", digest)
        raise Refused([Reason("file_store_unreachable", {"name": name})]) from error
    except ContentMissing as error:
        logger.critical("content %s is missing from the store", digest)
        raise Refused([Reason("file_not_whole", {"name": name})]) from error
    if digest_of(content) != digest:
        logger.critical("content %s has changed in the store", digest)
        raise Refused([Reason("file_not_whole", {"name": name})])
    return content


def _put(digest: str, content: bytes, *, name: str) -> None:
    try:
        current_store().put(digest, content)
    except StoreUnreachable as error:
        logger.exception("a file could not be kept")
        raise Refused([Reason("file_store_unreachable", {"name": name})]) from error


def sweep(*, at: datetime) -> int:
    """Forget contents that nobody made a file of within a day; return how many."""
    store, before, swept = current_store(), at - UNUSED_FOR, 0
    for digest in queries.unused_contents(db.session(), before=before):
        swept += in_one_unit(
            lambda session, digest=digest: services.forget_content(  # type: ignore[misc]
                session, digest, before=before, remove=store.remove
            )
        )
    return swept


def verify() -> Iterator[Trouble]:
    """Yield every content that a file needs and the store lacks or has changed, and what the store holds unknown to us.

    Raises `StoreUnreachable`.
    """
    session, store = db.session(), current_store()
    for digest, _size in list(queries.used_contents(session)):
        code = _trouble_with(store, digest)
        if code is not None:
            names = tuple(file.name for file in queries.files_of(session, digest))
            yield Trouble(code, digest, names)
    held = list(store.digests())
    known = queries.known_digests(session)
    yield from (Trouble("unknown", digest) for digest in held if digest not in known)


def _trouble_with(store: Store, digest: str) -> str | None:
    try:
        content = store.get(digest)
    except ContentMissing:
        return "missing"
    return None if digest_of(content) == digest else "changed"
