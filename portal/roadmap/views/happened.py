"""What happened to a roadmap, from the ledger, in words."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.ledger import HistoryLine
from portal.projects.queries import names_of_people
from portal.roadmap import words
from portal.roadmap.queries import Laid
from portal.roadmap.rules.market import Freedom, RightKind
from portal.web.filters import day, moment

Line = HistoryLine

TEXTS: Mapping[str, Callable[[Line], str]] = {
    "roadmap.made": lambda line: _(
        "Made from version %(label)s of the catalogue", label=line.facts["catalogue"]
    ),
    "roadmap.catalogue_taken": lambda line: _(
        "Moved from version %(before)s of the catalogue to %(after)s",
        before=line.facts["previous"],
        after=line.facts["catalogue"],
    ),
    "roadmap.questions_answered": lambda _line: _("Questions answered"),
    "roadmap.steps_reported": lambda _line: _("Said which steps are done"),
    "roadmap.baseline_set": lambda _line: _("The plan was kept to compare with"),
    "roadmap.step_marked": lambda _line: _("Changed"),
    "roadmap.step_skipped": lambda _line: _("Left out"),
    "roadmap.step_taken_up": lambda _line: _("Back in the plan"),
    "roadmap.own_step_added": lambda _line: _("Own step added"),
    "roadmap.own_step_edited": lambda _line: _("Own step changed"),
    "roadmap.own_step_removed": lambda _line: _("Own step removed"),
}

MARKET: Mapping[str, Any] = {"market_access.stated": _l("Market access stated")}
RIGHTS: Mapping[str, Any] = {
    "right.added": _l("Right added"),
    "right.edited": _l("Right changed"),
    "right.removed": _l("Right removed"),
    "right.freedom_stated": _l("Freedom to operate stated"),
}
CONFIDENTIAL_FIELDS: Mapping[str, Any] = {
    "value_story": _l("Value story"),
    "comparator": _l("Comparator"),
    "patients": _l("Patients a year in Sweden"),
    "patients_basis": _l("How the number was found"),
    "evidence_plan": _l("Evidence plan"),
    "price_low": _l("Price for one patient, from"),
    "price_high": _l("Price for one patient, to"),
    "price_currency": _l("Currency"),
    "price_basis": _l("What the corridor rests on"),
    "finding": _l("Freedom to operate"),
    "searched_on": _l("Searched on"),
    "searched_by": _l("Searched by"),
    "kind": _l("Kind"),
    "title": _l("Title"),
    "reference": _l("Number or reference"),
    "party": _l("Holder, or other party"),
    "since": _l("Filed, or in force from"),
    "until": _l("Expires"),
    "due_on": _l("Next day that must not be missed"),
    "due_what": _l("What is due then"),
    "remark": _l("Remark"),
}

KINDS = {
    "roadmap.made": "firm",
    "roadmap.steps_reported": "done",
    "roadmap.step_skipped": "no",
    "roadmap.own_step_removed": "no",
}

FIELDS: Mapping[str, Any] = {
    "started": _l("Started"),
    "finished": _l("Finished"),
    "day_unknown": _l("Day not known"),
    "not_before": _l("Planned for, not before"),
    "owner": _l("Who has it"),
    "remark": _l("Remark"),
    "skipped": _l("Reason"),
    "baseline_on": _l("Plan of"),
    "name": _l("Name"),
    "track": _l("Track"),
    "after": _l("Comes after"),
    "least": _l("At least, days"),
    "likely": _l("Likely, days"),
    "most": _l("At most, days"),
}


def history_entries(
    session: Session, lines: list[HistoryLine], laid: Laid | None, *, names_people: bool
) -> list[dict[str, Any]]:
    """Return lines of the ledger as a history shows them, as far as the reader may see them."""
    known = [line for line in lines if line.name in TEXTS]
    people = (
        names_of_people(session, {line.actor_id for line in known if line.actor_id is not None})
        if names_people
        else {}
    )
    return [
        {
            "when": moment(line.at),
            "iso": line.at.isoformat(),
            "kind": KINDS.get(line.name, "asked"),
            "text": _text(line, laid),
            "who": people.get(line.actor_id or 0),
            "changes": [
                (
                    _field(field, laid, line),
                    _value(field, before, laid),
                    _value(field, after, laid) or _("none"),
                )
                for field, (before, after) in line.private.get("roadmap_changes", {}).items()
            ],
        }
        for line in known
    ]


def confidential_entries(
    session: Session, lines: list[HistoryLine], names: Mapping[str, Any], *, names_people: bool
) -> list[dict[str, Any]]:
    """Return what happened to market access or to rights, by the names of its events, as a history shows it."""
    known = [line for line in lines if line.name in names]
    people = names_of_people(session, {line.actor_id for line in known if line.actor_id is not None})
    return [
        {
            "when": moment(line.at),
            "iso": line.at.isoformat(),
            "kind": "no" if line.name == "right.removed" else "asked",
            "text": str(names[line.name]),
            "who": people.get(line.actor_id or 0) if names_people else None,
            "changes": [
                (
                    str(CONFIDENTIAL_FIELDS[field]),
                    _confidential(field, before),
                    _confidential(field, after) or _("none"),
                )
                for field, (before, after) in line.private.get("money_changes", {}).items()
            ],
        }
        for line in known
    ]


def _confidential(field: str, value: Any) -> str | None:
    if field == "kind" and value:
        return str(words.RIGHT_KINDS[RightKind(value)])
    if field == "finding" and value:
        return str(words.FREEDOMS[Freedom(value)])
    return _value(field, value, None)


def _text(line: HistoryLine, laid: Laid | None) -> str:
    what = TEXTS[line.name](line)
    step = line.facts.get("step_id")
    if step is None or laid is None:
        return what
    return f"{words.name_in(laid.book, laid.marks, step)}: {what}"


def _field(field: str, laid: Laid | None, line: HistoryLine) -> str:
    if field in FIELDS:
        return str(FIELDS[field])
    if laid is None:
        return field
    if line.name == "roadmap.questions_answered" and field in laid.book.facts:
        return words.in_words(laid.book.facts[field]["question"])
    return words.name_in(laid.book, laid.marks, field)


def _value(field: str, value: Any, laid: Laid | None) -> str | None:
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field == "track":
        return words.track(value)
    if isinstance(value, list):
        names = [words.name_in(laid.book, laid.marks, one) if laid else one for one in value]
        return ", ".join(names)
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return day(date.fromisoformat(value))
        except ValueError:
            return value
    return str(value)
