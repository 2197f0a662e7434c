"""Where administrators revise steps of the catalogue, confirm them, and see what is still to be verified."""

from typing import Any

import flask
from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.projects.queries import names_of_people
from portal.reference import queries as reference
from portal.reference import shipped
from portal.reference.rules import ABOUT_THE_RECORD, Difference, EffectiveFact, Revision, value_at
from portal.roadmap import queries, services, words
from portal.roadmap.books import FACTS, STEPS
from portal.roadmap.forms import ConfirmForm, ReasonForm, ReviseForm
from portal.roadmap.forms.catalogue import UNREADABLE, written
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.catalogue import cited
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.forms import ActionForm

WHOLE = ""
"""The field of a confirmation that speaks of the whole step."""


@bp.get("/steps/to-verify")
@for_roles(Role.ADMINISTRATOR)
def to_verify() -> ResponseReturnValue:
    """Show what of the catalogue nobody has confirmed, what most roadmaps use first, and what an update moved."""
    session = db.session()
    used = queries.steps_in_use(session)
    rows: list[dict[str, Any]] = [
        {
            "id": fact.record_id,
            "name": words.step_name(fact.record),
            "track": words.track(fact.record["track"]),
            "used": used[fact.record_id],
            "confidence": shipped.confidence_of(fact.record),
            "fields": [words.field_name(field) for field in sorted(shipped.fields_to_verify(fact.record))],
        }
        for fact in reference.effective_records(session, STEPS)
        if shipped.confidence_of(fact.record) != "official" or shipped.fields_to_verify(fact.record)
    ]
    rows.sort(key=lambda row: (-row["used"], row["name"]))
    moved = [
        _moved(difference)
        for difference in reference.differences_after_update(session)
        if difference.collection in (STEPS, FACTS)
    ]
    return flask.render_template(
        "roadmap/to_verify.html", rows=rows, moved=moved, total=len(shipped.record_ids(STEPS))
    )


