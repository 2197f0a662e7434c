"""The public snapshot of the pipeline: published teasers, and counts in which nobody can be recognised."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.projects import queries, wording
from portal.projects.forms import ListForm
from portal.projects.queries import ProjectFilter
from portal.projects.rules.counts import SMALLEST_SHOWN, SafeTable, safe_table
from portal.projects.rules.sheets import write_rows
from portal.projects.rules.values import Phase, ProductClass
from portal.projects.views.blueprint import bp
from portal.reference import vocabulary
from portal.store import db
from portal.web.locale import language

A_PAGE = 50
HIDDEN = "·"

Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class CountRow:
    """A row of counts in words, ready to be shown."""

    label: str
    cells: list[str]
    total: str

    @property
    def tells(self) -> bool:
        """Say whether anything of the row may be shown."""
        return any(words != HIDDEN for words in (*self.cells, self.total))


@bp.get("/pipeline")
def pipeline() -> ResponseReturnValue:
    """Show anyone what is on its way to patients, as far as it may be shown."""
    asked, at = ListForm(request.args), clock.now()
    phase, product_class = asked.word("phase", "phase"), asked.word("class", "product_class")
    wanted = ProjectFilter(
        words=asked.text("q"),
        phase=Phase(phase) if phase else None,
        indication_area=asked.word("area", "indication_area"),
        product_class=ProductClass(product_class) if product_class else None,
    )
    question = queries.published_teasers(wanted, at=at)
    number, page = queries.count(db.session(), question), asked.page()
    projects = db.session.scalars(question.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "projects/pipeline.html",
        wanted=wanted,
        is_filtered=bool(request.args.keys() & {"q", "phase", "area", "class"}),
        options={
            "phase": vocabulary.choices("phase", language()),
            "area": vocabulary.choices("indication_area", language()),
            "class": vocabulary.choices("product_class", language()),
        },
        teasers=[
            {
                "project": project,
                "title": wording.title_without_name(project),
                "class": wording.product_class(project.product_class.value),
                "teaser": wording.teaser(project.words),
            }
            for project in projects
        ],
        number=number,
        page=page,
        pages=max(1, -(-number // A_PAGE)),
        smallest=SMALLEST_SHOWN,
        on=at,
        csv_url=url_for("projects.pipeline_csv"),
        **counts_shown(),
    )


@bp.get("/pipeline/counts.csv")
def pipeline_csv() -> ResponseReturnValue:
    """Send the counts of the public snapshot as a sheet."""
    counts = counts_shown()
    header = [_("Indication area"), *counts["phases"], _("Total")]
    body = [[row.label, *row.cells, row.total] for row in [*counts["areas"], counts["totals"]]]
    text = write_rows([header, *body])
    return Response(
        text.encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="pipeline.csv"'},
    )


def counts_shown() -> dict[str, Any]:
    """Return the counts of the public snapshot in words, for every page that shows them: nothing small betrays itself."""
    session = db.session()
    published = queries.counts_by_area_and_phase(session, published=True)
    areas, phases = vocabulary.ids("indication_area"), vocabulary.ids("phase")
    unpublished = queries.counts_by_area_and_phase(session, published=False)
    safe = _safe(tuple(sorted(unpublished.items())), areas, phases)
    rows = [_row(area, safe, published) for area in areas]
    return {
        "phases": [wording.phase(phase) for phase in phases],
        "areas": [row for row in rows if row.tells],
        "silent": [row.label for row in rows if not row.tells],
        "totals": _totals(safe, published),
    }


@lru_cache(maxsize=16)
def _safe(
    counts: tuple[tuple[tuple[str, str], int], ...], areas: tuple[str, ...], phases: tuple[str, ...]
) -> SafeTable:
    # What may be shown of the same counts is the same, and takes a while to find.
    return safe_table(dict(counts), rows=areas, columns=phases)


def _row(area: str, safe: SafeTable, published: Counts) -> CountRow:
    cells = [_count(safe.cells[area, phase], published.get((area, phase), 0)) for phase in safe.columns]
    openly = sum(number for (counted, _phase), number in published.items() if counted == area)
    return CountRow(wording.area(area), cells, _count(safe.row_totals[area], openly))


def _totals(safe: SafeTable, published: Counts) -> CountRow:
    cells = []
    for phase in safe.columns:
        openly = sum(number for (_area, counted), number in published.items() if counted == phase)
        cells.append(_count(safe.column_totals[phase], openly))
    return CountRow(_("All areas"), cells, _count(safe.total, sum(published.values())))


def _count(unpublished: int | None, published: int) -> str:
    """Write a count: a hidden one as a dot, or as its published part with a plus."""
    if unpublished is not None:
        return str(unpublished + published)
    return f"{published}+" if published else HIDDEN
