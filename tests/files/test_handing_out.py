"""A file goes out as a download that no browser shows, runs or guesses at, and comes in through a form's field."""

import io
from typing import Any

from flask import Flask
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from portal.files import services
from portal.files.services import Kept
from portal.files.storage import Store
from portal.web.files import download, is_given, received
from portal.web.forms import BaseForm
from tests import make
from tests.files import samples
from tests.files.test_keeping import keep


class EvidenceForm(BaseForm):
    """A form with a field for a file."""

    report = FileField()


def sent(app: Flask, **fields: FileStorage) -> EvidenceForm:
    """Return the form as a browser sent it."""
    data: MultiDict[str, Any] = MultiDict(fields)
    with app.test_request_context(method="POST"):
        return EvidenceForm(data)


def test_a_download_keeps_its_name_and_is_not_opened(app: Flask, session: Session, kept_in: Store) -> None:
    assert kept_in is not None
    file = services.add_file(
        session, keep(app, 'Satsprotokoll "å" 1.pdf', samples.PDF), by_id=1, at=make.NOON
    )
    with app.test_request_context():
        response = app.process_response(download(file))
        response.direct_passthrough = False
        assert response.get_data() == samples.PDF
    assert response.headers["Content-Disposition"].startswith("attachment; filename")
    assert "Satsprotokoll%20%C3%A5%201.pdf" in response.headers["Content-Disposition"]
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_text_is_never_handed_out_as_a_page(app: Flask, session: Session, kept_in: Store) -> None:
    assert kept_in is not None
    file = services.add_file(session, keep(app, "a.csv", samples.TEXT), by_id=1, at=make.NOON)
    with app.test_request_context():
        response = download(file)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_the_file_of_a_field_is_kept(app: Flask, session: Session, kept_in: Store) -> None:
    assert session is not None
    form = sent(app, report=FileStorage(io.BytesIO(samples.PDF), "Report.pdf"))
    with app.test_request_context():
        assert is_given(form, "report")
        kept = received(form, "report", at=make.NOON)
    assert isinstance(kept, Kept)
    assert kept_in.get(kept.sha256) == samples.PDF


def test_a_refused_file_is_told_beside_its_field(app: Flask, kept_in: Store) -> None:
    form = sent(app, report=FileStorage(io.BytesIO(samples.PAGE), "Report.pdf"))
    with app.test_request_context():
        assert received(form, "report", at=make.NOON) is None
        assert "Report.pdf is not a kind of file that is taken here" in form.report.errors[0]
    assert list(kept_in.digests()) == []


def test_a_field_without_a_file_is_not_given(app: Flask) -> None:
    with app.test_request_context():
        assert not is_given(sent(app), "report")
        assert not is_given(sent(app, report=FileStorage(io.BytesIO(b""), "")), "report")
