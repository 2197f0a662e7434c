"""The signatures of a request, as its readers see them, and each as a PDF."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings import queries, signing, words
from portal.bookings.models import Booking, RunKind, SlotRequest, WorkMode
from portal.bookings.views.blueprint import bp
from portal.core.actors import Role
from portal.facilities.models import BookingUnit, Grade, RoomKind
from portal.facilities.words import label
from portal.gates import words as gate_words
from portal.gates.rules import Gate
from portal.segregation import words as segregation_words
from portal.signatures import certificates
from portal.signatures.certificates import Shown
from portal.signatures.models import Signature
from portal.signatures.queries import signature_of, signatures_of
from portal.signatures.statements import signed_content
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.filters import moment
from portal.web.locale import HOME_ZONE

READERS = (Role.FOUNDER, Role.FACILITY_MANAGER, Role.QA, Role.QP)

STEPS: Mapping[str, Callable[[], str]] = {
    "approve": lambda: _("Approval of the window"),
    "offer": lambda: _("Offer of a window"),
    "waitlist": lambda: _("Place on the waiting list: the first fitting window is offered"),
    "confirm": lambda: _("Confirmation that the condition is met"),
}
LABELS: Mapping[str, Callable[[], str]] = {
    "step": lambda: _("Decision"),
    "reference": lambda: _("Request"),
    "facility": lambda: _("Facility"),
    "cleanroom": lambda: _("Cleanroom"),
    "starts_at": lambda: _("Starts"),
    "ends_at": lambda: _("Ends"),
    "run_kind": lambda: _("Kind of work"),
    "kind": lambda: _("Kind of cleanroom"),
    "grade": lambda: _("Grade needed"),
    "bsl": lambda: _("Biosafety level"),
    "vector_level": lambda: _("Vector"),
    "gmo_class": lambda: _("GMO class"),
    "process_class": lambda: _("Runs in the room"),
    "equipment": lambda: _("Equipment"),
    "duration": lambda: _("Length"),
    "duration_unit": lambda: _("Unit of the length"),
    "mode": lambda: _("Weekends and holidays"),
    "note": lambda: _("Note"),
    "gate": lambda: _("Gate"),
    "gate_met": lambda: _("Gate met"),
    "acknowledged_rules": lambda: _("Warnings acknowledged"),
    "condition": lambda: _("Condition"),
    "until": lambda: _("Held until"),
}
"""What is shown of a signed statement, in this order; bare numbers of records stand in its text."""


@bp.get("/requests/<int:request_id>/signatures/<int:signature_id>.pdf")
@for_roles(*READERS)
def signed_request(request_id: int, signature_id: int) -> ResponseReturnValue:
    """Hand out one signature of a request as a PDF, to those who may read the request."""
    session, actor = db.session(), current_actor()
    request = queries.request_shown(session, actor, request_id)
    signature = signature_of(session, signing.SUBJECT, request.id, signature_id)
    booking = queries.bookings_of(session, [request.id]).get(request.id)
    return certificates.certificate(_shown(signature, request, booking))


def signatures_shown(session: Session, request: SlotRequest, booking: Booking | None) -> list[Shown]:
    """Return the signatures of a request, the oldest first, each with what has changed since."""
    found = signatures_of(session, signing.SUBJECT, [request.id])
    return [_shown(signature, request, booking) for signature in found]


def _shown(signature: Signature, request: SlotRequest, booking: Booking | None) -> Shown:
    zone = request.cleanroom.facility.time_zone if request.cleanroom else HOME_ZONE
    content = signed_content(signature)
    return Shown(
        signature=signature,
        title=_("Signature for %(reference)s", reference=request.reference),
        role=label("role", signature.signer_role.value),
        zone=zone,
        content=[
            (name(), _written(field, content[field], zone))
            for field, name in LABELS.items()
            if content.get(field) not in (None, "", [])
        ],
        changes=[
            (
                LABELS[one.field](),
                _written(one.field, one.signed, zone),
                _written(one.field, one.present, zone),
            )
            for one in signing.changes_since(signature, request, booking)
            if one.field in LABELS
        ],
        url=url_for("bookings.signed_request", request_id=request.id, signature_id=signature.id),
    )


def _written(field: str, value: Any, zone: str) -> str:
    if value in (None, "", []):
        return _("nothing")
    if field in {"starts_at", "ends_at", "until"}:
        return moment(datetime.fromisoformat(value), zone)
    write: Mapping[str, Callable[[Any], str]] = {
        "step": lambda step: STEPS[step](),
        "run_kind": lambda kind: words.run_kind(RunKind(kind)),
        "kind": lambda kind: words.room_kind(RoomKind(kind)),
        "grade": lambda grade: words.grade_or_cleaner(Grade(grade)),
        "vector_level": lambda level: label("vector_level", level),
        "gmo_class": lambda number: label("gmo_class", number),
        "process_class": lambda name: label("process_class", name),
        "acknowledged_rules": lambda rules: words.listed([segregation_words.rule_name(one) for one in rules]),
        "equipment": lambda names: words.listed([label("equipment", one) for one in names]),
        "duration_unit": lambda unit: words.unit(BookingUnit(unit)),
        "gate": lambda gate: gate_words.gate(Gate(gate)),
        "gate_met": lambda met: _("yes") if met else _("no"),
        "mode": lambda how: words.mode(WorkMode(how)),
    }
    return write.get(field, str)(value)
