"""The glossary as a page and a file, and the filter that marks its terms in the texts of other pages."""

from typing import Any

import flask
from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.reference import glossary, vocabulary
from portal.reference.glossary import Term
from portal.web.exports import Kind, export
from portal.web.forms import tidy
from portal.web.locale import LANGUAGES

bp = Blueprint("reference", __name__)
SORTS = ("term", "area")


@bp.get("/glossary")
def show_glossary() -> ResponseReturnValue:
    """Show the field's own words with their meaning."""
    asked = _asked()
    address: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "reference/glossary.html",
        terms=_listed(asked),
        asked=asked,
        other=_other(),
        areas=vocabulary.choices("glossary_area", language()),
        is_filtered=bool(asked["q"] or asked["area"]),
        exports=[
            (label, url_for("reference.glossary_file", kind=kind, **address))
            for label, kind in (("CSV", "csv"), ("XLSX", "xlsx"))
        ],
    )


@bp.get("/glossary.<any(csv, xlsx):kind>")
def glossary_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the terms that the same address without its ending shows."""
    columns = [_("Term"), LANGUAGES[_other()], _("Meaning"), _("Area")]
    rows = [
        [
            _title(term),
            term.name(_other()),
            term.meaning(language()),
            vocabulary.label("glossary_area", term.area, language()),
        ]
        for term in _listed(_asked())
    ]
    return export(kind, "glossary", columns, rows)


@bp.app_template_filter("terms")
def with_terms(text: str | None) -> str:
    """Return a text in which each term that the page has not explained yet can be asked for its meaning.

    What holds elements already is left as it is, and so is a part of a page that is fetched alone.
    """
    if text is None or (isinstance(text, Markup) and "<" in text) or "HX-Request" in flask.request.headers:
        return text or ""
    explained, written = _explained(), escape(text)
    part = flask.current_app.jinja_env.get_template("parts/term.html").module
    pieces, done = Markup(), 0
    for place in glossary.places(str(written), language()):
        if place.term.id not in explained:
            explained[place.term.id] = place.term
            word = written[place.start : place.end]
            pieces += written[done : place.start] + part.term(word, place.term.id)  # type: ignore[attr-defined]
            done = place.end
    return pieces + written[done:]


@bp.app_context_processor
def frame() -> dict[str, object]:
    """Let a page say at its end what the terms mean that it has marked."""
    return {"explained_terms": lambda: [_meaning(term) for term in _explained().values()]}


def _explained() -> dict[str, Term]:
    found: dict[str, Term] = g.setdefault("terms_explained", {})
    return found


def _meaning(term: Term) -> dict[str, str]:
    return {
        "id": term.id,
        "name": _title(term),
        "meaning": term.meaning(language()),
        "url": url_for("reference.show_glossary", _anchor=f"t-{term.id}"),
    }


def _title(term: Term) -> str:
    name, short = term.name(language()), term.short_form
    return f"{name} ({short})" if short and short.casefold() not in name.casefold() else name


def _asked() -> dict[str, str]:
    """Return what the address asks; what is on no list is left out."""
    args = flask.request.args
    area, sort = args.get("area", ""), args.get("sort", "")
    return {
        "q": tidy(args.get("q", ""))[:80],
        "area": area if area in glossary.areas() else "",
        "sort": sort if sort.removeprefix("-") in SORTS else "",
    }


def _listed(asked: dict[str, str]) -> list[Term]:
    wanted = asked["q"].casefold()
    found = [
        term
        for term in glossary.terms()
        if (not asked["area"] or term.area == asked["area"]) and wanted in _words(term)
    ]
    found.sort(key=lambda term: term.name(language()).casefold())
    if asked["sort"].removeprefix("-") == "area":
        found.sort(key=lambda term: glossary.areas().index(term.area))
    return found[::-1] if asked["sort"].startswith("-") else found


def _words(term: Term) -> str:
    said = (*term.names.values(), term.meaning(language()), term.short_form or "")
    return " ".join(said).casefold()


def _other() -> str:
    return next(code for code in LANGUAGES if code != language())


def language() -> str:
    """Return the code of the language in which this page speaks."""
    return str(get_locale() or "en")
