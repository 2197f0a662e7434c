"""What messages about gates say: the gate, its item and the facility, never the project."""

from collections.abc import Callable
from datetime import date

from flask_babel import gettext as _

from portal.gates import words
from portal.gates.rules import Gate
from portal.notifications.queries import Told
from portal.web.filters import day


def _place(told: Told) -> dict[str, str]:
    return {
        "item": words.said(told.item),
        "gate": words.gate(Gate(told.facts["gate"])),
        "facility": told.facility,
    }


WORDS: dict[str, Callable[[Told], str]] = {
    "gate.evidence_given": lambda told: _(
        "“%(item)s” has new evidence, which waits for your review (%(gate)s, %(facility)s).", **_place(told)
    ),
    "gate.item_accepted": lambda told: _("“%(item)s” was accepted (%(gate)s, %(facility)s).", **_place(told)),
    "gate.item_returned": lambda told: _(
        "“%(item)s” was returned; its page says what is missing (%(gate)s, %(facility)s).", **_place(told)
    ),
    "gate.item_waived": lambda told: _(
        "“%(item)s” may stand open until %(day)s (%(gate)s, %(facility)s).",
        **_place(told),
        day=day(date.fromisoformat(told.facts["until"])),
    ),
    "gate.waiver_ended": lambda told: _(
        "“%(item)s” may no longer stand open: its waiver was taken back (%(gate)s, %(facility)s).",
        **_place(told),
    ),
    "gate.met": lambda told: _("%(gate)s at %(facility)s: nothing holds the gate any more.", **_place(told)),
    "gate.checklist_published": lambda told: _(
        "%(facility)s has changed its checklist for %(gate)s; see what is open now.", **_place(told)
    ),
}
