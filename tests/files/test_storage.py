"""A folder and a bucket keep, return and forget contents alike."""

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portal.files.storage import Bucket, ContentMissing, Folder, Store, StoreUnreachable, store_for


def digest(content: bytes) -> str:
    """Return the digest under which a content is kept."""
    return hashlib.sha256(content).hexdigest()


def test_what_is_put_is_returned_and_listed(store: Store) -> None:
    contents = [b"one", b"two" * 1000, b""]
    for content in contents:
        store.put(digest(content), content)
        store.put(digest(content), content)
    assert [store.get(digest(content)) for content in contents] == contents
    assert set(store.digests()) == {digest(content) for content in contents}


def test_what_is_removed_is_missing(store: Store) -> None:
    store.put(digest(b"one"), b"one")
    store.remove(digest(b"one"))
    store.remove(digest(b"one"))
    with pytest.raises(ContentMissing):
        store.get(digest(b"one"))
    assert list(store.digests()) == []


def test_a_content_larger_than_one_part_of_a_bucket_is_whole(store: Store) -> None:
    content = os.urandom(11 * 1024 * 1024)
    store.put(digest(content), content)
    assert store.get(digest(content)) == content


def test_only_the_portal_reads_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.put(digest(b"one"), b"one")
    path = next(path for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_write_that_breaks_off_leaves_nothing_that_is_listed(tmp_path: Path) -> None:
    """Kill a process while it writes the same content again and again; what is listed is always whole."""
    root, content = tmp_path / "files", b"x" * 3_000_000
    program = (
        "import sys; from pathlib import Path; from portal.files.storage import Folder\n"
        "folder, content = Folder(Path(sys.argv[1])), b'x' * 3_000_000\n"
        "print('begun', flush=True)\n"
        f"while True: folder.put({digest(content)!r}, content)\n"
    )
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", program, str(root)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.kill()
        writer.wait()
        writer.stdout.close()
        for name in Folder(root).digests():
            assert Folder(root).get(name) == content


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    folder = Folder(tmp_path / "files")
    with pytest.raises(StoreUnreachable):
        folder.put(digest(b"one"), b"one")
    with pytest.raises(StoreUnreachable):
        folder.get(digest(b"one"))


def test_a_bucket_that_does_not_answer_or_does_not_exist_says_so(bucket_server: str) -> None:
    nobody = store_for("s3://key:secret@box/?endpoint=http://127.0.0.1:9", Path())
    with pytest.raises(StoreUnreachable):
        nobody.put(digest(b"one"), b"one")
    elsewhere = store_for(f"s3://key:secret@no-such-bucket/?endpoint={bucket_server}", Path())
    with pytest.raises(StoreUnreachable):
        elsewhere.put(digest(b"one"), b"one")
    with pytest.raises(StoreUnreachable):
        list(elsewhere.digests())


@pytest.mark.parametrize(
    "url",
    [
        "/var/files",
        "s3://",
        "http://bucket",
        "s3://bucket?endpoint",
        "s3://bucket?colour=blue",
        "s3://[bucket",
    ],
)
def test_an_address_that_cannot_be_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="FILES_URL must look like"):
        store_for(url, Path())


def test_without_an_address_files_are_kept_in_the_folder(tmp_path: Path) -> None:
    assert store_for(None, tmp_path) == Folder(tmp_path)
    assert isinstance(store_for("s3://bucket", tmp_path), Bucket)
