"""What the portal says about itself: accessibility, privacy, terms of use, contact."""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from portal.home.views.blueprint import bp


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


def _page(name: str) -> str:
    settings = current_app.extensions["portal_settings"]
    return render_template(
        f"home/pages/{name}.html",
        contact_email=settings.contact_email,
        address=settings.base_url,
        is_demo=settings.demo,
    )
