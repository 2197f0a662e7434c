"""The guides as pages, for anybody."""

from collections.abc import Iterator

from flask import Blueprint, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.core.errors import NotFound
from portal.help import guides
from portal.web.locale import LANGUAGES, language
from portal.web.ways import Reading

bp = Blueprint("help", __name__)
A_DAY = 86_400


@bp.get("/help")
def index() -> ResponseReturnValue:
    """Show which guides there are."""
    return render_template(
        "help/index.html", guides=[guides.guide(name, language()) for name in guides.NAMES]
    )


def readings() -> Iterator[Reading]:
    """Tell what there is to read here, for those who search."""
    for name in guides.NAMES:
        found = guides.guide(name, language())
        yield Reading(
            title=found.title, lead=found.lead, text=found.text, url=url_for("help.show", name=name)
        )


@bp.get("/help/<name>")
def show(name: str) -> ResponseReturnValue:
    """Show one guide, in the reader's language."""
    try:
        found = guides.guide(name, language())
    except KeyError as unknown:
        raise NotFound from unknown
    html = guides.page(
        found,
        picture_address=lambda picture: url_for("help.picture", code=found.language, name=picture),
    )
    return render_template("help/show.html", guide=found, html=Markup(html))  # noqa: S704  (ours, without raw HTML)


@bp.get("/help/pictures/<code>/<name>")
def picture(code: str, name: str) -> ResponseReturnValue:
    """Give a guide's picture."""
    try:
        path = guides.picture_path(code, name)
    except KeyError as unknown:
        raise NotFound from unknown
    if code not in LANGUAGES or not path.exists():
        raise NotFound
    return send_file(path, mimetype="image/png", max_age=A_DAY)
