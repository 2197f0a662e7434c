"""One item of a dossier: its evidence, and what may be done about it."""

from collections.abc import Callable
from typing import Any

import flask
from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import CombinedMultiDict

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotAllowed, NotFound
from portal.gates import queries, rules, services, words
from portal.gates.checklists import Row, as_item
from portal.gates.forms import EndWaiverForm, EvidenceForm, ReviewForm, WaiverForm
from portal.gates.models import Dossier, Evidence
from portal.gates.queries import GateBook
from portal.gates.rules import Gate, ItemState, Standing
from portal.gates.services import SUBJECT, Given
from portal.gates.views.blueprint import bp
from portal.gates.views.matrix import READERS, shown_item, titles
from portal.projects.queries import visible_groups
from portal.projects.rules.access import owns
from portal.projects.rules.values import FieldGroup
from portal.reference import shipped
from portal.signatures.certificates import Shown, certificate
from portal.signatures.models import Signature
from portal.signatures.queries import signature_of, signatures_of
from portal.signatures.statements import signed_content
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.files import download, is_given, received
from portal.web.filters import day, moment
from portal.web.forms import BaseForm

BADGES = {Standing.OPEN: "asked"}


@bp.get("/gates/<int:dossier_id>/items/<item_id>")
@for_roles(*READERS)
def item(dossier_id: int, item_id: str) -> ResponseReturnValue:
    """Show an item with its evidence and what the reader may do about it."""
    return _page(dossier_id, item_id, {})


@bp.post("/gates/<int:dossier_id>/items/<item_id>/evidence")
@for_roles(*READERS)
def give_evidence(dossier_id: int, item_id: str) -> ResponseReturnValue:
    """Keep evidence and ask the reviewer to look at it."""
    actor, at, form = current_actor(), clock.now(), EvidenceForm(_sent(), prefix="give-")
    _check(dossier_id, item_id, "give")
    kept = None
    is_read = form.validate() and form.is_sound()
    if is_read and is_given(form, "file"):
        kept = received(form, "file", at=at)
        is_read = kept is not None
    given = Given(
        title=form.title.data or "",
        kept=kept,
        url=form.url.data or None,
        stated_version=form.stated_version.data or "",
        sha256=form.digest,
        note=form.note.data or "",
    )
    return _done(
        dossier_id,
        item_id,
        "give",
        form,
        lambda session: services.give_evidence(session, actor, dossier_id, item_id, given, at=at).id,
        _("Given. The reviewer is to look at it."),
        is_read=is_read,
    )


@bp.post("/gates/<int:dossier_id>/items/<item_id>/<any(accept, return):verb>")
@for_roles(*READERS)
def review(dossier_id: int, item_id: str, verb: str) -> ResponseReturnValue:
    """Accept the evidence of an item, or return it with what is missing."""
    actor, at, form = current_actor(), clock.now(), ReviewForm(flask.request.form, prefix="review-")
    _check(dossier_id, item_id, "review")
    return _done(
        dossier_id,
        item_id,
        "review",
        form,
        lambda session: (
            services.review_item(
                session,
                actor,
                dossier_id,
                item_id,
                accepts=verb == "accept",
                note=form.note.data or "",
                shown_version=form.shown_version,
                today=at.date(),
                at=at,
            ).id
        ),
        _("Accepted.") if verb == "accept" else _("Returned. Whoever answers for it reads why."),
        is_read=form.validate(),
    )


@bp.post("/gates/<int:dossier_id>/items/<item_id>/waive")
@for_roles(*READERS)
def waive(dossier_id: int, item_id: str) -> ResponseReturnValue:
    """Let an item stand open until a day, with a signed reason."""
    actor, at, form = current_actor(), clock.now(), WaiverForm(flask.request.form, prefix="waive-")
    _check(dossier_id, item_id, "waive")
    is_read = form.validate() and form.sign(actor, subject_kind=SUBJECT, subject_id=dossier_id, at=at)
    return _done(
        dossier_id,
        item_id,
        "waive",
        form,
        lambda session: (
            services.waive_item(
                session,
                actor,
                dossier_id,
                item_id,
                reason=form.reason.data or "",
                until=form.until.data or at.date(),
                proof=form.proof,
                today=at.date(),
                at=at,
            ).id
        ),
        _("Waived and signed."),
        is_read=is_read,
    )


@bp.post("/gates/<int:dossier_id>/items/<item_id>/end-waiver")
@for_roles(*READERS)
def end_waiver(dossier_id: int, item_id: str) -> ResponseReturnValue:
    """Take a waiver back before its day."""
    actor, at, form = current_actor(), clock.now(), EndWaiverForm(flask.request.form, prefix="end-")
    _check(dossier_id, item_id, "waive")
    return _done(
        dossier_id,
        item_id,
        "end",
        form,
        lambda session: services.end_waiver(
            session, actor, dossier_id, item_id, note=form.note.data or "", today=at.date(), at=at
        ),
        _("The waiver is taken back."),
        is_read=form.validate(),
    )


