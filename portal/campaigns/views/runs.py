"""A run's record: what is known of it, what is attached, its signatures, and what the reader may do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import CombinedMultiDict

from portal.bookings import crews
from portal.bookings import words as booking_words
from portal.bookings.models import Booking, RunKind
from portal.bookings.queries import booking_shown
from portal.bookings.sentences import sentences_of
from portal.bookings.takings import identified_projects
from portal.campaigns import queries, services, words
from portal.campaigns.forms import CorrectForm, RunFileForm, RunForm, SignRunForm
from portal.campaigns.models import Run
from portal.campaigns.rules import runs as rules
from portal.campaigns.rules.runs import RECORDED, RunState
from portal.campaigns.services.runs import (
    SUBJECT,
    content_of,
    has_begun,
    is_gmp,
    may_record,
    open_items_of_release,
)
from portal.campaigns.views.blueprint import bp
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotAllowed, NotFound
from portal.facilities.words import label
from portal.ledger import HistoryLine, history
from portal.ledger.digests import plain
from portal.projects.queries.records import names_of_people
from portal.projects.rules.access import owns
from portal.projects.rules.values import FieldGroup
from portal.signatures.certificates import Shown, certificate
from portal.signatures.models import Signature
from portal.signatures.queries import signature_of, signatures_of
from portal.signatures.rules import differences
from portal.signatures.statements import signed_content
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.files import download, is_given, received
from portal.web.filters import moment, window
from portal.web.forms import BaseForm
from portal.web.sentences import sentence

READERS = (Role.FOUNDER, Role.FACILITY_MANAGER, Role.QA, Role.QP)


@bp.get("/runs/<int:booking_id>")
@for_roles(*READERS)
def run(booking_id: int) -> ResponseReturnValue:
    """Show the record of a booking's run."""
    return _page(booking_id, {})


@bp.post("/runs/<int:booking_id>")
@for_roles(*READERS)
def record_run(booking_id: int) -> ResponseReturnValue:
    """Write what is known of a run."""
    actor, at, form = current_actor(), clock.now(), RunForm(flask.request.form, prefix="run-")
    booking = _writable(booking_id)
    zone = booking.block.cleanroom.facility.time_zone
    is_read = form.validate()
    return _done(
        booking_id,
        "record",
        form,
        lambda session: (
            services.record_run(
                session, actor, booking_id, form.said(zone), shown_version=form.shown_version, at=at
            ).id
        ),
        _("Saved."),
        is_read=is_read,
    )


@bp.post("/runs/<int:booking_id>/files")
@for_roles(*READERS)
def attach_file(booking_id: int) -> ResponseReturnValue:
    """Attach a file to the record."""
    actor, at = current_actor(), clock.now()
    form = RunFileForm(_sent(), prefix="file-")
    _writable(booking_id)
    kept = None
    is_read = form.validate()
    if is_read and not is_given(form, "file"):
        form.file.errors = [*form.file.errors, _("Choose a file.")]
        is_read = False
    if is_read:
        kept = received(form, "file", at=at)
        is_read = kept is not None

    def attach(session: Session) -> int:
        if kept is None:
            raise NotFound
        return services.attach_file(session, actor, booking_id, kept, title=form.title.data or "", at=at).id

    return _done(booking_id, "file", form, attach, _("Attached."), is_read=is_read)


@bp.post("/runs/<int:booking_id>/<any(close, certify):verb>")
@for_roles(*READERS)
def sign_run(booking_id: int, verb: str) -> ResponseReturnValue:
    """Close a record by signature, or say that its batch is certified."""
    actor, at, form = current_actor(), clock.now(), SignRunForm(flask.request.form, prefix=f"{verb}-")
    booking = booking_shown(db.session(), actor, booking_id)
    if verb not in _signs(booking):
        raise NotAllowed
    is_read = form.validate() and form.sign(actor, subject_kind=SUBJECT, subject_id=booking_id, at=at)
    work = services.close_run if verb == "close" else services.certify_run
    return _done(
        booking_id,
        verb,
        form,
        lambda session: (
            work(
                session,
                actor,
                booking_id,
                note=form.note.data or "",
                proof=form.proof,
                shown_version=form.shown_version,
                at=at,
            ).id
        ),
        _("Closed and signed.") if verb == "close" else _("Certified and signed."),
        is_read=is_read,
    )


