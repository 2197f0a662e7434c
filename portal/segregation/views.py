"""A facility's rules of segregation and what its rooms share: read by its staff, decided by its QA."""

from datetime import datetime
from typing import Any

import flask
from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.facilities import words as facility_words
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.queries import cleanroom_for, facility_for
from portal.facilities.views.base import frame
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import visible_projects
from portal.segregation import queries, rules, services, words
from portal.segregation.forms import SharingForm, StanceForm
from portal.segregation.models import StanceRecord
from portal.segregation.rulebooks import Held
from portal.segregation.rules import Effect, Stance
from portal.segregation.services import ROOM, RULE, SHARING
from portal.signatures.certificates import Shown, certificate
from portal.signatures.models import Signature
from portal.signatures.queries import signature_of, signatures_of
from portal.signatures.statements import signed_content
from portal.signatures.words import method
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import moment

bp = Blueprint("segregation", __name__)
STAFF = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
BADGES = {None: "wait", Stance.ADOPTED: "firm", Stance.TIGHTENED: "firm", Stance.SET_ASIDE: "asked"}


@bp.get("/facilities/<slug>/segregation")
@for_roles(*STAFF)
def index(slug: str) -> ResponseReturnValue:
    """Show which rules hold at a facility, and what its rooms share."""
    session, facility = db.session(), _facility(slug)
    held = queries.rules_held(session, [facility.id])[facility.id]
    rooms = queries.rooms_of(session, facility.id)
    names = _project_names(clock.now())
    return flask.render_template(
        "segregation/index.html",
        facility=facility,
        frame=frame(facility, "segregation.index"),
        rules=[_row(facility, one) for one in held],
        warning=sum(one.stance is None and not one.blocks for one in held),
        rooms=[_room_row(room, rooms, names) for room in rooms],
    )


@bp.get("/facilities/<slug>/segregation/rules/<rule_id>")
@for_roles(*STAFF)
def rule(slug: str, rule_id: str) -> ResponseReturnValue:
    """Show a rule, what QA said of it so far, and to QA the form to decide."""
    return _rule_page(_facility(slug), rule_id, None)


@bp.post("/facilities/<slug>/segregation/rules/<rule_id>")
@for_roles(Role.QA)
def decide(slug: str, rule_id: str) -> ResponseReturnValue:
    """Adopt, tighten or set aside a rule, signed."""
    actor, at, form = current_actor(), clock.now(), StanceForm(flask.request.form)
    facility = facility_for(db.session(), actor, slug, Role.QA)
    facility_id = facility.id
    _held(facility, rule_id)
    if (
        form.validate()
        and form.sign(actor, subject_kind=RULE, subject_id=facility_id, at=at)
        and form.attempt(
            lambda session: services.decide_rule(
                session,
                actor,
                facility_id,
                rule_id,
                stance=form.stance.data,
                effect=form.effect.data,
                shares=frozenset(form.shares.data or ()),
                reason=form.reason.data or "",
                shown_stance_id=form.shown_version,
                proof=form.proof,
                at=at,
            )
        )
    ):
        flash(_("Signed. It counts in every decision from now on; what is booked already stays."), "done")
        return back("segregation.rule", slug=slug, rule_id=rule_id)
    return _rule_page(_facility(slug), rule_id, form), 409 if form.stale else 422


@bp.get("/facilities/<slug>/segregation/rooms/<room_slug>")
@for_roles(Role.QA)
def sharing(slug: str, room_slug: str) -> ResponseReturnValue:
    """Show what a cleanroom shares to QA, to be changed."""
    return _room_page(_room(slug, room_slug), None)


