"""What the portal says about itself: accessibility, privacy, terms of use, contact."""

from flask import Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.facilities import queries
from portal.home.views.blueprint import bp
from portal.store import db
from portal.web.locale import language

PUBLIC = (
    "home.start",
    "facilities.catalogue",
    "partners.catalogue",
    "projects.pipeline",
    "roadmap.catalogue",
    "help.index",
    "reference.show_glossary",
    "accounts.register",
    "home.accessibility",
    "home.privacy",
    "home.terms",
    "home.contact",
)
"""Pages that anyone may read, besides those of each facility."""


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say how accessible the portal is, what was tested, and where to tell of a barrier."""
    return _page("accessibility")


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what the portal keeps of people, why, for how long, and what they can ask for."""
    return _page("privacy")


@bp.get("/terms")
def terms() -> ResponseReturnValue:
    """Say what using the portal means, and what it does not promise."""
    return _page("terms")


@bp.get("/contact")
def contact() -> ResponseReturnValue:
    """Say how to reach the people who run this portal."""
    return _page("contact")


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Tell search engines what to leave alone, and where the public pages are listed."""
    text = f"User-agent: *\nDisallow: /search\nDisallow: /language/\n\nSitemap: {_absolute('home.sitemap')}\n"
    return Response(text, mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """List the pages that anyone may read, for search engines."""
    facilities = queries.facilities(db.session())
    pages = [
        *(_absolute(endpoint) for endpoint in PUBLIC),
        *(_absolute("facilities.show", slug=facility.slug) for facility in facilities),
    ]
    return Response(render_template("home/pages/sitemap.xml", pages=pages), mimetype="application/xml")


def _absolute(endpoint: str, **values: str) -> str:
    base: str = current_app.extensions["portal_settings"].base_url
    return base + url_for(endpoint, **values)  # type: ignore[arg-type]


def _page(name: str) -> str:
    settings = current_app.extensions["portal_settings"]
    return render_template(
        f"home/pages/{name}.html",
        contact_email=settings.contact_email,
        legal_basis=_stated(en=settings.legal_basis, sv=settings.legal_basis_sv),
        recipients=_stated(en=settings.data_recipients, sv=settings.data_recipients_sv),
        retention=_stated(en=settings.data_retention, sv=settings.data_retention_sv),
        settings=settings,
        address=settings.base_url,
        is_demo=settings.demo,
    )


def _stated(**stated: str | None) -> tuple[str, str] | None:
    """Return what the operator states, in the reader's language if it is, with the language it is in."""
    found = [(code, text) for code, text in stated.items() if text]
    return min(found, key=lambda pair: pair[0] != language(), default=None)
