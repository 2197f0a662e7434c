"""How the room's states, reasons and contributions are called, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.matching.rules.introductions import DeclineReason, Side, State
from portal.projects.rules.values import FieldGroup
from portal.projects.tabs import Tab

TAB = Tab(_l("Matches"), "matching.matches", frozenset(), for_owner_only=True)
NEEDS_TAB = Tab(_l("Needs"), "matching.needs", frozenset({FieldGroup.ROADMAP}))

STATES: Mapping[State, Any] = {
    State.SUGGESTED: _l("Suggested by the founder"),
    State.SHORTLISTED: _l("Shortlisted"),
    State.CONSENT_ASKED: _l("Consent asked"),
    State.TEASER_SENT: _l("Teaser sent"),
    State.MUTUAL_YES: _l("Mutual yes"),
    State.INTRODUCED: _l("Introduced"),
    State.IN_DISCUSSION: _l("In discussion"),
    State.INVESTED: _l("Invested"),
    State.SUPPORTED: _l("Supported"),
    State.CLOSED: _l("Closed"),
    State.DECLINED: _l("Declined"),
    State.LATER: _l("Later"),
    State.EXPIRED: _l("Expired"),
    State.CONSENT_WITHDRAWN: _l("Consent withdrawn"),
}
MARKS: Mapping[State, str] = {
    State.SUGGESTED: "asked",
    State.SHORTLISTED: "asked",
    State.CONSENT_ASKED: "asked",
    State.TEASER_SENT: "held",
    State.MUTUAL_YES: "firm",
    State.INTRODUCED: "firm",
    State.IN_DISCUSSION: "use",
    State.INVESTED: "done",
    State.SUPPORTED: "done",
    State.CLOSED: "no",
    State.DECLINED: "no",
    State.LATER: "wait",
    State.EXPIRED: "no",
    State.CONSENT_WITHDRAWN: "no",
}
SIDES: Mapping[Side, Any] = {
    Side.FOUNDER: _l("the founder"),
    Side.PARTNER: _l("the partner"),
    Side.ADVISER: _l("the adviser"),
}
DECLINES: Mapping[DeclineReason, Any] = {
    DeclineReason.TOO_EARLY: _l("Too early"),
    DeclineReason.TOO_LATE: _l("Too late"),
    DeclineReason.NOT_OUR_AREA: _l("Not our indication area"),
    DeclineReason.NOT_OUR_MODALITY: _l("Not our modality"),
    DeclineReason.NOT_OUR_CLASS: _l("Not our product class"),
    DeclineReason.NOT_OUR_REGION: _l("Not our region"),
    DeclineReason.AMOUNT: _l("The amount does not suit"),
    DeclineReason.NO_ROOM_NOW: _l("No room now"),
    DeclineReason.CONFLICT: _l("Conflict of interest"),
    DeclineReason.NOT_WANTED: _l("Not wanted"),
    DeclineReason.OTHER: _l("Other"),
}
CONTRIBUTIONS: Mapping[str, Any] = {
    "text": _l("Words of thesis and teaser"),
    "indication_area": _l("Indication area"),
    "modality": _l("Modality"),
    "phase": _l("Phase"),
    "product_class": _l("Product class"),
    "country": _l("Country"),
    "ticket": _l("Ticket against need"),
    "instrument": _l("Instrument"),
    "timing": _l("Time left"),
    "needs": _l("What they help with"),
    "history": _l("Earlier answers"),
}
GROUPED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_l("Field"), ("indication_area", "modality", "product_class")),
    (_l("Phase and place"), ("phase", "country")),
    (_l("Money"), ("ticket", "instrument")),
    (_l("Words"), ("text",)),
    (_l("Need and time"), ("needs", "timing", "history")),
)
"""Five parts that the picture of a score can tell apart, each the sum of some contributions."""

AGAINST: Mapping[str, Any] = {
    "NEED_NOT_SERVED": _l("Serves none of the project’s needs"),
    "ON_HOLD": _l("Takes no project that is on hold"),
    "CLASS": _l("The product class is not on their list"),
    "MODALITY": _l("The modality is not on their list"),
    "INDICATION": _l("The indication area is not on their list"),
    "PHASE": _l("The phase is not on their list"),
    "COUNTRY": _l("The country is not on their list"),
    "ORGANISATION_KIND": _l("This kind of organisation is not on their list"),
    "EXCLUDED": _l("They exclude it"),
    "CONFLICT": _l("A conflict of interest stands against it"),
    "TICKET": _l("The ticket and what is sought do not overlap"),
    "INSTRUMENT": _l("They do not use this instrument"),
    "NOT_OPEN": _l("Not open yet"),
    "CLOSED": _l("Closed to new projects"),
    "NO_CAPACITY": _l("No room left this quarter"),
    "DECLINED": _l("Declined for good"),
}
HAPPENED: Mapping[str, Any] = {
    "introduction.wished": _l("The founder asked for this introduction and consented"),
    "introduction.shortlisted": _l("Shortlisted"),
    "introduction.consent_asked": _l("Consent asked"),
    "introduction.consent_given": _l("The founder consented"),
    "introduction.teaser_renewed": _l("The founder consented to new words of the teaser"),
    "introduction.teaser_sent": _l("Teaser sent"),
    "introduction.reminded": _l("The partner was reminded"),
    "introduction.mutual_yes": _l("The partner said yes: both sides have agreed"),
    "introduction.later": _l("The partner asked to wait"),
    "introduction.asked_again": _l("The day came, and the partner was asked again"),
    "introduction.not_asked_again": _l(
        "The day came, and the partner could not be asked again automatically"
    ),
    "introduction.introduced": _l("Introduced"),
    "introduction.in_discussion": _l("In discussion"),
    "introduction.terms_accepted": _l("The partner accepted the confidentiality terms"),
    "introduction.document_added": _l("The founder added a document"),
    "introduction.document_removed": _l("The founder removed a document"),
    "introduction.document_opened": _l("The partner opened a document"),
    "introduction.free_time_stated": _l("One side said when it is free"),
    "introduction.free_time_dropped": _l("One side took a free time back"),
    "introduction.meeting_proposed": _l("A time for a meeting was proposed"),
    "introduction.meeting_accepted": _l("One side said yes to the time"),
    "introduction.meeting_agreed": _l("A meeting was agreed"),
    "introduction.meeting_cancelled": _l("The meeting was cancelled"),
    "introduction.meeting_over": _l("The time of the meeting passed"),
    "introduction.outcome": _l("Outcome noted"),
    "introduction.declined": _l("Declined"),
    "introduction.expired": _l("Expired without an answer"),
    "introduction.consent_withdrawn": _l("The founder took the consent back; access ended"),
}
BEFORE_SENDING = frozenset(
    {
        "introduction.wished",
        "introduction.shortlisted",
        "introduction.consent_asked",
        "introduction.consent_given",
        "introduction.teaser_renewed",
    }
)
"""What happened before the partner knew of it, and stays between founder and adviser."""

BETWEEN_THE_TWO = frozenset(
    {
        "introduction.terms_accepted",
        "introduction.document_added",
        "introduction.document_removed",
        "introduction.document_opened",
    }
)
"""What happens in the data room, which no adviser sees."""
