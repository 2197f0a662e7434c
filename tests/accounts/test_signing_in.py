"""Signing in and out, and what a visitor learns from it."""

import pytest
from flask_security import hash_password
from sqlalchemy.orm import Session

from portal.accounts.models import User
from tests import make
from tests.client import PageClient

PASSWORD = "winter barley over the bridge"


@pytest.fixture
def person(client: PageClient, session: Session) -> User:
    with client._client.application.app_context():
        return make.user(session, password=hash_password(PASSWORD))


def test_the_right_password_signs_in(client: PageClient, session: Session, person: User) -> None:
    answer = client.post("/login", {"email": person.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/verify").status_code == 200


def test_a_test_signs_in_by_its_cookie(client: PageClient, session: Session) -> None:
    assert client.get("/verify").status_code == 302
    assert client.sign_in(make.founder(session)).get("/verify").status_code == 200
