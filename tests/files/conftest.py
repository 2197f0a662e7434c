"""Stores for tests: a folder, and a bucket of an S3 server that runs on this machine."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.files.storage import EXTENSION, Store, store_for

PATIENCE = 60


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    """Run a server that speaks the S3 protocol, in a process of its own, and return its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        began = time.monotonic()
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/moto-api/"):
                break
            assert server.poll() is None, "the S3 server did not start"
            assert time.monotonic() - began < PATIENCE, "the S3 server does not answer"
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def bucket_url(bucket_server: str) -> str:
    """Return the setting for an empty bucket of the server."""
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    with urllib.request.urlopen(urllib.request.Request(f"{bucket_server}/{name}", method="PUT")):
        pass
    return f"s3://key:secret@{name}/uploads?endpoint={bucket_server}&region=eu-north-1"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Return an empty store of each kind."""
    url = request.getfixturevalue("bucket_url") if request.param == "bucket" else None
    return store_for(url, tmp_path / "files")


@pytest.fixture
def kept_in(app: Flask, store: Store) -> Iterator[Store]:
    """Let the portal under test keep its files in the store."""
    before = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = store
    yield store
    app.extensions[EXTENSION] = before
