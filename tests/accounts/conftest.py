"""What the tests of accounts share: limits that begin anew, and people with a password."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.passwords import hashed
from portal.mail.models import OutgoingMail
from portal.web.limits import limiter
from tests import make

PASSWORD = "winter barley over the bridge"


@pytest.fixture(autouse=True)
def _uncounted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let each test that has the portal begin and end without anything counted."""
    if "app" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("cheap_hashes")
    app: Flask = request.getfixturevalue("app")
    with app.app_context():
        limiter.reset()
    yield
    with app.app_context():
        limiter.reset()


@pytest.fixture(scope="session")
def cheap_hashes(app: Flask) -> Iterator[Flask]:
    """Return the portal, hashing with little effort: dozens of sign-ins would take minutes on a busy machine."""
    security = app.extensions["security"]
    dear = security.pwd_context
    security.pwd_context = dear.copy(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    yield app
    security.pwd_context = dear


@pytest.fixture(scope="session")
def password_hash(cheap_hashes: Flask) -> str:
    """Return the hash of the password that people of these tests have."""
    with cheap_hashes.app_context():
        return hashed(PASSWORD)


@pytest.fixture
def person(session: Session, password_hash: str) -> Callable[..., User]:
    """Return what stores a person with a password."""

    def stored(**values: Any) -> User:
        return make.user(session, password=password_hash, **values)

    return stored


@pytest.fixture
def mail(session: Session) -> Callable[[], list[OutgoingMail]]:
    """Return what reads the mails that wait, in their order."""

    def waiting() -> list[OutgoingMail]:
        session.expire_all()
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))

    return waiting


def link_in(mail: OutgoingMail) -> str:
    """Return the path of the one link in a mail."""
    assert mail.text is not None
    links = [word for word in mail.text.split() if word.startswith("http")]
    assert len(links) == 1, links
    base = "http://127.0.0.1:5000"
    assert links[0].startswith(f"{base}/")
    return links[0].removeprefix(base)