@bp.get("/gates/<int:dossier_id>/evidence/<int:evidence_id>")
@for_roles(*READERS)
def evidence_file(dossier_id: int, evidence_id: int) -> ResponseReturnValue:
    """Hand out the file of a piece of evidence to those who see the project's process facts."""
    session, actor, at = db.session(), current_actor(), clock.now()
    dossier = queries.dossier_shown(session, actor, dossier_id, at=at)
    if FieldGroup.PROCESS not in visible_groups(session, actor, dossier.project, at):
        raise NotFound
    return download(queries.file_of_evidence(session, dossier, evidence_id))


@bp.get("/gates/<int:dossier_id>/items/<item_id>/signatures/<int:signature_id>.pdf")
@for_roles(*READERS)
def signed_waiver(dossier_id: int, item_id: str, signature_id: int) -> ResponseReturnValue:
    """Hand out the signature of a waiver as a PDF, to both sides."""
    session, actor, at = db.session(), current_actor(), clock.now()
    dossier = queries.dossier_shown(session, actor, dossier_id, at=at)
    stored = queries.item_of(session, dossier, item_id)
    if stored is None or not _takes_part(dossier):
        raise NotFound
    return certificate(_signed(dossier, item_id, signature_of(session, SUBJECT, stored.id, signature_id)))


def _sent() -> CombinedMultiDict[str, Any]:
    return CombinedMultiDict([flask.request.files, flask.request.form])


def _takes_part(dossier: Dossier) -> bool:
    """Say whether the reader is of the project's team or the facility's staff; others read roles instead of names."""
    actor = current_actor()
    return owns(actor, dossier.project.organisation_id) or dossier.facility_id in actor.facility_ids


def _check(dossier_id: int, item_id: str, what: str) -> None:
    """Raise `NotAllowed` unless the reader may do this about an item, by their duties alone."""
    session, actor, at = db.session(), current_actor(), clock.now()
    dossier = queries.dossier_shown(session, actor, dossier_id, at=at)
    gate = queries.gate_of(session, dossier, item_id)
    book = queries.book(session, dossier, gate, today=at.date())
    if not _may_about(book, item_id)[what]:
        raise NotAllowed


def _may_about(book: GateBook, item_id: str) -> dict[str, bool]:
    actor, dossier = current_actor(), book.dossier
    one = as_item(book.checklist.gate, book.checklist.row(item_id) or {})
    is_owner = owns(actor, dossier.project.organisation_id)
    own_organisation = actor.organisation_id == dossier.project.organisation_id
    return {
        "give": rules.may_give(actor, one, facility_id=dossier.facility_id, owns_project=is_owner),
        "review": rules.may_review(actor, one, facility_id=dossier.facility_id) and not own_organisation,
        "waive": rules.may_waive(actor, facility_id=dossier.facility_id) and not own_organisation,
    }


def _done(
    dossier_id: int,
    item_id: str,
    step: str,
    form: BaseForm,
    work: Callable[[Session], Any],
    told: str,
    *,
    is_read: bool,
) -> ResponseReturnValue:
    queries.dossier_shown(db.session(), current_actor(), dossier_id, at=clock.now())
    if is_read and form.attempt(work):
        flash(told, "done")
        return back("gates.item", dossier_id=dossier_id, item_id=item_id)
    return _page(dossier_id, item_id, {step: form}), 409 if form.stale else 422


def _page(dossier_id: int, item_id: str, refused: dict[str, BaseForm]) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    if refused:
        session.rollback()  # What was refused must not be seen as if it were stored.
    dossier = queries.dossier_shown(session, actor, dossier_id, at=at)
    gate = queries.gate_of(session, dossier, item_id)
    book = queries.book(session, dossier, gate, today=at.date())
    row = book.checklist.row(item_id) or {}
    stored = book.known.get(item_id)
    evidence = queries.evidence_of(session, stored)
    groups = visible_groups(session, actor, dossier.project, at)
    zone = dossier.facility.time_zone
    standing = book.verdict.standings[item_id]
    return flask.render_template(
        "gates/item.html",
        dossier=dossier,
        project_title=titles([dossier])[dossier.id],
        gate_title=words.gate(gate),
        gate=gate.value,
        row=row,
        title=words.said(row["name"]),
        badge=(BADGES.get(standing, words.KINDS[standing]), words.standing(standing)),
        facts=_facts(book, row),
        evidence=[_shown_evidence(dossier, row, one, zone) for one in evidence],
        reads_files=FieldGroup.PROCESS in groups,
        stored=stored,
        review=_review(book, row, zone),
        waiver=_waiver(book, item_id, zone),
        signatures=[_signed(dossier, item_id, one) for one in signatures_of(session, SUBJECT, [stored.id])]
        if stored and _takes_part(dossier)
        else [],
        forms=_forms(book, item_id, standing, refused),
        refused=list(refused.values()),
        form=next(iter(refused.values()), None),
    )


