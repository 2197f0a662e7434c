"""The catalogue of support that anyone may read: shipped programmes, and what providers offer themselves."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.partners import queries, services, words
from portal.partners.forms import CallForm
from portal.partners.models import Partner, ProgrammeCall
from portal.partners.queries import SupportFilter
from portal.partners.rules import access
from portal.partners.rules.calls import standing_call
from portal.partners.rules.values import APPLICANTS
from portal.partners.views.blueprint import bp
from portal.reference import shipped, vocabulary
from portal.reference.rules import EffectiveFact
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, maybe_actor
from portal.web.exports import Kind, Value, export
from portal.web.filters import day
from portal.web.locale import language
from portal.web.paging import page_number, pages_of
from portal.web.sorting import in_order

A_PAGE = 30
SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "name": lambda row: row["name"].casefold(),
    "needs": lambda row: (row["needs"] or "").casefold() or None,
    "cost": lambda row: str(row["cost"]).casefold() if row["cost"] else None,
    "date": lambda row: row["date"],
}
KINDS: dict[str, Kind] = {"csv": "csv", "xlsx": "xlsx"}
COLUMNS = ("name", "provider", "needs", "phases", "for whom", "cost", "source", "confidence", "date")


@bp.get("/support")
def catalogue() -> ResponseReturnValue:
    """Show the support that fits what the address asks."""
    wanted = _wanted()
    rows, sort = in_order(_rows(wanted), SORTS)
    page, pages = page_number(len(rows), A_PAGE), pages_of(len(rows), A_PAGE)
    return render_template(
        "partners/catalogue.html",
        rows=rows[(page - 1) * A_PAGE : page * A_PAGE],
        count=len(rows),
        page=page,
        pages=pages,
        wanted=wanted,
        sort=sort,
        is_filtered=wanted != SupportFilter(),
        options={
            "need": vocabulary.choices("need", language()),
            "phase": vocabulary.choices("phase", language()),
            "class": vocabulary.choices("product_class", language()),
            "for": [(one, words.word("organisation_kinds", one)) for one in APPLICANTS],
        },
        exports=[
            (kind.upper(), url_for("partners.download_catalogue", kind=kind, **_address())) for kind in KINDS
        ],
    )


@bp.get("/support/export.<kind>")
def download_catalogue(kind: str) -> ResponseReturnValue:
    """Send the support that the catalogue shows, as a sheet."""
    if kind not in KINDS:
        raise NotFound
    rows, _sort = in_order(_rows(_wanted()), SORTS)
    return export(KINDS[kind], "support", COLUMNS, [_cells(row) for row in rows])


@bp.get("/support/programmes/<programme_id>")
def programme(programme_id: str) -> ResponseReturnValue:
    """Show one programme with its source and how far to trust it."""
    return programme_page(programme_id, CallForm(None))


@bp.post("/support/programmes/<programme_id>/calls")
@for_roles(Role.ADVISER, Role.ADMINISTRATOR)
def note_call(programme_id: str) -> ResponseReturnValue:
    """Note from when until when a programme takes applications."""
    actor, at, form = current_actor(), clock.now(), CallForm(request.form)
    queries.programme(db.session(), programme_id)
    closes = form.closes.data
    if (
        form.validate()
        and closes is not None
        and form.attempt(
            lambda session: (
                services.note_call(
                    session,
                    actor,
                    programme_id,
                    opens=form.opens.data,
                    closes=closes,
                    source=form.source.data or "",
                    at=at,
                ).id
            )
        )
    ):
        flash(_("Saved."), "done")
        return back("partners.programme", programme_id=programme_id)
    return programme_page(programme_id, form), 422


@bp.post("/support/programmes/<programme_id>/calls/<int:call_id>/remove")
@for_roles(Role.ADVISER, Role.ADMINISTRATOR)
def remove_call(programme_id: str, call_id: int) -> ResponseReturnValue:
    """Take out a call that is not one."""
    actor, at, form = current_actor(), clock.now(), CallForm(None)
    queries.programme(db.session(), programme_id)
    if form.attempt(lambda session: services.remove_call(session, actor, programme_id, call_id, at=at)):
        flash(_("Removed."), "done")
    return back("partners.programme", programme_id=programme_id)


def programme_page(programme_id: str, form: CallForm) -> str:
    """Return the page of a programme, with what was refused on it."""
    fact, actor, today = queries.programme(db.session(), programme_id), maybe_actor(), clock.now().date()
    record = fact.record
    noted = queries.calls_of(db.session(), fact.record_id)
    standing = standing_call((one.call for one in noted), on=today)
    return render_template(
        "partners/programme.html",
        programme_id=fact.record_id,
        record=_dated(record),
        row=_programme_row(fact),
        said={name: words.in_language(record[name]) for name in ("gives", "deadlines", "note")},
        other=words.in_language(record["eligibility"].get("other")),
        prepare=[words.in_language(item) for item in record["prepare"] or []],
        steps=_steps(record),
        lead_time=_lead_time(record),
        areas=words.words("product_classes", record["eligibility"]["product_class"] or []),
        countries=words.countries(record["eligibility"]["country"] or []),
        weaker=record["unverified_fields"] or [],
        weaker_words=words.programme_fields(record["unverified_fields"] or []),
        is_changed=bool(fact.changed_fields),
        form=form,
        calls=[_call_row(one, today) for one in noted],
        calls_say=words.call_in_words(standing, in_calls=words.takes_in_calls(fact), today=today),
        may_note=actor is not None and access.may_note_calls(actor),
    )


def _call_row(one: ProgrammeCall, today: date) -> dict[str, Any]:
    return {
        "id": one.id,
        "opens": one.opens,
        "closes": one.closes,
        "source": one.source,
        "is_past": one.closes < today,
    }


@bp.get("/support/offers/<int:partner_id>")
def offer(partner_id: int) -> ResponseReturnValue:
    """Show one provider's own offer, as far as anyone may read it."""
    partner = queries.public_offer(db.session(), partner_id)
    return render_template("partners/offer.html", partner=partner, row=_offer_row(partner), words=words)


