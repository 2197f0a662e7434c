"""What a page that was out of date needs: the stored values that differ from what was typed."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.facilities import words
from portal.facilities.models import Cleanroom, Facility
from portal.web.forms import ActionForm


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose stored value is not the one that was typed."""

    label: str
    stored: str


def differences(form: ActionForm, record: Facility | Cleanroom, fields: Iterable[str]) -> list[Difference]:
    """Return what is stored otherwise than typed, if the page was out of date; the form may then be sent again."""
    if not form.stale:
        return []
    form.version.data = str(record.version)
    return [
        Difference(words.field(name), words.value(name, getattr(record, name)))
        for name in fields
        if (getattr(record, name) or None) != (form[name].data or None)
    ]
