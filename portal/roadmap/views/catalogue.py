"""The catalogue of steps that anyone may read: the list and each step, with where every fact comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.reference import queries as reference
from portal.reference import shipped, vocabulary
from portal.reference.rules import EffectiveFact
from portal.roadmap import queries, words
from portal.roadmap.books import FACTS, FILE, STEPS
from portal.roadmap.views.blueprint import bp
from portal.store import db
from portal.web.actors import maybe_actor
from portal.web.exports import Kind, Value, export
from portal.web.locale import language
from portal.web.paging import page_number, pages_of

SORTS = ("track", "name", "phase", "confidence", "checked")
A_PAGE = 30
CONFIDENCES = ("official", "secondary", "general")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One step as the list shows it."""

    id: str
    name: str
    summary: str
    track: str
    track_words: str
    phase: str
    phase_words: str
    duration: str | None
    statutory: bool
    authority: str | None
    mandatory: bool
    confidence: str
    checked: str | None
    source: str
    to_verify: int
    changed: bool


@bp.get("/steps")
def catalogue() -> ResponseReturnValue:
    """Show the steps that fit what the address asks."""
    asked, rows, total = _found()
    page, pages, actor = page_number(len(rows), A_PAGE), pages_of(len(rows), A_PAGE), maybe_actor()
    return flask.render_template(
        "roadmap/catalogue.html",
        asked=asked,
        rows=rows[(page - 1) * A_PAGE : page * A_PAGE],
        count=len(rows),
        page=page,
        pages=pages,
        total=total,
        version=_version(),
        note_text=words.in_words(shipped.document(FILE)["duration_note"]),
        tracks=vocabulary.choices("roadmap_track", language()),
        phases=vocabulary.choices("phase", language()),
        classes=vocabulary.choices("product_class", language()),
        confidences=[(level, _confidence(level)) for level in CONFIDENCES],
        may_revise=actor is not None and actor.is_administrator,
        query=f"?{flask.request.query_string.decode('latin-1')}" if flask.request.query_string else "",
    )


