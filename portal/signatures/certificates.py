"""A signature on paper: a PDF for the archive that holds what was signed, readable, and the exact text as an attachment."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import flask
import typst
from flask import Response, current_app
from flask_babel import gettext as _

from portal.signatures import statements, words
from portal.signatures.models import Signature
from portal.web.filters import moment
from portal.web.locale import language

TEMPLATE = Path(__file__).with_name("certificate.typ")
STANDARDS: "typst.PDFStandards" = ["a-3a", "ua-1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A signature as a reader sees it: who, in which role and meaning, when, and whether the record is still the same."""

    signature: Signature
    title: str
    role: str
    zone: str
    content: Sequence[tuple[str, str]]
    """What was signed, each with its label."""
    changes: Sequence[tuple[str, str, str]]
    """What has changed since: label, as signed, at present."""
    url: str | None = None

    @property
    def holds(self) -> bool:
        """Say whether the statement is as it was signed."""
        return statements.holds(self.signature)

    @property
    def kind(self) -> str:
        """Return how the part draws it."""
        return "firm" if self.holds and not self.changes else "held"

    @property
    def heading(self) -> str:
        """Return what the signature means, and whose it is."""
        return f"{words.meaning(self.signature.meaning)}: {self.signature.signer_name}, {self.role}"

    @property
    def words(self) -> str:
        """Return when it was signed, how its signer showed who they are, and how it stands."""
        when, how = moment(self.signature.signed_at, self.zone), words.method(self.signature.method)
        return " ".join([_("%(when)s; %(how)s.", when=when, how=how), *self.standing])

    @property
    def seal(self) -> str:
        """Return the beginning of the digest."""
        return f"SHA-256 {self.signature.digest[:16]}…"

    @property
    def standing(self) -> list[str]:
        """Return in sentences whether the signature holds, and what has changed since."""
        if not self.holds:
            return [_("The stored text is not what was signed. Do not rely on it; tell the administrators.")]
        if not self.changes:
            return [_("The record is as it was signed.")]
        return [
            _("The record has changed since it was signed."),
            *(
                _(
                    "%(field)s: signed %(signed)s, now %(present)s.",
                    field=field,
                    signed=signed,
                    present=present,
                )
                for field, signed, present in self.changes
            ),
        ]


def certificate(shown: Shown) -> Response:
    """Return the PDF of a signature as a download, fit for an archive (PDF/A-3) and for screen readers (PDF/UA)."""
    signature = shown.signature
    reason = str(statements.read(signature)["reason"])
    said = {
        "title": shown.title,
        "author": signature.signer_name,
        "portal": current_app.extensions["portal_settings"].portal_name,
        "language": language(),
        "meaning": words.meaning(signature.meaning),
        "signature": _rows(shown, reason),
        "standing_title": _("How it stands"),
        "standing": shown.standing,
        "content_title": _("What was signed"),
        "content": [list(pair) for pair in shown.content],
        "digest_title": _("Digest"),
        "digest_lead": _(
            "This is the SHA-256 of the attached text statement.json, which is what was signed to the last "
            "character. The same digest stands in the portal’s ledger."
        ),
        "digest": signature.digest,
        "attachment": _("The exact text that was signed"),
        "footer": _("Signature %(number)s", number=signature.id),
    }
    body = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"said": json.dumps(said), "statement": signature.statement},
        pdf_standards=STANDARDS,
        timestamp=signature.signed_at.replace(microsecond=0),
    )
    response = flask.make_response(body)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="signature-{signature.id}.pdf"'
    return response


def _rows(shown: Shown, reason: str) -> Iterable[list[str]]:
    signature = shown.signature
    behalf = str(statements.read(signature)["signer"]["on_behalf_of"])
    rows = [
        (_("Name"), signature.signer_name),
        (_("Role"), f"{shown.role}, {behalf}" if behalf else shown.role),
        (
            _("Signed"),
            f"{moment(signature.signed_at, shown.zone)} ({signature.signed_at:%Y-%m-%d %H:%M:%S} UTC)",
        ),
        (_("Identity shown by"), words.method(signature.method)),
    ]
    return [list(row) for row in (*rows, *([(_("Reason"), reason)] if reason else []))]
