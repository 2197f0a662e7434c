"""A visitor's browser for tests: it signs in, follows the rules of forms, and checks every page that it is given."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import User
from portal.core.actors import Actor
from tests import make
from tests.page import check_page


class PageClient:
    """A browser that checks every page; `session` is committed before each request, so that the page sees it."""

    def __init__(self, app: Flask, session: Session) -> None:
        """Open a browser without cookies."""
        app.config["WTF_CSRF_ENABLED"] = False
        self._client: FlaskClient = app.test_client()
        self._session = session

    def sign_in(self, actor: Actor, **values: Any) -> "PageClient":
        """Go on as this person, acting for the actor's organisation; the values are those of the sign-in."""
        user = self._session.get_one(User, actor.user_id)
        user.current_organisation_id = actor.organisation_id
        token = make.sign_in(self._session, user, **values)
        with self._client.session_transaction() as cookie:
            cookie["_user_id"] = token
        return self

    def get(self, path: str, **options: Any) -> TestResponse:
        """Fetch a page and check it."""
        return self._checked(path, "GET", options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form and check the page that answers."""
        return self._checked(path, "POST", {"data": data or {}, **options})

    def _checked(self, path: str, method: str, options: dict[str, Any]) -> TestResponse:
        self._session.commit()
        response = self._client.open(path, method=method, **options)
        self._session.expire_all()
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            check_page(response.get_data(as_text=True), path)
        return response
