"""An outline of a briefing document for a step, made of what is known of the project, to be edited by its team."""

from datetime import date
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core.errors import NotFound
from portal.partners import words as partner_words
from portal.projects.models import FieldGroup
from portal.projects.views import shown
from portal.reference import shipped
from portal.roadmap import queries, words
from portal.roadmap.outlines import DOCUMENT_TYPE, Chapter, written_outline
from portal.roadmap.queries import Laid
from portal.roadmap.rules.standing import Standing
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.lines import StepLine, lines_of
from portal.roadmap.views.pages import Reading, reading
from portal.store import db
from portal.web.actors import signed_in
from portal.web.filters import day
from portal.web.locale import language

QUESTIONS = 3


@bp.get("/projects/<int:project_id>/roadmap/steps/<step_id>/outline.odt")
@signed_in
def outline(project_id: int, step_id: str) -> ResponseReturnValue:
    """Hand out an outline of the briefing document for a step, filled with what the reader sees of the project."""
    found = reading(project_id)
    if found.laid is None:
        raise NotFound
    lines = {line.id: line for line in lines_of(found.laid, found.booked)}
    if step_id not in lines:
        raise NotFound
    line = lines[step_id]
    frame = shown.frame(found.seen)
    title = _("Briefing document: %(step)s", step=line.name)
    chapters = [
        _about(found),
        _product(found, frame),
        _purpose(found.laid, line),
        _questions(),
        *_facts(found),
        _development(list(lines.values())),
        _plan(found.laid, line, lines),
        _to_prepare(found, step_id),
        _open(found),
    ]
    body = written_outline(
        title, [one for one in chapters if one is not None], language=language().partition("-")[0]
    )
    response = Response(body, mimetype=DOCUMENT_TYPE)
    name = f"briefing-{found.seen.project.reference}-{step_id}.odt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _about(found: Reading) -> Chapter:
    return Chapter(
        title=_("About this draft"),
        words=[
            _(
                "Made on %(day)s from what the project says of itself and from version %(label)s of the catalogue of steps. "
                "Check every statement, write what is marked with …, and delete this chapter.",
                day=day(found.today),
                label=found.laid.roadmap.catalogue.label if found.laid else "",
            )
        ],
    )


def _product(found: Reading, frame: dict[str, Any]) -> Chapter:
    project = found.seen.project
    pairs = [(_("Product class"), frame["class_words"]), (_("Indication area"), frame["area_words"])]
    if frame["organisation"]:
        pairs.insert(0, (_("Organisation"), frame["organisation"]))
    since = [_("since %(day)s", day=day(project.phase_since))] if project.phase_since else []
    pairs.append((_("Phase"), ", ".join([frame["phase_words"], *since])))
    pairs += [(one.label, one.value) for one in shown.facts_of(found.seen, FieldGroup.IDENTITY) if one.value]
    return Chapter(
        title=_("The product"),
        words=[one for one in (frame["title"], frame["teaser"]) if one],
        pairs=pairs,
        to_write=[_("How it works"), _("Which patients, and what they are given today")],
    )


def _purpose(laid: Laid, line: StepLine) -> Chapter:
    record = laid.book.steps.get(line.id)
    if record is None:
        return Chapter(
            title=_("What this is for"), words=[line.name, *([line.remark] if line.remark else [])]
        )
    return Chapter(
        title=_("What this is for"),
        words=[one for one in (words.in_words(record["summary"]), words.in_words(record["why"])) if one],
        pairs=[(_("Authority"), record["authority"])] if record["authority"] else [],
        items=[_("Guidance: %(text)s", text=text) for text in record["guidance"] or ()],
    )


def _questions() -> Chapter:
    return Chapter(
        title=_("Questions, and the position of the team"),
        words=[_("One question for each decision. Say what the team proposes and why, before you ask.")],
        to_write=[
            one
            for number in range(1, QUESTIONS + 1)
            for one in (
                _("Question %(number)s", number=number),
                _("Position on question %(number)s", number=number),
            )
        ],
    )


def _facts(found: Reading) -> list[Chapter]:
    titles = {
        FieldGroup.PROCESS: _("Quality and manufacturing"),
        FieldGroup.ROADMAP: _("Regulatory status"),
    }
    chapters = []
    for group, title in titles.items():
        stated = [(one.label, one.value) for one in shown.facts_of(found.seen, group) if one.value]
        if stated:
            chapters.append(Chapter(title=title, pairs=stated))
    return chapters


def _development(lines: list[StepLine]) -> Chapter:
    done = sorted(
        (line for line in lines if line.standing is Standing.DONE), key=lambda line: (line.finish, line.name)
    )
    when = [_("day not known") if line.day_unknown else day(line.finish) for line in done]
    return Chapter(
        title=_("What has been done"),
        items=[f"{line.name} ({told})" for line, told in zip(done, when, strict=True)]
        or [_("Nothing is recorded as done.")],
        to_write=[_("Results that matter for the questions")],
    )


def _plan(laid: Laid, line: StepLine, lines: dict[str, StepLine]) -> Chapter:
    following = [one for one in lines.values() if line.id in one.after]
    milestones = [
        (str(words.MILESTONES[name]), span)
        for name, found in laid.plan.plan["milestones"].items()
        if (span := words.span(found)) is not None
    ]
    return Chapter(
        title=_("Plan"),
        pairs=[(line.name, _from_to(line.start, line.finish)), *milestones],
        items=[
            _("Waits for it: %(step)s, from %(day)s", step=one.name, day=day(one.start)) for one in following
        ],
    )


def _to_prepare(found: Reading, step_id: str) -> Chapter | None:
    known = queries.support_for(db.session(), found.seen.project, on=found.today)
    items = [
        f"{fact.record['name']}, {fact.record['provider']}: {partner_words.in_language(item)}"
        for fact in known.programmes_for(step_id)
        for item in fact.record["prepare"] or []
    ]
    if not items:
        return None
    weak = any("prepare" in shipped.fields_to_verify(fact.record) for fact in known.programmes_for(step_id))
    note = [_("Some of this is field knowledge: check it with the provider.")] if weak else []
    return Chapter(title=_("What the programmes ask for"), words=note, items=items)


def _open(found: Reading) -> Chapter | None:
    missing = [
        one.label
        for group in (FieldGroup.PROCESS, FieldGroup.ROADMAP)
        for one in shown.facts_of(found.seen, group)
        if not one.value
    ]
    if not missing:
        return None
    return Chapter(title=_("Not stated in the portal"), items=missing)


def _from_to(start: date, finish: date) -> str:
    return f"{day(start)} – {day(finish)}"