def _wanted() -> SupportFilter:
    asked = request.args

    def known(name: str, allowed: tuple[str, ...]) -> str | None:
        written = asked.get(name, "")
        return written if written in allowed else None

    return SupportFilter(
        words=asked.get("q", "")[:100].strip(),
        need=known("need", vocabulary.ids("need")),
        phase=known("phase", vocabulary.ids("phase")),
        product_class=known("class", vocabulary.ids("product_class")),
        organisation_kind=known("for", APPLICANTS),
    )


def _address() -> dict[str, Any]:
    return {
        name: value
        for name, value in request.args.items()
        if name in ("q", "need", "phase", "class", "for", "sort")
    }


def _rows(wanted: SupportFilter) -> list[dict[str, Any]]:
    offers = [_offer_row(partner) for partner in queries.public_offers(db.session(), wanted)]
    return [*offers, *(_programme_row(fact) for fact in queries.programmes(db.session(), wanted))]


def _offer_row(partner: Partner) -> dict[str, Any]:
    return {
        "name": partner.name,
        "provider": partner.organisation.name,
        "url": url_for("partners.offer", partner_id=partner.id),
        "text": words.text(partner),
        "needs": words.words("serves", partner.serves),
        "phases": words.words("phases", partner.phases) or None,
        "applicants": words.words("organisation_kinds", partner.organisation_kinds) or None,
        "cost": partner.cost,
        "kind": words.kind(partner),
        "is_demo": partner.is_demo,
        "confidence": None,
        "source": None,
        "date": partner.updated_at.date(),
    }


def _programme_row(fact: EffectiveFact) -> dict[str, Any]:
    record = fact.record
    source = record["source"] or {}
    return {
        "name": record["name"],
        "provider": record["provider"],
        "url": url_for("partners.programme", programme_id=fact.record_id),
        "text": words.in_language(record["gives"]),
        "needs": words.words("serves", record["needs_served"] or []),
        "phases": words.words("phases", record["eligibility"]["phases"] or []) or None,
        "applicants": words.words("organisation_kinds", record["eligibility"]["organisation"] or []) or None,
        "cost": _cost(record),
        "kind": words.word("support_kind", record["kind"]),
        "is_demo": False,
        "confidence": record["confidence"],
        "source": source.get("title"),
        "date": _checked(record),
    }


def _checked(record: dict[str, Any]) -> date | None:
    written = (record["source"] or {}).get("checked")
    return date.fromisoformat(str(written)) if written else None


def _dated(record: dict[str, Any]) -> dict[str, Any]:
    source = record["source"]
    return {**record, "source": {**source, "checked": _checked(record)} if source else None}


def _cost(record: dict[str, Any]) -> str | None:
    from_facts = record["cost"]
    if isinstance(from_facts, dict):
        year = f" ({from_facts['year']})" if from_facts.get("year") else ""
        return f"{from_facts['currency']} {from_facts['amount']:,}{year}"
    return words.free() if from_facts == "free" else None


def _lead_time(record: dict[str, Any]) -> str | None:
    days = record["lead_time_days"]
    return words.value_words("lead_time_days", days["likely"]) if days else None


def _steps(record: dict[str, Any]) -> list[str]:
    known = {step["id"]: step for step in shipped.records("roadmap_steps")}
    found = [known.get(step, {}).get("name") for step in record["linked_steps"] or []]
    return [str(words.in_language(name) if isinstance(name, dict) else name) for name in found if name]


def _cells(row: dict[str, Any]) -> list[Value]:
    on = row["date"]
    return [
        row["name"],
        row["provider"],
        row["needs"],
        row["phases"],
        row["applicants"],
        row["cost"],
        row["source"],
        row["confidence"],
        day(on) if on else None,
    ]
