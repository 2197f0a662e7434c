"""The analyst's figures over all roadmaps: where projects stand, what is late most, how long it waits, how ready teams are."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.projects import wording
from portal.projects.rules.counts import SMALLEST_SHOWN
from portal.reference import shipped
from portal.roadmap import queries, words
from portal.roadmap.books import book_of
from portal.roadmap.models import RoadmapFigures
from portal.roadmap.rules.figures import Band, Part
from portal.roadmap.views.blueprint import bp
from portal.store import db
from portal.web.actors import for_roles
from portal.web.exports import Kind, Value, export

LATEST_SHOWN = 5


@bp.get("/roadmaps/figures")
@for_roles(Role.ANALYST)
def figures() -> ResponseReturnValue:
    """Show what was counted last over all roadmaps; nothing of it tells of a single project."""
    kept, known = _latest()
    content = kept.content if kept is not None else {}
    steps = [_step(line, known) for line in content.get("steps", ()) if line["id"] in known]
    return render_template(
        "roadmap/figures.html",
        kept=kept,
        projects=content.get("projects"),
        targets=[(words.FIGURE_TARGETS[name], number) for name, number in content.get("targets", {}).items()],
        phases=[(wording.phase(name), number) for name, number in content.get("phases", {}).items()],
        parts=[words.FIGURE_PARTS[part] for part in Part],
        tracks=_by_track(steps),
        late=sorted((step for step in steps if step["late"]), key=lambda step: (-step["late"], step["name"]))[
            :LATEST_SHOWN
        ],
        bands=[words.FIGURE_BANDS[band] for band in Band],
        readiness=[_dimension(line) for line in content.get("readiness", ())],
        smallest=SMALLEST_SHOWN,
        exports=[(kind.upper(), url_for("roadmap.figures_as", kind=kind)) for kind in ("csv", "xlsx")],
    )


@bp.get("/roadmaps/figures.<any(csv, xlsx):kind>")
@for_roles(Role.ANALYST)
def figures_as(kind: Kind) -> ResponseReturnValue:
    """Hand out the figures of each step as a table; what may not be shown is empty."""
    kept, known = _latest()
    if kept is None:
        raise NotFound
    columns = [
        _("Track"),
        _("Step"),
        *(str(words.FIGURE_PARTS[part]) for part in Part),
        _("Days until it can begin, median"),
        _("Slack, days, median"),
    ]
    rows: list[list[Value]] = [
        [step["track"], step["name"], *step["numbers"], step["wait"], step["slack"]]
        for line in kept.content["steps"]
        if line["id"] in known
        for step in [_step(line, known)]
    ]
    return export(kind, f"roadmaps-{kept.counted_on.isoformat()}", columns, rows)


def _latest() -> tuple[RoadmapFigures | None, Mapping[str, Mapping[str, Any]]]:
    """Return what was counted last, with the steps of the catalogue in use now, by id."""
    session = db.session()
    version = queries.latest_version(session)
    if version is None:
        return None, {}
    return queries.latest_figures(session), book_of(version).steps


def _step(line: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    record = known[line["id"]]
    return {
        "name": words.step_name(record),
        "url": url_for("roadmap.step", step_id=line["id"]),
        "track": words.track(record["track"]),
        "numbers": [line["parts"][part.value] for part in Part],
        "late": line["parts"][Part.LATE.value],
        "wait": line["wait"],
        "slack": line["slack"],
        "tells": any(number is not None for number in (*line["parts"].values(), line["wait"], line["slack"])),
    }


def _by_track(steps: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for step in steps:
        if step["tells"]:
            found.setdefault(step["track"], []).append(step)
    return list(found.items())


def _dimension(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": words.in_words(shipped.record("readiness_dimensions", line["id"])["name"]),
        "numbers": [line["parts"][band.value] for band in Band],
        "median": line["median"],
    }
