"""Walking through the portal as anybody, so that nothing that a step changes is there in the next."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask, got_request_exception
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from portal.app import create_app
from portal.core.errors import NotAllowed, NotFound
from portal.search.keeping import rebuild
from portal.store import Base, db
from portal.web.limits import limiter
from tests.conftest import settings_for
from tests.engines import new_database
from tests.house.building import build
from tests.house.forms import Form
from tests.house.world import Person, Secret, World, unpacked

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
COOKIE = "session"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, what the database was told meanwhile, and what went wrong, if anything did."""

    code: int
    headers: Headers
    content: bytes
    statements: tuple[str, ...]
    fault: BaseException | None

    @property
    def writes(self) -> list[str]:
        """Return the statements that change anything."""
        return [words for words in self.statements if WRITES.match(words)]

    @property
    def location(self) -> str:
        """Return where the answer leads, or nothing."""
        return self.headers.get("Location", "")

    @property
    def text(self) -> str:
        """Return the page."""
        return self.content.decode()

    @property
    def is_page(self) -> bool:
        """Say whether it is a page, and not a file or the way to one."""
        return self.headers.get("Content-Type", "").startswith("text/html") and not 300 <= self.code < 400


class Walker:
    """One portal with one world, in which every step is forgotten when it is done."""

    def __init__(self, app: Flask, connection: Connection, world: World) -> None:
        """Walk on one connection."""
        self.app, self.world = app, world
        self.on_sqlite = connection.dialect.name == "sqlite"
        self.forms: dict[tuple[str, int], Form] = {}
        self._connection = connection
        self.plain = False
        """Whether to be told of a page that is not there, or not allowed, in a word: thousands of pages cost minutes."""
        self._pages_of_errors = app.error_handler_spec[None][None]
        for error, code in ((NotFound, 404), (NotAllowed, 403)):
            self._pages_of_errors[error] = self._perhaps_plain(self._pages_of_errors[error], code)
        self._counts = select(
            *(
                select(func.count()).select_from(table).scalar_subquery().label(table.name)
                for table in Base.metadata.sorted_tables
            )
        )
        self._statements: list[str] = []
        self._faults: list[BaseException] = []
        self._cookies = {who: self._cookie(who) for who in Person}
        event.listen(connection, "before_cursor_execute", self._note)
        got_request_exception.connect(self._caught, app)

    def fetch(
        self,
        who: Person,
        path: str,
        *,
        method: str = "GET",
        data: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return what somebody gets, and forget what it changed."""
        with self.forgotten():
            return self.go(who, path, method=method, data=data, content=content, headers=headers)

    def go(
        self,
        who: Person,
        path: str,
        *,
        method: str = "GET",
        data: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return what somebody gets; what it changed stays until the present `forgotten` ends."""
        self._statements.clear()
        self._faults.clear()
        limited, limiter.enabled = limiter.enabled, False
        client = self.app.test_client(use_cookies=False)
        sent = {"Accept-Language": "en", **(headers or {})}
        if self._cookies[who]:
            sent["Cookie"] = f"{COOKIE}={self._cookies[who]}"
        answer = client.open(path, method=method, data=data if content is None else content, headers=sent)
        try:
            return Answer(
                answer.status_code,
                answer.headers,
                answer.get_data(),
                tuple(self._statements),
                self._faults[0] if self._faults else None,
            )
        finally:
            limiter.enabled = limited
            answer.close()

    @contextmanager
    def forgotten(self) -> Iterator[Session]:
        """Let everything that happens in here be undone at the end, and return a session to do something oneself."""
        engines = db._app_engines[self.app]
        engine, outer = engines[None], self._connection.begin()
        engines[None] = self._connection  # type: ignore[assignment]  # as the fixture of all tests does
        try:
            with Session(self._connection, join_transaction_mode="create_savepoint") as session:
                yield session
        finally:
            engines[None] = engine
            outer.rollback()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Within what is to be forgotten, let what happens in here be undone already at its end."""
        savepoint = self._connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    def address(self, endpoint: str, values: Mapping[str, Any], method: str = "GET") -> str:
        """Return the path of an endpoint, filled with what it takes of the values."""
        takes = {name for rule in self.app.url_map.iter_rules(endpoint) for name in rule.arguments}
        filled = {name: value for name, value in values.items() if name in takes}
        return self.app.url_map.bind("localhost").build(endpoint, filled, method=method)

    def rows(self) -> dict[str, int]:
        """Return how many rows each table has now."""
        return dict(self._connection.execute(self._counts).one()._mapping)

    @cached_property
    def rows_at_first(self) -> dict[str, int]:
        """Return how many rows each table has in the world as it was made; ask for it while nothing is to be forgotten."""
        with self.forgotten():
            return self.rows()

    def secrets_in(self, answer: Answer, *, asked: str = "") -> set[Secret]:
        """Return every secret in an answer: in its headers, its kept session, its page, and whatever its file packs.

        What stands in the address that was `asked` is no news to who asked it.
        """
        found: set[Secret] = set()
        heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        for content in (heads.encode(), self._kept(answer), *unpacked(answer.content)):
            found |= self.world.secrets_in(content, known=asked.encode())
        return found

    def _perhaps_plain(self, page: Callable[[Any], Any], code: int) -> Callable[[Any], Any]:
        return lambda error: (str(code), code) if self.plain else page(error)

    @contextmanager
    def plainly(self, *, plain: bool = True) -> Iterator[None]:
        """Let everything in here that is refused be refused in a word, if asked to."""
        self.plain = plain
        try:
            yield
        finally:
            self.plain = False

    def cookie_of(self, who: Person) -> str:
        """Return the session cookie of somebody, or nothing for a visitor."""
        return self._cookies[who]

    def _cookie(self, who: Person) -> str:
        if who not in self.world.sign_ins:
            return ""
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return str(serializer.dumps({"_user_id": self.world.sign_ins[who]}))

    def _kept(self, answer: Answer) -> bytes:
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        kept = [
            line.split(";")[0].removeprefix(f"{COOKIE}=")
            for line in answer.headers.getlist("Set-Cookie")
            if line.startswith(f"{COOKIE}=") and not line.startswith(f"{COOKIE}=;")
        ]
        return repr([serializer.loads(value) for value in kept]).encode()

    def _note(self, *context: Any) -> None:
        self._statements.append(str(context[2]))

    def _caught(self, _app: Flask, exception: BaseException, **_more: object) -> None:
        self._faults.append(exception)


@contextmanager
def walking(engine_name: str, folder: Path) -> Iterator[Walker]:
    """Build a portal with a world on an engine, and walk in it; nobody is slowed down, and forms need no token."""
    app = create_app(settings_for(new_database(engine_name, folder), folder))
    app.config["WTF_CSRF_ENABLED"] = False
    security = app.extensions["security"]
    security.pwd_context = security.pwd_context.copy(
        argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1
    )
    with app.app_context():
        engine = db.engine
        Base.metadata.create_all(engine)
    with app.test_request_context(), Session(engine) as session:
        world = build(session)
        rebuild(session)  # the world numbers some of its records itself
        session.commit()
    try:
        with engine.connect() as connection:
            yield Walker(app, connection, world)
    finally:
        engine.dispose()