@bp.post("/facilities/<slug>/segregation/rooms/<room_slug>")
@for_roles(Role.QA)
def declare(slug: str, room_slug: str) -> ResponseReturnValue:
    """Say what a cleanroom shares and to whom it is dedicated, signed."""
    actor, at, room = current_actor(), clock.now(), _room(slug, room_slug)
    room_id, form = room.id, SharingForm(None)
    form.dedicated_to_id.offer(_dedicable(room, at))
    form.process(flask.request.form)
    if (
        form.validate()
        and form.sign(actor, subject_kind=ROOM, subject_id=room_id, at=at)
        and form.attempt(
            lambda session: services.declare_sharing(
                session,
                actor,
                room_id,
                sharing={name: form[name].data for name in SHARING},
                reason=form.reason.data or "",
                shown_version=form.shown_version,
                proof=form.proof,
                at=at,
            )
        )
    ):
        flash(_("Signed. It counts in every decision from now on; what is booked already stays."), "done")
        return back("segregation.index", slug=slug)
    return _room_page(_room(slug, room_slug), form), 409 if form.stale else 422


@bp.get("/facilities/<slug>/segregation/signatures/<int:signature_id>.pdf")
@for_roles(*STAFF)
def signed_rule(slug: str, signature_id: int) -> ResponseReturnValue:
    """Hand out the signature of a decision about a rule as a PDF."""
    facility = _facility(slug)
    return certificate(_shown(facility, signature_of(db.session(), RULE, facility.id, signature_id)))


def _facility(slug: str) -> Facility:
    return facility_for(db.session(), current_actor(), slug, *STAFF)


def _room(slug: str, room_slug: str) -> Cleanroom:
    return cleanroom_for(db.session(), current_actor(), slug, room_slug, Role.QA)


def _held(facility: Facility, rule_id: str) -> Held:
    held = queries.rules_held(db.session(), [facility.id])[facility.id]
    found = next((one for one in held if one.record["id"] == rule_id), None)
    if found is None:
        raise NotFound
    return found


def _row(facility: Facility, one: Held) -> dict[str, Any]:
    record = one.record
    return {
        "name": words.said(record["name"]),
        "url": url_for("segregation.rule", slug=facility.slug, rule_id=record["id"]),
        "asks": words.effect(Effect(record["effect"])),
        "shares": words.shared(record["applies_when"]["shares"]),
        "badge": _badge(one),
        "confidence": record.get("confidence"),
    }


def _badge(one: Held) -> tuple[str, str]:
    if one.stance is None and one.blocks:
        return "firm", _("Blocks, as shipped")
    return BADGES[one.stance], words.stance(one.stance)


def _rule_page(facility: Facility, rule_id: str, form: StanceForm | None) -> str:
    session, actor, one = db.session(), current_actor(), _held(facility, rule_id)
    stances = queries.stances_of(session, facility.id, rule_id)
    if form is None and rules.may_decide(actor, facility_id=facility.id):
        form = StanceForm(None)
    if form is not None:
        form.version.data = str(stances[0].id if stances else 0)
    record = one.record
    given = {row.signature_id for row in stances}
    signatures = [
        _shown(facility, signature)
        for signature in signatures_of(session, RULE, [facility.id])
        if signature.id in given
    ]
    return flask.render_template(
        "segregation/rule.html",
        facility=facility,
        rule_id=rule_id,
        title=words.said(record["name"]),
        text=words.said(record["text"]),
        badge=_badge(one),
        record=record,
        facts=[
            (_("Asks for"), words.effect(Effect(record["effect"]))),
            (_("Holds where two pieces of work share"), words.shared(record["applies_when"]["shares"])),
            (_("Which two"), words.label("relation", record["applies_when"]["relation"])),
            (_("The one"), _side(record["applies_when"].get("a"))),
            (_("The other"), _side(record["applies_when"].get("b"))),
            (
                _("Lifts"),
                ", ".join(words.rule_name(other) for other in record["overrides"]) or _("no other rule"),
            ),
        ],
        stances=[_said(row) for row in stances],
        signatures=signatures,
        form=form,
    )


