"""The portal as people meet it: gunicorn with four workers of four threads on PostgreSQL, clients on the same machine."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy.orm import Session

from benchmarks.national import databases
from benchmarks.national.deciding import Pace, Wanted
from benchmarks.national.walking import sign_in

WORKERS, THREADS = 4, 4
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
WARMING = 192
"""So many decisions come first and are not counted: each of the sixteen threads' connections prepares its statements meanwhile."""
SETTLE = 45
"""Seconds after which the process of the jobs has done each of its frequent duties."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running portal: its port, and the process that the others belong to."""

    port: int
    process: "subprocess.Popen[bytes]"

    def seconds(self) -> float:
        """Return the seconds of CPU that its workers have used so far."""
        ticks = 0
        for pid in children_of(self.process.pid):
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(database_url: str) -> Iterator[Server]:
    """Serve the portal on a database until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--log-level", "warning", "wsgi:app"]
    process = subprocess.Popen(command, cwd=databases.ROOT, env=environment(database_url))  # noqa: S603
    try:
        wait_for(port)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=60)


def environment(database_url: str) -> dict[str, str]:
    """Return the settings of a portal on a database."""
    return {
        **os.environ,
        "PORTAL_MODE": "test",
        "PORTAL_INSTANCE": str(databases.FOLDER / "instance"),
        "DATABASE_URL": database_url,
        "SECRET_KEY": databases.SECRET,
        "SECURITY_PASSWORD_SALT": databases.SALT,
        "PYTHONPATH": str(databases.ROOT),
    }


def wait_for(port: int, *, path: str = "/healthz", seconds: float = 120) -> None:
    """Wait until a page answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers at port {port}")


class Browser:
    """A manager's browser, which keeps its connection and the token of its forms."""

    def __init__(self, app: Flask, port: int, token: str) -> None:
        """Begin signed in."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self._cookie = f"session={serializer.dumps({'_user_id': token})}"
        self._csrf = ""

    def get(self, path: str) -> tuple[int, bytes]:
        """Fetch a page, and keep the token of its forms."""
        status, body, cookie = self._send("GET", path)
        if cookie:
            self._cookie = cookie
        found = TOKEN.search(body.decode(errors="replace"))
        self._csrf = found.group(1) if found else self._csrf
        return status, body

    def approve(self, request_id: int) -> int:
        """Press the button, and return what the portal answers."""
        form = {"csrf_token": self._csrf, "approve-acknowledged": "y"}
        return self._send("POST", f"/inbox/{request_id}/approve", form)[0]

    def _send(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, bytes, str | None]:
        headers = {"Cookie": self._cookie, "Accept-Language": "en"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form) if form is not None else None
        try:
            answer = self._answer(method, path, body, headers)
        except (ConnectionError, http.client.HTTPException):  # gunicorn gives idle connections up
            self._connection.close()
            answer = self._answer(method, path, body, headers)
        kept = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie", [])]
        return answer.status, answer.read(), next((one for one in kept if one.startswith("session=")), None)

    def _answer(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()


def decisions(app: Flask, session: Session, server: Server, wanted: list[Wanted], *, clients: int) -> Pace:
    """Return the pace at which so many browsers press the button, one decision after another each."""
    tokens = {person: sign_in(session, person) for person in {person for _, person in wanted}}
    first = WARMING // clients
    lots = [_Lot(app, server.port, tokens, wanted[number::clients], first) for number in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(_Lot.warm, lots))
        before = (time.perf_counter(), server.seconds(), databases.server_seconds())
        answers = [code for codes in pool.map(_Lot.press, lots) for code in codes]
        after = (time.perf_counter(), server.seconds(), databases.server_seconds())
    wrong = {code for code in answers if code != 303}
    if wrong:
        raise SystemExit(f"decisions answered {wrong}")
    wall, workers, database = (end - begin for begin, end in zip(before, after, strict=True))
    return Pace(len(answers) / wall, workers / len(answers), database / len(answers))


def best_fetch(
    app: Flask, server: Server, token: str, path: str, *, times: int = 8
) -> tuple[bytes, float, float]:
    """Return a page, and the least seconds that it takes by the clock and of the workers' CPU, each worker warmed."""
    browser = Browser(app, server.port, token)
    for _ in range(2 * WORKERS * THREADS):
        status, body = browser.get(path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
    walls, before = [], server.seconds()
    for _ in range(times):
        begin = time.perf_counter()
        body = browser.get(path)[1]
        walls.append(time.perf_counter() - begin)
    return body, min(walls), (server.seconds() - before) / times


class _Lot:
    """The decisions of one client, each sent by the manager whose it is."""

    def __init__(
        self, app: Flask, port: int, tokens: dict[int, str], wanted: list[Wanted], first: int
    ) -> None:
        people = {person for _, person in wanted}
        self._browsers = {person: Browser(app, port, tokens[person]) for person in people}
        self._first, self._counted = wanted[:first], wanted[first:]

    def warm(self) -> None:
        for request_id, person in {
            person: (one, person) for one, person in self._first + self._counted
        }.values():
            self._browsers[person].get(f"/inbox/{request_id}")
        for request_id, person in self._first:
            self._browsers[person].approve(request_id)

    def press(self) -> list[int]:
        return [self._browsers[person].approve(request_id) for request_id, person in self._counted]


def memory(pid: int) -> tuple[float, float]:
    """Return the megabytes of a process: what is resident, and its share where others use the same pages."""
    found = dict(
        line.split(":")
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        if ":" in line
    )
    resident, share = (int(found[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
    return resident, share


def memory_of_worker(server: Server) -> tuple[float, float]:
    """Return the memory of the worker that has most."""
    return max(memory(pid) for pid in children_of(server.process.pid))


def memory_of_jobs(database_url: str) -> tuple[float, float]:
    """Return the memory of the process of the jobs, when each frequent duty was done."""
    command = [sys.executable, "-m", "portal.cli", "jobs"]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=databases.ROOT, env=environment(database_url), stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(SETTLE)
        return memory(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]
