"""Choosing language and theme, and telling a load balancer that this worker is well."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import text

from portal.core.errors import NotFound
from portal.store import db
from portal.web.cookies import keep
from portal.web.locale import LANGUAGE_COOKIE, LANGUAGES, THEME_COOKIE, THEMES
from portal.web.locale import language as chosen_language
from portal.web.locale import theme as chosen_theme

bp = Blueprint("web", __name__)


@bp.get("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    """Show the portal in another language from now on, and go back to the page."""
    if code not in LANGUAGES:
        raise NotFound
    return _remember(LANGUAGE_COOKIE, code)


@bp.post("/theme")
def theme() -> ResponseReturnValue:
    """Show the portal light, dark or as the system says, and go back to the page."""
    chosen = request.form.get("theme", "")
    if chosen not in THEMES:
        flash(_("Choose light, dark or automatic."), "refused")
        chosen = chosen_theme()
    return _remember(THEME_COOKIE, chosen)


@bp.get("/healthz")
def healthy() -> ResponseReturnValue:
    """Say that this worker answers and reaches its database."""
    db.session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


@bp.get("/offline")
def offline() -> ResponseReturnValue:
    """Return the page that a browser keeps for when the network is gone; it is the same for everybody."""
    return render_template("errors/offline.html")


@bp.get("/service-worker.js")
def service_worker() -> ResponseReturnValue:
    """Return the script that shows the kept page; at the root, so that it may do so for every address."""
    return current_app.send_static_file("js/service-worker.js")


@bp.app_context_processor
def frame() -> dict[str, object]:
    """Give every page what its frame shows: name, language, theme, and whether this is a demo."""
    other = next(code for code in LANGUAGES if code != chosen_language())
    settings = current_app.extensions["portal_settings"]
    return {
        "portal_name": settings.portal_name,
        "demo_mode": settings.demo,
        "language": chosen_language(),
        "language_switch_url": url_for("web.language", code=other, next=_here()),
        "language_switch_code": other,
        "language_switch_name": LANGUAGES[other],
        "theme": chosen_theme(),
        "theme_switch_url": url_for("web.theme"),
        "service_worker_url": url_for("web.service_worker"),
    }


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


def _remember(cookie: str, value: str) -> ResponseReturnValue:
    response = redirect(own_page(request.args.get("next") or request.form.get("next") or ""), code=303)
    keep(response, cookie, value)
    return response


def own_page(target: str) -> str:
    """Return the path that somebody wants to go on to, or the home page where it leads out of the portal."""
    parts = urlsplit(target)
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if safe else "/"
