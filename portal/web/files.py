"""Files on their way in and out: what a form's field was given, and a download that no browser runs."""

import errno
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO

import flask
from flask import Response
from werkzeug.datastructures import FileStorage

from portal.core.errors import Reason, Refused
from portal.files import keeping
from portal.files.models import StoredFile
from portal.files.rules import KINDS
from portal.files.services import Kept
from portal.web.forms import BaseForm

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
PIECE = 128 * 1024
"""So much of a download goes out between two looks at whether its reader may still have it."""


def is_given(form: BaseForm, name: str) -> bool:
    """Say whether a file was chosen in a field of the form."""
    given = form[name].data
    return isinstance(given, FileStorage) and bool(given.filename)


def received(form: BaseForm, name: str, *, at: datetime) -> Kept | None:
    """Bring the file of a field into the store; None where it was refused, with the reasons beside the field."""
    given: FileStorage = form[name].data
    try:
        return keeping.keep(given.filename or "", given.stream, at=at)
    except Refused as refused:
        form.refuse(*(Reason(reason.code, reason.values, name) for reason in refused.reasons))
    return None


def download(file: StoredFile, *, while_open: Callable[[], bool] | None = None) -> Response:
    """Return a file as a download under its own name, as `as_download` does."""
    content = keeping.content_of(file)
    return as_download(content, file.name, KINDS[file.kind][0], while_open=while_open)


def as_download(
    content: bytes, name: str, mimetype: str, *, while_open: Callable[[], bool] | None = None
) -> Response:
    """Return bytes as a download under a name, which no browser shows, runs or guesses at.

    Where `while_open` is given, it is asked before each piece, and a no breaks the download off.
    """
    response = flask.send_file(
        BytesIO(content),
        mimetype=mimetype,
        as_attachment=True,
        download_name=name,
        conditional=while_open is None,
    )
    if while_open is not None:
        response.direct_passthrough = False
        response.response = flask.stream_with_context(_pieces(content, while_open))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _pieces(content: bytes, while_open: Callable[[], bool]) -> Iterator[bytes]:
    """Yield the pieces of a file; the connection is reset where access ends, so that no browser takes a part for the whole."""
    for start in range(0, len(content), PIECE):
        if not while_open():
            raise ConnectionResetError(errno.ECONNRESET, "access ended during the download")
        yield content[start : start + PIECE]
