"""The style sheets of all parts as one file, and addresses of static files that change with their content.

Decisions:

- Of the library's sheet go out only the rules that a page can use (`pruning`): it was the heaviest thing that a first visit
  waited for.
- People write one sheet for each part; browsers get `css/portal.css`, which is put together here, so that a page asks for
  one file and may keep it for a year.
- Style sheets, scripts and drawings go out packed to whoever takes them so. Pages do not: what is secret in them could be
  guessed from how small they become.
"""

import gzip
import hashlib
import mimetypes
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

from portal.web.pruning import Vocabulary, pruned

YEAR = 365 * 24 * 3600
BUNDLE = "css/portal.css"
PARTS = (
    *(
        "icon",
        "button",
        "field",
        "form",
        "errors",
        "header",
        "menu",
        "search",
        "ribbon",
        "footer",
        "crumbs",
        "head",
    ),
    *(
        "tabs",
        "filters",
        "panel",
        "rows",
        "facts",
        "grade",
        "state",
        "demo",
        "unknown",
        "reasons",
        "next",
        "table",
    ),
    *(
        "pagination",
        "strip",
        "room",
        "inbox",
        "history",
        "timeline",
        "legend",
        "steps",
        "level",
        "empty",
        "note",
    ),
    *("problem", "flash", "decide", "dialog", "shortcuts", "copy", "source", "chart", "landing"),
    *(
        "gate",
        "chain",
        "signature",
        "score",
        "board",
        "ruler",
        "assisting",
        "passkey",
        "facility",
        "project",
        "request",
        "progress",
        "message",
        "term",
        "found",
    ),
    *("roadmap", "guide"),
)
"""The sheets of `css/parts`, in the order in which they may overrule one another."""
SHEETS = ("css/tokens.css", "css/base.css", *(f"css/parts/{part}.css" for part in PARTS))

PRUNED = "vendor/tabler/tabler.min.css"

PACKED = frozenset({".css", ".js", ".svg"})

Stamp = tuple[tuple[str, int], ...]
"""The files of which something is made, and when each was last changed."""


def init_app(app: Flask) -> None:
    """Serve the bundle, put versions into the addresses of static files, and let browsers keep them for a year."""
    folder = str(app.static_folder)

    def static(filename: str) -> ResponseReturnValue:
        if Path(filename).suffix not in PACKED or version(folder, filename) is None:
            return app.send_static_file(filename)
        return _written(_stamp(folder, filename), filename).make_conditional(request)

    app.view_functions["static"] = static
    app.add_template_global(address_of_static)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            word = version(folder, values.get("filename", ""))
            if word is not None:
                values["v"] = word

    @app.after_request
    def keep(response: Response) -> Response:
        asked = request.args.get("v")
        name = (request.view_args or {}).get("filename", "")
        found = request.endpoint == "static" and response.status_code == 200
        if found and asked and asked == version(folder, name):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response


def address_of_static(name: str) -> str:
    """Return the address of a static file, made once for a page: each of its hundreds of icons asks for the same two."""
    known: dict[str, str] = g.setdefault("static_addresses", {})
    if name not in known:
        known[name] = url_for("static", filename=name)
    return known[name]


def version(folder: str, name: str) -> str | None:
    """Return a word that changes with the content of a static file, or None if there is no such file."""
    try:
        return _digest(_stamp(folder, name))
    except OSError:
        return None


def content_of(folder: str, name: str) -> bytes:
    """Return what a static file holds, the bundle's sheets one after another."""
    return _content(_stamp(folder, name))


def _written(stamp: Stamp, name: str) -> Response:
    """Return a file as text, packed where the browser takes it so."""
    packs = request.accept_encodings.quality("gzip") > 0
    response = Response(_packed(stamp) if packs else _content(stamp), mimetype=mimetypes.guess_type(name)[0])
    response.set_etag(f"{_digest(stamp)}-gzip" if packs else _digest(stamp))
    response.vary.add("Accept-Encoding")
    response.cache_control.no_cache = True
    if packs:
        response.content_encoding = "gzip"
    return response


def _stamp(folder: str, name: str) -> Stamp:
    return tuple((path, os.stat(path).st_mtime_ns) for path in _paths(folder, name))  # noqa: PTH116 - asked at every page


@lru_cache(maxsize=1024)
def _paths(folder: str, name: str) -> tuple[str, ...]:
    return tuple(safe_join(folder, one) or "" for one in (SHEETS if name == BUNDLE else (name,)))


@lru_cache(maxsize=8)
def _content(stamp: Stamp) -> bytes:
    if _is_pruned(stamp):
        sheet = Path(stamp[0][0])
        return pruned(sheet.read_text(), _vocabulary(sheet.parents[3])).encode()
    return b"\n".join(Path(path).read_bytes() for path, _ in stamp)


def _is_pruned(stamp: Stamp) -> bool:
    return len(stamp) == 1 and Path(stamp[0][0]).as_posix().endswith(PRUNED)


@lru_cache(maxsize=1)
def _vocabulary(root: Path) -> Vocabulary:
    """Return every word of the templates, scripts and code, read once for a process."""
    patterns = ("templates/**/*.html", "static/js/**/*.js", "portal/**/*.py")
    return Vocabulary(path.read_text() for pattern in patterns for path in root.glob(pattern))


@lru_cache(maxsize=256)
def _packed(stamp: Stamp) -> bytes:
    return gzip.compress(_content(stamp), mtime=0)


@lru_cache(maxsize=1024)
def _digest(stamp: Stamp) -> str:
    whole = hashlib.sha256()
    if _is_pruned(stamp):
        whole.update(_content(stamp))
    for path, _ in stamp:
        whole.update(Path(path).read_bytes())
    return whole.hexdigest()[:12]