@bp.post("/runs/<int:booking_id>/correct")
@for_roles(*READERS)
def correct_run(booking_id: int) -> ResponseReturnValue:
    """Correct a closed record, with a reason."""
    actor, at, form = current_actor(), clock.now(), CorrectForm(flask.request.form, prefix="correct-")
    booking = _writable(booking_id)
    zone = booking.block.cleanroom.facility.time_zone
    is_read = form.validate()
    return _done(
        booking_id,
        "correct",
        form,
        lambda session: (
            services.correct_run(
                session,
                actor,
                booking_id,
                form.said(zone),
                why=form.why.data or "",
                shown_version=form.shown_version,
                at=at,
            ).id
        ),
        _("Corrected. What stood there before is kept."),
        is_read=is_read,
    )


@bp.get("/runs/<int:booking_id>/files/<int:file_id>")
@for_roles(*READERS)
def run_file(booking_id: int, file_id: int) -> ResponseReturnValue:
    """Hand out a file that is attached to the record, to those who may read it."""
    session = db.session()
    booking_shown(session, current_actor(), booking_id)
    return download(queries.file_of(session, booking_id, file_id))


@bp.get("/runs/<int:booking_id>/signatures/<int:signature_id>.pdf")
@for_roles(*READERS)
def signed_run(booking_id: int, signature_id: int) -> ResponseReturnValue:
    """Hand out one signature of the record as a PDF, to those who may read it."""
    session = db.session()
    booking = booking_shown(session, current_actor(), booking_id)
    stored = queries.run_of(session, booking_id)
    if stored is None:
        raise NotFound
    signature = signature_of(session, SUBJECT, stored.id, signature_id)
    return certificate(_signed(signature, booking, plain(content_of(session, stored, booking))))


def _sent() -> CombinedMultiDict[str, Any]:
    return CombinedMultiDict([flask.request.files, flask.request.form])


def _writable(booking_id: int) -> Booking:
    actor = current_actor()
    booking = booking_shown(db.session(), actor, booking_id)
    if not may_record(actor, booking):
        raise NotAllowed
    return booking


def _signs(booking: Booking) -> set[str]:
    """Return which signatures the reader's duties at the facility let them give."""
    actor, facility_id = current_actor(), booking.block.cleanroom.facility_id
    found = set()
    if rules.closing_role(actor, facility_id=facility_id, is_gmp=is_gmp(booking)) is not None:
        found.add("close")
    if actor.holds(Role.QP, facility_id) and booking.run_kind is RunKind.CLINICAL_BATCH:
        found.add("certify")
    return found


def _done(
    booking_id: int,
    step: str,
    form: BaseForm,
    work: Callable[[Session], int],
    told: str,
    *,
    is_read: bool,
) -> ResponseReturnValue:
    if is_read and form.attempt(work):
        flash(told, "done")
        return back("campaigns.run", booking_id=booking_id)
    return flask.make_response(_page(booking_id, {step: form}), 409 if form.stale else 422)


