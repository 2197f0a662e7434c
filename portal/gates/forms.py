"""What people type at gates: evidence, reviews, waivers, and a checklist."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from portal.core.actors import Role
from portal.core.errors import Reason
from portal.facilities.forms.fields import Among, OneOf, SomeOf
from portal.gates import words
from portal.gates.checklists import Row
from portal.gates.rules import STAFF_ROLES
from portal.signatures.forms import SigningForm
from portal.web.files import is_given
from portal.web.forms import ActionForm, BaseForm, day, line, text

SHA256 = re.compile(r"[0-9a-f]{64}")
OWNERS = (Role.FOUNDER, *STAFF_ROLES)


class EvidenceForm(BaseForm):
    """A file or a link that shows an item."""

    file = FileField(
        _l("File"),
        description=_l(
            "PDF, Word, Excel, PowerPoint, OpenDocument, picture or text. It is kept as it is for good."
        ),
    )
    url = line(
        _l("Or a link"), required=False, longest=500, description=_l("To a document that is kept elsewhere.")
    )
    title = line(_l("Title"), required=False, description=_l("Without one the name of the file is shown."))
    stated_version = line(_l("Version"), required=False, longest=40)
    sha256 = line(
        _l("SHA-256 of the linked document"),
        required=False,
        longest=80,
        description=_l("If you know it. Of a file the portal computes it."),
    )
    note = text(_l("Note to the reviewer"), longest=2000)

    def is_sound(self) -> bool:
        """Say whether there is a file or a link, with the reasons beside the fields otherwise."""
        has_file, link = is_given(self, "file"), self.url.data or ""
        if has_file == bool(link):
            self.refuse(Reason("evidence_file_or_link", field="file"))
            return False
        if link and not _is_link(link):
            self.refuse(Reason("evidence_link_odd", field="url"))
            return False
        if self.digest and not SHA256.fullmatch(self.digest):
            self.refuse(Reason("evidence_digest_odd", field="sha256"))
            return False
        return True

    @property
    def digest(self) -> str | None:
        """Return the digest that was stated."""
        return (self.sha256.data or "").strip().lower() or None


class ReviewForm(ActionForm):
    """An acceptance, or what is missing."""

    note = text(_l("Note"), longest=2000, description=_l("The other side reads it."))


class WaiverForm(SigningForm):
    """A signed reason to let an item stand open until a day."""

    reason = text(
        _l("Reason"), required=True, longest=2000, description=_l("It is signed, and both sides read it.")
    )
    until = day(_l("Until"), description=_l("The last day. After it the item holds the gate again."))


class EndWaiverForm(ActionForm):
    """Why a waiver is taken back."""

    note = text(_l("Reason"), required=True, longest=2000)


class OpenForm(BaseForm):
    """To which facility a project's gates are shown."""

    facility = Among(_l("Facility"), nothing=lambda: str(_l("Choose a facility")))


class ChecklistForm(SigningForm):
    """Which items a facility uses, which of them hold the gate, and perhaps one of its own."""

    version = HiddenField()
    used = SomeOf(_l("Items that are used"), answers=lambda: ())
    holding = SomeOf(_l("Of these, items that hold the gate"), answers=lambda: ())
    own_name = line(
        _l("An item of your own"), required=False, description=_l("One at a time; leave it empty for none.")
    )
    own_evidence = line(_l("What shows it"), required=False)
    own_owner = OneOf(
        _l("Who answers for it"), answers=lambda: [(role.value, words.role(role)) for role in OWNERS]
    )
    own_reviewer = OneOf(
        _l("Who reviews it"),
        answers=lambda: [(role.value, words.role(role)) for role in STAFF_ROLES],
        default=Role.QA.value,
    )
    reason = text(_l("Why it changes"), required=True, longest=2000, description=_l("It is signed and kept."))

    def offer(self, rows: list[Row]) -> None:
        """Let these items be ticked."""
        for field in (self.used, self.holding):
            field.offer((str(row["id"]), words.said(row["name"])) for row in rows)

    def shown(self) -> int:
        """Return the version that the page showed."""
        written = self.version.data or ""
        return int(written) if written.isdecimal() and len(written) < 9 else -1

    def rows(self, offered: list[Row], own_id: str) -> list[dict[str, Any]]:
        """Return the items as they are to be published."""
        used, holding = set(self.used.data or ()), set(self.holding.data or ())
        kept = [{**row, "blocking": row["id"] in holding} for row in offered if row["id"] in used]
        if not self.own_name.data:
            return kept
        own = {
            "id": own_id,
            "name": {"en": self.own_name.data},
            "evidence": {"en": self.own_evidence.data or ""},
            "why": None,
            "owner_role": self.own_owner.data,
            "reviewer_role": self.own_reviewer.data,
            "blocking": True,
            "valid_months": None,
            "applies_when": None,
            "confidence": None,
            "source": None,
            "is_own": True,
        }
        return [*kept, own]


def _is_link(written: str) -> bool:
    try:
        parts = urlsplit(written)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "." in (parts.hostname or "")
