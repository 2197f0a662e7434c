"""The PDF of a signature: readable, fit for an archive, and with the exact text inside."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from portal.signatures.certificates import Shown, certificate
from portal.signatures.models import Signature

Sign = Callable[..., Signature]


def shown(signature: Signature, **values: Any) -> Shown:
    """Return a signature as a page shows it."""
    defaults: dict[str, Any] = {
        "signature": signature,
        "title": "Signature for SR-2027-0012",
        "role": "QA",
        "zone": "Europe/Stockholm",
        "content": [("Cleanroom", "P3 #strong[not bold] $x$"), ("Note", "åäö — *quoted*")],
        "changes": [],
    }
    return Shown(**{**defaults, **values})


def read(app: Flask, item: Shown, language: str = "en") -> PdfReader:
    """Return the PDF as a reader opens it."""
    with app.test_request_context(headers={"Accept-Language": language}):
        response = certificate(item)
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="signature-')
    return PdfReader(io.BytesIO(response.get_data()))


def words(reader: PdfReader) -> str:
    """Return the text of all pages, in one line."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_name_meaning_moment_and_content_are_readable(app: Flask, sign: Sign) -> None:
    text = words(read(app, shown(sign(reason="All is in order."))))
    for part in (
        "Signature for SR-2027-0012",
        "Approved",
        "Åsa Ö. Łuk",
        "QA, GMP unit",
        "4 Jan 2027 13:00",
        "2027-01-04 12:00:00 UTC",
        "All is in order.",
        "P3 #strong[not bold] $x$",
        "åäö — *quoted*",
        "The record is as it was signed.",
    ):
        assert part in text


def test_the_exact_text_that_was_signed_is_attached_and_has_the_digest_that_is_printed(
    app: Flask, sign: Sign
) -> None:
    signature = sign()
    reader = read(app, shown(signature))
    [attached] = reader.attachments["statement.json"]
    assert attached == signature.statement.encode()
    assert hashlib.sha256(attached).hexdigest() == signature.digest
    assert signature.digest in words(reader).replace(" ", "")


def test_the_pdf_claims_to_be_for_the_archive_and_for_everybody(app: Flask, sign: Sign) -> None:
    reader = read(app, shown(sign()))
    metadata = reader.xmp_metadata
    assert metadata is not None
    described = metadata.stream.get_data().decode()
    assert "pdfaid" in described
    assert "pdfuaid" in described
    assert str(reader.trailer["/Root"]["/Lang"]) == "en"  # type: ignore[index]


def test_it_speaks_swedish_to_swedish_readers(app: Flask, sign: Sign) -> None:
    reader = read(app, shown(sign()), "sv")
    assert "Godkänd" in words(reader)
    assert str(reader.trailer["/Root"]["/Lang"]) == "sv"  # type: ignore[index]


def test_what_has_changed_since_is_said(app: Flask, sign: Sign) -> None:
    item = shown(sign(), changes=[("Starts", "11 Jan 2027", "25 Jan 2027")])
    assert "Starts: signed 11 Jan 2027, now 25 Jan 2027." in words(read(app, item))
    with app.test_request_context():
        assert item.kind == "held"
        assert "The record has changed since it was signed." in item.words


def test_a_statement_that_is_not_what_was_signed_is_never_called_whole(app: Flask, sign: Sign) -> None:
    signature = sign()
    forged = Signature(
        **{
            name: getattr(signature, name)
            for name in (
                *("id", "subject_kind", "subject_id", "meaning", "signer_id", "signer_name", "signer_role"),
                *("signed_at", "method", "digest"),
            )
        },
        statement=signature.statement.replace("P3", "P4"),
    )
    text = words(read(app, shown(forged)))
    assert "The stored text is not what was signed." in text
    assert "The record is as it was signed." not in text


@pytest.mark.parametrize(
    "hostile", ["#pagebreak()", "\\", '"', "]", "</x>", '#read("/etc/passwd")', "a" * 3000]
)
def test_no_word_breaks_or_steers_the_page(app: Flask, sign: Sign, hostile: str) -> None:
    reader = read(app, shown(sign(reason=hostile), content=[(hostile, hostile)], title=hostile))
    assert "root:" not in words(reader)
    assert len(reader.pages) <= 6