@bp.post("/steps/compute")
@for_roles(Role.ADMINISTRATOR)
def compute_all() -> ResponseReturnValue:
    """Compute every roadmap anew, as long work that can be left and cancelled."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.ask_to_compute_all(session, actor, at=at).id
    ):
        return back("jobs.show", job_id=form.result)
    return back("roadmap.to_verify")


@bp.get("/steps/<step_id>/fields")
@for_roles(Role.ADMINISTRATOR)
def fields(step_id: str) -> ResponseReturnValue:
    """Show every field of a step with the shipped value beside the one that holds here."""
    fact = reference.effective(db.session(), STEPS, step_id)
    history = reference.fact_history(db.session(), STEPS, step_id)
    names = names_of_people(
        db.session(),
        {one.revised_by_id if isinstance(one, Revision) else one.confirmed_by_id for one in history},
    )
    return flask.render_template(
        "roadmap/fields.html",
        step=fact.record,
        words=words,
        rows=[_field_row(fact, path) for path in paths(fact.shipped)],
        history=[
            {
                "is_revision": isinstance(one, Revision),
                "at": one.revised_at if isinstance(one, Revision) else one.confirmed_at,
                "who": names.get(one.revised_by_id if isinstance(one, Revision) else one.confirmed_by_id),
                "field": words.field_name(one.field) if one.field else _("the whole step"),
                "text": one.reason if isinstance(one, Revision) else one.text_read,
                "restores": isinstance(one, Revision) and one.restores,
            }
            for one in history
        ],
    )


@bp.route("/steps/<step_id>/fields/<field>", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def revise(step_id: str, field: str) -> ResponseReturnValue:
    """Put a local value in the place of the shipped one, with a reason."""
    fact = reference.effective(db.session(), STEPS, step_id)
    if field not in paths(fact.shipped):
        raise NotFound
    if request.method == "GET":
        return _revise_page(fact, field, ReviseForm.of(value_at(fact.record, field)))
    actor, at, form = current_actor(), clock.now(), ReviseForm(request.form)
    value = form.read(value_at(fact.shipped, field)) if form.validate() else UNREADABLE
    if value is not UNREADABLE and form.attempt(
        lambda session: (
            services.revise_step(
                session, actor, step_id, field, value=value, reason=form.reason.data or "", at=at
            ).label
        )
    ):
        flash(
            _("Revised. New roadmaps stand on version %(label)s of the catalogue.", label=form.result), "done"
        )
        return back("roadmap.fields", step_id=step_id)
    return _revise_page(reference.effective(db.session(), STEPS, step_id), field, form), 422


@bp.post("/steps/<step_id>/fields/<field>/restore")
@for_roles(Role.ADMINISTRATOR)
def restore(step_id: str, field: str) -> ResponseReturnValue:
    """Go back to the shipped value, with a reason."""
    actor, at, form = current_actor(), clock.now(), ReasonForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.restore_step(session, actor, step_id, field, reason=form.reason.data or "", at=at).label
        )
    ):
        flash(_("The shipped value holds again."), "done")
        return back("roadmap.fields", step_id=step_id)
    fact = reference.effective(db.session(), STEPS, step_id)
    if field not in paths(fact.shipped):
        raise NotFound
    again = ReviseForm.of(value_at(fact.record, field))
    again.refusals = [*form.refusals, *(error for found in form.errors.values() for error in found)]
    return _revise_page(fact, field, again), 422


@bp.route("/steps/<step_id>/confirm", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def confirm(step_id: str) -> ResponseReturnValue:
    """Keep that a text was read and a step, or a field of it, found there as it stands here."""
    fact = reference.effective(db.session(), STEPS, step_id)
    actor, at = current_actor(), clock.now()
    form = ConfirmForm(request.form if request.method == "POST" else None)
    form.offer(
        [(WHOLE, _("The whole step")), *((path, words.field_name(path)) for path in paths(fact.shipped))]
    )
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: services.confirm_step(
                session,
                actor,
                step_id,
                form.field.data or None,
                text_read=form.text_read.data or "",
                at=at,
            )
        )
    ):
        flash(_("Confirmed. It holds until the value changes."), "done")
        return back("roadmap.step", step_id=step_id)
    page = flask.render_template(
        "roadmap/confirm.html", step=fact.record, cited=cited(fact.record), words=words, form=form
    )
    return page, 422 if request.method == "POST" else 200


def paths(record: dict[str, Any]) -> list[str]:
    """Return the fields of a step that can be revised, groups of values by their parts."""
    found = []
    for key, value in record.items():
        if key in ABOUT_THE_RECORD:
            continue
        if isinstance(value, dict) and key in ("name", "summary", "why", "duration_days", "applies_to"):
            found += [f"{key}.{inner}" for inner in value]
        else:
            found.append(key)
    return found


def _field_row(fact: EffectiveFact, path: str) -> dict[str, Any]:
    here, there = value_at(fact.record, path), value_at(fact.shipped, path)
    return {
        "path": path,
        "name": words.field_name(path),
        "here": written(here),
        "shipped": written(there) if here != there else None,
        "weak": path in shipped.fields_to_verify(fact.record),
    }


def _revise_page(fact: EffectiveFact, field: str, form: ReviseForm) -> str:
    here, there = value_at(fact.record, field), value_at(fact.shipped, field)
    return flask.render_template(
        "roadmap/revise.html",
        step=fact.record,
        words=words,
        field_path=field,
        field_name=words.field_name(field),
        form=form,
        shipped_value=written(there),
        is_changed=here != there,
        is_text=isinstance(there, str),
    )


def _moved(difference: Difference) -> dict[str, Any]:
    record = (
        shipped.record(difference.collection, difference.record_id)
        if shipped.has_record(difference.collection, difference.record_id)
        else None
    )
    return {
        "id": difference.record_id if difference.collection == STEPS and record else None,
        "name": words.step_name(record) if record and "name" in record else difference.record_id,
        "field": words.field_name(difference.field) if difference.field else _("the whole step"),
        "path": difference.field,
        "what": difference.move.value,
        "local": written(difference.local_value),
        "then": written(difference.shipped_then),
        "now": written(difference.shipped_now),
    }
