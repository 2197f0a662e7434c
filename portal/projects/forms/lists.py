"""Sheets that people upload, and what the address of a list asks for."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    HiddenField,
    TextAreaField,
)

from portal.core.errors import Reason
from portal.projects.forms.fields import TRUTHS
from portal.projects.rules import sheets
from portal.reference import vocabulary
from portal.web.forms import BaseForm


class UploadForm(BaseForm):
    """A sheet as a file, or its rows pasted."""

    file = FileField(
        _l("CSV file"), description=_l("UTF-8, separated by comma, semicolon or tab; at most 500 projects.")
    )
    content = TextAreaField(_l("Or paste rows"), description=_l("The first row names the columns."))

    def sheet(self) -> str | None:
        """Return the sheet that was given, or None with the reason beside its field."""
        upload, pasted = self.file.data, self.content.data or ""
        given = bool(upload and upload.filename)
        if given and pasted:
            self.refuse(Reason("sheet_two_given", {}, "content"))
            return None
        if not given and not pasted:
            self.refuse(Reason("sheet_nothing_given", {}, "file"))
            return None
        read = sheets.decoded(upload.stream.read() if given else pasted.encode())
        if isinstance(read, Reason):
            self.refuse(Reason(read.code, read.values, "file" if given else "content"))
            return None
        return read


class ImportForm(BaseForm):
    """That somebody has seen what a sheet would change, and wants it."""

    digest = HiddenField()


class ListForm:
    """What the address of a list asks for; whatever cannot be meant is left out."""

    def __init__(self, address: MultiDict[str, str]) -> None:
        """Read the address."""
        self._address = address

    def word(self, name: str, list_name: str) -> str | None:
        """Return a word of a list, or None."""
        written = self._address.get(name, "")
        return written if written in vocabulary.ids(list_name) else None

    def truth(self, name: str) -> bool | None:
        """Return yes or no, or None."""
        return TRUTHS.get(self._address.get(name, ""))

    def text(self, name: str) -> str:
        """Return a short text without what no database can hold."""
        written = self._address.get(name, "")[:200]
        return "".join(c for c in written if ord(c) >= 32 and not 0xD800 <= ord(c) < 0xE000).strip()

    def sort(self, allowed: Iterable[str], default: str) -> str:
        """Return by what a list is sorted, with a minus before it for downwards."""
        written = self._address.get("sort", "")
        return written if written.removeprefix("-") in allowed else default

    def page(self) -> int:
        """Return the number of the page, from 1."""
        written = self._address.get("page", "")
        return max(1, int(written)) if written.isascii() and written.isdecimal() and len(written) < 7 else 1
