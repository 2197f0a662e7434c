"""Every page of the access matrix over the national portal, as everybody who may read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.national import databases
from benchmarks.national.addresses import ground_in
from benchmarks.national.measuring import Took, best_of
from portal.accounts.models import SignIn, SignInMeans
from portal.accounts.tokens import digest_of, new_token
from portal.web.limits import limiter
from tests.house.access import TABLE, Line, Who
from tests.house.world import Ground

READERS = {
    Who.VISITOR: None,
    Who.OWNER: "founder",
    Who.MANAGER: "manager",
    Who.QA: "qa",
    Who.QP: "qp",
    Who.GRANTED: "adviser",
    Who.INVESTOR: "investor",
    Who.PROVIDER: "provider",
    Who.ANALYST: "analyst",
    Who.ADMINISTRATOR: "administrator",
}
"""One reader of each role: of the developers the one with the most requests, of the facilities the one with most rooms."""

BUDGET = 0.100
FILES = ("_csv", "_file", ".file", "download", "export")
"""What addresses of files are called; a list's file hands out all rows and so grows with it, and the budget is for pages."""

WORD = "benchmark"
"""What is searched for: a word that every record here has somewhere."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What one page took for one reader."""

    name: str
    reader: str
    path: str
    code: int
    size: int
    took: Took


def walk(app: Flask, engine: Engine, *, times: int = 3, only: str = "") -> Iterator[Walked]:
    """Fetch every page of the matrix that the big data can fill, as each reader who may, and say what it took."""
    limiter.enabled = False
    ground = ground_of(app, engine)
    with Session(engine) as session:
        tokens = {who: sign_in(session, number) for who, number in people().items()}
    for line in _pages():
        path = _path(app, line, ground)
        if path is None or only not in line.name:
            continue
        for who, name in READERS.items():
            if who in line.may:
                client = signed_in(app, tokens[name] if name else None)
                yield _fetched(client, engine, line.name, name or "visitor", path, times)


def signed_in(app: Flask, token: str | None) -> FlaskClient:
    """Return a browser of the person with this token, or of a visitor."""
    client = app.test_client(use_cookies=token is not None)
    if token is not None:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
    return client


def sign_in(session: Session, person: int) -> str:
    """Store a sign-in of a person that begins now, and return what the browser's cookie holds."""
    token, now = new_token(), datetime.now(UTC)
    session.add(
        SignIn(
            user_id=person,
            token_digest=digest_of(token),
            means=SignInMeans.PASSWORD,
            is_strong=False,
            began_at=now,
            seen_at=now,
            proven_at=now,
        )
    )
    session.commit()
    return token


def people() -> dict[str, int]:
    """Return whom to sign in as for each role."""
    facts = databases.facts()
    return {name: facts[name] for name in READERS.values() if name}


def ground_of(app: Flask, engine: Engine) -> Ground:
    """Return what fills the addresses of the matrix, and what stands after their question marks."""
    with app.app_context(), Session(engine) as session:
        return ground_in(session)


def left_out(app: Flask, ground: Ground) -> list[str]:
    """Return the lines of the matrix that the data has nothing for, files apart."""
    return [line.name for line in _pages() if _path(app, line, ground) is None]


def _pages() -> Iterator[Line]:
    return (line for line in TABLE if line.method == "GET" and not _is_file(line))


def _is_file(line: Line) -> bool:
    return any(word in line.endpoint for word in FILES)


def _path(app: Flask, line: Line, ground: Ground) -> str | None:
    if line.place is not None and line.place not in ground.places:
        return None
    values = ground.places.get(line.place or "", {})
    takes = {
        name
        for rule in app.url_map.iter_rules(line.endpoint)
        for name in rule.arguments
        if name not in (rule.defaults or {})
    }
    if not takes <= values.keys():
        return None
    filled = {name: value for name, value in values.items() if name in takes}
    path = app.url_map.bind("localhost").build(line.endpoint, filled, method="GET")
    if line.asks is None:
        return path
    asked = line.asks(ground)
    return f"{path}?{urlencode({**asked, 'q': WORD} if 'q' in asked else asked)}"


def _fetched(client: FlaskClient, engine: Engine, name: str, reader: str, path: str, times: int) -> Walked:
    answers = []

    def fetch() -> None:
        answer = client.get(path)
        answers[:] = [(answer.status_code, len(answer.get_data()))]
        answer.close()

    took = best_of(times, fetch, engine)
    return Walked(name, reader, path, *answers[0], took)


__all__ = ["BUDGET", "Walked", "ground_of", "left_out", "people", "sign_in", "signed_in", "walk"]
