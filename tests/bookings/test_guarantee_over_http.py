"""Nobody gets a taken room over HTTP either: several workers, and managers who press the button at the same moment."""

import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from threading import Barrier
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.passwords import hashed
from portal.bookings.roomtime import midnight
from portal.core.actors import Role
from portal.core.clock import now
from portal.core.slots import Slot
from tests import make
from tests.bookings.stage import Stage, make_app
from tests.engines import ENGINES

MANAGERS, WORKERS, ROUNDS, SHORT = 8, 3, 200, 5
PASSWORD = "a password for tests, and only for tests"
ROOT = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_of_managers_pressing_at_once_exactly_one_approves(
    engine: str, tmp_path: Path, proving: bool
) -> None:
    stage = Stage.built(engine, tmp_path, rivals=MANAGERS, connections=3, window=coming_window())
    addresses = managers_with_passwords(stage)
    found: Counter[int] = Counter()
    rounds = ROUNDS if proving else SHORT
    with served(stage) as address, ThreadPoolExecutor(MANAGERS) as pool:
        clients = list(pool.map(lambda mail: Client(address, mail), addresses))
        for _ in range(rounds):
            barrier = Barrier(MANAGERS)
            pairs = list(zip(clients, stage.request_ids, strict=True))
            answers = Counter(pool.map(lambda pair, at=barrier: pair[0].approve(pair[1], at), pairs))
            assert answers == {303: 1, 422: MANAGERS - 1}
            assert (stage.confirmed(), stage.approved()) == (1, 1)
            found += answers
            stage.reset()
    stage.engine.dispose()
    print(f"{engine}: {rounds} rounds of {MANAGERS} over {WORKERS} workers: {dict(found)}")


def coming_window() -> Slot:
    """Return Monday to Friday of a week without public holidays, far enough ahead."""
    day = now().date() + timedelta(days=70)
    while day.month not in {2, 9, 10} or day.isoweekday() != 1:
        day += timedelta(days=1)
    zone = "Europe/Stockholm"
    return Slot(midnight(day, zone), midnight(day + timedelta(days=5), zone))


def managers_with_passwords(stage: Stage) -> list[str]:
    """Give the facility as many managers as there are rivals, and each a password; return their addresses."""
    with make_app(stage.url, stage.folder).app_context():
        secret = hashed(PASSWORD)
    with Session(stage.engine) as session:
        facility = make.facility_of(session, stage.cleanroom_id)
        people = [
            make.duty(session, facility, Role.FACILITY_MANAGER, starts_on=date(2020, 1, 1))
            for _ in range(MANAGERS)
        ]
        users = [session.get_one(User, one.user_id) for one in people]
        for user in users:
            user.password = secret
        session.commit()
        return [user.email for user in users]


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """Serve the stage with gunicorn and several workers, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PORTAL_MODE": "test",
        "PORTAL_INSTANCE": str(stage.folder),
        "DATABASE_URL": stage.url,
        "SECRET_KEY": "a secret for tests, and only for tests",
        "SECURITY_PASSWORD_SALT": "a salt for tests, and only for tests",
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--threads", "4", "--log-level", "warning", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield wait_for(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str) -> str:
    """Return the address once it answers."""
    for _ in range(300):
        try:
            with build_opener().open(f"{address}/healthz", timeout=5):
                return address
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {address}")


class Stay(HTTPRedirectHandler):
    """A browser that shows a redirect instead of following it."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow nothing."""
        return


class Client:
    """A manager's browser."""

    def __init__(self, address: str, mail: str) -> None:
        """Sign in."""
        self._address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), Stay())
        token = self._token("/login")
        status, _ = self._send("/login", {"csrf_token": token, "email": mail, "password": PASSWORD})
        assert status in {302, 303}, f"signing in answered {status}"

    def approve(self, request_id: int, barrier: Barrier) -> int:
        """Press the button together with all the others, and return what the portal answers."""
        token = self._token(f"/inbox/{request_id}")
        barrier.wait(timeout=120)
        return self._send(f"/inbox/{request_id}/approve", {"csrf_token": token})[0]

    def _token(self, path: str) -> str:
        status, page = self._send(path)
        found = TOKEN.search(page)
        assert status == 200, f"{path} answered {status}"
        assert found is not None, f"{path} has no form"
        return found.group(1)

    def _send(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        data = urlencode(form).encode() if form is not None else None
        try:
            with self._opener.open(Request(self._address + path, data=data), timeout=120) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