def _side(condition: dict[str, Any] | None) -> str:
    """Return what a rule asks of one side, in words."""
    lists = {
        "product_class": "process_class",
        "vector": "vector_level",
        "infectious_status": "infectious_status",
        "process_state": "process_state",
        "donor_relation": "donor_relation",
        "stage": "stage",
    }
    told = []
    for name, wanted in (condition or {}).items():
        if name == "gmo_class_min":
            told.append(_("GMO class %(number)s or higher", number=wanted))
        else:
            choices = ", ".join(words.label(lists[name], word) for word in wanted)
            told.append(f"{words.fact(name)}: {choices}")
    return "; ".join(told) or _("anything")


def _said(row: StanceRecord) -> dict[str, Any]:
    return {
        "stance": (BADGES[row.stance], words.stance(row.stance)),
        "at": row.decided_at,
        "who": row.decided_by.name,
        "reason": row.reason,
        "asks": words.effect(Effect(row.rule["effect"])),
        "shares": words.shared(row.rule["applies_when"]["shares"]),
    }


def _shown(facility: Facility, signature: Signature) -> Shown:
    content = signed_content(signature)
    holds = content["holds"]
    return Shown(
        signature=signature,
        title=_("Decision on the rule %(rule)s", rule=words.said(holds["name"])),
        role=facility_words.label("role", signature.signer_role.value),
        zone=facility.time_zone,
        content=[
            (_("Facility"), str(content["facility"])),
            (_("Rule"), words.said(holds["name"])),
            (_("Decision"), words.stance(Stance(content["stance"]))),
            (_("Asks for"), words.effect(Effect(holds["effect"]))),
            (
                _("Holds where two pieces of work share"),
                words.shared(holds["applies_when"]["shares"]),
            ),
            (_("Text"), words.said(holds["text"])),
        ],
        changes=[],
        url=url_for("segregation.signed_rule", slug=facility.slug, signature_id=signature.id),
    )


def _room_row(room: Cleanroom, rooms: list[Cleanroom], names: dict[int, str]) -> dict[str, Any]:
    def sharers(group: str) -> str:
        word = getattr(room, group)
        others = [one.code for one in rooms if one.id != room.id and word and getattr(one, group) == word]
        return ", ".join(others) or _("nobody")

    dedicated = None
    if room.dedicated_to_id is not None:
        dedicated = names.get(room.dedicated_to_id) or _("a project that you may not read")
    return {
        "room": room,
        "air": sharers("air_handling"),
        "corridor": sharers("corridor"),
        "staff": sharers("staff_group"),
        "dedicated": dedicated,
        "can_change": rules.may_decide(current_actor(), facility_id=room.facility_id),
    }


def _project_names(at: datetime) -> dict[int, str]:
    seen = visible_projects(current_actor(), at=at, group=FieldGroup.IDENTITY)
    rows = db.session().execute(select(Project.id, Project.name).where(seen).order_by(Project.name))
    return {row.id: row.name for row in rows}


def _dedicable(room: Cleanroom, at: datetime) -> list[tuple[int, str]]:
    names = _project_names(at)
    if room.dedicated_to_id is not None and room.dedicated_to_id not in names:
        names[room.dedicated_to_id] = _("a project that you may not read")
    return list(names.items())


def _room_page(room: Cleanroom, form: SharingForm | None) -> str:
    if form is None:
        form = SharingForm(None, obj=room)
        form.dedicated_to_id.offer(_dedicable(room, clock.now()))
    form.version.data = str(room.version)
    return flask.render_template(
        "segregation/room.html",
        facility=room.facility,
        room=room,
        form=form,
        signatures=[
            {
                "kind": "firm",
                "heading": f"{facility_words.label('role', one.signer_role.value)}: {one.signer_name}",
                "words": _(
                    "%(when)s; %(how)s.",
                    when=moment(one.signed_at, room.facility.time_zone),
                    how=method(one.method),
                ),
                "seal": f"SHA-256 {one.digest[:16]}…",
            }
            for one in signatures_of(db.session(), ROOM, [room.id])
        ],
    )
