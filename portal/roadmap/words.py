"""Steps, tracks, durations, conditions and standings in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.reference import shipped, vocabulary
from portal.roadmap.books import Book
from portal.roadmap.models import StepMark
from portal.roadmap.rules.figures import NONE_AHEAD, Band, Part
from portal.roadmap.rules.market import Alike, Freedom, RightKind
from portal.roadmap.rules.next import Because
from portal.roadmap.rules.referrals import ReferralSide, ReferralState
from portal.roadmap.rules.standing import Standing
from portal.roadmap.rules.support import ApplyBy
from portal.web.filters import day
from portal.web.locale import language

Record = Mapping[str, Any]

MILESTONES: Mapping[str, Any] = {
    "first_patient": _l("First patient"),
    "authorisation": _l("Authorisation"),
    "reimbursement": _l("Recommended for use in Sweden"),
}

STANDINGS: Mapping[Standing, tuple[str, Any]] = {
    Standing.DONE: ("done", _l("Done")),
    Standing.RUNNING: ("use", _l("Under way")),
    Standing.LATE: ("late", _l("Late")),
    Standing.BOOKED: ("firm", _l("Room booked")),
    Standing.PLANNED: ("asked", _l("Planned")),
}
"""The mark and the words of each standing."""

BECAUSE: Mapping[Because, Any] = {
    Because.DECIDES_DATE: _l("It decides the date."),
    Because.LATE: _l("Projects of this phase have done it."),
    Because.DUE_SOON: _l("It has to begin soon."),
    Because.THIS_PHASE: _l("It belongs in the present phase."),
    Because.LATE_OPTIONAL: _l("Most projects of this phase have done it; it is not required."),
}

REFERRAL_STATES: Mapping[ReferralState, Any] = {
    ReferralState.PROPOSED: _l("proposed"),
    ReferralState.ASKED: _l("asked"),
    ReferralState.ACCEPTED: _l("accepted"),
    ReferralState.REFUSED: _l("refused"),
    ReferralState.WITHDRAWN: _l("withdrawn"),
    ReferralState.COMPLETED: _l("completed"),
    ReferralState.EXPIRED: _l("expired without an answer"),
    ReferralState.DROPPED: _l("not sent"),
}
REFERRAL_MARKS: Mapping[ReferralState, str] = {
    ReferralState.PROPOSED: "held",
    ReferralState.ASKED: "asked",
    ReferralState.ACCEPTED: "firm",
    ReferralState.REFUSED: "no",
    ReferralState.WITHDRAWN: "no",
    ReferralState.COMPLETED: "done",
    ReferralState.EXPIRED: "no",
    ReferralState.DROPPED: "no",
}
REFERRAL_SIDES: Mapping[ReferralSide, Any] = {
    ReferralSide.FOUNDER: _l("The project’s team"),
    ReferralSide.PROVIDER: _l("The provider"),
    ReferralSide.ADVISER: _l("The adviser"),
}
REFERRAL_HAPPENED: Mapping[str, Any] = {
    "referral.proposed": _l("Proposed by an adviser"),
    "referral.dropped": _l("Not sent"),
    "referral.asked": _l("Help asked for"),
    "referral.accepted": _l("Accepted; what was opened can be read"),
    "referral.refused": _l("Refused; access ended"),
    "referral.withdrawn": _l("Withdrawn; access ended"),
    "referral.completed": _l("Completed; access ended"),
    "referral.expired": _l("Expired without an answer; access ended"),
    "referral.message_written": _l("A message was written"),
}

FIGURE_PARTS: Mapping[Part, Any] = {
    Part.DONE: _l("Done"),
    Part.RUNNING: _l("Under way"),
    Part.LATE: _l("Late"),
    Part.AHEAD: _l("Ahead"),
    Part.ABSENT: _l("Not in the plan"),
}
FIGURE_BANDS: Mapping[Band, Any] = {
    Band.UNSTATED: _l("Not assessed"),
    Band.LOW: _l("Levels 0–3"),
    Band.MIDDLE: _l("Levels 4–6"),
    Band.HIGH: _l("Levels 7–9"),
}
FIGURE_TARGETS: Mapping[str, Any] = {**MILESTONES, NONE_AHEAD: _l("None ahead")}

RIGHT_KINDS: Mapping[RightKind, Any] = {
    RightKind.FAMILY: _l("Patent family"),
    RightKind.LICENCE_IN: _l("Licence from others"),
    RightKind.LICENCE_OUT: _l("Licence to others"),
    RightKind.OTHER: _l("Other right"),
}
FREEDOMS: Mapping[Freedom, Any] = {
    Freedom.NOT_BEGUN: _l("No search yet"),
    Freedom.UNDER_WAY: _l("Search under way"),
    Freedom.FREE: _l("Free: nothing found in the way"),
    Freedom.CONDITIONS: _l("Free under conditions, for instance a licence"),
    Freedom.BARRED: _l("Something stands in the way"),
}
ALIKE: Mapping[Alike, Any] = {
    Alike.CLASS: _l("class"),
    Alike.AREA: _l("indication area"),
    Alike.CELLS: _l("autologous or not"),
    Alike.ORPHAN: _l("orphan or not"),
}

FIELDS: Mapping[str, Any] = {
    "name": _l("Name"),
    "summary": _l("Summary"),
    "why": _l("Why it matters"),
    "track": _l("Track"),
    "applies_to": _l("Applies to"),
    "phase": _l("Usual phase"),
    "earliest_phase": _l("Earliest phase"),
    "latest_phase": _l("Latest phase"),
    "after": _l("Comes after"),
    "duration_days": _l("Duration in days"),
    "cost": _l("Cost"),
    "deliverables": _l("What it produces"),
    "authority": _l("Authority"),
    "guidance": _l("Guidance"),
    "mandatory": _l("Required"),
    "min": _l("least"),
    "likely": _l("likely"),
    "max": _l("most"),
    "statutory": _l("set by law"),
    "clock_stop": _l("clock stop"),
    "en": _l("in English"),
    "sv": _l("in Swedish"),
    "product_class": _l("product class"),
    "organisation": _l("organisation"),
    "gmo": _l("genetically modified organism"),
    "orphan": _l("orphan medicine"),
    "paediatric": _l("for children"),
    "autologous": _l("autologous"),
    "country": _l("country"),
    "condition": _l("condition"),
}

YES_OR_NO: Mapping[str, Callable[[], tuple[str, str]]] = {
    "gmo": lambda: (
        _("products with a genetically modified organism"),
        _("products without a genetically modified organism"),
    ),
    "orphan": lambda: (_("orphan medicines"), _("products that are no orphan medicine")),
    "paediatric": lambda: (_("products for children"), _("products that are not for children")),
    "autologous": lambda: (_("autologous products"), _("products that are not autologous")),
}

QUESTIONS_OF_FACTS: Mapping[str, Any] = {
    "gmo": _l("Does the product contain or use a genetically modified organism?"),
    "orphan": _l("Will the team seek orphan designation?"),
    "paediatric": _l("Is the product for children?"),
    "autologous": _l("Is the product autologous, made from the patient’s own cells?"),
}
"""What a project's own facts ask, where a step hangs on one that is unknown."""


