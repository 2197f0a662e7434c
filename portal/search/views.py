"""The search page: what the reader may see and asked for, by kind, with filters in the address."""

from collections.abc import Sequence

import flask
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.core import clock
from portal.search import queries
from portal.search.hits import MORE, Group, group_of, more_groups, title_of
from portal.search.queries import Asker, Kind
from portal.search.rules import LONGEST_QUESTION, words_asked
from portal.store import db
from portal.web.actors import maybe_actor
from portal.web.forms import tidy
from portal.web.ways import ways

bp = Blueprint("search", __name__)
A_FEW = 5
A_PAGE = 25


@bp.get("/search")
def show() -> ResponseReturnValue:
    """Show what was found of each kind, or all that was found of one."""
    question = tidy(flask.request.args.get("q", ""))[:LONGEST_QUESTION]
    words, only = words_asked(question), _only()
    groups = _groups(words, only) if words else []
    return render_template(
        "search/show.html",
        question=question,
        groups=groups,
        only=only,
        total=sum(group.total for group in groups),
        is_more=any(group.is_more for group in groups),
        page=_page(),
        pages=max((-(-group.total // A_PAGE) for group in groups), default=1) if only else 1,
        kinds=[(kind, title_of(kind)) for kind in _kinds()],
        destinations=ways(),
    )


@bp.app_context_processor
def frame() -> dict[str, object]:
    """Tell every page where to search."""
    return {"search_url": url_for("search.show")}


def _groups(words: Sequence[str], only: str | None) -> list[Group]:
    asker, session = Asker(maybe_actor(), clock.now()), db.session()
    limit, offset = (A_PAGE, (_page() - 1) * A_PAGE) if only else (A_FEW, 0)
    stored = [
        group_of(kind, queries.found(session, kind, asker, words, limit=limit, offset=offset), asker, words)
        for kind in queries.kinds_for(asker.actor)
        if only in (None, kind)
    ]
    found = [*stored, *more_groups(words, only=only, limit=limit, offset=offset)]
    return [group for group in found if group.total]


def _kinds() -> list[str]:
    return [*queries.kinds_for(maybe_actor()), *MORE]


def _only() -> str | None:
    asked = flask.request.args.get("kind", "")
    return asked if asked in {*Kind, *MORE} else None


def _page() -> int:
    written = flask.request.args.get("page", "")
    return max(1, int(written)) if written.isascii() and written.isdecimal() and len(written) < 6 else 1
