"""Files on their way in and out: what a form's field was given, and a download that no browser runs."""

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


def download(file: StoredFile) -> Response:
    """Return a file as a download under its own name, which no browser shows, runs or guesses at."""
    response = flask.send_file(
        BytesIO(keeping.content_of(file)),
        mimetype=KINDS[file.kind][0],
        as_attachment=True,
        download_name=file.name,
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
