"""A roadmap on paper: milestones, and every step by track with its dates, slack and a bar of time."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typst
from flask import Response, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core.errors import NotFound
from portal.projects.views import shown
from portal.roadmap import words
from portal.roadmap.queries import Laid
from portal.roadmap.rules.standing import Standing
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.lines import StepLine, lines_of, milestone_cards
from portal.roadmap.views.pages import reading
from portal.web.actors import signed_in
from portal.web.filters import day
from portal.web.locale import language

TEMPLATE = Path(__file__).parents[1] / "roadmap.typ"
STANDARDS: "typst.PDFStandards" = ["a-3a", "ua-1"]
NARROWEST = 0.6
"""So many hundredths of the width a bar has at least, so that a day can be seen."""


@bp.get("/projects/<int:project_id>/roadmap.pdf")
@signed_in
def pdf(project_id: int) -> ResponseReturnValue:
    """Hand out a roadmap as a PDF."""
    found = reading(project_id)
    if found.laid is None:
        raise NotFound
    frame, laid, lines = shown.frame(found.seen), found.laid, lines_of(found.laid, found.booked)
    reference = found.seen.project.reference
    first, last = _stretch(lines, found.today)
    said = {
        "title": _("Roadmap: %(project)s", project=frame["title"]),
        "author": frame["organisation"] or reference,
        "portal": current_app.extensions["portal_settings"].portal_name,
        "language": language().partition("-")[0],
        "lead": " · ".join(
            filter(None, (frame["organisation"], frame["class_words"], frame["phase_words"], reference))
        ),
        "milestones_title": _("Milestones"),
        "milestones": [list(pair) for pair in _milestones(laid)],
        "steps_title": _("Steps"),
        "heads": [
            _("Step"),
            _("State"),
            _("Start"),
            _("Finish"),
            _("Slack, days"),
            _("%(first)s to %(last)s", first=day(first, "MMM yyyy"), last=day(last, "MMM yyyy")),
        ],
        "rows": list(_rows(lines, first, last)),
        "note": _("Steps in bold decide the date of the next milestone."),
        "footer": _(
            "Computed %(day)s from version %(label)s of the catalogue",
            day=day(laid.plan.computed_on),
            label=laid.roadmap.catalogue.label,
        ),
    }
    body = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"said": json.dumps(said)},
        pdf_standards=STANDARDS,
        timestamp=laid.plan.computed_at.replace(microsecond=0),
    )
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="roadmap-{reference}.pdf"'
    return response


def _stretch(lines: Sequence[StepLine], today: date) -> tuple[date, date]:
    known = [line for line in lines if not line.day_unknown]
    first = min((line.start for line in known), default=today)
    return first, max((line.finish for line in known), default=today)


def _milestones(laid: Laid) -> Iterator[tuple[str, str]]:
    for card in milestone_cards(laid):
        if card["reached"]:
            yield card["words"], _("reached %(day)s", day=card["reached"])
        elif card["range"]:
            likely = _("most likely %(day)s", day=card["likely"])
            later = _("or later") if card["at_least"] else None
            yield (
                card["words"],
                f"{card['range']}, {likely} ({later})" if later else f"{card['range']}, {likely}",
            )
        else:
            yield card["words"], _("not in this plan")


def _rows(lines: Sequence[StepLine], first: date, last: date) -> Iterator[dict[str, Any]]:
    track = None
    for line in lines:
        if line.track != track:
            track = line.track
            yield {"track": words.track(track)}
        yield _row(line, first, last)


def _row(line: StepLine, first: date, last: date) -> dict[str, Any]:
    width = max(1, (last - first).days)
    unknown = _("day not known")
    begin = max(0, (line.start - first).days) / width * 100
    span = max(NARROWEST, (line.finish - line.start).days / width * 100)
    is_done = line.standing is Standing.DONE
    return {
        "name": line.name,
        "state": line.words,
        "start": unknown if line.day_unknown else day(line.start),
        "finish": unknown if line.day_unknown else day(line.finish),
        "slack": "–" if is_done else str(line.slack),
        "critical": line.critical and not is_done,
        "kind": "use" if is_done else line.mark,
        "from": min(begin, 100 - NARROWEST),
        "span": 0 if line.day_unknown else min(span, 100 - min(begin, 100 - NARROWEST)),
    }