def _page(booking_id: int, refused: Mapping[str, BaseForm]) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    if refused:
        session.rollback()  # What was refused must not be seen as if it were stored.
    booking = booking_shown(session, actor, booking_id)
    room = booking.block.cleanroom
    zone = room.facility.time_zone
    stored = queries.run_of(session, booking_id)
    is_own = booking.organisation_id is not None and owns(actor, booking.organisation_id)
    named = is_own or bool(identified_projects(session, actor, [booking.project_id], at=at))
    state = stored.state if stored else None
    crew = None
    if room.facility_id in actor.facility_ids:
        crew = crews.crews_of(session, actor, [booking]).get(booking_id)
    return render_template(
        "campaigns/run.html",
        form=next(iter(refused.values()), None),
        forms=_forms(booking, stored, refused, zone, crew.names if crew else [], at=at),
        operators=crew.names if crew else [],
        against_operators=sentences_of(crew.against) if crew else [],
        booking=booking,
        run=stored,
        title=_title(booking, named=named),
        project=booking.project.name if booking.project and named else None,
        project_url=url_for("projects.show", project_id=booking.project_id)
        if booking.project_id and named
        else None,
        booking_url=url_for("bookings.show_own_booking", booking_id=booking_id)
        if is_own and booking.request_id
        else url_for("bookings.show_booking", booking_id=booking_id),
        campaign=_campaign(session, booking) if is_own else None,
        room=room,
        kind=booking_words.run_kind(booking.run_kind),
        window=window(booking.block.starts_at, booking.block.ends_at, zone),
        badge=words.run_badge(state),
        begun=has_begun(booking, at=at),
        begins=moment(booking.block.starts_at, zone),
        facts=_facts(stored, zone) if stored else [],
        zone=zone,
        waits=_waits(session, booking, stored, at=at),
        files=[_file(booking_id, one, zone) for one in queries.files_of(session, stored)],
        signatures=_signatures(session, stored, booking) if stored else [],
        history=_history(session, stored, zone) if stored else [],
    )


def _title(booking: Booking, *, named: bool) -> str:
    """Return what a run is called; words of a project that the reader may not know any more stay unsaid."""
    said = booking.title if named or booking.project_id is None else ""
    return said or booking_words.run_kind(booking.run_kind)


def _campaign(session: Session, booking: Booking) -> tuple[str, str] | None:
    if booking.request_id is None:
        return None
    found = queries.campaigns_of_requests(session, [booking.request_id]).get(booking.request_id)
    return (found.name, url_for("campaigns.show", campaign_id=found.id)) if found else None


def _forms(
    booking: Booking,
    stored: Run | None,
    refused: Mapping[str, BaseForm],
    zone: str,
    planned: Sequence[str],
    *,
    at: datetime,
) -> dict[str, BaseForm]:
    """Return the forms of what the reader may do now; the refused one keeps what was typed, a new one names who is planned."""
    actor = current_actor()
    state = stored.state if stored else RunState.OPEN
    writes, signs = may_record(actor, booking) and has_begun(booking, at=at), _signs(booking)
    forms: dict[str, BaseForm] = {}
    if writes and state is RunState.OPEN:
        forms["record"] = RunForm.of(stored, zone, planned, prefix="run-")
        forms["file"] = RunFileForm(None, prefix="file-")
    if writes and state is not RunState.OPEN:
        forms["correct"] = CorrectForm.of(stored, zone, prefix="correct-")
    if "close" in signs and state is RunState.OPEN and stored is not None:
        forms["close"] = SignRunForm(None, prefix="close-")
    if "certify" in signs and state is RunState.CLOSED:
        forms["certify"] = SignRunForm(None, prefix="certify-")
    forms |= {step: form for step, form in refused.items() if step in forms}
    for step in forms.keys() - {"file"}:
        forms[step]["version"].data = str(stored.version if stored else 0)
    return forms


def _waits(session: Session, booking: Booking, stored: Run | None, *, at: datetime) -> list[str]:
    """Return in sentences what the record lacks before it can be closed, or the batch be certified."""
    if stored is None or not has_begun(booking, at=at):
        return []
    if stored.state is RunState.OPEN:
        return [sentence(one) for one in rules.missing_to_close(stored.record, is_gmp=is_gmp(booking))]
    if stored.state is RunState.CLOSED and booking.run_kind is RunKind.CLINICAL_BATCH:
        reasons = rules.reasons_against_certifying(
            stored.record,
            state=stored.state,
            is_clinical=True,
            gate_open=open_items_of_release(session, booking, at=at),
            took_part=False,
        )
        return [sentence(one) for one in reasons]
    return []


def _facts(stored: Run, zone: str) -> list[tuple[str, str | None]]:
    share = rules.share_of_target(stored.yield_amount, stored.yield_target)
    amount = words.amount(stored.yield_amount, stored.yield_unit)
    rows = [
        (words.field(name), written(name, getattr(stored, name), zone))
        for name in RECORDED
        if not name.startswith("yield") and not (name == "failure" and stored.failure is None)
    ]
    target = words.amount(stored.yield_target, stored.yield_unit)
    said = amount
    if amount and share is not None:
        said = _("%(amount)s (%(share)s %% of the target)", amount=amount, share=share)
    return [*rows[:-1], (words.field("yield_amount"), said), (words.field("yield_target"), target), rows[-1]]