def in_words(value: object) -> str:
    """Return words for people in the reader's language, or nothing."""
    found = shipped.in_language(value, language())
    return found.words if found else ""


def step_name(step: Record) -> str:
    """Return what a step of the catalogue is called."""
    return in_words(step["name"])


def name_in(book: Book, marks: Mapping[str, StepMark], step_id: str) -> str:
    """Return what a step of a roadmap is called, be it the catalogue's or the team's own."""
    if step_id in book.steps:
        return step_name(book.steps[step_id])
    mark = marks.get(step_id)
    return str(mark.own["name"]) if mark is not None and mark.own else step_id


def track(track_id: str) -> str:
    """Return what a track is called."""
    return vocabulary.label("roadmap_track", track_id, language())


def phase(phase_id: str | None) -> str | None:
    """Return what a phase is called."""
    return None if phase_id is None else vocabulary.label("phase", phase_id, language())


def duration(stated: Record | None) -> str | None:
    """Return how long a step takes in one line, or None where nobody knows."""
    if stated is None:
        return None
    least, likely, most = stated["min"], stated["likely"], stated["max"]
    if least == most:
        return ngettext("%(num)s day", "%(num)s days", likely)
    return _("%(least)s–%(most)s days, likely %(likely)s", least=least, most=most, likely=likely)