@bp.get("/steps.<any(csv, xlsx):kind>")
def download_catalogue(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows."""
    _asked, rows, _total = _found()
    columns = [
        _("Step"),
        _("Track"),
        _("Usual phase"),
        _("Duration"),
        _("Set by law"),
        _("Required"),
        _("Authority"),
        _("Source"),
        _("Checked"),
        _("Confidence"),
        _("Summary"),
    ]
    return export(kind, "roadmap-steps", columns, [_exported(row) for row in rows])


@bp.get("/steps/<step_id>")
def step(step_id: str) -> ResponseReturnValue:
    """Show everything that is known of a step, where it comes from, and what was changed or confirmed here."""
    session = db.session()
    facts = {fact.record_id: fact.record for fact in reference.effective_records(session, FACTS)}
    all_steps = {fact.record_id: fact for fact in reference.effective_records(session, STEPS)}
    if step_id not in all_steps:
        flask.abort(404)
    fact, actor = all_steps[step_id], maybe_actor()
    is_administrator = actor is not None and actor.is_administrator
    record = fact.record
    return flask.render_template(
        "roadmap/step.html",
        step=record,
        cited=cited(record),
        words=words,
        applies=words.applies_to(record["applies_to"], facts),
        before=[_linked(all_steps, edge) for edge in record["after"]],
        after=[
            (other.record_id, words.step_name(other.record))
            for other in all_steps.values()
            if any(edge["step"] == step_id for edge in other.record["after"])
        ],
        deliverables=[words.in_words(words_of) for words_of in record["deliverables"] or ()],
        helps=helping(step_id),
        weak=sorted(shipped.fields_to_verify(record)),
        changed=[(words.field_name(one.field), one) for one in fact.revisions],
        confirmed=fact.confirmations if is_administrator else (),
        is_administrator=is_administrator,
        used=queries.steps_in_use(session)[step_id] if is_administrator else None,
    )


def cited(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a record comes from and how far it is to be trusted, as pages show it."""
    plain = dict(record)
    return {"source": shipped.source_of(plain), "confidence": shipped.confidence_of(plain)}


def helping(step_id: str) -> list[dict[str, Any]]:
    """Return the programmes, meetings and services that help with a step, in the order of their list."""
    return [
        {
            "name": programme["name"],
            "provider": programme["provider"],
            "gives": words.in_words(programme["gives"]),
            "deadlines": words.in_words(programme["deadlines"]),
            "website": programme["website"],
            "confidence": shipped.confidence_of(programme),
        }
        for programme in shipped.records("support_programmes")
        if step_id in programme["linked_steps"]
    ]


def _linked(steps: Mapping[str, EffectiveFact], edge: Mapping[str, Any]) -> tuple[str, str, str]:
    from_start = edge["kind"] == "start_to_start"
    if from_start:
        how = (
            _("%(days)s after it has started", days=words.days(edge["lag_days"]))
            if edge["lag_days"]
            else _("once it has started")
        )
    else:
        how = (
            _("%(days)s after it is finished", days=words.days(edge["lag_days"]))
            if edge["lag_days"]
            else _("once it is finished")
        )
    return edge["step"], words.step_name(steps[edge["step"]].record), how


def _found() -> tuple[dict[str, str], list[Row], int]:
    args = flask.request.args
    asked = {
        name: args.get(name, "") for name in ("q", "track", "phase", "product_class", "confidence", "sort")
    }
    if asked["sort"].removeprefix("-") not in SORTS:
        asked["sort"] = ""
    facts = reference.effective_records(db.session(), STEPS)
    rows = [row for fact in facts if _fits(row := _row(fact), fact.record, asked)]
    key = asked["sort"].removeprefix("-")
    if key:
        phases, tracks = vocabulary.ids("phase"), vocabulary.ids("roadmap_track")
        places = {
            "track": lambda row: tracks.index(row.track),
            "name": lambda row: row.name.casefold(),
            "phase": lambda row: phases.index(row.phase),
            "confidence": lambda row: CONFIDENCES.index(row.confidence),
            "checked": lambda row: row.checked or "",
        }
        rows.sort(key=places[key], reverse=asked["sort"].startswith("-"))
    return asked, rows, len(facts)


def _fits(row: Row, record: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    text = f"{row.name} {row.summary} {row.authority or ''}".casefold()
    classes = record["applies_to"].get("product_class")
    return (
        all(word in text for word in asked["q"].casefold().split())
        and asked["track"] in ("", row.track)
        and asked["phase"] in ("", row.phase)
        and asked["confidence"] in ("", row.confidence)
        and (not asked["product_class"] or classes is None or asked["product_class"] in classes)
    )


def _row(fact: EffectiveFact) -> Row:
    record = fact.record
    source = shipped.source_of(record)
    return Row(
        id=fact.record_id,
        name=words.step_name(record),
        summary=words.in_words(record["summary"]),
        track=record["track"],
        track_words=words.track(record["track"]),
        phase=record["phase"],
        phase_words=words.phase(record["phase"]) or "",
        duration=words.duration(record["duration_days"]),
        statutory=bool(record["duration_days"] and record["duration_days"].get("statutory")),
        authority=record["authority"],
        mandatory=record["mandatory"],
        confidence=shipped.confidence_of(record),
        checked=source.checked.isoformat() if source and source.checked else None,
        source=source.title if source else "",
        to_verify=len(shipped.fields_to_verify(record)),
        changed=bool(fact.changed_fields),
    )


def _exported(row: Row) -> list[Value]:
    return [
        row.name,
        row.track_words,
        row.phase_words,
        row.duration,
        _("yes") if row.statutory else _("no"),
        _("yes") if row.mandatory else _("no"),
        row.authority,
        row.source,
        row.checked,
        _confidence(row.confidence),
        row.summary,
    ]


def _confidence(level: str) -> str:
    return {"official": _("official"), "secondary": _("second-hand"), "general": _("to be verified")}[level]


def _version() -> str:
    latest = queries.latest_version(db.session())
    shipped_version = str(shipped.version(FILE))
    return latest.label if latest and latest.shipped_version == shipped_version else shipped_version
