"""People who can sign, and a record to sign."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.passwords import hashed
from portal.core.actors import Actor, Role
from portal.signatures import services
from portal.signatures.models import Signature
from portal.signatures.rules import Meaning
from tests import make

PASSWORD = "winter barley over the bridge"


@pytest.fixture(scope="session")
def password_hash(app: Flask) -> Iterator[str]:
    """Return the hash of the password of these tests, made and compared with little effort."""
    security = app.extensions["security"]
    dear = security.pwd_context
    security.pwd_context = dear.copy(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    with app.app_context():
        made = hashed(PASSWORD)
    yield made
    security.pwd_context = dear


@pytest.fixture
def signer(session: Session, password_hash: str) -> Actor:
    """Return somebody who has a password."""
    actor = make.member(session, make.organisation(session), Role.QA, name="Åsa Ö. Łuk")
    session.get_one(User, actor.user_id).password = password_hash
    session.commit()
    return actor


@pytest.fixture
def sign(session: Session, signer: Actor) -> Callable[..., Signature]:
    """Return what signs record 12, a made-up room."""

    def signed(**values: Any) -> Signature:
        defaults: dict[str, Any] = {
            "subject_kind": "room",
            "subject_id": 12,
            "content": {"code": "P3", "days": [1, 2], "note": "åäö"},
            "meaning": Meaning.APPROVED,
            "role": Role.QA,
            "on_behalf_of": "GMP unit",
            "at": make.NOON,
        }
        return services.sign(session, signer, make.proof(signer), **{**defaults, **values})

    return signed