def days(number: int) -> str:
    """Return a number of days in words."""
    return ngettext("%(num)s day", "%(num)s days", number)


def apply_by(found: ApplyBy) -> tuple[str, str]:
    """Return by when to apply for help, as a flag's kind and words."""
    if found.day is None:
        return "open", _("Lead time not published: ask early")
    if found.is_due:
        return "late", _("Apply now")
    return "wait", _("Apply by %(day)s", day=day(found.day))


def span(found: Record) -> str | None:
    """Return a milestone's range, or None where it has no dates."""
    if found["p10"] is None:
        return None
    first, last = (date.fromisoformat(found[key]) for key in ("p10", "p90"))
    if first == last:
        return day(first)
    return _("%(first)s to %(last)s", first=day(first, "MMMM yyyy"), last=day(last, "MMMM yyyy"))


def applies_to(stated: Record, facts: Mapping[str, Record]) -> list[str]:
    """Return for whom a step is, one line for each thing that it asks; nothing asked is everybody."""
    lines = []
    for field, list_name in (("product_class", "product_class"), ("organisation", "organisation_kind")):
        if stated.get(field):
            words = [_label(list_name, word) for word in stated[field]]
            lines.append(", ".join(words))
    for field, words_of in YES_OR_NO.items():
        if stated.get(field) is not None:
            lines.append(words_of()[0 if stated[field] else 1])
    if stated.get("country"):
        lines.append(_("in Sweden") if stated["country"] == "SE" else _("in the EU"))
    lines += _condition(stated.get("condition") or {}, facts)
    return lines


def _condition(condition: Record, facts: Mapping[str, Record]) -> Iterable[str]:
    heads = {
        "all_of": _("only if the answer is yes to all of these:"),
        "any_of": _("only if the answer is yes to one of these:"),
        "none_of": _("only if the answer is no to all of these:"),
    }
    for key, head in heads.items():
        if condition.get(key):
            asked = " · ".join(in_words(facts[fact]["question"]) for fact in condition[key])
            yield f"{head} {asked}"


def _label(list_name: str, word: str) -> str:
    if list_name == "organisation_kind" and word == "sme":
        return _("small or medium-sized company")
    return vocabulary.label(list_name, word, language())


def field_name(path: str) -> str:
    """Return what a field of a step is called, by its path of keys."""
    return ", ".join(str(FIELDS.get(key, key)) for key in path.split("."))


def product_status(status: str | None, year: int | str | None) -> str:
    """Return what is known of an authorised product's authorisation today."""
    words_of = {
        "authorised": _("no withdrawal known"),
        "withdrawn": _("withdrawn"),
        "expired": _("expired"),
        "not_renewed": _("not renewed"),
    }.get(status or "", _("status not known"))
    return words_of if year is None else f"{words_of}, {year}"


def council_position(position: str | None, as_of: int | str | None) -> str:
    """Return what the regions' council for new therapies has said of a product."""
    words_of = {
        "use": _("NT council: use"),
        "may_be_used": _("NT council: may be used"),
        "do_not_use": _("NT council: do not use"),
        "wait": _("NT council: wait"),
        "under_assessment": _("NT council: being assessed"),
        "not_assessed": _("NT council: not assessed"),
    }.get(position or "", _("NT council: not known"))
    return words_of if as_of is None else _("%(words)s, as of %(year)s", words=words_of, year=as_of)
