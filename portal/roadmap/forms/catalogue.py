"""What administrators type to revise and confirm steps of the catalogue."""

import json
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from portal.core.errors import Reason
from portal.reference.rules import REASON_MOST, TEXT_READ_MOST, kind_of
from portal.reference.sentences import KINDS
from portal.web.forms import BaseForm, text

UNREADABLE: Any = object()


class ReasonForm(BaseForm):
    """Why the shipped value is right after all."""

    reason = text(_l("Reason"), required=True, longest=REASON_MOST)


class ReviseForm(ReasonForm):
    """Another value for one field of a step, and why."""

    value = text(_l("Value here"), longest=20_000)

    @classmethod
    def of(cls, value: Any) -> "ReviseForm":
        """Return the form with the present value."""
        return cls(data={"value": written(value)})

    def read(self, shipped: Any) -> Any:
        """Return what was typed as a value of the shipped one's kind, or `UNREADABLE` with an error at the field."""
        found = _read(self.value.data or "", shipped)
        if found is UNREADABLE:
            kind = kind_of(shipped)
            words = KINDS[kind]() if kind in KINDS else "JSON"
            self.refuse(Reason("step_value_unreadable", {"kind": words}, "value"))
        return found


class ConfirmForm(BaseForm):
    """Which field of a step somebody found in which text."""

    field = SelectField(_l("What was confirmed"))
    text_read = text(
        _l("Which text was read"),
        required=True,
        longest=TEXT_READ_MOST,
        description=_l("Title, publisher, article or page, and date or version."),
    )

    def offer(self, fields: Iterable[tuple[str, str]]) -> None:
        """Let one of these fields be chosen."""
        self.field.choices = list(fields)


def written(value: Any) -> str:
    """Return a value as it is typed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, indent=2)


def _read(typed: str, shipped: Any) -> Any:
    if not typed:
        return None
    if isinstance(shipped, str):
        return typed
    try:
        return json.loads(typed)
    except (ValueError, RecursionError):
        return typed if shipped is None else UNREADABLE
