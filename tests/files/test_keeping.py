"""From an upload to a file and back; what breaks off between is swept, and what is broken is found."""

import hashlib
import io
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.core.errors import Refused
from portal.files import keeping, queries, services
from portal.files.models import Content, StoredFile
from portal.files.services import Kept
from portal.files.storage import EXTENSION, ContentMissing, Folder, Store, store_for
from portal.ledger import Entry
from portal.store import Base, db, in_one_unit
from tests import make
from tests.conftest import settings_for
from tests.engines import ENGINES, new_database
from tests.files import samples

LATER = make.NOON + timedelta(days=1, seconds=1)


def keep(app: Flask, name: str, content: bytes) -> Kept:
    """Bring an upload into the store of the portal."""
    with app.app_context():
        return keeping.keep(name, io.BytesIO(content), at=make.NOON)


def test_an_upload_is_kept_under_its_digest_and_its_tidied_name(
    app: Flask, session: Session, kept_in: Store
) -> None:
    kept = keep(app, "C:\\files\\Batch record.pdf", samples.PDF)
    assert kept == Kept(
        sha256=hashlib.sha256(samples.PDF).hexdigest(),
        size=len(samples.PDF),
        kind="pdf",
        name="Batch record.pdf",
    )
    assert kept_in.get(kept.sha256) == samples.PDF
    file = services.add_file(session, kept, by_id=7, at=make.NOON)
    assert (file.name, file.kind, file.uploaded_by_id) == ("Batch record.pdf", "pdf", 7)
    assert session.scalars(select(Entry.facts)).one() == {
        "file_id": file.id,
        "sha256": kept.sha256,
        "size": len(samples.PDF),
        "kind": "pdf",
    }
    with app.app_context():
        assert keeping.content_of(file) == samples.PDF


def test_what_is_refused_is_kept_nowhere(app: Flask, session: Session, kept_in: Store) -> None:
    for name, content in (("a.pdf", samples.PAGE), ("a.pdf", b""), ("run.exe", samples.PROGRAM)):
        with pytest.raises(Refused):
            keep(app, name, content)
    assert list(kept_in.digests()) == []
    assert session.scalars(select(Content)).all() == []


def test_a_file_over_the_limit_is_refused_before_it_is_read_whole(app: Flask, kept_in: Store) -> None:
    class Endless(io.RawIOBase):
        """A stream that says how much of it was asked for."""

        asked = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0
            self.asked += size
            return b"x" * size

    stream = Endless()
    with app.app_context(), pytest.raises(Refused) as refused:
        keeping.keep("a.txt", stream, at=make.NOON)  # type: ignore[arg-type]
    assert [reason.code for reason in refused.value.reasons] == ["file_too_large"]
    assert stream.asked == 11 * 1024 * 1024 + 1
    assert list(kept_in.digests()) == []


def test_where_the_store_does_not_answer_nothing_is_half_kept(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    before = app.extensions[EXTENSION]
    (tmp_path / "files").write_text("not a folder")
    app.extensions[EXTENSION] = Folder(tmp_path / "files")
    try:
        with pytest.raises(Refused) as refused:
            keep(app, "a.pdf", samples.PDF)
    finally:
        app.extensions[EXTENSION] = before
    assert [reason.code for reason in refused.value.reasons] == ["file_store_unreachable"]
    assert session.scalars(select(StoredFile)).all() == []


def test_contents_that_nobody_used_are_swept_after_a_day(
    app: Flask, session: Session, kept_in: Store
) -> None:
    used, unused = keep(app, "a.pdf", samples.PDF), keep(app, "b.txt", samples.TEXT)
    services.add_file(session, used, by_id=1, at=make.NOON)
    session.commit()
    with app.app_context():
        assert keeping.sweep(at=make.NOON + timedelta(hours=23)) == 0
        assert keeping.sweep(at=LATER) == 1
        assert keeping.sweep(at=LATER) == 0
    assert set(kept_in.digests()) == {used.sha256}
    session.expire_all()
    assert queries.known_digests(session) == {used.sha256}
    assert unused.sha256 != used.sha256


def test_what_is_uploaded_again_in_time_is_not_swept(app: Flask, session: Session, kept_in: Store) -> None:
    kept = keep(app, "a.pdf", samples.PDF)
    with app.app_context():
        keeping.keep("again.pdf", io.BytesIO(samples.PDF), at=LATER)
        assert keeping.sweep(at=LATER) == 0
    services.add_file(session, kept, by_id=1, at=LATER)
    assert kept_in.get(kept.sha256) == samples.PDF


def test_missing_changed_and_unknown_contents_are_found_and_never_handed_out(
    app: Flask, session: Session, kept_in: Store
) -> None:
    files = {
        name: services.add_file(session, keep(app, name, content), by_id=1, at=make.NOON)
        for name, content in (("a.pdf", samples.PDF), ("b.txt", samples.TEXT), ("c.png", samples.PNG))
    }
    session.commit()
    stranger = hashlib.sha256(b"stranger").hexdigest()
    kept_in.remove(files["a.pdf"].sha256)
    kept_in.put(files["b.txt"].sha256, b"forged")
    kept_in.put(stranger, b"stranger")
    with app.app_context():
        found = {(trouble.code, trouble.sha256, trouble.names) for trouble in keeping.verify()}
        assert found == {
            ("missing", files["a.pdf"].sha256, ("a.pdf",)),
            ("changed", files["b.txt"].sha256, ("b.txt",)),
            ("unknown", stranger, ()),
        }
        for name in ("a.pdf", "b.txt"):
            with pytest.raises(Refused) as refused:
                keeping.content_of(files[name])
            assert [reason.code for reason in refused.value.reasons] == ["file_not_whole"]
        assert keeping.content_of(files["c.png"]) == samples.PNG


@pytest.mark.parametrize("engine", ENGINES)
def test_sweeping_at_the_moment_of_an_upload_never_loses_a_file(engine: str, tmp_path: Path) -> None:
    """Upload the bytes of a content that is being swept, again and again; a file always has its content."""
    portal = create_app(settings_for(new_database(engine, tmp_path), tmp_path))
    store = store_for(None, tmp_path / "files")
    portal.extensions[EXTENSION] = store
    with portal.app_context():
        Base.metadata.create_all(db.engine)
    try:
        for number in range(15):
            _race(portal, store, f"content {number}\n".encode())
    finally:
        with portal.app_context():
            db.engine.dispose()


def _race(portal: Flask, store: Store, content: bytes) -> None:
    old = keep(portal, "old.txt", content)
    gate = threading.Barrier(2)
    failures: list[BaseException] = []

    def upload() -> None:
        with portal.app_context():
            gate.wait()
            kept = keeping.keep("new.txt", io.BytesIO(content), at=LATER)
            in_one_unit(lambda session: services.add_file(session, kept, by_id=1, at=LATER).id)

    def sweep() -> None:
        with portal.app_context():
            gate.wait()
            keeping.sweep(at=LATER)

    def watched(work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001  (the test fails with it below)
            failures.append(error)

    threads = [threading.Thread(target=watched, args=(work,)) for work in (upload, sweep)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.get(old.sha256) == content


def test_an_upload_that_is_never_used_leaves_no_file(app: Flask, session: Session, kept_in: Store) -> None:
    kept = keep(app, "a.pdf", samples.PDF)
    services.add_file(session, kept, by_id=1, at=make.NOON)
    session.rollback()
    with app.app_context():
        assert keeping.sweep(at=LATER) == 1
    with pytest.raises(ContentMissing):
        kept_in.get(kept.sha256)
