"""The two places where contents are kept: a folder of this installation, or a bucket that several hosts share."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import obstore
from flask import Flask, current_app
from obstore.exceptions import BaseError
from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config

EXTENSION = "portal_files"
DIGEST = 64
SHAPE = "FILES_URL must look like s3://key:secret@bucket/folder?endpoint=https://host&region=eu-north-1"


class ContentMissing(Exception):
    """The store holds no such content."""


class StoreUnreachable(Exception):
    """The store could not be reached, or did not let the portal in."""


class Store(Protocol):
    """A place for contents, each under its digest; a write is whole or did not happen."""

    def put(self, digest: str, content: bytes) -> None:
        """Keep a content, over what stands under its digest; raises `StoreUnreachable`."""

    def get(self, digest: str) -> bytes:
        """Return a content; raises `ContentMissing` or `StoreUnreachable`."""

    def remove(self, digest: str) -> None:
        """Forget a content that is there or not; raises `StoreUnreachable`."""

    def digests(self) -> Iterator[str]:
        """Yield the digest of everything that is kept; raises `StoreUnreachable`."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this installation, readable by nobody but the portal."""

    root: Path

    def put(self, digest: str, content: bytes) -> None:
        """Write a content and make sure of it before anybody relies on it."""
        target = self._path(digest)
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, prefix="part-", delete=False) as unfinished:
                unfinished.write(content)
                unfinished.flush()
                os.fsync(unfinished.fileno())
            Path(unfinished.name).replace(target)
            _make_sure_of(target.parent)
        except OSError as error:
            raise StoreUnreachable(str(error)) from error

    def get(self, digest: str) -> bytes:
        """Read a content."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise ContentMissing(digest) from error
        except OSError as error:
            raise StoreUnreachable(str(error)) from error

    def remove(self, digest: str) -> None:
        """Delete a content."""
        try:
            self._path(digest).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnreachable(str(error)) from error

    def digests(self) -> Iterator[str]:
        """Yield what the folder holds; a write that broke off is not counted."""
        for path in sorted(self.root.glob("??/*")):
            if len(path.name) == DIGEST:
                yield path.name

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of a service that speaks the S3 protocol."""

    bucket: S3Store

    def put(self, digest: str, content: bytes) -> None:
        """Send a content; the service answers when it has it."""
        try:
            obstore.put(self.bucket, digest, content, use_multipart=False)
        except (BaseError, OSError) as error:
            raise StoreUnreachable(_first_line(error)) from error

    def get(self, digest: str) -> bytes:
        """Fetch a content."""
        try:
            return bytes(obstore.get(self.bucket, digest).bytes())
        except FileNotFoundError as error:
            raise ContentMissing(digest) from error
        except (BaseError, OSError) as error:
            raise StoreUnreachable(_first_line(error)) from error

    def remove(self, digest: str) -> None:
        """Delete a content."""
        try:
            obstore.delete(self.bucket, digest)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreUnreachable(_first_line(error)) from error

    def digests(self) -> Iterator[str]:
        """Yield what the bucket holds."""
        try:
            for page in obstore.list(self.bucket):
                for item in page:
                    yield item["path"].rpartition("/")[2]
        except (BaseError, OSError) as error:
            raise StoreUnreachable(_first_line(error)) from error


def store_for(files_url: str | None, folder: Path) -> Store:
    """Return the store that a setting asks for: a bucket by its `s3://` address, or a folder.

    Raises `ValueError` saying what is wrong with the address.
    """
    if files_url is None:
        return Folder(folder)
    try:
        parts = urlsplit(files_url)
        options = {
            name: values[-1]
            for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
        }
    except ValueError as error:
        raise ValueError(SHAPE) from error
    if parts.scheme != "s3" or not parts.hostname or options.keys() - {"endpoint", "region"}:
        raise ValueError(SHAPE)
    return Bucket(_bucket(parts, endpoint=options.get("endpoint"), region=options.get("region", "us-east-1")))


def init_app(app: Flask, *, files_url: str | None, folder: Path) -> None:
    """Choose the store; raises `ValueError` for an address that cannot be."""
    app.extensions[EXTENSION] = store_for(files_url, folder)


def current_store() -> Store:
    """Return the store of the running portal."""
    store: Store = current_app.extensions[EXTENSION]
    return store


def _bucket(address: SplitResult, *, endpoint: str | None, region: str) -> S3Store:
    config: S3Config = {"region": region, "virtual_hosted_style_request": endpoint is None}
    if endpoint is not None:
        config["endpoint"] = endpoint
    if address.username and address.password:
        config["access_key_id"] = unquote(address.username)
        config["secret_access_key"] = unquote(address.password)
    return S3Store(
        address.hostname,
        prefix=address.path.strip("/") or None,
        config=config,
        client_options={
            "allow_http": bool(endpoint and endpoint.startswith("http://")),
            "connect_timeout": "5s",
            "timeout": "30s",
        },
        retry_config={"max_retries": 2},
    )


def _make_sure_of(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:400]
