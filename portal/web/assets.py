"""Addresses of static files that change with their content, so that browsers may keep what they have."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

YEAR = 365 * 24 * 3600


@lru_cache(maxsize=1024)
def _digest(path: Path, _written_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def version(folder: str, name: str) -> str | None:
    """Return a word that changes with the content of a static file, or None if there is no such file."""
    path = Path(folder) / name
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return None


def init_app(app: Flask) -> None:
    """Put the version into every address of a static file, and let browsers keep such files for a year."""
    folder = str(app.static_folder)

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
