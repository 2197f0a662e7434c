"""From the portal's errors, and HTTP's, to pages that help."""

import logging

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.store import conflict_of
from portal.web.sentences import sentence

logger = logging.getLogger(__name__)
PAGES = {400, 403, 404, 405, 409, 413, 422, 429, 500}


def init_app(app: Flask) -> None:
    """Map every error that the portal raises on purpose to its page."""
    app.register_error_handler(NotFound, lambda _error: page(404))
    app.register_error_handler(NotAllowed, lambda _error: _not_allowed())
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Stale, lambda _error: page(409, [sentence(Reason("stale"))]))
    app.register_error_handler(StaleDataError, lambda _error: page(409, [sentence(Reason("stale"))]))
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(CSRFError, lambda _error: page(400))
    app.register_error_handler(HTTPException, _http)


def page(code: int, sentences: list[str] | None = None) -> ResponseReturnValue:
    """Return the page of an error, saying what happened and what to do next."""
    known = code if code in PAGES else 400 if code < 500 else 500
    if known == 500:
        # Without context processors: they ask the database, which may be what broke.
        return current_app.jinja_env.get_template("errors/500.html").render(), code
    g.error_page = True  # what stands around an error is not worth asking the database for
    return render_template(f"errors/{known}.html", sentences=sentences or []), code


def _not_allowed() -> ResponseReturnValue:
    logger.warning("%s of %s from %s was not allowed", request.method, request.endpoint, request.remote_addr)
    return page(403)


def _refused(error: Refused) -> ResponseReturnValue:
    return page(422, [sentence(reason) for reason in error.reasons])


def _database(error: DBAPIError) -> ResponseReturnValue:
    if conflict_of(error) is None:
        raise error
    return page(409, [sentence(Reason("slot_taken_meanwhile"))])


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):
        # A page is full of addresses, and the one that was asked for is not the portal's.
        return "This is not the address of the portal.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    if error.code is None or error.code < 400 or error.response is not None:
        return error.get_response()
    return page(error.code)