def written(name: str, value: Any, zone: str) -> str | None:
    """Return a field of a record in words, or None where it is not known."""
    if value is None or value == "":
        return None
    if name in {"started_at", "ended_at"}:
        return moment(value if isinstance(value, datetime) else datetime.fromisoformat(value), zone)
    if name == "outcome":
        return words.outcome(rules.Outcome(value))
    if name == "failure":
        return words.failure(rules.Failure(value))
    if name in {"yield_amount", "yield_target"}:
        return words.read(float(value))
    return str(value)


def _file(booking_id: int, one: Any, zone: str) -> dict[str, Any]:
    return {
        "title": one.title,
        "sha256": one.file.sha256,
        "who": one.added_by.name,
        "when": moment(one.added_at, zone),
        "iso": one.added_at.isoformat(),
        "url": url_for("campaigns.run_file", booking_id=booking_id, file_id=one.id),
    }


def _signatures(session: Session, stored: Run, booking: Booking) -> list[Shown]:
    present = plain(content_of(session, stored, booking))
    return [_signed(one, booking, present) for one in signatures_of(session, SUBJECT, [stored.id])]


def _signed(signature: Signature, booking: Booking, present: Mapping[str, Any]) -> Shown:
    zone = booking.block.cleanroom.facility.time_zone
    content = signed_content(signature)
    changed = differences({name: content.get(name) for name in present}, present)
    return Shown(
        signature=signature,
        title=_("Record of %(run)s", run=booking.title or booking_words.run_kind(booking.run_kind)),
        role=label("role", signature.signer_role.value),
        zone=zone,
        content=[
            (_("Kind of run"), booking_words.run_kind(RunKind(content["run_kind"]))),
            (_("Facility"), str(content["facility"])),
            (_("Cleanroom"), str(content["cleanroom"])),
            *(
                (words.field(name), written(name, content[name], zone) or _("not stated"))
                for name in RECORDED
                if content.get(name) not in (None, "")
            ),
            (_("Files"), str(len(content["files"]))),
            (_("Note"), str(content["note"]) or _("none")),
        ],
        changes=[
            (
                words.field(one.field),
                written(one.field, one.signed, zone) or _("nothing"),
                written(one.field, one.present, zone) or _("nothing"),
            )
            for one in changed
            if one.field in RECORDED
        ],
        url=url_for("campaigns.signed_run", booking_id=booking.id, signature_id=signature.id),
    )


TOLD: Mapping[str, tuple[str, Callable[[], str]]] = {
    "run.recorded": ("asked", lambda: _("Something was recorded.")),
    "run.file_added": ("asked", lambda: _("A file was attached.")),
    "run.closed": ("firm", lambda: _("The record was closed by signature.")),
    "run.corrected": ("late", lambda: _("The closed record was corrected.")),
    "run.certified": ("done", lambda: _("The batch was certified by signature.")),
}


def _history(session: Session, stored: Run, zone: str) -> list[dict[str, Any]]:
    lines = [
        line
        for line in history(session, "run", stored.id, groups=[FieldGroup.BOOKINGS.value])
        if line.name in TOLD
    ]
    names = names_of_people(session, {line.actor_id for line in lines if line.actor_id})
    return [_told(line, names, zone) for line in lines]


def _told(line: HistoryLine, names: Mapping[int, str], zone: str) -> dict[str, Any]:
    kind, said = TOLD[line.name]
    return {
        "when": moment(line.at, zone),
        "iso": line.at.isoformat(),
        "text": said(),
        "who": names.get(line.actor_id or 0) or _("Somebody"),
        "kind": kind,
        "quote": line.private.get("note") or None,
        "changes": [
            (
                words.field(name),
                written(name, before, zone) or _("nothing"),
                written(name, after, zone) or _("nothing"),
            )
            for name, before, after in line.private.get("changes") or ()
        ],
    }