def _forms(
    book: GateBook, item_id: str, standing: Standing, refused: dict[str, BaseForm]
) -> dict[str, BaseForm]:
    """Return the forms of what the reader may do now; the refused one keeps what was typed."""
    may, stored = _may_about(book, item_id), book.known.get(item_id)
    waits = stored is not None and stored.state is ItemState.GIVEN
    is_waived = item_id in book.waivers
    forms: dict[str, BaseForm] = {}
    if may["give"]:
        forms["give"] = EvidenceForm(None, prefix="give-")
    if may["review"] and waits and stored is not None:
        forms["review"] = ReviewForm(None, prefix="review-")
    if may["waive"] and is_waived:
        forms["end"] = EndWaiverForm(None, prefix="end-")
    elif may["waive"] and standing not in rules.SETTLED:
        forms["waive"] = WaiverForm(None, prefix="waive-")
    forms |= {step: form for step, form in refused.items() if step in forms}
    if "review" in forms and stored is not None:
        forms["review"]["version"].data = str(stored.version)
    return forms


def _facts(book: GateBook, row: Any) -> list[tuple[str, Any]]:
    shown = shown_item(book, row)
    source = shipped.source_of(row) if row.get("source") else None
    facts: list[tuple[str, Any]] = [
        (_("What shows it"), words.said(row.get("evidence"))),
        (_("Why"), shown["why"] or None),
        (_("Answers for it"), words.role(row["owner_role"])),
        (_("Reviews it"), words.role(row["reviewer_role"])),
        (_("Holds the gate"), _holds(book, row)),
        (
            _("An acceptance lasts"),
            _("%(months)s months", months=row["valid_months"])
            if row.get("valid_months")
            else _("without an end"),
        ),
        (_("Facility"), book.dossier.facility.name),
        (_("Source"), f"{source.title}, {source.publisher}" if source else _("the facility’s own item")),
    ]
    return facts


def _holds(book: GateBook, row: Any) -> str:
    if not row["blocking"]:
        return _("No, it is asked for without holding it")
    if rules.binds(as_item(book.checklist.gate, row), adopted=book.checklist.adopted):
        return _("Yes")
    return _("It warns: its source is general knowledge, and the facility’s QA has not adopted it yet")


def _shown_evidence(dossier: Dossier, row: Row, one: Evidence, zone: str) -> dict[str, Any]:
    named = _takes_part(dossier) or row["owner_role"] == Role.FOUNDER
    return {
        "title": one.title,
        "version": one.stated_version,
        "sha256": one.sha256,
        "note": one.note,
        "who": one.given_by.name if named else words.role(row["owner_role"]),
        "when": moment(one.given_at, zone),
        "iso": one.given_at.isoformat(),
        "url": one.url,
        "download": url_for("gates.evidence_file", dossier_id=dossier.id, evidence_id=one.id)
        if one.file_id is not None
        else None,
    }


def _review(book: GateBook, row: Row, zone: str) -> list[tuple[str, Any]]:
    stored = book.known.get(row["id"])
    if stored is None or stored.reviewed_at is None or stored.reviewed_by is None:
        return []
    return [
        (
            _("Reviewer"),
            stored.reviewed_by.name if _takes_part(book.dossier) else words.role(row["reviewer_role"]),
        ),
        (_("Looked at"), moment(stored.reviewed_at, zone)),
        (_("Holds until"), day(stored.valid_until) if stored.valid_until else None),
        (_("Note"), stored.review_note or None),
    ]


def _waiver(book: GateBook, item_id: str, zone: str) -> list[tuple[str, Any]]:
    waiver = book.waivers.get(item_id)
    if waiver is None:
        return []
    return [
        (_("Waived by"), waiver.waived_by.name if _takes_part(book.dossier) else words.role(Role.QA)),
        (_("Until"), day(waiver.until)),
        (_("Reason"), waiver.reason),
        (_("Signed"), moment(waiver.waived_at, zone)),
    ]


def _signed(dossier: Dossier, item_id: str, signature: Signature) -> Shown:
    content = signed_content(signature)
    return Shown(
        signature=signature,
        title=_("Waiver of %(item)s", item=words.said(content["item_name"])),
        role=words.role(signature.signer_role.value),
        zone=dossier.facility.time_zone,
        content=[
            (_("Item"), words.said(content["item_name"])),
            (_("Gate"), words.gate(Gate(content["gate"]))),
            (_("Project"), dossier.project.reference),
            (_("Facility"), str(content["facility"])),
            (_("Version of the checklist"), str(content["checklist_version"])),
            (_("Until"), str(content["until"])),
        ],
        changes=[],
        url=url_for("gates.signed_waiver", dossier_id=dossier.id, item_id=item_id, signature_id=signature.id),
    )
