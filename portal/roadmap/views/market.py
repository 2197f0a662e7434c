"""How a product will be paid for: what the team states, the assessments that lie ahead, and what came of similar products."""

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.projects.queries import SeenProject, own_project, seen_project
from portal.projects.rules.values import FieldGroup
from portal.projects.views import shown
from portal.projects.wording import amount_range
from portal.reference import shipped, vocabulary
from portal.reference.queries import effective_records
from portal.roadmap import queries, services, words
from portal.roadmap.forms import MarketForm
from portal.roadmap.models import MarketAccess
from portal.roadmap.rules.market import Alike, Precedent, precedents_for
from portal.roadmap.views import happened
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.catalogue import cited
from portal.roadmap.views.lines import StepLine, lines_of
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.exports import Kind, Value, export
from portal.web.locale import language

TRACK = "market_access"
PRODUCTS = "authorised_atmps"


@bp.get("/projects/<int:project_id>/market-access")
@signed_in
def market_access(project_id: int) -> ResponseReturnValue:
    """Show how a project's product will be paid for, to those who may read its money and its roadmap."""
    seen = queries.seen_confidential(db.session(), current_actor(), project_id, at=clock.now())
    stated = queries.market_access_of(db.session(), seen.project)
    return render_template(
        "roadmap/market_access.html",
        stated=stated,
        price=_price(stated),
        milestones=_milestones(seen),
        precedents=_precedents(seen),
        may_state=seen.is_own and seen.project.archived_at is None,
        entries=history_of(seen, happened.MARKET),
        words=words,
        **shown.frame(seen),
    )


@bp.get("/projects/<int:project_id>/market-access.<any(csv, xlsx):kind>")
@signed_in
def download_market_access(project_id: int, kind: Kind) -> ResponseReturnValue:
    """Hand out what is stated of how a product will be paid for as a table."""
    seen = queries.seen_confidential(db.session(), current_actor(), project_id, at=clock.now())
    stated = queries.market_access_of(db.session(), seen.project)
    facts: list[list[Value]] = [
        [_("Value story"), stated.value_story if stated else ""],
        [_("Comparator"), stated.comparator if stated else ""],
        [_("Patients a year in Sweden"), stated.patients if stated else None],
        [_("How the number was found"), stated.patients_basis if stated else ""],
        [_("Evidence plan"), stated.evidence_plan if stated else ""],
        [_("Price for one patient"), _price(stated)],
        [_("What the corridor rests on"), stated.price_basis if stated else ""],
    ]
    facts.extend([line.name, _from_to(line)] for line in _milestones(seen))
    return export(kind, f"market-access-{seen.project.reference}", [_("Field"), _("Value")], facts)


@bp.route("/projects/<int:project_id>/market-access/edit", methods=["GET", "POST"])
@signed_in
def state_market_access(project_id: int) -> ResponseReturnValue:
    """State how the product will be paid for."""
    actor, at, session = current_actor(), clock.now(), db.session()
    project = own_project(session, actor, project_id, at=at)
    form = (
        MarketForm(request.form)
        if request.method == "POST"
        else MarketForm.of(queries.market_access_of(session, project))
    )
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda work: (
                services.state_market_access(
                    work, actor, project_id, form.stated, version=form.shown_version, at=at
                ).id
            )
        )
    ):
        flash(_("Saved. The earlier words stay in the history."), "done")
        return back("roadmap.market_access", project_id=project_id)
    if form.stale:
        now = queries.market_access_of(db.session(), own_project(db.session(), actor, project_id, at=at))
        form.version.data = str(now.version if now else 0)
    page = render_template(
        "roadmap/state_market_access.html",
        form=form,
        **shown.frame(seen_project(db.session(), actor, project_id, at=at)),
    )
    return page, (409 if form.stale else 422) if request.method == "POST" else 200


def history_of(seen: SeenProject, names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what happened to one of the two confidential pages of a project, newest first, in words."""
    return happened.confidential_entries(
        db.session(),
        queries.confidential_history(db.session(), seen.project),
        names,
        names_people=seen.shows(FieldGroup.IDENTITY),
    )


def _price(stated: MarketAccess | None) -> str | None:
    if stated is None:
        return None
    return amount_range(stated.price_low, stated.price_high, stated.price_currency)


def _milestones(seen: SeenProject) -> list[StepLine]:
    laid = queries.laid(db.session(), seen.project)
    if laid is None:
        return []
    booked = queries.booked_steps(db.session(), seen.project.id)
    return [line for line in lines_of(laid, booked) if line.track == TRACK]


def _from_to(line: StepLine) -> str:
    return f"{line.start.isoformat()} – {line.finish.isoformat()}"


def _precedents(seen: SeenProject) -> list[dict[str, Any]]:
    """Return authorised products that resemble the project as they hold here, as far as the reader knows the project."""
    project = seen.project
    stated: dict[str, Any] = {
        Alike.CLASS: project.product_class.value,
        Alike.AREA: project.indication_area,
        Alike.ORPHAN: project.orphan,
    }
    if seen.shows(FieldGroup.PROCESS):
        stated[Alike.CELLS] = project.autologous
    products = {fact.record["id"]: fact.record for fact in effective_records(db.session(), PRODUCTS)}
    return [_precedent(one, products[one.id]) for one in precedents_for(stated, products.values())]


def _precedent(found: Precedent, product: dict[str, Any]) -> dict[str, Any]:
    weak = shipped.fields_to_verify(product)
    council = product.get("nt_council") or {}
    return {
        "name": product["name"],
        "what": product["modality"],
        "indication": product["indication"],
        "area": vocabulary.label("indication_area", product["indication_area"], language()),
        "alike": ", ".join(str(words.ALIKE[one]) for one in found.alike),
        "doubtful": ", ".join(str(words.ALIKE[one]) for one in found.alike if weak & {one.value, "all"}),
        "authorised": product["authorised"],
        "status": words.product_status(product.get("status"), product.get("status_year")),
        "status_weak": bool(weak & {"status", "status_year", "all"}),
        "council": words.council_position(council.get("position"), council.get("as_of")),
        "council_weak": bool(weak & {"nt_council", "all"}),
        "recommended": product.get("reimbursed_in_sweden"),
        "record": cited(product),
    }
